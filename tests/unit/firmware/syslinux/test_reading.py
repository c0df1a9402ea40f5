"""What a configuration for syslinux says, keyword by keyword, and what is remarked of the lines that are lost."""

import pytest

from netipl.firmware.rules import Severity
from netipl.firmware.syslinux.choice import Syslinux
from netipl.firmware.syslinux.reading import DEEPEST, read


def warnings(found: Syslinux) -> list[tuple[int, str]]:
    return [(each.line, each.message) for each in found.remarks if each.severity is Severity.WARNING]


def test_a_label_with_all_that_boots() -> None:
    found = read(b"LABEL a  b\n\tMENU LABEL ^Install\r\n  LINUX\tk  one two \n initrd i,j\nAPPEND x=1\ty\n")
    (choice,) = found.choices
    assert (choice.name, choice.kernel, choice.options) == (b"a b", b"k", b"one two")
    assert (choice.initrds, choice.append) == (b"i,j", b"x=1\ty")


def test_defaults_waiting_and_menus() -> None:
    text = b"UI menu.c32\nprompt 1\ntimeout 50\nontimeout c\ndefault a\nlabel a\nlabel b\nmenu default\n"
    found = read(text)
    assert found.has_ui
    assert found.prompts
    assert (found.top.timeout, found.top.on_timeout, found.default) == (50, b"c", b"a")
    assert found.top.default is found.choices[1]


def test_the_last_default_counts_be_it_a_menu_or_a_label() -> None:
    found = read(b"default a\ndefault vesamenu.c32\nlabel a\n")
    assert (found.has_ui, found.default) == (False, b"vesamenu.c32")


def test_submenus_have_labels_waits_and_defaults_of_their_own() -> None:
    found = read(
        b"timeout 5\nlabel a\nmenu begin\ntimeout 9\nmenu default\nlabel b\nmenu default\nmenu end\n"
        b"label c\nmenu hide\ninclude f a title\nlabel e\n",
        files={b"f": b"label d\n"},
    )
    a, b, c, d, e = found.choices
    assert a.menu is c.menu is e.menu is found.top
    assert b.menu is not d.menu
    assert (found.top.default, b.menu.default) == (b.menu, b)
    assert (found.top.timeout, b.menu.timeout, d.menu.timeout) == (5, 9, 5)
    assert [choice.is_hidden for choice in found.choices] == [False, False, True, False, False]


def test_the_append_before_all_labels_is_for_all() -> None:
    found = read(b"append g\nlabel a\nlabel b\nappend -\n")
    assert (found.append, [choice.append for choice in found.choices]) == (b"g", [None, b""])


def test_a_help_text_is_no_configuration() -> None:
    found = read(b"label a\ntext help\nlabel b\nkernel x\n EndText\nkernel k\n")
    assert [(choice.name, choice.kernel) for choice in found.choices] == [(b"a", b"k")]


@pytest.mark.parametrize(
    ("line", "reason"),
    {
        "localboot": (b"localboot 0x80", "the firmware has no `localboot`"),
        "a module": (b"com32 chain.c32", "`com32 chain.c32` is for x86"),
        "a module as kernel": (b"kernel chain.c32 hd0", "'chain.c32' is a program for x86"),
        "a boot program": (b"kernel pxelinux.0", "'pxelinux.0' is a program for x86"),
        "memdisk": (b"kernel syslinux/memdisk", "'syslinux/memdisk' is a program for x86"),
        "a kernel image is none of these": (b"kernel kernel.img", ""),
    }.values(),
)
def test_what_no_firmware_could_boot(line: bytes, reason: str) -> None:
    assert read(b"label a\n" + line + b"\n").choices[0].cannot == reason


@pytest.mark.parametrize(
    ("text", "line", "message"),
    {
        "ipappend": (
            b"label a\nipappend 2\n",
            2,
            "the firmware tells the kernel nothing of the network (ipappend); left out",
        ),
        "ipappend of more than append has": (
            b"label a\nappend BOOTIF=00-52-54\nipappend 3\n",
            3,
            "the firmware tells the kernel nothing of the network (ipappend); left out",
        ),
        "ipappend of what is rarely read": (
            b"label a\nappend quiet\nipappend 8\n",
            3,
            "the firmware tells the kernel nothing of the network (ipappend); left out",
        ),
        "a password": (
            b"label a\nmenu passwd x\n",
            2,
            "the firmware asks for no password; whoever starts the guest boots this label",
        ),
        "a label twice": (b"label a\nlabel a\n", 2, "label 'a' is there already, or has no name; left out"),
        "a kernel behind a separator": (
            b"label a\nmenu separator\nkernel k\n",
            3,
            "kernel outside of any label; left out",
        ),
        "a kernel before all labels": (b"\nkernel k\n", 2, "kernel outside of any label; left out"),
        "an unknown keyword": (
            b"frobnicate\n",
            1,
            "'frobnicate' is no keyword of syslinux that is known here; left out",
        ),
        "a file that is not there": (b"include x.cfg\n", 1, "'x.cfg' cannot be included: it is not in the root"),
    }.values(),
)
def test_what_is_lost_has_a_warning(text: bytes, line: int, message: str) -> None:
    assert warnings(read(text)) == [(line, message)]


def test_an_ipappend_that_append_has_already_is_no_loss() -> None:
    """As Foreman's templates for Red Hat's family have it."""
    [remark] = read(b"label a\nappend inst.ks=x BOOTIF=00-52-54-00-00-00-01\nipappend 2\n").remarks
    assert (remark.line, remark.severity) == (3, Severity.NOTE)


def test_what_shows_something_is_noted_once() -> None:
    found = read(b"say a\nsay b\nmenu title x\nmenu color y\ndisplay z\n")
    assert [(each.line, each.severity) for each in found.remarks] == [(line, Severity.NOTE) for line in (1, 3, 5)]


def test_files_are_included_from_the_root_and_say_where_lines_stand() -> None:
    files = {b"a.cfg": b"label x\nmenu include b.cfg\nkernel k\n", b"p/b.cfg": b"nonsense\n"}
    found = read(b"include /a.cfg\n", file=b"f", files=files, prefix=b"p/")
    assert [(choice.name, choice.kernel, choice.place.file) for choice in found.choices] == [(b"x", b"k", b"a.cfg")]
    assert [(each.file, each.line) for each in found.remarks] == [(b"p/b.cfg", 1)]


def test_files_that_include_themselves_end() -> None:
    found = read(b"include a\n", files={b"a": b"include a\n"})
    assert warnings(found) == [(1, f"files include one another more than {DEEPEST} deep; left out")]


def test_lines_of_menus_that_boot_nothing() -> None:
    found = read(b"label -\nmenu exit\nlabel x\nmenu goto y\n")
    assert [choice.is_line for choice in found.choices] == [True, True]
