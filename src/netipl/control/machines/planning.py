"""A plan with what the guest's machine means for it: its boot order, its way to the disk, and what would stop it."""

from dataclasses import replace
from typing import Final

from netipl.provisioning.machine_view import MachineView, Note
from netipl.provisioning.plan_view import Fault, PlanView

_MANAGED: Final = (
    "domain {domain} boots first from the {first}; netipl makes that the network for a build, and the disk when it is "
    "done"
)
_LEFT: Final = "domain {domain} boots first from the {first}; netipl does not change that"


def judged(view: PlanView, machine: MachineView | None) -> PlanView:
    """A plan of a build: what would stop it is a fault."""
    if machine is None:
        return view
    made = told(view, machine)
    stops = tuple(_fault(each) for each in machine.notes if each.stops)
    warnings = tuple(each for each in made.warnings if each not in stops)
    return replace(made, faults=(*view.faults, *stops), warnings=warnings)


def told(view: PlanView, machine: MachineView | None) -> PlanView:
    """Any other: all is worth knowing, and nothing is refused."""
    if machine is None:
        return view
    words = _MANAGED if machine.managed else _LEFT
    return replace(
        view,
        machine=words.format(domain=machine.domain, first=machine.boots_from),
        warnings=tuple(map(_fault, machine.notes)),
    )


def _fault(note: Note) -> Fault:
    return Fault(rule=note.rule, message=note.message, remedy=note.remedy)
