"""After a start of netipl: boots keep the plans that they pinned, and builds that were loaded are in doubt.

What such a boot fetched meanwhile is not known. It may go on, and no other one gets its build.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.boots import Boot, Boots, BootState
from netipl.provisioning.building import doubt
from netipl.provisioning.changes import BuildSet, Change
from netipl.provisioning.inventory import Stored
from netipl.provisioning.plan import Plan, Purpose

_ENDED: Final = frozenset({BootState.STARTED, BootState.INTERRUPTED})
"""One that was given up may go on."""

PlanAgain = Callable[[Boot], Plan | None]
"""The plan that a boot pinned (`choice.pinned_before`), made anew."""


def taken_up(boots: Boots, stored: Stored, *, plan_again: PlanAgain) -> tuple[Change, ...]:
    """Puts the newest boot of each MAC into `boots`; what follows is returned, and not yet applied."""
    for boot in sorted(stored.boots, key=lambda boot: boot.began):
        plan = None if _is_done(boot) else plan_again(boot)
        boots.take_up(replace(boot, plan=_nothing(boot) if plan is None and boot.build is not None else plan))
    return tuple(BuildSet(doubtful) for build in stored.builds if (doubtful := doubt(build)) is not build)


def _is_done(boot: Boot) -> bool:
    """Whether nobody asks for its plan any more; most boots of a daemon have ended so, at their disk."""
    return boot.state in _ENDED or (boot.state is BootState.FINISHED and boot.purpose is Purpose.DISK)


def _nothing(boot: Boot) -> Plan:
    """Of a boot whose installer is there no more: it gets nothing else in its place."""
    return Plan(fields=BootFields(), tree={}, purpose=boot.purpose or Purpose.INSTALL, build=boot.build, closed=True)
