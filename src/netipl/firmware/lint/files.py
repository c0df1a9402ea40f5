"""Checks the files that a boot names: whether the server has them, what they are, and whether memory holds them.

Sources: QEMU pc-bios/s390-ccw/netmain.c, jump2ipl.c, SLOF lib/libnet/tftp.c (C), transcripts (M).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from netipl.errors import WireError
from netipl.firmware.kernel import LOOKED_AT, Started, judged
from netipl.firmware.limits import FILE_NAME, MIB
from netipl.firmware.lint.finding import File, Finding, Kind, Spot, Target, Tree, normal
from netipl.firmware.lint.statement import Label
from netipl.firmware.rules import RULES, RuleId
from netipl.images import kernel as images
from netipl.wire import printable

_LAST_BLOCK: Final = 65535
_NO_OPTION: Final = 512
_OUTSIDE: Final = b".."


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A name that a configuration or a list asks for, and where."""

    name: bytes
    spot: Spot

    def broken(self, rule: RuleId, message: str) -> Finding:
        return self.spot.broken(rule, message)

    @property
    def shown(self) -> str:
        return f"'{printable(self.name, 60)}'"


def of_label(label: Label, keyword: bytes) -> Named | None:
    """The file that the label's `keyword` line names."""
    statement = label.lines.get(keyword)
    return Named(name=statement.argument, spot=statement.of_argument) if statement else None


def check_label(label: Label, tree: Tree | None, target: Target) -> Iterator[Finding]:
    """Kernel and initrd of one label, and both in memory. Without a tree the names alone are looked at."""
    kernel, initrd = of_label(label, b"kernel"), of_label(label, b"initrd")
    for named in (kernel, initrd):
        if named is not None:
            yield from check_name(named)
    if initrd is not None and b"," in initrd.name and (tree is None or normal(initrd.name) not in tree):
        yield initrd.broken(RuleId.INITRD_LIST, f"{initrd.shown} names several files")
        initrd = None
    if tree is None:
        return
    if kernel is not None:
        yield from check_presence(kernel, tree, target)
        yield from _kernel(kernel, tree)
        yield from _command_line(label, kernel, tree)
    if initrd is not None:
        yield from check_presence(initrd, tree, target)
        yield from _empty(initrd, tree)
    yield from _memory(kernel, initrd, tree, target)


def check_name(named: Named) -> Iterator[Finding]:
    if len(named.name) > FILE_NAME:
        yield named.broken(RuleId.FILE_NAME_TOO_LONG, f"the name has {len(named.name)} characters, {FILE_NAME} fit")


def check_presence(named: Named, tree: Tree, target: Target) -> Iterator[Finding]:
    """Whether a server of `tree` can send it."""
    key = normal(named.name)
    file = tree.get(key)
    if key.split(b"/")[0] == _OUTSIDE:
        yield named.broken(RuleId.FILE_OUTSIDE_ROOT, f"{named.shown} lies outside of the root")
    elif any(each.outside for each in _on_the_way(key, tree)):
        yield named.broken(RuleId.FILE_LINKED_OUTSIDE, f"{named.shown} is reached by a symlink out of the root")
    elif not key or (file is not None and file.kind is not Kind.FILE):
        yield named.broken(RuleId.FILE_IS_DIRECTORY, f"{named.shown} is no regular file")
    elif file is None and any(each.kind is Kind.DIRECTORY and each.head is None for each in _on_the_way(key, tree)):
        yield named.broken(RuleId.FILE_NOT_LOOKED_AT, f"{named.shown} is in a directory that you cannot read")
    elif file is None:
        yield _missing(named, key, tree)
    else:
        yield from _readable(named, file)
        yield from check_blocks(named, file, target)


def check_blocks(named: Named, file: File, target: Target) -> Iterator[Finding]:
    """Whether 16 bits can number the blocks of `file`, also where the server does not know `blksize`."""
    for size in sorted({target.block_size, _NO_OPTION}, reverse=True):
        if file.size > _LAST_BLOCK * size:
            message = f"{named.shown} has {file.size} bytes, more than {_LAST_BLOCK} blocks of {size}"
            yield named.broken(RuleId.BLOCK_ROLLOVER, message)
            return


