"""A terminal at a guest's console: keys go to the guest as they are typed, what it prints comes back, Ctrl-] leaves.

Only here are a guest's own bytes written to a terminal. Source: termios(3).
"""

import os
import select
import sys
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import typer

from netipl.cli.remote.api import Api, guest_path
from netipl.console import Lines, SafeText
from netipl.errors import NetiplError, UsageError

LEAVE: Final = b"\x1d"
"""Ctrl-], as in virsh and telnet."""
_KEYS_AT_ONCE: Final = 1024
_CONSOLE: Final = "console"


def look_on(api: Api, name: str, *, as_json: bool) -> None:
    """Until it ends or somebody interrupts. What steers a terminal is taken out once more where it arrives; what is no
    terminal gets whole lines, without the progress that the firmware rewrites.
    """
    is_terminal, whole = sys.stdout.isatty(), _Whole()
    show = _decoded if as_json else SafeText().feed if is_terminal else whole.feed
    if is_terminal and not as_json:
        typer.echo(f"looking on at the console of guest {name}; Ctrl-C leaves it, and the guest goes on", err=True)
    with suppress(KeyboardInterrupt), api.pieces(_path(name), form="json" if as_json else "text") as coming:
        for data in coming:
            sys.stdout.write(show(data))
            sys.stdout.flush()
    sys.stdout.write(whole.rest)


def _decoded(data: bytes) -> str:
    return data.decode("utf-8", "replace")


class _Whole:
    """Text, line by line as each ends."""

    def __init__(self) -> None:
        self._safe, self._lines = SafeText(), Lines()

    def feed(self, data: bytes) -> str:
        return "".join(f"{line}\n" for line in self._lines.feed(self._safe.feed(data)))

    @property
    def rest(self) -> str:
        """The line that has not ended, once no more comes."""
        return f"{self._lines.current}\n" if self._lines.current else ""


def sit(api: Api, name: str) -> None:
    """Raises UsageError where no person sits at both ends."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError("there is no terminal to type at", remedy="run it in a terminal, or give --read-only")
    with api.pieces(_path(name), form="raw") as coming:
        typer.echo(f"the keyboard is that of guest {name}; Ctrl-] leaves it", err=True)
        with _raw_terminal(), _printing(coming, sys.stdout.fileno()) as ended:
            _type(lambda keys: api.give(_path(name, "keys"), keys), ended)
    typer.echo("", err=True)


def _path(name: str, *rest: str) -> str:
    return guest_path(name, _CONSOLE, *rest)


@contextmanager
def _raw_terminal() -> Iterator[None]:
    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    tty.setraw(keyboard, termios.TCSADRAIN)
    try:
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


@contextmanager
def _printing(coming: Iterator[bytes], output: int) -> Iterator[int]:
    """While the block runs what comes is written, in a thread. What is yielded can be read when no more comes."""
    ended, end = os.pipe()

    def write() -> None:
        try:
            with suppress(Exception):  # the line is cut: by us, on leaving, or by the daemon, which is told as its end
                for data in coming:
                    _write(output, data)
        finally:
            os.close(end)

    threading.Thread(target=write, name="console", daemon=True).start()
    try:
        yield ended
    finally:
        os.close(ended)


def _write(output: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(output, left) :]


def _type(send: Callable[[bytes], None], ended: int) -> None:
    """Until somebody leaves, or no more comes. What the guest does not take is told, and typing goes on."""
    keyboard = sys.stdin.fileno()
    while True:
        ready, _, _ = select.select([keyboard, ended], [], [])
        if ended in ready:
            return
        keys = os.read(keyboard, _KEYS_AT_ONCE)
        before, left, _ = keys.partition(LEAVE)
        if before:
            try:
                send(before)
            except NetiplError as error:
                os.write(sys.stderr.fileno(), f"\r\n[netipl: {error}]\r\n".encode())
        if left or not keys:
            return
