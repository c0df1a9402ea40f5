"""Reads a configuration for syslinux or pxelinux: keywords in any case, included files, menus and help texts.

What shows or asks something is passed over with a remark. Source: the manual of syslinux (doc/syslinux.txt,
doc/menu.txt); no line of it is an error.
"""

from collections.abc import Callable, Mapping
from typing import Final

from netipl.firmware.lint.finding import normal
from netipl.firmware.rules import Severity
from netipl.firmware.syslinux.choice import Choice, Menu, Place, Syslinux, is_program
from netipl.wire import printable

DEEPEST: Final = 16
"""Files that include one another."""

_SHOWN: Final = frozenset(
    b"say display font kbdmap serial console f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 nocomplete noescape"
    b" allowoptions implicit path notice nohalt onerror".split()
)
"""Keywords that show or ask something, or that only a menu needs."""
_FOREIGN: Final = frozenset(b"boot bss pxe fdimage comboot com32 config".split())
"""Kinds of kernels that only an x86 boot program knows."""
_FOREIGN_ENDINGS: Final = (b".c32", b".com", b".cbt", b".0", b".bs", b".bss", b".bin", b"memdisk")
_DISK_STARTERS: Final = (b"chain.c32", b"chain")
_NO_BOOT: Final = frozenset(b"goto exit quit disable disabled help".split())

_TOLD: Final = {1: b"ip=", 2: b"BOOTIF=", 4: b"SYSUUID="}
"""What the bits of `ipappend` add to a command line; the others are of CPU and firmware, and rarely read."""

LOCAL_BOOT_REMEDY: Final = "make the label a kernel that boots the disk: the re-IPL program"


def read(
    data: bytes, *, file: bytes = b"", files: Mapping[bytes, bytes] | None = None, prefix: bytes = b""
) -> Syslinux:
    """`data` with what it includes from `files`, whose names are those of a TFTP tree; `prefix` is option 210."""
    reader = _Reader(files or {}, prefix)
    reader.file(data, file, depth=1)
    return reader.found


