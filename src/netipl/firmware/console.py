r"""The console as the guest prints it: bytes, with the line ends that its C library and its driver make.

`printf` ends a line with CR LF; `puts` adds CR LF of its own, of which the driver makes CR CR LF. Sources: QEMU
pc-bios/s390-ccw/sclp.c, SLOF lib/libc (C), and the transcripts in tests/vectors (M).
"""


class Console:
    """Collects what the firmware prints until it is taken."""

    __slots__ = ("_pending",)

    def __init__(self) -> None:
        self._pending = bytearray()

    def printf(self, text: bytes | str) -> None:
        """As C's printf of a text already formatted."""
        encoded = text.encode() if isinstance(text, str) else text
        self._pending += encoded.replace(b"\n", b"\r\n")

    def puts(self, text: bytes | str) -> None:
        """As the firmware's own puts."""
        encoded = text.encode() if isinstance(text, str) else text
        self.printf(encoded + b"\r\n")

    def take(self) -> bytes:
        """What was printed since the last call."""
        printed = bytes(self._pending)
        self._pending.clear()
        return printed


class Progress:
    """The counter of kilobytes in `Receiving data:`, rewritten with backspaces (C: SLOF lib/libnet/tftp.c).

    It moves at each full mebibyte, or after 1,022 packets without one. The count of packets runs on from file to file.
    """

    __slots__ = ("_console", "_last", "_packets", "_shown")

    _STEP = 1 << 20
    _PACKETS = 0x400

    def __init__(self, console: Console) -> None:
        self._console = console
        self._packets = 1
        self._last = 0
        self._shown = False

    def start(self) -> None:
        self._last = 0
        self._shown = False
        self._console.printf("  Receiving data:  ")
        self.show(0)

    def packet(self, received: int) -> None:
        """For each packet, before it is looked at; `received` are the bytes of the file so far."""
        if received - self._last >= self._STEP or self._packets % self._PACKETS == 0:
            self.show(received)
        else:
            self._packets += 1

    def show(self, received: int) -> None:
        if self._shown:
            self._console.printf("\b" * len(_kilobytes(self._last)))
        self._console.printf(_kilobytes(received))
        self._packets = 2
        self._shown = True
        self._last = received


def _kilobytes(received: int) -> str:
    return f"{received >> 10} KBytes"
