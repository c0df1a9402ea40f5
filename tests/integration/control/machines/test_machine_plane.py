"""The machines of guests, asked for and kept, with a libvirt of our own: who may be changed, and when."""

import asyncio
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from netipl.errors import ConflictError, MissingError, RefusedError, UnavailableError
from netipl.firmware.versions import Version
from netipl.guests.build import BuildState
from netipl.guests.guest import Origin
from netipl.integrations.libvirt.domain_xml import BootsFrom, facts
from netipl.integrations.libvirt.worker.protocol import Call
from netipl.net import Mac
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.machine_view import DiskAsked, MachineAsked
from netipl.provisioning.timeline import Deed, Seen
from tests.contract.servers.api.lab import LAB
from tests.machines_lab import BARE, BY, DISK_FIRST, MAC, MARK, NOW, OURS, WEB1, Lab, in_loop, running
from tests.unit.integrations.libvirt import domains


@in_loop
async def test_a_new_machine_is_the_guests_with_uuid_mac_network_and_disk() -> None:
    lab = Lab()
    view = await lab.plane.define("web1", MachineAsked(memory=1024, disk=DiskAsked(size=1 << 30)), by=BY)
    guest = lab.inventory.guest("web1")
    assert guest is not None
    assert guest.uuid == view.uuid  # it had none
    assert guest.firmware == Version(7, 2)  # nobody had said it
    found = facts(lab.libvirt.xml(str(view.uuid)))
    assert (found.name, found.owner) == ("web1", "web1")
    assert [(each.mac, each.source) for each in found.interfaces] == [(domains.MAC, "lab")]
    assert (view.disks, view.managed, view.active) == (("/images/web1.qcow2",), True, False)
    assert lab.done(Deed.MACHINE_DEFINED) == [{"domain": "web1", "disk": "/images/web1.qcow2"}]
    with pytest.raises(ConflictError):
        await lab.plane.define("web1", MachineAsked(), by=BY)


@in_loop
async def test_a_version_that_somebody_has_said_stays() -> None:
    lab = Lab(Inventory([LAB], [replace(WEB1, firmware=Version(10, 0))]))
    await lab.plane.define("web1", MachineAsked(), by=BY)
    guest = lab.inventory.guest("web1")
    assert guest is not None
    assert guest.firmware == Version(10, 0)


@in_loop
async def test_a_machine_that_cannot_be_made_leaves_no_disk() -> None:
    lab = Lab()
    lab.libvirt.refuses[Call.DEFINE] = RefusedError("no")
    with pytest.raises(RefusedError):
        await lab.plane.define("web1", MachineAsked(disk=DiskAsked(size=1 << 30)), by=BY)
    assert lab.libvirt.asked == ["make-volume", "remove-volume /images/web1.qcow2"]


def test_the_disk_of_another_domain_is_not_taken(tmp_path: Path) -> None:
    disk, link = tmp_path / "prod.img", tmp_path / "link"
    link.symlink_to(disk)
    lab = Lab()
    other = domains.domain(domains.VIRTIO_DISK).replace("<name>web1", "<name>prod").replace("s390x", "x86_64")
    lab.libvirt.add(other.replace("/var/lib/libvirt/images/web1.qcow2", str(disk)))
    for path in (disk, link):
        with pytest.raises(ConflictError, match="is the disk of domain prod"):
            asyncio.run(lab.plane.define("web1", MachineAsked(disk=DiskAsked(path=str(path))), by=BY))
    assert lab.libvirt.asked == []


@in_loop
async def test_a_bridge_that_libvirt_has_no_network_for_is_taken_as_it_is() -> None:
    lab = Lab()
    lab.libvirt.networks = [{"name": "other", "bridge": "virbr0", "active": True}]
    view = await lab.plane.define("web1", MachineAsked(), by=BY)
    (interface,) = facts(lab.libvirt.xml(str(view.uuid))).interfaces
    assert (interface.kind, interface.source) == ("bridge", "lo")


@in_loop
async def test_installed_it_boots_from_its_disk_and_for_a_build_from_the_network_again() -> None:
    lab = Lab()
    uuid = lab.libvirt.add(OURS)
    async with running(lab):
        lab.build(BuildState.DONE, attempts=0)
        await lab.until(lambda: facts(lab.libvirt.xml(uuid)).boots_from is BootsFrom.DISK)
        lab.build()
        await lab.until(lambda: facts(lab.libvirt.xml(uuid)).boots_from is BootsFrom.NETWORK)
    assert [each["first"] for each in lab.done(Deed.MACHINE_ORDERED)] == ["disk", "network"]


