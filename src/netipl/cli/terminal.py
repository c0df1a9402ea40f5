"""The user's terminal as the guest's console: keys go to the guest, what it prints is shown as it comes.

Control characters other than line ends, tabs and backspaces never reach the terminal (console.py).
Source: termios(3).
"""

import asyncio
import os
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from netipl.cli.screen import Screen
from netipl.errors import UsageError
from netipl.machines.qemu import Machine

LEAVE = b"\x1d"
"""Ctrl-], as in virsh and telnet: ends the guest."""

_KEYS_AT_ONCE = 1024
_LOCAL, _INPUT = 3, 0  # places in what termios.tcgetattr returns


class Terminal:
    """The terminal, lent to one guest; `screen` goes on showing the timeline in between."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    @classmethod
    def lent(cls, screen: Screen) -> Self:
        """Raises UsageError where no person sits at both ends."""
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise UsageError(
                "there is no terminal to type at", remedy="run it in a terminal, or leave out --interactive"
            )
        return cls(screen)

    def show(self, text: str) -> None:
        """What the guest printed, made safe, as it came."""
        self._screen.show(text)

    @contextmanager
    def attached(self, machine: Machine) -> Iterator[None]:
        """Pass every key on to `machine` while the block runs; `LEAVE` pulls its plug."""
        keyboard = sys.stdin.fileno()
        before, raw = termios.tcgetattr(keyboard), termios.tcgetattr(keyboard)
        raw[_LOCAL] &= ~(termios.ICANON | termios.ECHO | termios.ISIG | termios.IEXTEN)
        raw[_INPUT] &= ~(termios.ICRNL | termios.IXON)
        loop = asyncio.get_running_loop()
        self._screen.say("the keyboard is the guest's; Ctrl-] ends it")
        termios.tcsetattr(keyboard, termios.TCSADRAIN, raw)
        loop.add_reader(keyboard, _pass_on, loop, machine)
        try:
            yield
        finally:
            loop.remove_reader(keyboard)
            termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
            self._screen.end_line()


def _pass_on(loop: asyncio.AbstractEventLoop, machine: Machine) -> None:
    keys = os.read(sys.stdin.fileno(), _KEYS_AT_ONCE)
    if LEAVE in keys or not keys:
        machine.destroy()
    else:
        loop.create_task(machine.type(keys))
