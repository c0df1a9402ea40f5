"""Which options of a request are agreed to, and on what: RFC 2347, 2348 (blksize), 2349 (timeout, tsize), 7440.

An option that is unknown, malformed or out of its range is left out of the answer, as RFC 2347 wants.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from netipl.protocols.tftp.codes import BLOCK_SIZE, OptionName
from netipl.protocols.tftp.packet import Options, option
from netipl.protocols.tftp.retransmission import SECOND

LARGEST_BLOCK: Final = 65464
"""RFC 2348."""

LARGEST_WINDOW: Final = 64
"""Blocks sent without an ACK; a client may ask for 65535 (RFC 7440), and gets these."""

LONGEST_TIMEOUT: Final = 30
"""Seconds; a client may ask for 255 (RFC 2349), and then gets our own timer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What client and server agree on. `timeout` is in nanoseconds, 0 for a measured one."""

    block_size: int = BLOCK_SIZE
    window_size: int = 1
    timeout: int = 0


def negotiate(options: Options, *, size: int, largest_block: int) -> tuple[Terms, Options]:
    """The terms, and the options of the OACK (none: no OACK) for a file of `size` bytes.

    `largest_block` is what one packet on the path can carry.
    """
    limits = _Limits(size=size, largest_block=min(largest_block, LARGEST_BLOCK))
    agreed: dict[str, int] = {}
    for name, agree in _AGREEMENTS.items():
        asked = _number(option(options, name))
        if asked is not None and (answer := agree(asked, limits)) is not None:
            agreed[name] = answer
    terms = Terms(
        block_size=agreed.get(OptionName.BLOCK_SIZE, BLOCK_SIZE),
        window_size=agreed.get(OptionName.WINDOW_SIZE, 1),
        timeout=agreed.get(OptionName.TIMEOUT, 0) * SECOND,
    )
    return terms, tuple((name.encode(), str(value).encode()) for name, value in agreed.items())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Limits:
    size: int
    largest_block: int


def _block_size(asked: int, limits: _Limits) -> int | None:
    return min(asked, limits.largest_block) if 8 <= asked <= LARGEST_BLOCK else None


def _timeout(asked: int, _limits: _Limits) -> int | None:
    return asked if 1 <= asked <= LONGEST_TIMEOUT else None


def _transfer_size(_asked: int, limits: _Limits) -> int:
    return limits.size


def _window_size(asked: int, _limits: _Limits) -> int | None:
    return min(asked, LARGEST_WINDOW) if 1 <= asked <= 65535 else None


_AGREEMENTS: Mapping[OptionName, Callable[[int, _Limits], int | None]] = MappingProxyType(
    {
        OptionName.BLOCK_SIZE: _block_size,
        OptionName.TIMEOUT: _timeout,
        OptionName.TRANSFER_SIZE: _transfer_size,
        OptionName.WINDOW_SIZE: _window_size,
    }
)


def _number(value: bytes | None) -> int | None:
    return int(value) if value is not None and value.isdigit() and len(value) <= 20 else None
