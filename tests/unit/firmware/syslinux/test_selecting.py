"""What boots when nobody touches a key."""

import pytest

from netipl.firmware.rules import Severity
from netipl.firmware.syslinux.choice import Remark
from netipl.firmware.syslinux.reading import read
from netipl.firmware.syslinux.selecting import in_order, selected

LABELS = b"label a\nlabel b\nlabel c\n"


@pytest.mark.parametrize(
    ("text", "name", "options"),
    {
        "the first, where nothing is said": (LABELS, b"a", b""),
        "the default": (b"default b\n" + LABELS, b"b", b""),
        "a default with words for the kernel": (b"default b x y\n" + LABELS, b"b", b"x y"),
        "the last default": (b"default a\ndefault b\n" + LABELS, b"b", b""),
        "a default behind its label": (LABELS + b"default b\n", b"b", b""),
        "the first of a menu": (b"ui menu.c32\n" + LABELS, b"a", b""),
        "the default of a menu": (b"default menu.c32\n" + LABELS + b"menu default\n", b"c", b""),
        "a menu without its ending": (b"DEFAULT menu\n" + LABELS + b"menu default\n", b"c", b""),
        "a label that is called as a menu is": (b"default menu\n" + LABELS + b"label menu\n", b"menu", b""),
        "with ui, the default before that of the menu": (
            b"ui menu.c32\ndefault b\n" + LABELS + b"menu default\n",
            b"b",
            b"",
        ),
        "with ui, a default in a submenu": (
            b"ui menu.c32\ndefault z\n" + LABELS + b"menu begin\nlabel y\nlabel z\nmenu end\n",
            b"z",
            b"",
        ),
        "the default of a submenu is for that menu": (
            b"ui menu.c32\n" + LABELS + b"menu begin\nlabel z\nmenu default\nmenu end\n",
            b"a",
            b"",
        ),
        "a submenu that is the default": (
            b"ui menu.c32\n" + LABELS + b"menu begin\nmenu default\nlabel y\nlabel z\nmenu default\nmenu end\n",
            b"z",
            b"",
        ),
        "a submenu to start with": (
            b"ui menu.c32\n" + LABELS + b"menu begin\nmenu start\nlabel z\nmenu end\n",
            b"z",
            b"",
        ),
        "ontimeout and timeout of a submenu are its own": (
            b"ui menu.c32\n" + LABELS + b"menu begin\ntimeout 9\nontimeout b\nlabel z\nmenu end\n",
            b"a",
            b"",
        ),
        "what a menu hides is not its first": (b"ui menu.c32\nlabel h\nmenu hide\n" + LABELS, b"a", b""),
        "a hidden label by name": (b"default h\n" + LABELS + b"label h\nmenu hide\n", b"h", b""),
        "ontimeout after the total wait": (
            b"default menu\ntotaltimeout 9\nontimeout b\n" + LABELS + b"menu default\n",
            b"b",
            b"",
        ),
        "a separator between labels leaves the label before it": (
            b"ui menu.c32\nlabel first\nkernel k\nmenu separator\n" + LABELS,
            b"first",
            b"",
        ),
        "a menu default counts in menus only": (b"default a\n" + LABELS + b"menu default\n", b"a", b""),
        "a menu default where nothing else is said": (LABELS + b"menu default\n", b"c", b""),
        "ontimeout of a menu": (b"ui menu.c32\ntimeout 9\nontimeout b\n" + LABELS, b"b", b""),
        "ontimeout of a prompt": (b"prompt 1\ntimeout 9\nontimeout b x\n" + LABELS, b"b", b"x"),
        "ontimeout where nobody is waited for": (b"default a\ntimeout 9\nontimeout b\n" + LABELS, b"a", b""),
        "ontimeout where the wait has no end": (b"prompt 1\ndefault a\nontimeout b\n" + LABELS, b"a", b""),
        "a kernel without a label": (b"default k x\n" + LABELS, b"k", b"x"),
        "a way to another menu boots nothing": (b"label -\nmenu exit\n" + LABELS, b"a", b""),
    }.values(),
)
def test_selected(text: bytes, name: bytes, options: bytes) -> None:
    choice = selected(read(text), [])
    assert choice is not None
    assert (choice.name, choice.options) == (name, options)


def test_nothing_boots_without_a_label() -> None:
    remarks: list[Remark] = []
    assert selected(read(b"prompt 0\n"), remarks) is None
    assert [each.severity for each in remarks] == [Severity.ERROR]


def test_what_boots_comes_first_and_ways_to_menus_go() -> None:
    found = read(b"default b\n" + LABELS + b"label -\nmenu exit\n")
    first = selected(found, [])
    assert first is not None
    assert [choice.name for choice in in_order(found, first)] == [b"b", b"a", b"c"]
