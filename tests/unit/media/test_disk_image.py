"""One image of a disk: by its name, with its sum beside it, and not among other files."""

import pytest

from netipl.errors import RefusedError
from netipl.media.recognition import Signed
from tests.media_trees import disk_image, noise
from tests.unit.media.looking import look


@pytest.mark.parametrize(
    ("name", "version", "warned"),
    [
        ("noble-server-cloudimg-s390x.img", "", False),
        ("rhel-9.4-s390x-kvm.qcow2", "9.4", False),
        ("Fedora-Cloud-Base-Generic-41-1.4.s390x.raw.xz", "41", False),
        ("mine.raw.zst", "", True),
        ("mine.raw.gz", "", True),
    ],
)
def test_a_name_tells_version_and_architecture(name: str, version: str, warned: bool) -> None:
    found = look({name: noise(name)})
    assert (found.version, bool(found.warnings)) == (version, warned)
    assert found.files[0].sum is None


def test_its_sum_lies_beside_it() -> None:
    found = look(disk_image())
    assert found.files[0].sum is not None
    assert found.signed == (Signed(name="SHA256SUMS", signatures=("SHA256SUMS.gpg", "SHA256SUMS.sign")),)


def test_of_two_images_none_is_taken() -> None:
    with pytest.raises(RefusedError, match="no install medium"):
        look({"a.raw": b"", "b.raw": b""})


def test_an_image_among_other_files_is_not_taken() -> None:
    with pytest.raises(RefusedError, match="no install medium"):
        look({"a.raw": b"", "README": b""})
