"""Lists of sums in every form, signed in the clear, and with lines that lie."""

import pytest

from netipl.errors import WireError
from netipl.media.checksums import decode, digest
from netipl.media.recognition import Algorithm, Sum

MD5, SHA256, OTHER = "d" * 32, "a" * 64, "b" * 64


@pytest.mark.parametrize(
    "line",
    [
        f"{SHA256}  images/kernel.img",
        f"{SHA256} *images/kernel.img",
        f"{SHA256}  ./images/kernel.img",
        f"SHA256 (images/kernel.img) = {SHA256.upper()}",
        f"HASH SHA256 {SHA256}  images/kernel.img",
    ],
    ids=["GNU", "GNU, binary", "of the same directory", "BSD", "content of SUSE"],
)
def test_a_line_of_each_form(line: str) -> None:
    told = decode(f"# a comment\n\n{line}\nVENDOR SUSE\n".encode())
    assert told == {"images/kernel.img": Sum(algorithm=Algorithm.SHA256, digest=SHA256)}


@pytest.mark.parametrize("order", [1, -1])
def test_the_strongest_sum_counts(order: int) -> None:
    lines = [f"{MD5}  a", f"{SHA256}  a"][::order]
    assert decode("\n".join(lines).encode())["a"].algorithm is Algorithm.SHA256


def test_two_sums_of_one_file_are_damage() -> None:
    with pytest.raises(WireError, match="two sums of a"):
        decode(f"{SHA256}  a\n{OTHER}  a\n".encode())


def test_a_name_that_climbs_is_damage() -> None:
    with pytest.raises(WireError, match="no path"):
        decode(f"{SHA256}  ../../etc/shadow\n".encode())


def test_a_name_that_is_no_utf_8_is_damage() -> None:
    with pytest.raises(WireError):
        decode(SHA256.encode() + b"  a\xff\n")


SIGNED = f"""{OTHER}  before
-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

# Fedora-41.iso: 1 bytes
SHA256 (inside) = {SHA256}
- {SHA256}  escaped
-----BEGIN PGP SIGNATURE-----

{OTHER}  signature
-----END PGP SIGNATURE-----
{OTHER}  behind
"""


def test_of_a_signed_list_only_what_is_signed_counts() -> None:
    assert decode(SIGNED.encode()).keys() == {"inside", "escaped"}


def test_a_signed_list_without_its_signature_is_damage() -> None:
    with pytest.raises(WireError, match="signature is missing"):
        decode(SIGNED.partition("-----BEGIN PGP SIGNATURE")[0].encode())


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_digest_says_its_algorithm(algorithm: Algorithm) -> None:
    size = {Algorithm.MD5: 32, Algorithm.SHA1: 40, Algorithm.SHA256: 64, Algorithm.SHA384: 96, Algorithm.SHA512: 128}
    assert digest("F" * size[algorithm]) == Sum(algorithm=algorithm, digest="f" * size[algorithm])


@pytest.mark.parametrize(("text", "algorithm"), [("", ""), ("f" * 63, ""), ("g" * 64, ""), ("f" * 64, "md5")])
def test_no_digest(text: str, algorithm: str) -> None:
    with pytest.raises(WireError, match="no sum"):
        digest(text, algorithm)
