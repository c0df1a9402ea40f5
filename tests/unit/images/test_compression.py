import pytest

from netipl.errors import WireError
from netipl.images import compression, lz4
from netipl.images.compression import Method, beginning, decompressor, method_of
from tests.unit.images.archives import PACKERS

DATA = bytes(range(256)) * 300
METHODS = pytest.mark.parametrize("method", PACKERS)


def unpacked(method: Method, data: bytes, step: int) -> bytes:
    stream = decompressor(method)
    pieces = [piece for at in range(0, len(data), step) for piece in stream.feed(data[at : at + step])]
    stream.end()
    return b"".join(pieces)


def test_every_method_has_its_magic() -> None:
    assert {method for _, method in compression.MAGICS} == set(Method)


@METHODS
def test_a_method_is_known_by_its_first_bytes(method: Method) -> None:
    packed = PACKERS[method](DATA)
    assert method_of(packed) is method
    assert method_of(packed[: compression.LONGEST_MAGIC]) is method
    assert method_of(b"\0" + packed) is None


@METHODS
@pytest.mark.parametrize("step", [7, 1 << 20])
def test_what_is_packed_is_unpacked(method: Method, step: int) -> None:
    assert unpacked(method, PACKERS[method](DATA), step) == DATA


@METHODS
def test_what_is_behind_a_stream_is_left(method: Method) -> None:
    stream = decompressor(method)
    assert b"".join(stream.feed(PACKERS[method](DATA) + bytes(4) + b"more")) == DATA
    assert stream.finished
    assert stream.unused == bytes(4) + b"more"


@METHODS
def test_a_truncated_stream_raises_only_the_wire_error(method: Method) -> None:
    packed = PACKERS[method](b"some text, some more text")
    for length in range(len(packed)):
        if method is Method.LZ4 and length in {0, len(lz4.MAGIC)}:
            continue  # no block, but nothing wrong either
        with pytest.raises(WireError):
            unpacked(method, packed[:length], 1 << 20)


@METHODS
def test_a_damaged_stream_raises_only_the_wire_error(method: Method) -> None:
    packed = bytearray(PACKERS[method](DATA))
    for place in range(8, len(packed), max(len(packed) // 50, 1)):
        damaged = packed[:place] + bytes([packed[place] ^ 0x55]) + packed[place + 1 :]
        try:
            unpacked(method, bytes(damaged), 1 << 20)
        except WireError:
            continue


@METHODS
def test_a_bomb_comes_in_pieces(method: Method) -> None:
    stream = decompressor(method)
    largest = max(map(len, stream.feed(PACKERS[method](bytes(4 << 20)))))
    assert largest <= compression.PIECE


def test_a_stream_that_wants_too_large_a_dictionary_is_refused() -> None:
    header = b"\x5d" + (1 << 31).to_bytes(4, "little") + b"\xff" * 8  # properties, dictionary, unknown size
    with pytest.raises(WireError, match="lzma data are damaged"):
        list(decompressor(Method.LZMA).feed(header + bytes(20)))
    frame = b"\x28\xb5\x2f\xfd\x00" + bytes([(30 - 10) << 3])  # a window of 1 GiB
    with pytest.raises(WireError, match="zstd data are damaged"):
        list(decompressor(Method.ZSTD).feed(frame + bytes(20)))


def test_what_only_linux_unpacks_is_named() -> None:
    with pytest.raises(WireError, match="lzo is unpacked by Linux alone"):
        decompressor(Method.LZO)


@METHODS
def test_the_beginning_of_a_truncated_stream(method: Method) -> None:
    packed = PACKERS[method](DATA)
    assert beginning(method, [packed], 100) == DATA[:100]
    assert DATA.startswith(beginning(method, [packed[: len(packed) // 2]], 1 << 30))
    unread = iter([packed, b"not asked for"])
    assert beginning(method, unread, 100) == DATA[:100]
    assert next(unread) == b"not asked for"
