"""A signal that comes in the middle is heard at the end."""

import os
import signal
from types import FrameType

from netipl.hosting.undisturbed import undisturbed


def test_a_signal_waits_until_the_end() -> None:
    heard: list[int] = []

    def hear(number: int, _frame: FrameType | None) -> None:
        heard.append(number)

    before = signal.signal(signal.SIGHUP, hear)
    try:
        with undisturbed():
            os.kill(os.getpid(), signal.SIGHUP)
            assert heard == []
        assert heard == [signal.SIGHUP]
    finally:
        signal.signal(signal.SIGHUP, before)
