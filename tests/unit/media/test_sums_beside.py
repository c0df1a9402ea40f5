"""The sum of a single file, in the lists that lie beside it."""

import pytest

from netipl.errors import WireError
from netipl.media.recognition import Algorithm, Signed, Sum
from netipl.media.sums_beside import names, signatures_of, sum_of

SHA256 = "a" * 64
WANTED = Sum(algorithm=Algorithm.SHA256, digest=SHA256)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.iso.sha256", SHA256),
        ("a.iso.sha256", f"{SHA256}\n"),
        ("a.iso.sha256", f"{SHA256}  a.iso\n"),
        ("SHA256SUMS", f"{'b' * 64} *b.iso\n{SHA256} *a.iso\n"),
        ("CHECKSUM", f"SHA256 (a.iso) = {SHA256}\n"),
        ("a.iso-CHECKSUM", f"{SHA256} *a.iso\n"),
    ],
)
def test_each_list(name: str, data: str) -> None:
    assert name in names("a.iso")
    assert sum_of("a.iso", {name: data.encode()}) == (WANTED, Signed(name=name, signatures=signatures_of(name)))


def test_a_list_that_does_not_know_the_file_is_passed_over() -> None:
    clues = {
        "a.iso.sha256": None,
        "SHA256SUMS": b"b" * 64 + b"  b.iso\n",
        "sha256sum.txt": SHA256.encode() + b"  a.iso\n",
    }
    found = sum_of("a.iso", clues)
    assert found is not None
    assert found[1].name == "sha256sum.txt"
    assert sum_of("c.iso", clues) is None
    assert sum_of("a.iso", {}) is None


@pytest.mark.parametrize("data", [b"zz", b"a" * 64 + b"  ../a.iso"])
def test_damage_is_told(data: bytes) -> None:
    with pytest.raises(WireError):
        sum_of("a.iso", {"a.iso.sha256": data})


def test_signatures_lie_inside_or_beside() -> None:
    assert signatures_of("SHA256SUMS")[0] == "SHA256SUMS.gpg"
    assert signatures_of("Fedora-41-CHECKSUM")[0] == ""
    assert signatures_of("a.iso.sha256") == ("a.iso.sha256.asc", "a.iso.sha256.gpg")
