"""Reads a configuration for syslinux or pxelinux: keywords in any case, included files, menus and help texts.

What shows or asks something is passed over with a remark. Source: the manual of syslinux (doc/syslinux.txt,
doc/menu.txt); no line of it is an error.
"""

from collections.abc import Callable, Mapping
from typing import Final

from netipl.firmware.lint.finding import normal
from netipl.firmware.rules import Severity
from netipl.firmware.syslinux.choice import Choice, Place, Syslinux
from netipl.wire import printable

DEEPEST: Final = 16
"""Files that include one another."""

_SHOWN: Final = frozenset(
    b"say display font kbdmap serial console f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 nocomplete noescape"
    b" allowoptions implicit path notice nohalt onerror totaltimeout".split()
)
"""Keywords that show or ask something, or that only a menu needs."""
_FOREIGN: Final = frozenset(b"boot bss pxe fdimage comboot com32 config".split())
"""Kinds of kernels that only an x86 boot program knows."""
_FOREIGN_ENDINGS: Final = (b".c32", b".com", b".cbt", b".0", b".bs", b".bss", b".bin", b"memdisk")
_NO_BOOT: Final = frozenset(b"separator goto exit quit disable".split())

LOCAL_BOOT_REMEDY: Final = "make the label a kernel that boots the disk: the re-IPL program"


def read(
    data: bytes, *, file: bytes = b"", files: Mapping[bytes, bytes] | None = None, prefix: bytes = b""
) -> Syslinux:
    """`data` with what it includes from `files`, whose names are those of a TFTP tree; `prefix` is option 210."""
    reader = _Reader(files or {}, prefix)
    reader.file(data, file, depth=1)
    return reader.found


