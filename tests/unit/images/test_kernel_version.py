"""Linux's own banner, in images whose parameter area does not tell the version."""

import pytest

from netipl.images import kernel_version
from netipl.images.compression import Method
from tests.unit.images.archives import PACKERS
from tests.unit.images.kernels import kernel

BANNER = b"Linux version 4.4.0-1-s390x (who@where) #1 SMP\n\0"
VERSION = "4.4.0-1-s390x (who@where) #1 SMP"


def test_a_plain_banner() -> None:
    assert kernel_version.version_in(kernel() + BANNER) == VERSION


def test_a_format_is_no_banner() -> None:
    assert kernel_version.version_in(kernel() + b"Linux version %s\n") == ""


@pytest.mark.parametrize("method", PACKERS)
@pytest.mark.parametrize("before", [100, (1 << 20) - 20], ids=["at the beginning", "across two pieces"])
def test_a_banner_in_what_is_compressed(method: Method, before: int) -> None:
    packed = PACKERS[method](b"V" * before + BANNER + b"W" * 1000)
    assert kernel_version.version_in(kernel() + b"odd" + packed + b"trailing") == VERSION


def test_what_only_looks_compressed_is_passed_over() -> None:
    decoys = b"\x1f\x8b\x08junk BZh9junk \xfd7zXZ\0junk \x28\xb5\x2f\xfdjunk \x02\x21\x4c\x18junk"
    assert kernel_version.version_in(kernel() + decoys + PACKERS[Method.XZ](BANNER)) == VERSION


@pytest.mark.parametrize("image", [b"", kernel(), b"Linux version 5"], ids=["empty", "no banner", "cut off"])
def test_no_version_is_an_empty_one(image: bytes) -> None:
    assert kernel_version.version_in(image) == ""
