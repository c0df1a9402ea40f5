"""`.treeinfo` as productmd and lorax write it, and damaged."""

import pytest

from netipl.errors import WireError
from netipl.media.treeinfo import decode

OLD = b"""[general]
family = Red Hat Enterprise Linux
version = 7.9
arch = s390x
name = Red Hat Enterprise Linux 7.9

[images-s390x]
kernel = images/kernel.img
initrd = images/initrd.img
"""


def test_the_sections_from_before_productmd_suffice() -> None:
    info = decode(OLD)
    assert (info.name, info.version, info.architecture) == ("Red Hat Enterprise Linux", "7.9", "s390x")
    assert info.images == {"kernel": "images/kernel.img", "initrd": "images/initrd.img"}
    assert info.sums == {}


def test_capital_letters_stay() -> None:
    assert "LiveOS/A.img" in decode(OLD + b"[checksums]\nLiveOS/A.img = sha256:" + b"A" * 64 + b"\n").sums


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"no section",
        b"[general]\narch = s390x\n",
        b"[general\n",
        OLD.replace(b"images/kernel.img", b"../kernel.img"),
        OLD.replace(b"images/kernel.img", b"/dev/mem"),
        OLD + b"[checksums]\na = sha256:zz\n",
        OLD + b"[checksums]\na = md5:" + b"a" * 64 + b"\n",
        OLD + b"[checksums]\n../a = sha256:" + b"a" * 64 + b"\n",
    ],
)
def test_damage_is_told(data: bytes) -> None:
    with pytest.raises(WireError):
        decode(data)


def test_no_value_refers_to_another() -> None:
    assert decode(OLD + b"[release]\nname = %(arch)s\nversion = 1\n").name == "%(arch)s"
