"""Which files of a tree are looked at, and as what."""

import pytest

from netipl.firmware.limits import MIB
from netipl.firmware.lint.finding import File, Kind, Target
from netipl.firmware.lint.tree import Use, kernels, likely_use, lint, lint_file, uses
from netipl.firmware.rules import RuleId, Severity
from netipl.firmware.versions import Version
from tests.unit.images.kernels import kernel

LABEL = b"label l\nkernel k\ninitrd i\nappend x\n"
KERNEL = kernel()


def file(data: bytes) -> File:
    return File(size=len(data), head=data)


USUAL = {b"k": file(KERNEL), b"i": file(b"i"), b"pxelinux.cfg": File(kind=Kind.DIRECTORY)}


@pytest.mark.parametrize(
    ("name", "data", "use"),
    {
        "a probed name": (b"pxelinux.cfg/default", b"", Use.PROBED),
        "another name there, with labels": (b"pxelinux.cfg/z1.cfg", LABEL, Use.PROBED),
        "another name there": (b"pxelinux.cfg/README", b"hello", None),
        "a boot file by its magic": (b"a/b", b"# pxelinux\n", Use.BOOT_FILE),
        "a list by its name": (b"a.ins", b"k 0\n", Use.BOOT_FILE),
        "a list by its lines": (b"a", b"* x\nk 0\n", Use.BOOT_FILE),
        "a kernel is looked at where it is named": (b"k", KERNEL, None),
        "a configuration elsewhere": (b"default", LABEL, None),
    }.values(),
)
def test_use(name: bytes, data: bytes, use: Use | None) -> None:
    assert dict(uses({name: file(data)}, Target())).get(name) is use


@pytest.mark.parametrize(
    ("name", "rules"),
    {
        "a kernel": (b"/k", []),
        "a directory of configurations": (b"cfg/", []),
        "a program for x86": (b"pxelinux.0", [(b"pxelinux.0", RuleId.BOOT_FILE_IS_NONE)]),
        "a configuration without its magic": (b"boot.cfg", [(b"boot.cfg", RuleId.MAGIC_MISSING)]),
        "one that is not there": (b"none", [(b"", RuleId.FILE_MISSING)]),
        "one in another case": (b"K", [(b"", RuleId.FILE_CASE_DIFFERS)]),
        "a directory": (b"pxelinux.cfg", [(b"", RuleId.FILE_IS_DIRECTORY)]),
    }.values(),
)
def test_the_boot_file_that_dhcp_names(name: bytes, rules: list[tuple[bytes, RuleId]]) -> None:
    tree = {**USUAL, b"pxelinux.0": file(b"\xeb\x03\x90".ljust(5000, b"\0")), b"boot.cfg": file(LABEL)}
    assert [(each.file, each.rule) for each in lint(tree, Target(boot_file=name))] == rules


@pytest.mark.parametrize(
    ("name", "data", "use"),
    [
        (b"x/pxelinux.cfg/a", b"", Use.PROBED),
        (b"my.cfg", LABEL, Use.PROBED),
        (b"my.cfg", b"# pxelinux\n" + LABEL, Use.BOOT_FILE),
        (b"kernel.img", KERNEL, Use.BOOT_FILE),
        (b"a.ins", b"k 0\n", Use.BOOT_FILE),
    ],
)
def test_a_lone_file_is_taken_for_what_it_looks_like(name: bytes, data: bytes, use: Use) -> None:
    assert likely_use(name, file(data)) is use


def test_a_good_tree_has_no_findings() -> None:
    tree = {**USUAL, b"pxelinux.cfg/default": file(LABEL), b"a.ins": file(b"* x\nk 0\n")}
    assert lint(tree, Target()) == ()


@pytest.mark.parametrize(
    ("data", "rules"),
    {
        "empty": (b"", [RuleId.CONFIGURATION_EMPTY]),
        "2047 bytes": (LABEL.ljust(2047, b"\n"), []),
        "2048 bytes": (LABEL.ljust(2048, b"\n"), [RuleId.CONFIGURATION_TOO_LARGE]),
        "no label": (b"# x\n", [RuleId.NO_LABEL]),
    }.values(),
)
def test_a_probed_configuration(data: bytes, rules: list[RuleId]) -> None:
    tree = {**USUAL, b"pxelinux.cfg/default": file(data)}
    assert [each.rule for each in lint(tree, Target())] == rules


def test_findings_come_in_the_order_of_files_and_lines() -> None:
    tree = {**USUAL, b"pxelinux.cfg/default": file(b"x\n" + LABEL + b"y\n"), b"pxelinux.cfg/C0": file(b"z\n" + LABEL)}
    assert [(each.file, each.line) for each in lint(tree, Target())] == [
        (b"pxelinux.cfg/C0", 1),
        (b"pxelinux.cfg/default", 1),
        (b"pxelinux.cfg/default", 6),
    ]


def test_what_the_guest_itself_lacks() -> None:
    little, old = Target(memory=127 * MIB), Target(version=Version(2, 9))
    assert [each.rule for each in lint({}, little)] == [RuleId.MEMORY_TOO_LITTLE]
    assert [each.rule for each in lint({}, old)] == [
        RuleId.NO_NETWORK_BOOT,
    ]
    assert lint({}, Target(version=Version(10, 0), memory=64 * MIB)) == ()


def test_a_probed_name_is_checked_for_a_lone_file_too() -> None:
    found = lint_file(b"/srv/pxelinux.cfg/c0a8", file(LABEL), Use.PROBED, None, Target())
    assert [each.rule for each in found] == [RuleId.NAME_MISSPELLED]


def test_rights_of_the_configuration_itself() -> None:
    tree = {**USUAL, b"pxelinux.cfg/default": File(size=len(LABEL), head=LABEL, denied="no")}
    assert [each.rule for each in lint(tree, Target())] == [RuleId.ACCESS_DENIED]


def test_the_name_of_a_boot_file_has_its_limit_too() -> None:
    for length, rules in ((206, []), (207, [RuleId.FILE_NAME_TOO_LONG])):
        tree = {**USUAL, b"b" * length: file(b"# pxelinux\n" + LABEL)}
        assert [each.rule for each in lint(tree, Target())] == rules


def test_a_directory_that_was_not_read_is_noted() -> None:
    found = lint({b"d": File(kind=Kind.DIRECTORY, head=None)}, Target())
    assert [(each.rule, each.file) for each in found] == [(RuleId.FILE_NOT_LOOKED_AT, b"d")]


def test_kernels_are_those_of_labels_and_lists() -> None:
    assert list(kernels(b"f", file(LABEL + b"label m\nkernel /a//b\n"))) == [b"k", b"a/b"]
    assert list(kernels(b"f", file(b"* x\ni 4096\n/k 0\n"))) == [b"k"]
    assert list(kernels(b"f", File(size=9, head=None))) == []


def test_a_missing_initrd_is_a_warning_for_newer_firmware() -> None:
    text = file(LABEL.replace(b"initrd i\n", b""))
    for version, severity in ((Version(9, 1), Severity.ERROR), (Version(9, 2), Severity.WARNING)):
        found = lint_file(b"f", text, Use.PROBED, None, Target(version=version))
        assert [each.severity for each in found] == [severity]
