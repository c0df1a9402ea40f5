"""What the firmware would do with files at hand: its loader (loading.py), given sizes and beginnings instead of TFTP.

So there is one model of it. Decides nothing of its own but what a missing and a too large file look like.
"""

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address

from netipl.firmware.console import Console
from netipl.firmware.dhcp_client import BootData
from netipl.firmware.kernel import Started, judged
from netipl.firmware.limits import SURVIVED_FILE_NAME, Limits
from netipl.firmware.loading import HaltedError, Loader, MenuError, Wanted
from netipl.firmware.rules import RULES, RuleId
from netipl.firmware.tftp_client import Failure
from netipl.net import Mac

_SOMEBODY = Mac(bytes(6))
_SOMEWHERE = IPv4Address("192.0.2.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A file: how large it is, and its beginning, as far as the firmware looks (kernel.LOOKED_AT)."""

    size: int
    head: bytes


Shelf = Callable[[bytes], Held | None]
"""The file of a name, or None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """`started`: what it jumps into, None where it starts nothing; `failed`: the rule that was broken first.

    `asked`: the names it asked for, in order; `probed`: whether it went on to look for a configuration.
    """

    started: Started | None
    failed: RuleId | None
    asked: tuple[bytes, ...]
    console: bytes
    command_line: bytes | None

    @property
    def probed(self) -> bool:
        """Whether it went on to look for configurations by its own names."""
        return any(b"pxelinux.cfg/" in name for name in self.asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrived:
    """A transfer that is over, as the loader looks at it."""

    name: bytes
    received: int
    head: bytes
    error: Failure | None


def rehearse(boot_file: bytes, shelf: Shelf, *, limits: Limits, memory: int) -> Rehearsal:
    """One boot with `boot_file` as the DHCP server names it, on a guest with `memory` bytes of memory."""
    console = Console()
    data = BootData(address=_SOMEWHERE, server=_SOMEWHERE, file=boot_file)
    end = limits.memory(memory)
    loader = Loader(data, mac=_SOMEBODY, uuid=None, loadparm="", limits=limits, end=end, console=console)
    asked: list[bytes] = []
    broken: list[RuleId] = []
    started, steps, arrived = False, loader.files(), None
    try:
        while True:
            wanted = next(steps) if arrived is None else steps.send(arrived)
            broken += [loader.failed] if loader.failed else []
            asked.append(wanted.name)
            arrived = _arrived(wanted, shelf(wanted.name))
    except StopIteration as stop:
        started = bool(stop.value)
    except (HaltedError, MenuError):
        pass
    broken += [loader.failed] if loader.failed else []
    return Rehearsal(
        started=judged(loader.memory) if started else None,
        failed=broken[0] if broken else None,
        asked=tuple(asked),
        console=console.take(),
        command_line=loader.command_line,
    )


def _arrived(wanted: Wanted, held: Held | None) -> _Arrived:
    if len(wanted.name) > SURVIVED_FILE_NAME:
        failure = Failure(RuleId.UNEXPECTED_PACKETS, RULES[RuleId.UNEXPECTED_PACKETS].words.encode())
    elif held is None:
        failure = _failure(RuleId.FILE_MISSING, wanted)
    elif held.size > wanted.room:
        failure = _failure(RuleId.FILE_TOO_LARGE, wanted)
    else:
        return _Arrived(name=wanted.name, received=held.size, head=held.head[: wanted.keep], error=None)
    return _Arrived(name=wanted.name, received=0, head=b"", error=failure)


def _failure(rule: RuleId, wanted: Wanted) -> Failure:
    before, _, after = RULES[rule].words.partition("{name}")
    return Failure(rule, before.format(room=wanted.room).encode() + wanted.name + after.encode())
