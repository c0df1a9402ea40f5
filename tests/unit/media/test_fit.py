"""Media that a firmware, a guest's memory or its CPU model cannot take."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from netipl.firmware.lint.finding import Finding, Target
from netipl.firmware.rules import RuleId, Severity
from netipl.firmware.versions import Version
from netipl.media.fit import findings
from netipl.media.medium import Family, File, Medium, Role

MIB = 1 << 20
OLD, NEW = Version(7, 2), Version(10, 0)


def medium(*, kernel: int = 10 * MIB, initrd: int | None = 50 * MIB, level: str = "z14") -> Medium:
    sizes = {Role.KERNEL: kernel, Role.INITRD: initrd, Role.ROOTFS: 900 * MIB}
    return Medium(
        id="m",
        name="m",
        family=Family.RHEL,
        version="9.4",
        title="Red Hat Enterprise Linux 9.4",
        architecture="s390x",
        source="",
        files=tuple(
            (role, File(name=f"images/{role}", sha256="", size=size))
            for role, size in sizes.items()
            if size is not None
        ),
        level=level,
        added=datetime(2026, 1, 1, tzinfo=UTC),
        by="test",
    )


def of(found: tuple[Finding, ...]) -> list[tuple[RuleId, bytes]]:
    return [(each.rule, each.file) for each in found]


@pytest.mark.parametrize(
    ("made", "version", "memory", "file"),
    [
        (medium(), OLD, 512, None),
        (medium(initrd=110 * MIB), OLD, 512, None),
        (medium(initrd=110 * MIB + 1), OLD, 512, b"images/initrd"),
        (medium(initrd=110 * MIB + 1), None, 4096, b"images/initrd"),
        (medium(initrd=110 * MIB + 1), NEW, 512, None),
        (medium(), NEW, 62, b"images/initrd"),
        (medium(kernel=121 * MIB), OLD, 512, b"images/kernel"),
        (medium(kernel=121 * MIB, initrd=None), NEW, 512, None),
        (medium(initrd=2100 * MIB), NEW, 8192, b"images/initrd"),
    ],
)
def test_kernel_and_initrd_in_memory(made: Medium, version: Version | None, memory: int, file: bytes | None) -> None:
    found = findings(made, Target(version=version, memory=memory * MIB))
    assert of(found) == ([] if file is None else [(RuleId.MEMORY_EXCEEDED, file)])
    assert {each.severity for each in found} <= {Severity.ERROR}


@pytest.mark.parametrize(
    ("level", "cpu", "too_old"),
    [
        ("z14", "z13", True),
        ("z14", "z13.2-base", True),
        ("z14", "z14", False),
        ("z14", "z14ZR1,msa5=off", False),
        ("z14", "gen15a", False),
        ("z14", "qemu", False),
        ("z14", "host-passthrough", False),
        ("z14", "", False),
        ("", "z900", False),
        ("z10EC", "z9EC", True),
    ],
)
def test_the_machine(level: str, cpu: str, too_old: bool) -> None:
    found = findings(medium(level=level), Target(version=NEW), cpu)
    assert [each.rule for each in found] == ([RuleId.MACHINE_TOO_OLD] if too_old else [])


def test_the_message_names_medium_machine_and_model() -> None:
    [found] = findings(medium(), Target(version=NEW), "z13")
    assert found.message == "Red Hat Enterprise Linux 9.4 needs a z14 or newer, and this guest's CPU model is z13"
    assert found.severity is Severity.ERROR


def test_a_medium_without_a_kernel_boots_nothing() -> None:
    assert findings(replace(medium(), files=()), Target(version=OLD)) == ()