@in_loop
async def test_one_that_is_not_marked_as_ours_is_never_changed_nor_started_by_itself() -> None:
    lab = Lab()
    uuid = lab.libvirt.add(BARE)
    lab.build()
    async with running(lab):
        lab.libvirt.crash(uuid)
        assert lab.plane.machine("web1").retry is None
        lab.build(BuildState.DONE)
        await lab.plane.start("web1", by=BY, cold=False)
    assert lab.libvirt.asked == ["start"]
    assert lab.libvirt.xml(uuid) == BARE


@in_loop
async def test_one_on_another_network_with_the_same_mac_is_not_the_guests() -> None:
    lab = Lab()
    lab.libvirt.networks.append({"name": "other", "bridge": "virbr8", "active": True})
    lab.libvirt.add(BARE.replace("'lab'", "'other'").replace("<name>web1", "<name>prod-db"))
    with pytest.raises(MissingError, match="no machine"):
        lab.plane.machine("web1")
    for asked in (lab.plane.start("web1", by=BY, cold=True), lab.plane.stop("web1", by=BY, now=True)):
        with pytest.raises(MissingError, match="no machine"):
            await asked
    assert not lab.libvirt.asked


@in_loop
async def test_one_that_is_known_by_its_mac_alone_is_not_switched_off_until_it_is_attached() -> None:
    lab = Lab()
    lab.libvirt.add(BARE)
    await lab.plane.start("web1", by=BY, cold=False)
    for asked in (
        lab.plane.start("web1", by=BY, cold=True),
        lab.plane.stop("web1", by=BY, now=True),
        lab.plane.reset("web1", by=BY),
    ):
        with pytest.raises(RefusedError, match="by its MAC address alone") as refused:
            await asked
        assert "netipl guest attach web1 --domain web1" in refused.value.remedy
    await lab.plane.stop("web1", by=BY, now=False)
    await lab.plane.attach("web1", None, by=BY)
    await lab.plane.stop("web1", by=BY, now=True)
    assert lab.libvirt.asked == ["start", "shutdown", "mark", "destroy"]


COPY = OURS.replace(domains.UUID, "00000000-2af4-4ae0-927c-0b8c54c1565a").replace("<name>web1", "<name>web1-backup")


@in_loop
async def test_of_a_machine_and_its_copy_the_one_with_the_guests_name_is_its_own() -> None:
    lab = Lab(Inventory([LAB], [replace(WEB1, origin=Origin.SETTINGS)]))
    lab.libvirt.add(COPY)
    assert lab.plane.machine("web1").domain == "web1-backup"  # it is the only one
    uuid = lab.libvirt.add(OURS)
    lab.build()
    view = await lab.plane.start("web1", by=BY, cold=True)
    assert (view.domain, str(view.uuid)) == ("web1", uuid)


@in_loop
async def test_of_two_that_are_called_something_else_neither_is_touched_and_it_is_said_why() -> None:
    lab = Lab()
    lab.libvirt.add(COPY)
    lab.libvirt.add(OURS.replace("<name>web1", "<name>z1"))
    for asked in (lab.plane.start("web1", by=BY, cold=False), lab.plane.define("web1", MachineAsked(), by=BY)):
        with pytest.raises(ConflictError, match="web1-backup"):
            await asked
    await lab.plane.attach("web1", "z1", by=BY)
    assert (await lab.plane.start("web1", by=BY, cold=True)).domain == "z1"


@in_loop
async def test_a_copy_with_another_uuid_than_the_guests_is_not_its_machine() -> None:
    lab = Lab(Inventory([LAB], [replace(WEB1, uuid=UUID(domains.UUID))]))
    lab.libvirt.add(COPY)
    with pytest.raises(MissingError, match="no machine"):
        lab.plane.machine("web1")


