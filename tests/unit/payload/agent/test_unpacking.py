"""Images unpacked while they come, in pieces of any size, whole and damaged."""

import gzip
import lzma
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netipl.answers.orders import Form
from netipl.errors import WireError
from netipl.payload.agent.unpacking import PIECE, unpacked

DATA = random.Random(1).randbytes(200_000) + bytes(3 << 20)


def zstd(data: bytes) -> bytes:
    return subprocess.run(["zstd", "-q", "-c"], input=data, capture_output=True, check=True).stdout


def same(data: bytes) -> bytes:
    return data


CASES = [
    pytest.param(Form.RAW, same, id="raw"),
    pytest.param(Form.GZIP, gzip.compress, id="gzip"),
    pytest.param(Form.XZ, lzma.compress, id="xz"),
    pytest.param(
        Form.ZSTD, zstd, id="zstd", marks=pytest.mark.skipif(shutil.which("zstd") is None, reason="needs zstd")
    ),
]
forms = pytest.mark.parametrize(("form", "pack"), CASES)
packed_forms = pytest.mark.parametrize(("form", "pack"), CASES[1:])


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


@forms
@pytest.mark.parametrize("size", [1000, 1 << 20])
def test_pieces_of_any_size(form: Form, pack: Callable[[bytes], bytes], size: int) -> None:
    out = list(unpacked(form, pieces(pack(DATA), size)))
    assert b"".join(out) == DATA
    assert max(map(len, out)) <= PIECE


@packed_forms
def test_streams_one_behind_the_other_are_one(form: Form, pack: Callable[[bytes], bytes]) -> None:
    assert b"".join(unpacked(form, pieces(pack(b"one ") + pack(b"two"), 7))) == b"one two"


@packed_forms
def test_cut_short(form: Form, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(DATA)
    with pytest.raises(WireError):
        list(unpacked(form, pieces(packed[:-3], 1000)))


@pytest.mark.parametrize(("form", "pack"), CASES[1:3])
@pytest.mark.parametrize("size", [7, 1 << 20])
def test_zeros_behind_the_last_stream_are_padding(form: Form, pack: Callable[[bytes], bytes], size: int) -> None:
    assert b"".join(unpacked(form, pieces(pack(b"one") + bytes(100), size))) == b"one"


@packed_forms
def test_followed_by_garbage(form: Form, pack: Callable[[bytes], bytes]) -> None:
    with pytest.raises(WireError):
        list(unpacked(form, pieces(pack(DATA) + b"garbage, and more of it", 1000)))


@packed_forms
def test_damaged_in_the_middle(form: Form, pack: Callable[[bytes], bytes]) -> None:
    packed = bytearray(pack(DATA))
    packed[100_000:100_100] = bytes(100)
    with pytest.raises(WireError):
        list(unpacked(form, pieces(bytes(packed), 1000)))


@packed_forms
def test_what_breaks_off_the_source_comes_through(form: Form, pack: Callable[[bytes], bytes]) -> None:
    def broken() -> Iterator[bytes]:
        yield pack(DATA)[:1000]
        raise WireError("the source")

    with pytest.raises(WireError, match="the source"):
        list(unpacked(form, broken()))


def test_a_dictionary_that_wants_too_much_memory(tmp_path: Path) -> None:
    packed = lzma.compress(b"x", filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 28}])
    with pytest.raises(WireError, match="damaged"):
        list(unpacked(Form.XZ, iter([packed])))