class _Reader:
    """One handler for each keyword. Lines belong to the label before them, up to a separator or an end of its menu."""

    def __init__(self, files: Mapping[bytes, bytes], prefix: bytes) -> None:
        self.found = Syslinux()
        self._files = files
        self._prefix = prefix
        self._depth = 0
        self._in_menu: Menu = self.found.top
        self._in_label: Choice | None = None
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
            b"totaltimeout": self._total_timeout,
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
        self.found.default, self.found.default_place = argument, place
        if is_program(argument):
            self._shows_menu(place)

    def _ui(self, _argument: bytes, place: Place) -> None:
        self.found.has_ui = True
        self._shows_menu(place)

    def _shows_menu(self, place: Place) -> None:
        self._note(place, "the firmware shows no such menu; its default boots at once")

    def _label(self, argument: bytes, place: Place) -> None:
        name = b" ".join(argument.split())
        is_new = bool(name) and self.found.called(name) is None
        self._in_label = Choice(name=name if is_new else b"", place=place, menu=self._in_menu, is_line=not is_new)
        self.found.choices.append(self._in_label)
        if not is_new:
            self._warn(place, f"label '{printable(name, 40)}' is there already, or has no name; left out")

    def _kernel(self, argument: bytes, place: Place) -> None:
        choice = self._choice(b"kernel", place)
        if choice is None or not argument:
            return
        name, *rest = argument.split(maxsplit=1)
        choice.kernel, choice.options = name, b"".join(rest)
        if name.lower().endswith(_FOREIGN_ENDINGS):
            choice.cannot = f"'{printable(name, 60)}' is a program for x86"
            choice.is_local = _starts_a_disk(name)

    def _foreign(self, keyword: bytes, argument: bytes, place: Place) -> None:
        choice = self._choice(keyword, place)
        if choice is not None:
            choice.cannot = f"`{keyword.decode()} {printable(argument, 60)}` is for x86"
            choice.is_local = _starts_a_disk(argument)

    def _local_boot(self, _argument: bytes, place: Place) -> None:
        choice = self._choice(b"localboot", place)
        if choice is not None:
            choice.cannot, choice.remedy = "the firmware has no `localboot`", LOCAL_BOOT_REMEDY
            choice.is_local = True

    def _initrd(self, argument: bytes, place: Place) -> None:
        choice = self._choice(b"initrd", place)
        if choice is not None and argument:
            choice.initrds = argument

    def _append(self, argument: bytes, _place: Place) -> None:
        if self._in_label is not None:
            self._in_label.append = b"" if argument == b"-" else argument
        else:
            self.found.append = argument

    def _system_append(self, argument: bytes, place: Place) -> None:
        bits = _number(argument)
        if self._in_label is not None:
            self._in_label.system_append = bits
        else:
            self.found.system_append = bits
        said = (self._in_label.append if self._in_label is not None else self.found.append) or b""
        words = "the firmware tells the kernel nothing of the network (ipappend); left out"
        told = [name for bit, name in _TOLD.items() if bits & bit]
        if told and all(any(each.startswith(name) for each in said.split()) for name in told):
            self._note(place, f"{words}, as append says it already")
        elif bits:
            helps = "write `ip=dhcp` into append, and BOOTIF or what else is needed for each guest"
            self._warn(place, words, helps)

    def _prompt(self, argument: bytes, place: Place) -> None:
        self.found.prompts = bool(_number(argument))
        if self.found.prompts:
            self._note(place, "the firmware does not prompt; the default boots at once")

    def _timeout(self, argument: bytes, place: Place) -> None:
        self._in_menu.timeout = self._waits(argument, place)

    def _total_timeout(self, argument: bytes, place: Place) -> None:
        self.found.total_timeout = self._waits(argument, place)

    def _waits(self, argument: bytes, place: Place) -> int:
        wait = _number(argument)
        if wait:
            self._note(place, "the firmware does not wait; the default boots at once")
        return wait

    def _on_timeout(self, argument: bytes, place: Place) -> None:
        self._in_menu.on_timeout, self._in_menu.on_timeout_place = argument, place

    def _menu(self, argument: bytes, place: Place) -> None:
        word, rest = _split(argument)
        if word == b"include":
            self._include(rest, place)
        elif word == b"begin":
            self._begin_submenu()
        elif word == b"end":
            self._end_submenu()
        elif word == b"separator":
            self._in_label = None
        elif word == b"start":
            self.found.start = self._in_menu
        elif word == b"default":
            self._menu_default()
        elif word == b"passwd":
            self._warn(place, "the firmware asks for no password; whoever starts the guest boots this label")
        elif self._in_label is not None and (word in _NO_BOOT or word == b"hide"):
            self._in_label.is_line |= word in _NO_BOOT
            self._in_label.is_hidden |= word == b"hide"
        else:
            self._passed_over(b"menu", place)

    def _begin_submenu(self) -> None:
        self._in_menu, self._in_label = self._in_menu.submenu(), None

    def _end_submenu(self) -> None:
        self._in_menu, self._in_label = self._in_menu.parent or self._in_menu, None

    def _menu_default(self) -> None:
        """Before the first label of a submenu it is about the submenu itself."""
        if self._in_label is not None:
            self._in_menu.default = self._in_label
        elif self._in_menu.parent is not None:
            self._in_menu.parent.default = self._in_menu

    def _include(self, argument: bytes, place: Place) -> None:
        name, *title = argument.split(maxsplit=1) or [b""]
        key = next((key for key in (normal(self._prefix + name), normal(name)) if key in self._files), None)
        if self._depth >= DEEPEST:
            self._warn(place, f"files include one another more than {DEEPEST} deep; left out")
        elif not name or key is None:
            helps = "give --root, the directory that the TFTP server serves"
            self._warn(place, f"'{printable(name, 60)}' cannot be included: it is not in the root", helps)
        else:
            self._included(key, is_submenu=bool(title))

    def _included(self, key: bytes, *, is_submenu: bool) -> None:
        depth = self._depth
        if is_submenu:
            self._begin_submenu()
        self.file(self._files[key], key, depth=depth + 1)
        if is_submenu:
            self._end_submenu()
        self._depth = depth

    def _choice(self, keyword: bytes, place: Place) -> Choice | None:
        if self._in_label is None:
            self._warn(place, f"{keyword.decode()} outside of any label; left out")
        return self._in_label

    def _passed_over(self, keyword: bytes, place: Place) -> None:
        """Said once for each keyword."""
        if keyword not in self._shown:
            self._shown.add(keyword)
            self._note(place, f"`{keyword.decode()}` has no meaning for the firmware; left out")

    def _warn(self, place: Place, message: str, remedy: str = "") -> None:
        self.found.remarks.append(place.remark(Severity.WARNING, message, remedy))

    def _note(self, place: Place, message: str) -> None:
        self.found.remarks.append(place.remark(Severity.NOTE, message))


def _starts_a_disk(program: bytes) -> bool:
    return program.lower().rpartition(b"/")[2] in _DISK_STARTERS


def _split(line: bytes) -> tuple[bytes, bytes]:
    """Keyword in lower case, and its argument."""
    words = line.strip().split(maxsplit=1)
    return (words[0].lower(), words[1]) if len(words) == 2 else (line.strip().lower(), b"")


def _number(text: bytes) -> int:
    """0 where it is none."""
    try:
        return int(text, 0)
    except ValueError:
        return 0
