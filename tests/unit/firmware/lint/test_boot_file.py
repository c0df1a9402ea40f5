"""What a boot file is taken for."""

import pytest

from netipl.firmware.lint import boot_file
from netipl.firmware.lint.finding import File, Kind, Target
from netipl.firmware.rules import RuleId
from netipl.firmware.versions import Version
from tests.unit.images.kernels import kernel

LABEL = b"label l\nkernel k\ninitrd i\nappend x\n"
KERNEL = kernel()


def found(data: bytes, name: bytes = b"f", target: Target | None = None) -> list[RuleId]:
    file = File(size=len(data), head=data)
    return [each.rule for each in boot_file.check(name, file, None, target or Target())]


@pytest.mark.parametrize(
    ("data", "rules"),
    {
        "a kernel": (KERNEL, []),
        "a configuration": (b"# PXELINUX\n" + LABEL, []),
        "a configuration of 2046 bytes": ((b"# pxelinux\n" + LABEL).ljust(2046, b"\n"), []),
        "a configuration of 2047 bytes": ((b"# pxelinux\n" + LABEL).ljust(2047, b"\n"), [RuleId.BOOT_FILE_TOO_LARGE]),
        "a list": (b"* x\nk 0\n", []),
        "7 bytes": (b"1234567", [RuleId.BOOT_FILE_TOO_SMALL]),
        "a configuration without its magic": (LABEL, [RuleId.MAGIC_MISSING]),
        "a list without its magic": (b"k 0\ni 0x100000\n", [RuleId.INS_MAGIC_MISSING]),
        "a program for x86": (b"\xea\x05\0\xc0\x07" + bytes(100), [RuleId.BOOT_FILE_IS_NONE]),
    }.values(),
)
def test_what_it_is(data: bytes, rules: list[RuleId]) -> None:
    assert found(data) == rules


def test_its_name_makes_it_a_list() -> None:
    assert found(b"no list at all", name=b"GENERIC.INS") == [RuleId.INS_MAGIC_MISSING]


def test_a_kernel_is_loaded_above_0_first() -> None:
    for surplus, rules in ((0, [RuleId.BLOCK_ROLLOVER]), (1, [RuleId.MEMORY_EXCEEDED, RuleId.BLOCK_ROLLOVER])):
        file = File(size=0x7800000 - 0x2000 + surplus, head=KERNEL)
        assert [each.rule for each in boot_file.check(b"f", file, None, Target())] == rules


@pytest.mark.parametrize(
    ("version", "data", "rule"),
    [
        (Version(2, 12), b"# pxelinux\n" + LABEL, RuleId.CONFIGURATIONS_UNKNOWN),
        (Version(2, 11), b"* x\nk 0\n", RuleId.INS_UNKNOWN),
    ],
)
def test_older_firmware_knows_kernels_only(version: Version, data: bytes, rule: RuleId) -> None:
    assert found(data, target=Target(version=version)) == [rule]


def test_a_directory_and_a_file_that_cannot_be_read() -> None:
    for file, rule in (
        (File(kind=Kind.DIRECTORY), RuleId.FILE_IS_DIRECTORY),
        (File(size=9, head=None), RuleId.FILE_NOT_LOOKED_AT),
    ):
        assert [each.rule for each in boot_file.check(b"f", file, None, Target())] == [rule]