@in_loop
async def test_a_start_has_the_order_of_the_build_at_once_and_a_rebuild_is_a_cold_start() -> None:
    lab = Lab()
    lab.libvirt.add(domains.domain(DISK_FIRST, metadata=MARK).replace("'default'", "'lab'"))
    await lab.plane.start("web1", by=BY, cold=False)
    with pytest.raises(RefusedError, match="running already"):
        await lab.plane.start("web1", by=BY, cold=False)
    lab.build()
    view = await lab.plane.start("web1", by=BY, cold=True)
    assert lab.libvirt.asked == ["start", "boots-from network", "destroy", "start"]
    assert (view.boots_from, view.boots_from_now) == ("network", "network")


@in_loop
async def test_a_reset_is_a_cold_start_only_where_the_order_is_another() -> None:
    lab = Lab()
    lab.libvirt.add(OURS)
    with pytest.raises(RefusedError, match="is off"):
        await lab.plane.reset("web1", by=BY)
    await lab.plane.start("web1", by=BY, cold=False)
    await lab.plane.reset("web1", by=BY)
    lab.build(BuildState.DONE)
    await lab.plane.reset("web1", by=BY)
    assert lab.libvirt.asked == ["start", "reset", "boots-from disk", "destroy", "start"]


@in_loop
async def test_stopped_gently_or_at_once() -> None:
    lab = Lab()
    lab.libvirt.add(OURS)
    await lab.plane.stop("web1", by=BY, now=True)  # it is off
    await lab.plane.start("web1", by=BY, cold=False)
    await lab.plane.stop("web1", by=BY, now=False)
    await lab.plane.stop("web1", by=BY, now=True)
    assert lab.libvirt.asked == ["start", "shutdown", "destroy"]
    assert [each["to"] for each in lab.done(Deed.MACHINE_ASKED)] == ["start", "shut down", "switch off"]


@in_loop
async def test_a_transient_machine_is_not_switched_off_since_it_would_be_gone() -> None:
    lab = Lab()
    uuid = lab.libvirt.create(OURS)
    await lab.plane.reset("web1", by=BY)
    lab.libvirt.suspend(uuid)
    for asked in (
        lab.plane.start("web1", by=BY, cold=True),
        lab.plane.reset("web1", by=BY),
        lab.plane.stop("web1", by=BY, now=True),
    ):
        with pytest.raises(RefusedError, match="web1 is transient") as refused:
            await asked
        assert "virsh define" in refused.value.remedy
    assert lab.libvirt.asked == ["reset"]
    assert [each["to"] for each in lab.done(Deed.MACHINE_ASKED)] == ["reset"]  # what was refused is not told


@in_loop
async def test_saved_memory_is_not_taken_for_a_boot() -> None:
    lab = Lab()
    uuid = lab.libvirt.add(OURS)
    lab.libvirt.saved.add(uuid)
    with pytest.raises(RefusedError, match="saved the memory of domain web1") as refused:
        await lab.plane.start("web1", by=BY, cold=True)
    assert refused.value.remedy.startswith("virsh managedsave-remove web1")
    lab.build()
    with pytest.raises(RefusedError, match="saved the memory"):
        await lab.plane.start("web1", by=BY, cold=False)
    lab.build(BuildState.FAILED, attempts=0)
    assert lab.libvirt.asked == []
    await lab.plane.start("web1", by=BY, cold=False)  # it goes on, as with virsh
    assert lab.libvirt.asked == ["start"]


@in_loop
async def test_its_life_is_seen_as_the_guests() -> None:
    lab = Lab()
    uuid = lab.libvirt.add(OURS)
    await lab.plane.start("web1", by=BY, cold=False)
    lab.libvirt.tell(uuid, "reset", at=NOW.timestamp())
    lab.libvirt.crash(uuid, NOW.timestamp())
    lab.libvirt.tell(uuid, "stopped", "crashed", NOW.timestamp())  # switched off for that
    assert [(each.seen, each.guest, each.mac) for each in lab.seen] == [
        (Seen.MACHINE_STARTED, "web1", MAC),
        (Seen.MACHINE_RESET, "web1", MAC),
        (Seen.MACHINE_CRASHED, "web1", MAC),
        (Seen.MACHINE_STOPPED, "web1", MAC),
    ]
    assert lab.seen[-1].at == NOW
    await lab.plane.start("web1", by=BY, cold=False)
    lab.libvirt.tell(uuid, "stopped", "crashed")  # all that is told of it
    assert lab.seen[-1].seen is Seen.MACHINE_CRASHED


