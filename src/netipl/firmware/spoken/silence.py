"""Why nothing may have come after `starting kernel...`: what the files that the firmware named make likely.

The firmware starts whatever it has loaded, and says so before it does; only a kernel's own words prove one.
"""

from dataclasses import dataclass
from typing import Final

from netipl.firmware.kernel import LOOKED_AT
from netipl.firmware.limits import BOOT_FILE_CONFIGURATION
from netipl.firmware.rulebook.rule import RuleId
from netipl.firmware.spoken.signs import Said
from netipl.firmware.spoken.speech import Speech

_WHOLE: Final = 2
"""Files of an entry: kernel and initrd."""

_ELSEWHERE: Final = "its kernel writes to another console, if `console=ttysclp0` is not on its command line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """`is_certain` where nothing else can be."""

    rule: RuleId
    words: str
    is_certain: bool = False


def suspicions(speech: Speech) -> tuple[Suspicion, ...]:
    """The likeliest first; one alone where it is certain."""
    first = _of_file(speech)
    if first is not None and first.is_certain:
        return (first,)
    elsewhere = Suspicion(rule=RuleId.KERNEL_SILENT, words=_ELSEWHERE)
    return (elsewhere,) if first is None else (first, elsewhere)


def _of_file(speech: Speech) -> Suspicion | None:
    if speech.is_listed:
        return Suspicion(rule=RuleId.INS_OVERLAP, words="a file of the list lies over another, or none at address 0")
    files = speech.received[speech.entry or 0 :]
    if speech.entry is not None:
        empty = any(said.rule is RuleId.FILE_EMPTY for said in speech.complaints)
        return _of_kernel(files, has_empty=empty)
    return _of_boot_file(files[-1]) if files else None


def _of_boot_file(boot_file: Said) -> Suspicion:
    name, size = boot_file.facts["name"], int(boot_file.facts["size"])
    if size <= BOOT_FILE_CONFIGURATION:
        words = f"{name} begins neither with `# pxelinux` nor with `* `, and was started as a kernel"
        return Suspicion(rule=RuleId.MAGIC_MISSING, words=words, is_certain=True)
    return Suspicion(rule=RuleId.BOOT_FILE_IS_NONE, words=f"{name} is no raw s390x kernel")


def _of_kernel(files: list[Said], *, has_empty: bool) -> Suspicion | None:
    """`files` are the kernel and the initrd, where none of them is empty."""
    if has_empty and len(files) < _WHOLE:
        return Suspicion(rule=RuleId.FILE_EMPTY, words="its kernel is empty")
    if not files:
        return None
    name, size = files[0].facts["name"], int(files[0].facts["size"])
    if size < LOOKED_AT:
        words = f"{name} has {size} bytes, and no kernel is so small"
        return Suspicion(rule=RuleId.KERNEL_IS_NONE, words=words, is_certain=True)
    return Suspicion(rule=RuleId.KERNEL_IS_NONE, words=f"{name} is gzipped, or no kernel for s390x")
