"""The order of names, what they begin with, and how long they may be."""

from ipaddress import IPv4Address
from uuid import UUID

import pytest

from netipl.firmware import probing
from netipl.firmware.probing import TooLongError
from netipl.firmware.rules import RULES, RuleId
from netipl.net import Mac

GUEST = UUID("BBB4F52A-c2fa-4016-af72-c4ea0d422cbe")
MAC = Mac.parse("52:54:00:13:33:0A")
ADDRESS = IPv4Address("192.168.133.10")
SHORTENED = [b"C0A8850A"[:length] for length in range(8, 0, -1)]


def test_the_order_is_uuid_mac_address_and_default() -> None:
    names = list(probing.names(b"b/", uuid=GUEST, mac=MAC, address=ADDRESS))
    assert names == [
        b"b/bbb4f52a-c2fa-4016-af72-c4ea0d422cbe",
        b"b/01-52-54-00-13-33-0a",
        *(b"b/" + digits for digits in SHORTENED),
        b"b/default",
    ]


@pytest.mark.parametrize("uuid", [None, UUID(int=0)])
def test_a_guest_without_uuid_is_not_asked_for_by_one(uuid: UUID | None) -> None:
    assert next(probing.names(b"", uuid=uuid, mac=MAC, address=ADDRESS)) == b"01-52-54-00-13-33-0a"


def test_a_small_address_keeps_its_leading_zeros() -> None:
    names = list(probing.names(b"", uuid=None, mac=MAC, address=IPv4Address("10.0.0.1")))
    assert names[1] == b"0A000001"


@pytest.mark.parametrize(
    ("last", "prefix", "base"),
    {
        "a slash": (b"/", None, b"/pxelinux.cfg/"),
        "no name": (b"", None, b"pxelinux.cfg/"),
        "a name without a directory": (b"nofile", None, b"pxelinux.cfg/"),
        "a name in directories": (b"a/b/kernel", None, b"a/b/pxelinux.cfg/"),
        "option 210 is taken as it is": (b"a/b", b"hosts/z1-", b"hosts/z1-"),
        "an empty option 210 too": (b"a/b", b"", b""),
        "206 characters of directory": (b"d" * 205 + b"/x", None, b"d" * 205 + b"/pxelinux.cfg/"),
        "220 characters of option 210": (b"", b"p" * 220, b"p" * 220),
    }.values(),
)
def test_names_begin_with(last: bytes, prefix: bytes | None, base: bytes) -> None:
    assert probing.base(last, prefix) == base


def test_a_directory_of_207_characters_is_refused_in_the_firmwares_words() -> None:
    with pytest.raises(TooLongError) as refused:
        probing.base(b"d" * 206 + b"/", None)
    assert (refused.value.rule, str(refused.value)) == (
        RuleId.DIRECTORY_TOO_LONG,
        RULES[RuleId.DIRECTORY_TOO_LONG].words,
    )


def test_an_option_210_of_221_characters_is_refused_in_the_firmwares_words() -> None:
    with pytest.raises(TooLongError) as refused:
        probing.base(b"", b"p" * 221)
    assert (refused.value.rule, str(refused.value)) == (RuleId.PREFIX_TOO_LONG, RULES[RuleId.PREFIX_TOO_LONG].words)


def test_options_209_and_210_of_256_characters_fit_and_one_more_does_not() -> None:
    probing.check_configuration_name(b"p" * 200, b"c" * 56)
    with pytest.raises(TooLongError) as refused:
        probing.check_configuration_name(b"p" * 200, b"c" * 57)
    assert (refused.value.rule, str(refused.value)) == (RuleId.NAME_TOO_LONG, RULES[RuleId.NAME_TOO_LONG].words)
