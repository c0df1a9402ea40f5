"""The legacy form of LZ4, against bytes made by hand and by the program lz4."""

import os
import shutil
import subprocess

import pytest

from netipl.errors import WireError
from netipl.images import lz4


@pytest.mark.parametrize(
    ("block", "data"),
    [
        pytest.param(b"", b"", id="nothing"),
        pytest.param(b"\x30abc", b"abc", id="literals alone"),
        pytest.param(b"\xf0\x00" + b"x" * 15, b"x" * 15, id="a length of 15 has a byte more"),
        pytest.param(b"\xf0\xff\x01" + b"x" * 271, b"x" * 271, id="and another after 255"),
        pytest.param(b"\x40abcd\x04\x00\x10!", b"abcdabcd!", id="a match of 4 from 4 before"),
        pytest.param(b"\x11a\x01\x00\x10!", b"a" * 6 + b"!", id="a match that reaches into itself"),
    ],
)
def test_a_block(block: bytes, data: bytes) -> None:
    assert lz4.unpacked(block) == data


@pytest.mark.parametrize(
    ("block", "why"),
    [
        pytest.param(b"\x30ab", "behind their block", id="literals cut off"),
        pytest.param(b"\x10a\x01", "in the middle", id="a distance cut off"),
        pytest.param(b"\xf0", "in the middle", id="a length cut off"),
        pytest.param(b"\x10a\x00\x00", "begins before", id="a distance of 0"),
        pytest.param(b"\x10a\x02\x00", "begins before", id="a distance before the block"),
        pytest.param(b"\x1fa\x01\x00" + b"\xff" * 40000 + b"\x00", "more than 8 MiB", id="a bomb"),
    ],
)
def test_a_damaged_block_raises_only_the_wire_error(block: bytes, why: str) -> None:
    with pytest.raises(WireError, match=why):
        lz4.unpacked(block)


def test_a_stream_is_blocks_behind_their_lengths() -> None:
    stream = lz4.Decompressor()
    data = lz4.MAGIC + b"\x04\0\0\0\x30abc" + lz4.MAGIC + b"\x02\0\0\0\x10!"
    assert list(stream.feed(data)) == [b"abc", b"!"]
    stream.end()


@pytest.mark.parametrize("behind", [bytes(4), b"070701"], ids=["zeros", "another archive"])
def test_what_is_no_length_ends_the_stream(behind: bytes) -> None:
    stream = lz4.Decompressor()
    assert b"".join(stream.feed(lz4.MAGIC + b"\x04\0\0\0\x30abc" + behind)) == b"abc"
    assert (stream.finished, stream.unused) == (True, behind)


def test_a_stream_that_ends_in_a_block_is_not_whole() -> None:
    stream = lz4.Decompressor()
    assert list(stream.feed(lz4.MAGIC + b"\x04\0\0\0\x30a")) == []
    with pytest.raises(WireError, match="in the middle of a block"):
        stream.end()


@pytest.mark.skipif(shutil.which("lz4") is None, reason="the program lz4 is the oracle and is not here")
@pytest.mark.parametrize("step", [1 << 16, 1 << 30])
def test_what_the_program_packs_is_unpacked(step: int) -> None:
    data = os.urandom(1000) * 20 + bytes(9 << 20) + os.urandom(50_000)
    packed = subprocess.run(["lz4", "-l", "-c"], input=data, capture_output=True, check=True).stdout
    stream = lz4.Decompressor()
    pieces = [piece for at in range(0, len(packed), step) for piece in stream.feed(packed[at : at + step])]
    stream.end()
    assert b"".join(pieces) == data
