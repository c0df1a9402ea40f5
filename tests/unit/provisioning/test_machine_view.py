"""Whether a machine runs, as its hypervisor tells."""

from dataclasses import replace
from uuid import UUID

import pytest

from netipl.provisioning.machine_view import MachineView, Power

MACHINE = MachineView(
    guest="web1",
    domain="web1",
    uuid=UUID(int=1),
    state="running",
    active=True,
    managed=True,
    kind="kvm",
    boots_from="disk",
    boots_from_now="disk",
    on_reboot="restart",
    on_crash="destroy",
    disks=(),
    notes=(),
    retry=None,
    away="",
)


@pytest.mark.parametrize(
    ("state", "active", "power"),
    [
        ("running", True, Power.ON),
        ("paused", True, Power.ON),
        ("off", False, Power.OFF),
        pytest.param("crashed", True, Power.CRASHED, id="crashed and kept"),
        pytest.param("crashed", False, Power.CRASHED, id="crashed and switched off"),
    ],
)
def test_it_runs_as_long_as_it_is_there_and_has_not_crashed(state: str, active: bool, power: Power) -> None:
    assert replace(MACHINE, state=state, active=active).power is power
    assert replace(MACHINE, state=state, active=active, away="libvirtd has ended").power is None
