"""A stretch of a program that no signal to end it interrupts: it is heard at the end of it. Source: sigprocmask(2)."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_HEARD_LATER: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def undisturbed() -> Iterator[None]:
    """For what must not be left half done. SIGKILL does not wait."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD_LATER)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
