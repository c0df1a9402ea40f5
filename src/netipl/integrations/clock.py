"""What the kernel says of the system's clock: whether anybody keeps it right, and how far off it may be.

Source: adjtimex(2), include/uapi/linux/timex.h. Reading needs no rights.
"""

import ctypes
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

_UNSYNCHRONISED: Final = 0x0040  # STA_UNSYNC
_TIME_ERROR: Final = 5
_libc = ctypes.CDLL(None, use_errno=True)


class _Timex(ctypes.Structure):
    """Its beginning; what follows is of no use here, and has room."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("frequency", ctypes.c_long),
        ("largest_error", ctypes.c_long),
        ("estimated_error", ctypes.c_long),
        ("status", ctypes.c_int),
        ("_rest", ctypes.c_byte * 256),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Discipline:
    """`largest_error` is what the kernel thinks that the clock is off at most."""

    is_synchronised: bool
    largest_error: timedelta


def discipline() -> Discipline:
    """Of this machine's clock, now."""
    timex = _Timex()
    state = _libc.adjtimex(ctypes.byref(timex))
    synchronised = 0 <= state < _TIME_ERROR and not timex.status & _UNSYNCHRONISED
    return Discipline(is_synchronised=synchronised, largest_error=timedelta(microseconds=timex.largest_error))
