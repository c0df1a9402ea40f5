"""Names of architectures, and of other ones."""

import pytest

from netipl.errors import RefusedError
from netipl.media.architecture import demanded, named


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Fedora-Cloud-Base-41.s390x.qcow2", "s390x"),
        ("SLE-15-SP6-Full-x86_64-Build10.1-Media", "x86_64"),
        ("debian-12-generic-amd64.raw", "x86_64"),
        ("boot/aarch64/loader/linux", "aarch64"),
        ("disk.raw", ""),
        ("armada.raw", ""),
        ("s390xl", ""),
    ],
)
def test_the_architecture_in_a_name(text: str, name: str) -> None:
    assert named(text) == name


def test_ours_is_demanded() -> None:
    assert demanded("s390x", "Fedora 41") == demanded("S390X", "Fedora 41") == "s390x"


@pytest.mark.parametrize(
    ("theirs", "shown"), [("amd64", "x86_64"), ("s390", "s390"), ("vax", "vax"), ("\x1b[2J", r"\\x1b")]
)
def test_another_is_refused_by_name(theirs: str, shown: str) -> None:
    with pytest.raises(RefusedError, match=f"this is Fedora 41 for {shown}") as refused:
        demanded(theirs, "Fedora 41")
    assert "s390x" in refused.value.remedy
