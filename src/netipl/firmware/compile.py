"""Makes of a configuration for syslinux one that the firmware reads as it was meant, and says what could not be kept.

What would boot there without a key boots here; nothing else ever does: where it cannot be kept, there is no result.
The labels that are left are each checked by lint. Sources: netipl.firmware.configuration, syslinux doc/syslinux.txt.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from netipl.firmware import configuration
from netipl.firmware.configuration import Configuration, Entry
from netipl.firmware.limits import BOOT_FILE_CONFIGURATION, PROBED_CONFIGURATION
from netipl.firmware.lint.finding import File, Target
from netipl.firmware.lint.tree import Use, lint_file
from netipl.firmware.rules import Severity
from netipl.firmware.syslinux import reading, selecting
from netipl.firmware.syslinux.choice import Choice, Place, Remark, Syslinux
from netipl.wire import printable

_JOIN: Final = "append one to the other (`cat first second > both`): the kernel unpacks both; then name that file"
_NO_INITRD: Final = "the firmware asks for an initrd for every label; an empty file will do where none is needed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compiled:
    """`text` is None where what would boot cannot be kept."""

    text: bytes | None
    entries: tuple[Entry, ...] = ()
    """What the firmware reads of it; the first boots."""
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class _Kept:
    entry: Entry
    text: bytes


class _LostError(Exception):
    """A choice that cannot be kept."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


def compiled(
    data: bytes,
    target: Target,
    *,
    use: Use = Use.PROBED,
    file: bytes = b"",
    files: Mapping[bytes, bytes] | None = None,
) -> Compiled:
    """`data`, a configuration called `file`, for the firmware of `target`; what it includes comes from `files`."""
    prefix = target.path_prefix or b""
    found = reading.read(data, file=file, files=files, prefix=prefix)
    remarks = list(found.remarks)
    selected = selecting.selected(found, remarks)
    if selected is None:
        return Compiled(text=None, remarks=tuple(remarks))
    kept: list[_Kept] = []
    for choice in selecting.in_order(found, selected):
        try:
            kept.append(_kept(choice, found, prefix, target, remarks))
        except _LostError as lost:
            first = choice is selected
            severity = Severity.ERROR if first else Severity.WARNING
            shown = f"label '{printable(choice.name, 40)}'" + (", which would boot," if first else "")
            remarks.append(
                choice.place.remark(severity, f"{shown} cannot be kept: {lost}", lost.remedy or choice.remedy)
            )
            if first:
                return Compiled(text=None, remarks=tuple(remarks))
    return _fitted(kept, use, target, remarks)


def _kept(choice: Choice, found: Syslinux, prefix: bytes, target: Target, remarks: list[Remark]) -> _Kept:
    """Raises _LostError."""
    if choice.cannot:
        raise _LostError(choice.cannot)
    append, initrds = _command_line(choice, found)
    if not initrds:
        raise _LostError("it has no initrd", _NO_INITRD)
    if len(initrds) > 1:
        raise _LostError(f"it has {len(initrds)} initrds, and the firmware loads one", _JOIN)
    kernel = _name(choice.kernel or choice.name, prefix)
    entry = Entry(
        label=choice.name, kernel=kernel, initrd=_name(initrds[0], prefix), append=append or b"BOOT_IMAGE=" + kernel
    )
    if not append:
        message = (
            f"label '{printable(choice.name, 40)}' has no append, which the firmware needs: BOOT_IMAGE, as syslinux"
        )
        remarks.append(choice.place.remark(Severity.NOTE, message))
    kept = _Kept(entry, _text(entry))
    findings = lint_file(b"", _file(kept.text), Use.PROBED, None, target)
    broken = next(
        (each for each in findings if each.severity is not Severity.NOTE and each.file == b"" and each.line), None
    )
    if broken is not None or _reads(kept.text, target, use=Use.PROBED).entries != [entry]:
        raise _LostError(broken.message if broken else "the firmware would read it otherwise")
    return kept


def _command_line(choice: Choice, found: Syslinux) -> tuple[bytes, list[bytes]]:
    """The words for the kernel and the names of the initrds; of several `initrd=` the last counts."""
    append = found.append if choice.append is None else choice.append
    words = b" ".join(part for part in (append, choice.options) if part).replace(b"\t", b" ").split(b" ")
    named = [word.partition(b"=")[2] for word in words if word.startswith(b"initrd=")]
    initrds = named[-1] if named else choice.initrds or b""
    rest = b" ".join(word for word in words if not word.startswith(b"initrd="))
    return rest.strip(), [name.strip() for name in initrds.split(b",") if name.strip()]


def _name(name: bytes, prefix: bytes) -> bytes:
    """As the firmware must ask for it, which puts no prefix before it. Raises _LostError for another server's."""
    server, found, path = name.partition(b"::")
    if b"://" in name or (found and server):
        raise _LostError(f"'{printable(name, 60)}' is on another server, and the firmware knows one")
    if found:
        return path
    return name if name.startswith(b"/") else prefix + name


def _text(entry: Entry) -> bytes:
    lines = (
        (b"label ", entry.label),
        (b"  kernel ", entry.kernel),
        (b"  initrd ", entry.initrd),
        (b"  append ", entry.append),
    )
    return b"".join(keyword + value + b"\n" for keyword, value in lines if value is not None)


def _fitted(kept: Sequence[_Kept], use: Use, target: Target, remarks: list[Remark]) -> Compiled:
    """As many labels as fit, from the first on."""
    limit = BOOT_FILE_CONFIGURATION if use is Use.BOOT_FILE else PROBED_CONFIGURATION
    magic = configuration.MAGIC + b"\n" if use is Use.BOOT_FILE else b""
    count = min(len(kept), target.limits.labels)
    beginning = magic + b"default " + kept[0].entry.label + b"\n"
    while count > 1 and len(beginning) + sum(len(each.text) for each in kept[:count]) > limit:
        count -= 1
    remarks.extend(_left_out(kept[count:], target.limits.labels, limit, count))
    text = beginning + b"".join(each.text for each in kept[:count])
    entries = tuple(each.entry for each in kept[:count])
    read = _reads(text, target, use=use)
    if len(text) > limit or (tuple(read.entries), read.default) != (entries, 0):
        remarks.append(Place().remark(Severity.ERROR, f"the first label alone does not fit in {limit} bytes"))
        return Compiled(text=None, remarks=tuple(remarks))
    return Compiled(text=text, entries=entries, remarks=tuple(remarks))


def _left_out(lost: Sequence[_Kept], labels: int, limit: int, count: int) -> Iterator[Remark]:
    if lost:
        why = f"the firmware reads {labels} labels" if count == labels else f"the firmware takes {limit} bytes"
        names = ", ".join(printable(each.entry.label, 40) for each in lost)
        yield Place().remark(Severity.WARNING, f"{why}; left out: {names}")


def _reads(text: bytes, target: Target, *, use: Use) -> Configuration:
    return configuration.parse(text, target.limits, boot_file=use is Use.BOOT_FILE)


def _file(text: bytes) -> File:
    return File(size=len(text), head=text)
