"""Live images with Agama: their version, and images of other distributions that look alike."""

import pytest

from netipl.errors import RefusedError
from tests.media_trees import agama
from tests.unit.media.looking import look


@pytest.mark.parametrize(
    ("info", "source", "title", "version"),
    [
        (b"Image: SLES-16.1-Online-s390x", "", "SUSE Linux Enterprise Server 16.1", "16.1"),
        (b"", "Leap-16.0-online-installer-s390x.install.iso", "openSUSE Leap 16.0", "16.0"),
        (b"", "http://m.example/x", "Agama 16.0", "16.0"),
    ],
)
def test_the_version_is_in_the_image_or_in_its_name(info: bytes, source: str, title: str, version: str) -> None:
    found = look({**agama(), "LiveOS/.info": info}, source=source)
    assert (found.title, found.version, found.has_tree) == (title, version, True)


def test_a_live_image_without_our_kernel_is_refused() -> None:
    tree = {"LiveOS/squashfs.img": b"hsqs", "isolinux/vmlinuz": b""}
    for listed in (True, False):
        with pytest.raises(RefusedError, match=r"boot/s390x/linux is not there"):
            look(tree, listed=listed)


def test_no_sums_and_nothing_signed() -> None:
    found = look(agama())
    assert found.signed == ()
    assert {file.sum for file in found.files} == {None}