@in_loop
async def test_what_happened_while_libvirt_was_away_is_found_out() -> None:
    lab = Lab()
    uuid = lab.libvirt.add(OURS)
    lab.libvirt.connect()
    await lab.plane.start("web1", by=BY, cold=False)
    lab.libvirt.lose()
    assert lab.plane.machine("web1").away == "libvirtd has ended"
    with pytest.raises(UnavailableError):
        await lab.plane.stop("web1", by=BY, now=True)
    lab.libvirt._live.clear()
    lab.libvirt._states[uuid] = "off"
    lab.libvirt.connect()
    assert [each.seen for each in lab.seen] == [Seen.MACHINE_STARTED, Seen.MACHINE_STOPPED]
    assert lab.seen[-1].detail["reason"] == "while libvirt was away"


@in_loop
async def test_a_domain_that_nobody_knows_is_attached_with_its_guest() -> None:
    lab = Lab()
    xml = BARE.replace("web1", "z9").replace(domains.UUID, "44d45444-2af4-4ae0-927c-0b8c54c1565a")
    uuid = lab.libvirt.add(xml.replace(domains.MAC, domains.OTHER_MAC))
    view = await lab.plane.attach("z9", None, by=BY)
    guest = lab.inventory.guest("z9")
    assert guest is not None
    assert (guest.uuid, guest.macs, guest.network) == (UUID(uuid), (Mac.parse(domains.OTHER_MAC),), "lab")
    assert guest.firmware == Version(7, 2)
    assert view.managed
    assert not (await lab.plane.release("z9", by=BY)).managed


@in_loop
async def test_a_guest_takes_the_uuid_of_the_domain_with_its_mac() -> None:
    lab = Lab()
    lab.libvirt.add(BARE)
    await lab.plane.attach("web1", None, by=BY)
    guest = lab.inventory.guest("web1")
    assert guest is not None
    assert guest.uuid == UUID(domains.UUID)
    assert lab.done(Deed.MACHINE_ATTACHED) == [{"domain": "web1"}]


@in_loop
async def test_the_machine_of_another_guest_is_not_taken() -> None:
    lab = Lab()
    lab.libvirt.add(BARE)
    with pytest.raises(ConflictError, match="guest web1") as refused:
        await lab.plane.attach("web2", "web1", by=BY)
    assert "netipl guest attach web1 --release; netipl guest set web1 --uuid '' --mac" in refused.value.remedy


@in_loop
async def test_the_machine_of_another_guest_is_taken_once_that_has_left_it() -> None:
    lab = Lab()
    lab.libvirt.add(BARE)
    await lab.plane.attach("web1", None, by=BY)
    await lab.plane.release("web1", by=BY)
    other = replace(WEB1, uuid=None, macs=(Mac.parse(domains.OTHER_MAC),))
    await lab.put_guest(other, by=BY, expected=None, is_new=False)
    assert (await lab.plane.attach("web2", "web1", by=BY)).managed
    guest = lab.inventory.guest("web2")
    assert guest is not None
    assert (guest.macs, guest.uuid) == ((MAC,), UUID(domains.UUID))


@pytest.mark.parametrize("name", ["web1", "z9"])
def test_a_domain_without_an_interface_is_no_guests(name: str) -> None:
    @in_loop
    async def attach() -> None:
        lab = Lab()
        lab.libvirt.add(domains.domain(domains.VIRTIO_DISK))
        with pytest.raises(RefusedError, match="no network interface") as refused:
            await lab.plane.attach(name, "web1", by=BY)
        assert "virsh attach-interface web1" in refused.value.remedy
        assert lab.libvirt.asked == []

    attach()


@in_loop
async def test_what_is_not_there_is_missing() -> None:
    lab = Lab()
    with pytest.raises(MissingError, match="no machine"):
        lab.plane.machine("web1")
    with pytest.raises(MissingError, match="no guest"):
        await lab.plane.start("web9", by=BY, cold=False)
    with pytest.raises(MissingError, match="no s390x domain"):
        await lab.plane.attach("web1", None, by=BY)
    lab.libvirt.add(BARE.replace("arch='s390x'", "arch='x86_64'"))
    with pytest.raises(MissingError, match="no machine"):
        lab.plane.machine("web1")
