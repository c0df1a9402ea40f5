"""What the firmware does with a file in each of its three places: as boot file, as kernel and as initrd of a label.

In words for people, from a rehearsal (rehearsal.py); what Linux then does with an initrd is not its business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from netipl.firmware import insfile
from netipl.firmware.kernel import Started
from netipl.firmware.limits import BOOT_FILE_CONFIGURATION, Limits
from netipl.firmware.rehearsal import Held, Rehearsal, Shelf, rehearse
from netipl.firmware.rules import RULES, RuleId

_NAME: Final = b"boot"
_LABEL: Final = b"# pxelinux\ndefault 1\nlabel 1\nkernel kernel\ninitrd initrd\nappend 1\n"
_SMALLEST_KERNEL: Final = Held(size=0x12000, head=bytes(0x10008) + b"S390EP")
_SMALL_INITRD: Final = Held(size=512, head=b"")


class Place(StrEnum):
    """Where a file may be given to the firmware."""

    BOOT_FILE = "boot file"
    KERNEL = "kernel"
    INITRD = "initrd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`works`: the firmware takes it and starts what is meant to be started. `remedy` may be empty."""

    works: bool
    words: str
    remedy: str = ""


_STARTED: Final[Mapping[Started, tuple[bool, str]]] = {
    Started.LINUX: (True, "enters it at 0x10000, as a Linux kernel"),
    Started.PSW: (True, "starts it by the PSW at address 0"),
    Started.NOTHING: (False, "jumps into it all the same, and the guest crashes or hangs"),
}


def verdict(place: Place, file: Held, shelf: Shelf, *, limits: Limits, memory: int) -> Verdict:
    """Of `file` at `place`, on a guest with `memory` bytes; a list or configuration finds its files on `shelf`."""
    match place:
        case Place.BOOT_FILE:
            found = rehearse(_NAME, lambda name: file if name == _NAME else shelf(name), limits=limits, memory=memory)
            return _of_boot_file(file, found)
        case Place.KERNEL:
            return _of(_labelled(file, _SMALL_INITRD, limits, memory))
        case Place.INITRD:
            found = _labelled(_SMALLEST_KERNEL, file, limits, memory)
            return Verdict(works=True, words="loads it behind the kernel") if found.started else _of(found)


def _labelled(kernel: Held, initrd: Held, limits: Limits, memory: int) -> Rehearsal:
    held = {_NAME: Held(size=len(_LABEL), head=_LABEL), b"kernel": kernel, b"initrd": initrd}
    return rehearse(_NAME, held.get, limits=limits, memory=memory)


def _of(found: Rehearsal) -> Verdict:
    if found.started is not None:
        works, words = _STARTED[found.started]
        return Verdict(works=works, words=words)
    if found.failed is None:
        return Verdict(works=False, words="does not boot it")
    if found.failed is RuleId.FILE_TOO_LARGE:
        remedy = "give it a smaller one; from QEMU 9.2 on more memory helps too"
        return Verdict(works=False, words="has not enough memory for it and gives up", remedy=remedy)
    return Verdict(works=False, words=f"gives up ({found.failed})", remedy=RULES[found.failed].remedy)


def _of_boot_file(file: Held, found: Rehearsal) -> Verdict:
    made = _of(found)
    if file.size > BOOT_FILE_CONFIGURATION or found.failed is RuleId.BOOT_FILE_TOO_SMALL:
        return made
    files = len(found.asked) - 1
    if file.head.startswith(insfile.MAGIC):
        instead = ", and boots a configuration if it finds one" if found.probed else ""
        words = f"reads it as an .ins list, asks for {_count(found)} files and {made.words}{instead}"
        return Verdict(works=made.works, words=words, remedy=made.remedy)
    if files:
        words = f"reads it as a configuration, asks for {files} files and {made.words}"
        return Verdict(works=made.works, words=words, remedy=made.remedy)
    return made


def _count(found: Rehearsal) -> int:
    return sum(b"pxelinux.cfg/" not in name for name in found.asked) - 1
