"""What the worker does with a real libvirtd: its schema takes our domains, and it keeps what others said of theirs."""

import re
import time
from uuid import uuid4

import pytest

from netipl.ccw import DeviceNumber
from netipl.errors import ConflictError, MissingError
from netipl.integrations.libvirt import domain_making
from netipl.integrations.libvirt.domain_making import DiskWanted, Wanted
from netipl.integrations.libvirt.driver import Driver
from netipl.integrations.libvirt.worker.protocol import Call, Told
from netipl.net import Mac
from tests.integration.integrations.libvirt.test_driver import driven, in_loop, inside
from tests.libvirt_host import DEADLINE, LibvirtHost, libvirt_host
from tests.unit.integrations.libvirt.domains import OTHERS_METADATA

pytestmark = pytest.mark.root

MAC = "52:54:00:13:33:0a"
SECRET = "nobodys"
OF_OTHERS = f"""<domain type='qemu'>
  <name>z9</name><uuid>9b6e2a0c-7b1d-4b52-8f6e-1f6f3f6c0a09</uuid>
  <metadata>{OTHERS_METADATA}</metadata>
  <memory unit='MiB'>256</memory><vcpu>1</vcpu>
  <os><type arch='s390x' machine='s390-ccw-virtio'>hvm</type><boot dev='hd'/></os>
  <devices>
    <disk type='file' device='disk'><source file='/z9'/><target dev='vda' bus='virtio'/></disk>
    <interface type='bridge'><mac address='{MAC}'/><source bridge='br0'/><model type='virtio'/></interface>
    <graphics type='vnc' port='-1' passwd='{SECRET}'/>
  </devices>
</domain>"""


async def made_host(driver: Driver) -> domain_making.Host:
    said = await driver.ask(Call.CAPABILITIES)
    found = domain_making.host(said["xml"], is_system=said["is_system"])
    assert found is not None
    return found


@in_loop
async def test_every_form_of_a_new_domain_is_as_the_schema_wants_it() -> None:
    disks = [
        None,
        DiskWanted(path="/images/a.qcow2", kind="qcow2", number=DeviceNumber(0, 0x1234)),
        DiskWanted(path="/dev/vg/a", kind="raw", is_block=True, number=DeviceNumber(1, 0xFFFF)),
    ]
    with libvirt_host() as host:
        host.define_default_network()
        async with driven(inside(host)) as (driver, heard):
            await heard.next(Told.CONNECTED)
            on = await made_host(driver)
            assert (on.kind, on.machine.startswith("s390-ccw-virtio-")) == ("qemu", True)
            for number, disk in enumerate(disks):
                for network, cpu in (("", None), ("default", "z14")):
                    name = f"web{number}{cpu or ''}"
                    wanted = Wanted(
                        name=name,
                        uuid=uuid4(),
                        mac=Mac.parse(MAC),
                        network=network,
                        bridge="" if network else "br0",
                        memory=512,
                        cpus=2,
                        cpu=cpu,
                        disk=disk,
                    )
                    record = await driver.ask(Call.DEFINE, xml=domain_making.domain(wanted, on))
                    assert (record["owner"], record["boots_from"], record["state"]) == (name, "network", "off")
                    assert record["interfaces"][0]["bridge"] == ("virbr0" if network else "br0")


@in_loop
async def test_the_boot_order_changes_and_all_that_others_said_stays() -> None:
    with libvirt_host() as host:
        file = host.directory / "z9.xml"
        file.write_text(OF_OTHERS)
        host.virsh("define", file)
        before = host.virsh("dumpxml", "--inactive", "--security-info", "z9")
        async with driven(inside(host)) as (driver, heard):
            (domain,) = (await heard.next(Told.CONNECTED))["domains"]
            assert SECRET not in str(domain)
            uuid = domain["uuid"]
            await driver.ask(Call.MARK, uuid=uuid, name='z9 & "co"')
            record = await driver.ask(Call.BOOTS_FROM, uuid=uuid, first="network", macs=[MAC], disk="")
            assert (record["owner"], record["boots_from"]) == ('z9 & "co"', "network")
            await driver.ask(Call.MARK, uuid=uuid, name="")
        after = host.virsh("dumpxml", "--inactive", "--security-info", "z9")
        assert SECRET in after
        assert "<vm xmlns=" in after
        assert without_boot(after) == without_boot(before)


def without_boot(xml: str) -> list[str]:
    """Each line but those of the boot order; how libvirt writes declarations of namespaces is its own business."""
    return sorted(
        re.sub(r' xmlns(:\w+)?="[^"]*"', "", line.strip()) for line in xml.splitlines() if "<boot " not in line
    )


@in_loop
async def test_a_disk_is_made_in_the_default_pool_and_never_in_the_place_of_another() -> None:
    with libvirt_host() as host:
        async with driven(inside(host)) as (driver, heard):
            await heard.next(Told.CONNECTED)
            made = await driver.ask(Call.MAKE_VOLUME, pool="default", name="web1", bytes=1 << 30)
            assert made == {"path": "/var/lib/libvirt/images/web1.qcow2", "kind": "qcow2", "is_block": False}
            assert capacity(host) == 1 << 30
            with pytest.raises(ConflictError):
                await driver.ask(Call.MAKE_VOLUME, pool="default", name="web1", bytes=1 << 20)
            assert capacity(host) == 1 << 30
            with pytest.raises(MissingError):
                await driver.ask(Call.MAKE_VOLUME, pool="other", name="web1", bytes=1 << 20)
            await driver.ask(Call.REMOVE_VOLUME, path=made["path"])
            assert "web1" not in host.virsh("vol-list", "default")


def capacity(host: LibvirtHost) -> int:
    found = re.search(r"Capacity:\s+(\d+)", host.virsh("vol-info", "--bytes", "web1.qcow2", "default"))
    assert found is not None
    return int(found[1])


@in_loop
async def test_one_that_was_started_paused_has_not_run_and_one_that_was_paused_later_has() -> None:
    with libvirt_host() as host:
        host.define_default_network()
        async with driven(inside(host)) as (driver, heard):
            await heard.next(Told.CONNECTED)
            wanted = Wanted(name="web1", uuid=uuid4(), mac=Mac.parse(MAC), network="default", memory=256, cpus=2)
            made = await driver.ask(Call.DEFINE, xml=domain_making.domain(wanted, await made_host(driver)))
            uuid = made["uuid"]
            assert not made["is_unborn"]
            host.virsh("start", "--paused", "web1")
            paused = await driver.ask(Call.DOMAIN, uuid=uuid)
            assert (paused["state"], paused["is_unborn"]) == ("paused", True)
            await driver.ask(Call.RESUME, uuid=uuid)
            assert (await driver.ask(Call.DOMAIN, uuid=uuid))["state"] == "running"
            until = time.monotonic() + DEADLINE
            while True:  # the firmware asks for an address, which keeps it busy
                host.virsh("suspend", "web1")
                found = await driver.ask(Call.DOMAIN, uuid=uuid)
                if not found["is_unborn"]:
                    break
                assert time.monotonic() < until
                host.virsh("resume", "web1")
            assert found["state"] == "paused"
            await driver.ask(Call.DESTROY, uuid=uuid)
