"""Whether a guest can take a medium: kernel and initrd in what its firmware loads, and a machine that is new enough."""

from collections.abc import Iterator
from typing import Final

from netipl.firmware.cpu_models import is_older
from netipl.firmware.lint.files import too_large
from netipl.firmware.lint.finding import Finding, Spot, Target, graded
from netipl.firmware.rules import RuleId
from netipl.images.kernel import initrd_address
from netipl.media.medium import Medium, Role

_NOWHERE: Final = Spot(file=b"")


def findings(medium: Medium, target: Target, cpu: str = "") -> tuple[Finding, ...]:
    """What is wrong with `medium` for that firmware and memory, and for the CPU model `cpu`, as far as it is known."""
    return tuple(graded((*_memory(medium, target), *_machine(medium, cpu)), target))


def _memory(medium: Medium, target: Target) -> Iterator[Finding]:
    files = dict(medium.files)
    kernel, initrd = files.get(Role.KERNEL), files.get(Role.INITRD)
    if kernel is None:
        return
    if reason := too_large(kernel.size, 0, target):
        yield _broken(kernel.name, RuleId.MEMORY_EXCEEDED, f"the kernel of {medium.title} is too large: {reason}")
    elif initrd is not None and (reason := too_large(initrd.size, initrd_address(kernel.size), target)):
        message = f"kernel and initrd of {medium.title} are too large: {reason}"
        yield _broken(initrd.name, RuleId.MEMORY_EXCEEDED, message)


def _machine(medium: Medium, cpu: str) -> Iterator[Finding]:
    if is_older(cpu, medium.level):
        message = f"{medium.title} needs a {medium.level} or newer, and this guest's CPU model is {cpu}"
        yield _NOWHERE.broken(RuleId.MACHINE_TOO_OLD, message)


def _broken(name: str, rule: RuleId, message: str) -> Finding:
    return Spot(file=name.encode()).broken(rule, message)
