"""Finds configurations that boot where a boot file fails: the firmware then probes beside the last name it asked for.

Source: QEMU pc-bios/s390-ccw/netmain.c (C); an .ins list measured with 7.2.22 (M).
"""

from collections.abc import Iterator, Sequence
from typing import Final

from netipl.firmware.insfile import MAGIC
from netipl.firmware.lint import configuration, files, ins
from netipl.firmware.lint.finding import Finding, Spot, Tree, normal
from netipl.firmware.lint.names import DIRECTORY
from netipl.firmware.rules import RuleId, Severity
from netipl.wire import printable

_ENDS_LOADING: Final = frozenset(
    {
        RuleId.ACCESS_DENIED,
        RuleId.BOOT_FILE_TOO_SMALL,
        RuleId.FILE_CASE_DIFFERS,
        RuleId.FILE_IS_DIRECTORY,
        RuleId.FILE_MISSING,
        RuleId.FILE_OUTSIDE_ROOT,
        RuleId.INITRD_LIST,
        RuleId.INITRD_MISSING,
        RuleId.INS_NO_LINES,
        RuleId.INS_NO_SEPARATOR,
        RuleId.KERNEL_MISSING,
        RuleId.MEMORY_EXCEEDED,
        RuleId.NO_LABEL,
    }
)
"""Errors upon which the boot file counts as failed; others are started, and crash."""


def check(name: bytes, found: Sequence[Finding], tree: Tree) -> Iterator[Finding]:
    """`found` is what the checks of the boot file `name` say, with their severities."""
    breaking = next((each for each in found if each.severity is Severity.ERROR and each.rule in _ENDS_LOADING), None)
    if breaking is None:
        return
    last = _last_name(name, tree, breaking.line)
    directory = normal(last).rpartition(b"/")[0]
    other = normal(directory + b"/" + DIRECTORY + b"/default")
    if other in tree:
        message = f"where it fails, '{printable(other, 80)}' is booted instead"
        yield Spot(file=name, line=breaking.line).broken(RuleId.FALLS_BACK, message)


def _last_name(name: bytes, tree: Tree, line: int) -> bytes:
    """What was asked for last when the boot failed at `line`."""
    data = tree[name].head if name in tree else None
    asked = [name]
    for number, named in _names(name, data or b""):
        if number <= line:
            asked.append(named)
    return asked[-1]


def _names(name: bytes, data: bytes) -> list[tuple[int, bytes]]:
    """Line and name of each file, in the order that they are asked for."""
    if data.startswith(MAGIC):
        return [(part.spot.line, part.name) for part, _ in ins.parts(name, data)]
    reading = configuration.read(name, data, boot_file=True)
    named = [files.of_label(label, keyword) for label in reading.labels for keyword in (b"kernel", b"initrd")]
    return [(each.spot.line, each.name) for each in named if each is not None]