class _Reader:
    """One handler for each keyword; the label that lines belong to is the last one."""

    def __init__(self, files: Mapping[bytes, bytes], prefix: bytes) -> None:
        self.found = Syslinux()
        self._files = files
        self._prefix = prefix
        self._depth = 0
        self._shown: set[bytes] = set()
        self._handlers: Mapping[bytes, Callable[[bytes, Place], None]] = {
            b"default": self._default,
            b"label": self._label,
            b"kernel": self._kernel,
            b"linux": self._kernel,
            b"initrd": self._initrd,
            b"append": self._append,
            b"ipappend": self._system_append,
            b"sysappend": self._system_append,
            b"localboot": self._local_boot,
            b"ui": self._ui,
            b"prompt": self._prompt,
            b"timeout": self._timeout,
            b"ontimeout": self._on_timeout,
            b"menu": self._menu,
            b"include": self._include,
        }

    def file(self, data: bytes, name: bytes, *, depth: int) -> None:
        self._depth = depth
        in_text = False
        for number, line in enumerate(data.replace(b"\0", b"").split(b"\n"), start=1):
            keyword, argument = _split(line)
            if in_text:
                in_text = keyword != b"endtext"
            elif keyword == b"text":
                in_text = True
                self._passed_over(b"text", Place(name, number))
            elif keyword and not keyword.startswith(b"#"):
                self._depth = depth
                self._take(keyword, argument, Place(name, number))

    def _take(self, keyword: bytes, argument: bytes, place: Place) -> None:
        handler = self._handlers.get(keyword)
        if handler is not None:
            handler(argument, place)
        elif keyword in _FOREIGN:
            self._foreign(keyword, argument, place)
        elif keyword in _SHOWN:
            self._passed_over(keyword, place)
        else:
            self._warn(place, f"'{printable(keyword, 40)}' is no keyword of syslinux that is known here; left out")

    def _default(self, argument: bytes, place: Place) -> None:
        if _is_program(argument):
            self._ui(argument, place)
        else:
            self.found.default, self.found.default_place = argument, place

    def _ui(self, _argument: bytes, place: Place) -> None:
        self.found.has_menu = True
        self._note(place, "the firmware shows no such menu; its default boots at once")

    def _label(self, argument: bytes, place: Place) -> None:
        name = b" ".join(argument.split())
        if name and self.found.called(name) is None:
            self.found.choices.append(Choice(name=name, place=place))
            return
        self.found.choices.append(Choice(name=b"", place=place, is_line=True))
        self._warn(place, f"label '{printable(name, 40)}' is there already, or has no name; left out")

    def _kernel(self, argument: bytes, place: Place) -> None:
        choice = self._choice(b"kernel", place)
        if choice is None or not argument:
            return
        name, *rest = argument.split(maxsplit=1)
        choice.kernel, choice.options = name, b"".join(rest)
        if name.lower().endswith(_FOREIGN_ENDINGS):
            choice.cannot = f"'{printable(name, 60)}' is a program for x86"

    def _foreign(self, keyword: bytes, argument: bytes, place: Place) -> None:
        choice = self._choice(keyword, place)
        if choice is not None:
            choice.cannot = f"`{keyword.decode()} {printable(argument, 60)}` is for x86"

    def _local_boot(self, _argument: bytes, place: Place) -> None:
        choice = self._choice(b"localboot", place)
        if choice is not None:
            choice.cannot, choice.remedy = "the firmware has no `localboot`", LOCAL_BOOT_REMEDY

    def _initrd(self, argument: bytes, place: Place) -> None:
        choice = self._choice(b"initrd", place)
        if choice is not None and argument:
            choice.initrds = argument

    def _append(self, argument: bytes, _place: Place) -> None:
        if self.found.choices:
            self.found.choices[-1].append = b"" if argument == b"-" else argument
        else:
            self.found.append = argument

    def _system_append(self, argument: bytes, place: Place) -> None:
        bits = _number(argument)
        if self.found.choices:
            self.found.choices[-1].system_append = bits
        else:
            self.found.system_append = bits
        if bits:
            helps = "write `ip=dhcp` into append, and BOOTIF or what else is needed for each guest"
            self._warn(place, "the firmware tells the kernel nothing of the network (ipappend); left out", helps)

    def _prompt(self, argument: bytes, place: Place) -> None:
        self.found.prompts = bool(_number(argument))
        if self.found.prompts:
            self._note(place, "the firmware does not prompt; the default boots at once")

    def _timeout(self, argument: bytes, place: Place) -> None:
        self.found.timeout = _number(argument)
        if self.found.timeout:
            self._note(place, "the firmware does not wait; the default boots at once")

    def _on_timeout(self, argument: bytes, place: Place) -> None:
        self.found.on_timeout, self.found.on_timeout_place = argument, place

    def _menu(self, argument: bytes, place: Place) -> None:
        word, rest = _split(argument)
        choice = self.found.choices[-1] if self.found.choices else None
        if word == b"include":
            self._include(rest, place)
        elif word == b"default" and choice is not None:
            self.found.menu_default = choice
        elif word in _NO_BOOT and choice is not None:
            choice.is_line = True
        elif word == b"passwd":
            self._warn(place, "the firmware asks for no password; whoever starts the guest boots this label")
        else:
            self._passed_over(b"menu", place)

    def _include(self, argument: bytes, place: Place) -> None:
        name = argument.split()[0] if argument else b""
        key = next((key for key in (normal(self._prefix + name), normal(name)) if key in self._files), None)
        if self._depth >= DEEPEST:
            self._warn(place, f"files include one another more than {DEEPEST} deep; left out")
        elif not name or key is None:
            helps = "give --root, the directory that the TFTP server serves"
            self._warn(place, f"'{printable(name, 60)}' cannot be included: it is not in the root", helps)
        else:
            depth = self._depth
            self.file(self._files[key], key, depth=depth + 1)
            self._depth = depth

    def _choice(self, keyword: bytes, place: Place) -> Choice | None:
        if self.found.choices:
            return self.found.choices[-1]
        self._warn(place, f"{keyword.decode()} before any label; left out")
        return None

    def _passed_over(self, keyword: bytes, place: Place) -> None:
        """Said once for each keyword."""
        if keyword not in self._shown:
            self._shown.add(keyword)
            self._note(place, f"`{keyword.decode()}` has no meaning for the firmware; left out")

    def _warn(self, place: Place, message: str, remedy: str = "") -> None:
        self.found.remarks.append(place.remark(Severity.WARNING, message, remedy))

    def _note(self, place: Place, message: str) -> None:
        self.found.remarks.append(place.remark(Severity.NOTE, message))


def _split(line: bytes) -> tuple[bytes, bytes]:
    """Keyword in lower case, and its argument."""
    words = line.strip().split(maxsplit=1)
    return (words[0].lower(), words[1]) if len(words) == 2 else (line.strip().lower(), b"")


def _is_program(argument: bytes) -> bool:
    """Whether `default` names a menu."""
    words = argument.split()
    return bool(words) and words[0].lower().endswith(b".c32")


def _number(text: bytes) -> int:
    """0 where it is none."""
    try:
        return int(text, 0)
    except ValueError:
        return 0
