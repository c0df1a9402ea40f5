"""A stretch of a program that no signal to end it interrupts: it is heard at the end of it. Source: signal(7).

The mask is for the programs that are run in it, which inherit it; the handlers are for signals that another thread of
this process takes.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_HEARD_LATER: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def undisturbed() -> Iterator[None]:
    """For what must not be left half done, in the main thread. SIGKILL does not wait."""
    heard: list[int] = []

    def hear(number: int, _frame: FrameType | None) -> None:
        heard.append(number)

    mask = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD_LATER)
    handlers = {number: signal.signal(number, hear) for number in _HEARD_LATER}
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for each in dict.fromkeys(heard):
            signal.raise_signal(each)
