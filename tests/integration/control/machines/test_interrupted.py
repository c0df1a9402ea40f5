"""A machine that is paused and has not run goes on only where netipl was starting it."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from netipl.control.machines.deeds import deed
from netipl.net import Mac
from netipl.provisioning.changes import Happened
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.timeline import Deed, Event, Seen
from tests.contract.servers.api.lab import LAB
from tests.machines_lab import BY, OURS, WEB1, Lab, in_loop, running
from tests.unit.integrations.libvirt import domains

ASKED = deed(Deed.MACHINE_ASKED, WEB1, "web1", by=BY, to="start")
RETRIED = deed(Deed.MACHINE_RETRIED, WEB1, "web1", again=1, pause=10)
STOPPED = deed(Deed.MACHINE_ASKED, WEB1, "web1", by=BY, to="switch off")


WEB2 = replace(WEB1, name="web2", macs=(Mac.parse(domains.OTHER_MAC),))
OTHERS = (
    OURS.replace("web1", "web2")
    .replace(domains.MAC, domains.OTHER_MAC)
    .replace(domains.UUID, "44d45444-2af4-4ae0-927c-0b8c54c1565a")
)


def seen(what: Seen) -> Happened:
    return Happened(Event(at=datetime.now(UTC), what=what, network="lab", guest="web1"))


@pytest.mark.parametrize(
    "before",
    [
        pytest.param([ASKED], id="asked for"),
        pytest.param([seen(Seen.KERNEL), RETRIED, seen(Seen.MACHINE_STARTED)], id="retried"),
        pytest.param([ASKED, seen(Seen.MACHINE_STOPPED), seen(Seen.MACHINE_STARTED)], id="cold"),
    ],
)
def test_one_that_netipl_was_starting_goes_on(before: list[Happened]) -> None:
    @in_loop
    async def goes_on() -> None:
        lab = Lab()
        uuid = lab.libvirt.add(OURS)
        await lab.commit(before)
        lab.libvirt.leave_unborn(uuid)
        async with running(lab):
            await lab.until(lambda: lab.libvirt.asked)
        assert lab.libvirt.asked == ["resume"]
        assert lab.plane.machine("web1").state == "running"

    goes_on()


@pytest.mark.parametrize(
    "before",
    [
        pytest.param([], id="nobody asked for"),
        pytest.param([ASKED, STOPPED], id="that was stopped since"),
        pytest.param([ASKED, seen(Seen.DHCP_DISCOVER)], id="that was seen since"),
    ],
)
def test_one_that_somebody_else_has_paused_stays_so(before: list[Happened]) -> None:
    @in_loop
    async def stays() -> None:
        lab = Lab(Inventory([LAB], [WEB1, WEB2]))
        await lab.commit([*before, deed(Deed.MACHINE_ASKED, WEB2, "web2", by=BY, to="start")])
        for xml in (OURS, OTHERS):
            lab.libvirt.leave_unborn(lab.libvirt.add(xml))
        async with running(lab):
            await lab.until(lambda: lab.libvirt.asked)  # of the one that is looked at behind it
        assert lab.libvirt.asked == ["resume"]
        assert [lab.plane.machine(name).state for name in ("web1", "web2")] == ["paused", "running"]

    stays()


@in_loop
async def test_one_that_has_run_is_left_alone() -> None:
    lab = Lab()
    uuid = lab.libvirt.add(OURS)
    await lab.commit([ASKED])
    lab.libvirt.run_untold(uuid)
    lab.libvirt.suspend(uuid)
    async with running(lab):
        await lab.plane.stop("web1", by=BY, now=False)
    assert lab.libvirt.asked == ["shutdown"]
