"""SUSE with AutoYaST: products, service packs, media of packages."""

import pytest

from netipl.errors import RefusedError
from netipl.media.recognition import Algorithm, Signed
from tests.media_trees import suse, suse_content
from tests.unit.media.looking import look


@pytest.mark.parametrize(
    ("product", "version", "title"),
    [
        ("SLES15-SP6", "15.6", "SUSE Linux Enterprise Server 15 SP6"),
        ("SLES15", "15", "SUSE Linux Enterprise Server 15"),
        ("openSUSE-Leap", "15.6", "openSUSE Leap 15.6"),
        ("Leap", "15.5", "openSUSE Leap 15.5"),
        ("openSUSE", "20241110", "openSUSE Tumbleweed 20241110"),
        ("Other", "1.2", "Other 1.2"),
    ],
)
def test_the_title_of_a_product(product: str, version: str, title: str) -> None:
    found = look(suse(product, version))
    assert (found.title, found.version) == (title, version)


def test_the_signed_lists() -> None:
    assert look(suse("SLES15-SP6", "15.6")).signed == (Signed(name="CHECKSUMS", signatures=("CHECKSUMS.asc",)),)
    assert look(suse_content()).signed == (Signed(name="content", signatures=("content.asc",)),)
    assert {file.sum.algorithm for file in look(suse_content()).files if file.sum} == {Algorithm.SHA256}


def test_a_medium_of_packages_is_refused_and_the_right_one_named() -> None:
    tree = {"media.1/media": b"SUSE\n1\n1\n", "media.1/products": b"/ SLES15-SP6 15.6-0\n"}
    for listed in (True, False):
        with pytest.raises(RefusedError, match="boot/s390x/linux is not there") as refused:
            look(tree, listed=listed)
        assert "Full" in refused.value.remedy


def test_the_kernel_that_is_there_counts_more_than_the_name_of_the_build() -> None:
    tree = dict(suse("SLES15-SP6", "15.6"))
    tree["media.1/media"] = b"SUSE - SLE-15-SP6-Full-x86_64-s390x-Media\n"
    assert look(tree).architecture == "s390x"
