"""The configuration grammar exactly as the firmware parses it, and what it prints of lines that it does not take.

Bytes in, bytes out: it knows no encoding. Source: SLOF lib/libnet/pxelinux.c (C); tabs, `default` and the number of
labels also measured.
"""

from dataclasses import dataclass, field
from typing import Final

from netipl.firmware.limits import Limits

MAGIC: Final = b"# pxelinux"
"""How a boot file begins that is a configuration, in any case (C: netmain.c)."""
_BLANKS: Final = b" \t"
KEYWORDS_OF_LABEL: Final = (b"kernel", b"initrd", b"append")


@dataclass(slots=True, kw_only=True)
class Entry:
    """One label; None where the keyword is left out."""

    label: bytes
    kernel: bytes | None = None
    initrd: bytes | None = None
    append: bytes | None = None


@dataclass(slots=True, kw_only=True)
class Configuration:
    """Entries in order, the number of the default one, and what was printed while parsing."""

    entries: list[Entry] = field(default_factory=list)
    default: int = 0
    messages: list[bytes] = field(default_factory=list)

    _default_label: bytes | None = None

    def take(self, keyword: bytes, argument: bytes) -> None:
        """One line, with its keyword in lower case. Raises KeyError for what is not supported there."""
        if keyword == b"default":
            self._default_label = argument
        elif keyword == b"label":
            if argument == self._default_label:
                self.default = len(self.entries)
            self.entries.append(Entry(label=argument))
        elif keyword in KEYWORDS_OF_LABEL and self.entries:
            setattr(self.entries[-1], keyword.decode(), argument)
        else:
            raise KeyError(keyword)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What stands in line `number` from `column` on, both counted from 1, without the blanks around it."""

    number: int
    column: int
    text: bytes

    @property
    def is_read(self) -> bool:
        """Not for empty lines and comments."""
        return bool(self.text) and not self.text.startswith(b"#")

    def split(self) -> tuple[bytes, bytes] | None:
        """Keyword and argument; None for a line of one word. A TAB separates them only where there is no space."""
        keyword, found, argument = self.text.partition(b" " if b" " in self.text else b"\t")
        return (keyword, argument.lstrip(_BLANKS)) if found else None


def lines(data: bytes, *, boot_file: bool = False) -> list[Line]:
    """All lines, up to a NUL. The last one of a `boot_file` keeps its blanks where no line feed ends it (C)."""
    texts = data.partition(b"\0")[0].split(b"\n")
    last = len(texts) if boot_file else 0
    return [_line(number, text, keeps_blanks=number == last) for number, text in enumerate(texts, start=1)]


def _line(number: int, text: bytes, *, keeps_blanks: bool) -> Line:
    ended = text if keeps_blanks else text.rstrip(b"\r \t")
    found = ended.lstrip(_BLANKS)
    return Line(number=number, column=len(ended) - len(found) + 1, text=found)


def parse(data: bytes, limits: Limits, *, boot_file: bool = False) -> Configuration:
    """`data` as one configuration. Nothing is an error: what is not understood is printed and passed over."""
    configuration = Configuration()
    for line in lines(data, boot_file=boot_file):
        if len(configuration.entries) > limits.labels:
            break
        if line.is_read:
            _take(configuration, line)
    return configuration


def _take(configuration: Configuration, line: Line) -> None:
    found = line.split()
    if found is None:
        configuration.messages.append(b"Failed to parse this line:\n " + line.text + b"\n")
        return
    keyword, argument = found
    try:
        configuration.take(keyword.lower(), argument)
    except KeyError:
        configuration.messages.append(b"Command '" + keyword + b"' is not supported.\n")
