"""What a configuration for syslinux says, without the order of its lines: choices, defaults, and remarks about lines.

Source: the manual of syslinux (doc/syslinux.txt, doc/menu.txt).
"""

from dataclasses import dataclass, field
from typing import Final

from netipl.firmware.rules import Severity

_MENUS: Final = (b"menu", b"vesamenu")
"""Programs whose ending `.c32` is often left out; syslinux finds them all the same."""


def is_program(default: bytes) -> bool:
    """Whether `default` names a program, which is a menu, and no label."""
    words = default.lower().split()
    return bool(words) and (words[0].endswith(b".c32") or words[0].rpartition(b"/")[2] in _MENUS)


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


@dataclass(slots=True, kw_only=True, eq=False)
class Menu:
    """The whole configuration, or what stands between `menu begin` and `menu end`."""

    parent: "Menu | None" = None
    default: "Choice | Menu | None" = None
    """What `menu default` marks; None is the first."""
    on_timeout: bytes = b""
    on_timeout_place: Place = Place()
    timeout: int = 0
    """Tenths of a second; 0 waits for ever."""

    def submenu(self) -> "Menu":
        """A new menu in this one, which waits as this one does where it does not say otherwise."""
        return Menu(
            parent=self, on_timeout=self.on_timeout, on_timeout_place=self.on_timeout_place, timeout=self.timeout
        )


@dataclass(slots=True, kw_only=True)
class Choice:
    """One label. `append` is None where the one for all labels holds."""

    name: bytes
    place: Place
    menu: Menu
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
    is_local: bool = False
    """Whether it boots the machine's own disk: `localboot`, or syslinux's program that starts what is there."""
    is_hidden: bool = False
    """`menu hide`: it boots where it is named, but no menu has it."""


@dataclass(slots=True, kw_only=True)
class Syslinux:
    """All of one configuration, included files too."""

    top: Menu = field(default_factory=Menu)
    start: Menu | None = None
    """The menu that `menu start` is in."""
    choices: list[Choice] = field(default_factory=list)
    default: bytes = b""
    """Of the last line; a label, a kernel or the program of a menu."""
    default_place: Place = Place()
    append: bytes = b""
    system_append: int = 0
    has_ui: bool = False
    """`ui`: the program of a menu is started, whatever `default` is."""
    prompts: bool = False
    total_timeout: int = 0
    """Tenths of a second after which no key that was pressed counts."""
    remarks: list[Remark] = field(default_factory=list)

    def called(self, name: bytes) -> Choice | None:
        return next((choice for choice in self.choices if choice.name == name), None)
