"""The re-IPL program, which sends a guest that was booted over the network to its own disk.

Decides what the program is told, by a command line or inside its file; the program itself, and what it does with it, is
in payload/reipl (words.S, image.S).
"""

from netipl.ccw import DeviceNumber
from netipl.content import Content, inline
from netipl.errors import UsageError

DEFAULTS_OFFSET = 0x10020
"""Where the file has words of its own, which those of the command line replace."""
DEFAULTS_SIZE = 64
LONGEST_WAIT = 9999
"""In seconds, of one or more."""


def command_line(*, device: DeviceNumber | None = None, wait: int | None = None) -> str:
    """The words for `device` and `wait` (seconds until the guest goes back to the network). Raises UsageError.

    Without a device the program looks for a disk; without a wait it waits for 5 s.
    """
    words = [f"reipl={device}"] if device is not None else []
    if wait is not None:
        if not 1 <= wait <= LONGEST_WAIT:
            raise UsageError(f"the guest cannot wait for {wait} s", remedy=f"name 1 to {LONGEST_WAIT} seconds")
        words.append(f"reipl.wait={wait}")
    return " ".join(words)


def reipl(program: Content, *, device: DeviceNumber | None = None, wait: int | None = None) -> Content:
    """`program` with these words in it, for where the firmware gives no command line. Raises UsageError."""
    words = command_line(device=device, wait=wait).encode().ljust(DEFAULTS_SIZE, b"\0")
    return program.part(0, DEFAULTS_OFFSET) + inline(words) + program.part(DEFAULTS_OFFSET + DEFAULTS_SIZE)
