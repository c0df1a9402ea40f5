import pytest

from netipl.protocols.tftp.negotiation import Terms, negotiate
from netipl.protocols.tftp.packet import Options
from netipl.protocols.tftp.retransmission import SECOND

CASES: dict[str, tuple[Options, Terms, Options]] = {
    "no options: blocks of 512 and no OACK": ((), Terms(), ()),
    "the firmware's option": (
        ((b"blksize", b"1428"),),
        Terms(block_size=1428),
        ((b"blksize", b"1428"),),
    ),
    "options are answered in lower case, which the firmware wants": (
        ((b"BLKSIZE", b"1024"),),
        Terms(block_size=1024),
        ((b"blksize", b"1024"),),
    ),
    "a block is no larger than the path carries": (
        ((b"blksize", b"65464"),),
        Terms(block_size=1468),
        ((b"blksize", b"1468"),),
    ),
    "a block too small for RFC 2348 is left out": (((b"blksize", b"7"),), Terms(), ()),
    "a block too large for RFC 2348 is left out": (((b"blksize", b"65465"),), Terms(), ()),
    "what is no number is left out": (((b"blksize", b"-8"), (b"tsize", b"x"), (b"windowsize", b"")), Terms(), ()),
    "a number without end is left out": (((b"blksize", b"1" * 5000),), Terms(), ()),
    "tsize is the size": (((b"tsize", b"0"),), Terms(), ((b"tsize", b"5000"),)),
    "a timeout is taken over": (((b"timeout", b"3"),), Terms(timeout=3 * SECOND), ((b"timeout", b"3"),)),
    "a timeout that binds us for minutes is left out": (((b"timeout", b"255"),), Terms(), ()),
    "a window is at most 64": (((b"windowsize", b"65535"),), Terms(window_size=64), ((b"windowsize", b"64"),)),
    "a window of none is left out": (((b"windowsize", b"0"),), Terms(), ()),
    "unknown options are left out": (((b"multicast", b""), (b"tsize", b"0")), Terms(), ((b"tsize", b"5000"),)),
}


@pytest.mark.parametrize(("asked", "terms", "answer"), CASES.values(), ids=CASES)
def test_options(asked: Options, terms: Terms, answer: Options) -> None:
    assert negotiate(asked, size=5000, largest_block=1468) == (terms, answer)