def found(named: Named | None, tree: Tree) -> File | None:
    """The regular file behind a name."""
    file = None if named is None else tree.get(normal(named.name))
    return file if file is not None and file.kind is Kind.FILE else None


def not_a_kernel(file: File) -> str:
    """What `file` is instead of a kernel; empty for a kernel, and where too little of it is known."""
    head = file.head
    if head is None or (len(head) < LOOKED_AT and not file.is_whole):
        return ""
    started = judged(head)
    if started is Started.LINUX:
        return ""
    try:
        images.decode(head)
    except WireError as error:
        recognized = " but " in str(error)
        return "" if started is Started.PSW and not recognized else str(error)
    return ""


def too_large(size: int, address: int, target: Target) -> str:
    """What is said of `size` bytes at `address` that memory does not hold; empty where it does."""
    end = target.limits.memory(target.memory)
    if address + size <= end:
        return ""
    why = f"of a guest with {target.memory // MIB} MiB" if target.limits.merged_image else "of this firmware"
    return f"{address + size} bytes of memory are needed, the limit {why} is {end}"


def _on_the_way(key: bytes, tree: Tree) -> Iterator[File]:
    """The file and the directories above it, as far as there are any."""
    parts = key.split(b"/")
    for count in range(1, len(parts) + 1):
        file = tree.get(b"/".join(parts[:count]))
        if file is not None:
            yield file


def _readable(named: Named, file: File) -> Iterator[Finding]:
    if file.denied:
        yield named.broken(RuleId.ACCESS_DENIED, f"{named.shown} cannot be read: {file.denied}")
    elif file.head is None:
        yield named.broken(RuleId.FILE_NOT_LOOKED_AT, f"{named.shown} cannot be read by you")


def _missing(named: Named, key: bytes, tree: Tree) -> Finding:
    near = tree.near(key)
    if near is None:
        return named.broken(RuleId.FILE_MISSING, f"there is no file {named.shown}")
    return named.broken(RuleId.FILE_CASE_DIFFERS, f"there is no file {named.shown}, but '{printable(near, 60)}'")


def _empty(named: Named, tree: Tree) -> Iterator[Finding]:
    file = found(named, tree)
    if file is not None and not file.size:
        yield named.broken(RuleId.FILE_EMPTY, f"{named.shown} is empty")


def _kernel(named: Named, tree: Tree) -> Iterator[Finding]:
    file = found(named, tree)
    reason = not_a_kernel(file) if file is not None else ""
    if reason:
        yield named.broken(RuleId.KERNEL_IS_NONE, f"{named.shown} is {reason}")


def _command_line(label: Label, kernel: Named, tree: Tree) -> Iterator[Finding]:
    """The kernel's own maximum, where it is below that of the firmware."""
    file, append = found(kernel, tree), label.lines.get(b"append")
    if file is None or append is None or file.head is None:
        return
    try:
        maximum = images.decode(file.head).maximum_command_line - 1
    except WireError:
        return
    limit, size = RULES[RuleId.APPEND_TOO_LONG].limit, len(append.argument)
    assert limit is not None  # by the table
    if maximum < size <= limit:
        message = f"append has {size} bytes, this kernel takes {maximum}"
        yield append.part(maximum, size - maximum).broken(RuleId.APPEND_TOO_LONG, message)


def _memory(kernel: Named | None, initrd: Named | None, tree: Tree, target: Target) -> Iterator[Finding]:
    """The firmware puts the kernel to 0 and the initrd on the next page."""
    kernel_file, initrd_file = found(kernel, tree), found(initrd, tree)
    if kernel is not None and kernel_file is not None:
        reason = too_large(kernel_file.size, 0, target)
        if reason:
            yield kernel.broken(RuleId.MEMORY_EXCEEDED, f"{kernel.shown} is too large: {reason}")
        elif initrd is not None and initrd_file is not None:
            reason = too_large(initrd_file.size, images.initrd_address(kernel_file.size), target)
            if reason:
                yield initrd.broken(RuleId.MEMORY_EXCEEDED, f"{initrd.shown} is too large: {reason}")
