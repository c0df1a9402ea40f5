"""Configurations for syslinux in, configurations for the firmware out; or none, where what would boot is lost."""

import pytest

from netipl.firmware.compile import Compiled, compiled
from netipl.firmware.limits import BOOT_FILE_CONFIGURATION, PROBED_CONFIGURATION
from netipl.firmware.lint.finding import Target
from netipl.firmware.lint.tree import Use
from netipl.firmware.rules import Severity
from netipl.firmware.versions import Version

LINES = b"kernel k\ninitrd i\nappend x\n"
TWO = b"label a\n" + LINES + b"label b\n" + LINES
TEXT = b"  kernel k\n  initrd i\n  append x\n"
MANY = b"".join(b"label l%d\n" % number + LINES for number in range(1, 41))


def said(result: Compiled, severity: Severity) -> list[str]:
    return [each.message for each in result.remarks if each.severity is severity]


@pytest.mark.parametrize(
    ("text", "expected"),
    {
        "the default comes first": (
            b"# comment\nDEFAULT b\nTIMEOUT 50\n" + TWO,
            b"default b\nlabel b\n" + TEXT + b"label a\n" + TEXT,
        ),
        "a menu": (
            b"DEFAULT vesamenu.c32\nMENU TITLE x\n" + TWO + b"MENU DEFAULT\n",
            b"default b\nlabel b\n" + TEXT + b"label a\n" + TEXT,
        ),
        "initrd= in append": (
            b"label a\nkernel k\nappend initrd=i\tquiet initrd=j  x\n",
            b"default a\nlabel a\n  kernel k\n  initrd j\n  append quiet  x\n",
        ),
        "no append": (
            b"label a\nlinux ::images/k\ninitrd i\n",
            b"default a\nlabel a\n  kernel images/k\n  initrd i\n  append BOOT_IMAGE=images/k\n",
        ),
        "an append for all": (
            b"append g\nlabel a\nkernel k\ninitrd i\n",
            b"default a\nlabel a\n  kernel k\n  initrd i\n  append g\n",
        ),
        "a label that is its kernel": (
            b"label k\ninitrd i\nappend x\n",
            b"default k\nlabel k\n" + TEXT,
        ),
        "a default that is a kernel": (
            b"default k initrd=i quiet\n",
            b"default k\nlabel k\n  kernel k\n  initrd i\n  append quiet\n",
        ),
        "a TAB and capital letters": (
            b"LABEL\tA b\nKERNEL\tk\nINITRD\ti\nAPPEND\tx y\n",
            b"default A b\nlabel A b\n  kernel k\n  initrd i\n  append x y\n",
        ),
    }.values(),
)
def test_compiled(text: bytes, expected: bytes) -> None:
    result = compiled(text, Target())
    assert result.text == expected
    assert said(result, Severity.ERROR) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    {
        "localboot": (b"default d\nlabel d\nlocalboot 0\n" + TWO, "the firmware has no `localboot`"),
        "two initrds": (b"label a\nkernel k\ninitrd i,j\n", "it has 2 initrds, and the firmware loads one"),
        "no initrd": (b"label a\nkernel k\nappend x\n", "it has no initrd"),
        "another server": (
            b"label a\nkernel http://x/k\ninitrd i\n",
            "'http://x/k' is on another server, and the firmware knows one",
        ),
        "too long an append": (
            b"label a\nkernel k\ninitrd i\nappend " + b"x" * 896,
            "append has 896 bytes, 895 arrive",
        ),
        "too long a name": (b"label a\nkernel " + b"k" * 207 + b"\ninitrd i\n", "the name has 207 characters, 206 fit"),
    }.values(),
)
def test_where_what_would_boot_is_lost_there_is_no_result(text: bytes, reason: str) -> None:
    result = compiled(text, Target(), file=b"f")
    assert result.text is None
    (message,) = said(result, Severity.ERROR)
    assert message.startswith("label '")
    assert message.endswith(f"which would boot, cannot be kept: {reason}")


def test_other_labels_are_left_out_with_a_warning() -> None:
    result = compiled(b"default a\nlabel d\nlocalboot 0\n" + TWO, Target(), file=b"f")
    assert [entry.label for entry in result.entries] == [b"a", b"b"]
    (remark,) = [each for each in result.remarks if each.severity is Severity.WARNING]
    assert (remark.file, remark.line) == (b"f", 2)
    assert "re-IPL" in remark.remedy


@pytest.mark.parametrize(("version", "labels"), [(Version(7, 2), 15), (Version(10, 1), 30)])
def test_the_first_labels_are_kept_up_to_the_limit(version: Version, labels: int) -> None:
    result = compiled(b"default l40\n" + MANY, Target(version=version))
    assert [entry.label for entry in result.entries] == [b"l40", *(b"l%d" % number for number in range(1, labels))]
    assert said(result, Severity.WARNING)[0].startswith(f"the firmware reads {labels} labels; left out: l{labels}, ")


@pytest.mark.parametrize(
    ("use", "limit"), [(Use.PROBED, PROBED_CONFIGURATION), (Use.BOOT_FILE, BOOT_FILE_CONFIGURATION)]
)
def test_labels_that_do_not_fit_go_from_the_end(use: Use, limit: int) -> None:
    text = b"".join(b"label l%d\nkernel k\ninitrd i\nappend %s\n" % (number, b"x" * 600) for number in range(5))
    result = compiled(text, Target(), use=use)
    assert result.text is not None
    assert len(result.text) <= limit
    assert len(result.entries) == 3
    assert said(result, Severity.WARNING) == [f"the firmware takes {limit} bytes; left out: l3, l4"]


def test_a_boot_file_begins_with_its_magic() -> None:
    result = compiled(TWO, Target(), use=Use.BOOT_FILE)
    assert result.text is not None
    assert result.text.startswith(b"# pxelinux\ndefault a\n")


def test_names_get_the_prefix_that_syslinux_would_have_put_before_them() -> None:
    result = compiled(b"label a\nkernel k\ninitrd /i\n", Target(path_prefix=b"hosts/"))
    assert [(entry.kernel, entry.initrd) for entry in result.entries] == [(b"hosts/k", b"/i")]


def test_a_label_that_is_a_comment_cannot_be_kept_as_it_is() -> None:
    result = compiled(b"label #a\n" + LINES, Target())
    assert [entry.label for entry in result.entries] == [b"#a"]
