"""Checks a boot file: what the firmware takes it for, and whether that is what it is meant to be.

Source: QEMU pc-bios/s390-ccw/netmain.c (C); each kind measured (M).
"""

import re
from collections.abc import Iterator
from typing import Final

from netipl.firmware import configuration as grammar
from netipl.firmware import insfile
from netipl.firmware.limits import BOOT_FILE_CONFIGURATION, DIRECT_LOAD_ADDRESS, SMALLEST_BOOT_FILE
from netipl.firmware.lint import configuration, files, ins
from netipl.firmware.lint.finding import File, Finding, Kind, Spot, Target, Tree
from netipl.firmware.rules import RuleId

_TEXT: Final = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xff]*")
_KEYWORD: Final = re.compile(rb"(?mi)^[ \t]*(?:default|label|kernel|initrd|append)[ \t]")


def is_configuration(data: bytes) -> bool:
    """By its magic."""
    return data[: len(grammar.MAGIC)].lower() == grammar.MAGIC


def looks_like_configuration(data: bytes) -> bool:
    """By its lines."""
    return bool(_TEXT.fullmatch(data) and _KEYWORD.search(data))


def check(name: bytes, file: File, tree: Tree | None, target: Target) -> Iterator[Finding]:
    """`file` as the boot file of `target`."""
    spot = Spot(file=name)
    head = file.head
    if file.kind is not Kind.FILE:
        yield spot.broken(RuleId.FILE_IS_DIRECTORY, "the boot file is no regular file")
        return
    if head is None:
        yield spot.broken(RuleId.FILE_NOT_LOOKED_AT, "the boot file cannot be read by you")
        return
    if file.size < SMALLEST_BOOT_FILE:
        message = f"the boot file has {file.size} bytes, {SMALLEST_BOOT_FILE} are the least"
        yield spot.broken(RuleId.BOOT_FILE_TOO_SMALL, message)
    elif is_configuration(head) or head.startswith(insfile.MAGIC):
        yield from _text(name, file, head, tree, target)
    else:
        yield from _executed(name, file, head, target)


def _text(name: bytes, file: File, head: bytes, tree: Tree | None, target: Target) -> Iterator[Finding]:
    if file.size > BOOT_FILE_CONFIGURATION:
        message = f"{file.size} bytes, and more than {BOOT_FILE_CONFIGURATION} are taken for a kernel"
        yield Spot(file=name).broken(RuleId.BOOT_FILE_TOO_LARGE, message)
    elif not is_configuration(head):
        if target.limits.ins_lists:
            yield from ins.check(name, head, tree, target)
        else:
            yield Spot(file=name).broken(RuleId.INS_UNKNOWN, "this firmware does not know .ins lists")
    elif target.limits.configurations:
        yield from check_configuration(name, head, tree, target, boot_file=True)
    else:
        yield Spot(file=name).broken(RuleId.CONFIGURATIONS_UNKNOWN, "this firmware does not know configurations")


def check_configuration(
    name: bytes, data: bytes, tree: Tree | None, target: Target, *, boot_file: bool
) -> Iterator[Finding]:
    """Its text, and the files that its labels name."""
    reading = configuration.read(name, data, boot_file=boot_file)
    yield from configuration.check(reading, name, data, target, boot_file=boot_file)
    for label in reading.labels[: target.limits.labels]:
        yield from files.check_label(label, tree, target)


def _executed(name: bytes, file: File, head: bytes, target: Target) -> Iterator[Finding]:
    """Neither magic: the firmware moves it to 0 and starts it."""
    spot = Spot(file=name)
    reason = files.not_a_kernel(file)
    if not reason:
        if too_large := files.too_large(file.size, DIRECT_LOAD_ADDRESS, target):
            yield spot.broken(RuleId.MEMORY_EXCEEDED, too_large)
        yield from files.check_blocks(files.Named(name=name, spot=spot), file, target)
    elif ins.looks_like(b"\n" + head) or name.lower().endswith(b".ins"):
        yield spot.broken(RuleId.INS_MAGIC_MISSING, "the list does not begin with `* `")
    elif looks_like_configuration(head):
        yield Spot(file=name, line=1).broken(RuleId.MAGIC_MISSING, "the configuration does not begin with `# pxelinux`")
    else:
        yield spot.broken(RuleId.BOOT_FILE_IS_NONE, f"the boot file is {reason}")
