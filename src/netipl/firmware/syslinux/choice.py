"""What a configuration for syslinux says, without the order of its lines: choices, defaults, and remarks about lines.

Source: the manual of syslinux (doc/syslinux.txt, doc/menu.txt).
"""

from dataclasses import dataclass, field

from netipl.firmware.rules import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """What could not be kept as it was. Line 0 is no line in particular."""

    severity: Severity
    message: str
    remedy: str = ""
    file: bytes = b""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file."""

    file: bytes = b""
    line: int = 0

    def remark(self, severity: Severity, message: str, remedy: str = "") -> Remark:
        return Remark(severity=severity, message=message, remedy=remedy, file=self.file, line=self.line)


@dataclass(slots=True, kw_only=True)
class Choice:
    """One label. `append` is None where the one for all labels holds."""

    name: bytes
    place: Place
    kernel: bytes | None = None
    options: bytes = b""
    """Words behind the kernel's name, or behind the label's in `default`."""
    initrds: bytes | None = None
    """As it is written, with commas."""
    append: bytes | None = None
    system_append: int = 0
    """The bits of `ipappend`."""
    cannot: str = ""
    """Why no firmware could boot it, such as `localboot`."""
    remedy: str = ""
    is_line: bool = False
    """A separator or a way to another menu: nothing that boots."""


@dataclass(slots=True, kw_only=True)
class Syslinux:
    """All of one configuration, included files too."""

    choices: list[Choice] = field(default_factory=list)
    default: bytes = b""
    default_place: Place = Place()
    menu_default: Choice | None = None
    on_timeout: bytes = b""
    on_timeout_place: Place = Place()
    append: bytes = b""
    system_append: int = 0
    has_menu: bool = False
    prompts: bool = False
    timeout: int = 0
    """Tenths of a second; 0 waits for ever."""
    remarks: list[Remark] = field(default_factory=list)

    def called(self, name: bytes) -> Choice | None:
        return next((choice for choice in self.choices if choice.name == name), None)
