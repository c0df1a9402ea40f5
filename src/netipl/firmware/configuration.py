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
_KEYWORDS_OF_LABEL: Final = (b"kernel", b"initrd", b"append")


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
        elif keyword in _KEYWORDS_OF_LABEL and self.entries:
            setattr(self.entries[-1], keyword.decode(), argument)
        else:
            raise KeyError(keyword)


def parse(data: bytes, limits: Limits, *, boot_file: bool = False) -> Configuration:
    """`data` as one configuration. Nothing is an error: what is not understood is printed and passed over.

    A `boot_file` keeps the blanks at the end of a last line that no line feed ends (C).
    """
    configuration = Configuration()
    for line in _lines(data, boot_file=boot_file):
        if len(configuration.entries) > limits.labels:
            break
        if line and not line.startswith(b"#"):
            _take(configuration, line)
    return configuration


def _lines(data: bytes, *, boot_file: bool) -> list[bytes]:
    """Without the blanks around them. A NUL ends the configuration."""
    *ended, last = data.partition(b"\0")[0].split(b"\n")
    if not boot_file:
        last = last.rstrip(b"\r \t")
    return [line.rstrip(b"\r \t").lstrip(_BLANKS) for line in ended] + [last.lstrip(_BLANKS)]


def _take(configuration: Configuration, line: bytes) -> None:
    separator = b" " if b" " in line else b"\t"
    keyword, found, argument = line.partition(separator)
    if not found:
        configuration.messages.append(b"Failed to parse this line:\n " + line + b"\n")
        return
    try:
        configuration.take(keyword.lower(), argument.lstrip(_BLANKS))
    except KeyError:
        configuration.messages.append(b"Command '" + keyword + b"' is not supported.\n")
