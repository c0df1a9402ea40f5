"""Names and order of probing, and the words for what is too long."""

from ipaddress import IPv4Address
from uuid import UUID

import pytest

from netipl.errors import RefusedError
from netipl.firmware.probing import base, check_configuration_name, names
from netipl.net import Mac

MAC = Mac.parse("52:54:00:13:33:0A")
ADDRESS = IPv4Address("192.168.133.10")
IDENTITY = UUID("BBB4F52A-C2FA-4016-AF72-C4EA0D422CBE")


@pytest.mark.parametrize(
    ("last", "prefix", "beginning"),
    [
        (b"", None, b"pxelinux.cfg/"),
        (b"/", None, b"/pxelinux.cfg/"),
        (b"a/b/none", None, b"a/b/pxelinux.cfg/"),
        (b"none", None, b"pxelinux.cfg/"),
        (b"a/b/none", b"hosts/z1-", b"hosts/z1-"),
        (b"a", b"", b""),
    ],
    ids=["no name", "a slash", "beside the last name", "a name alone", "option 210", "an empty option 210"],
)
def test_base(last: bytes, prefix: bytes | None, beginning: bytes) -> None:
    assert base(last, prefix) == beginning


def test_order() -> None:
    expected = [
        b"p/bbb4f52a-c2fa-4016-af72-c4ea0d422cbe",
        b"p/01-52-54-00-13-33-0a",
        *(b"p/" + b"C0A8850A"[:length] for length in range(8, 0, -1)),
        b"p/default",
    ]
    assert list(names(b"p/", uuid=IDENTITY, mac=MAC, address=ADDRESS)) == expected


@pytest.mark.parametrize("uuid", [None, UUID(int=0)])
def test_a_guest_without_uuid_is_not_probed_by_it(uuid: UUID | None) -> None:
    assert next(names(b"", uuid=uuid, mac=MAC, address=ADDRESS)) == b"01-52-54-00-13-33-0a"


def test_what_is_just_short_enough_passes() -> None:
    base(b"d" * 205 + b"/x", None)
    base(b"", b"p" * 220)
    check_configuration_name(b"p" * 220, b"n" * 36)


def test_a_long_directory_is_refused() -> None:
    with pytest.raises(RefusedError, match="bootfile string is too long"):
        base(b"d" * 206 + b"/x", None)


def test_a_long_prefix_is_refused() -> None:
    with pytest.raises(RefusedError, match="prefix is too long"):
        base(b"", b"p" * 221)


def test_a_long_name_is_refused() -> None:
    with pytest.raises(RefusedError, match=r"prefix \+ filename too long"):
        check_configuration_name(b"p" * 220, b"n" * 37)
