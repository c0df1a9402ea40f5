"""Frames out of a stream, however it is cut."""

import pytest

from netipl.errors import WireError
from netipl.machines.framing import LONGEST_FRAME, Unframer, framed

FRAMES = [b"a" * 42, b"", b"b" * 1514, b"c" * LONGEST_FRAME, b"d" * 60]
STREAM = b"".join(map(framed, FRAMES))


def received(unframer: Unframer, piece: bytes) -> list[bytes]:
    unframer.space[: len(piece)] = piece
    return [bytes(frame) for frame in unframer.filled(len(piece))]


def test_a_frame_follows_its_length_in_four_bytes() -> None:
    assert framed(b"abc") == b"\0\0\0\x03abc"


@pytest.mark.parametrize("size", [1, 3, 4, 5, 1000, 65536])
def test_frames_come_out_whole_and_in_order_from_pieces_of_any_size(size: int) -> None:
    unframer = Unframer()
    pieces = [STREAM[i : i + size] for i in range(0, len(STREAM), size)]
    assert [frame for piece in pieces for frame in received(unframer, piece)] == FRAMES


def test_there_is_always_space_for_more() -> None:
    unframer = Unframer()
    received(unframer, framed(b"x" * LONGEST_FRAME)[:-1])
    assert len(unframer.space) > 0


def test_a_length_that_no_frame_has_ends_the_stream() -> None:
    with pytest.raises(WireError, match="bytes"):
        received(Unframer(), (LONGEST_FRAME + 1).to_bytes(4, "big"))
