"""What is read of a domain."""

import pytest

from netipl.integrations.libvirt.domain_xml import BootsFrom, Disk, Interface, facts
from tests.unit.integrations.libvirt.domains import CDROM, MAC, NETWORK_INTERFACE, UUID, VIRTIO_DISK, domain


def test_what_a_domain_says_of_its_boots() -> None:
    mark = '<netipl:guest xmlns:netipl="https://netipl.org/xmlns/libvirt/guest/1.0" name="web1"/>'
    found = facts(domain(metadata=mark))
    assert (found.name, found.uuid, found.owner) == ("web1", UUID, "web1")
    assert (found.kind, found.arch, found.machine) == ("qemu", "s390x", "s390-ccw-virtio-7.2")
    assert found.interfaces == (Interface(mac=MAC, model="virtio", kind="network", source="default", order=1),)
    path = "/var/lib/libvirt/images/web1.qcow2"
    assert found.disks == (Disk(target="vda", source=path, number="0.0.0001", order=2),)


def test_what_is_not_said_is_what_libvirt_does() -> None:
    assert (facts(domain()).on_reboot, facts(domain()).on_crash, facts(domain()).owner) == ("restart", "destroy", "")
    said = facts(domain(events="<on_reboot>destroy</on_reboot><on_crash>preserve</on_crash>"))
    assert (said.on_reboot, said.on_crash) == ("destroy", "preserve")


_NO_ORDER = NETWORK_INTERFACE.replace("<boot order='1'/>", ""), VIRTIO_DISK.replace("<boot order='2'/>", "")
_SWAPPED = NETWORK_INTERFACE.replace("'1'", "'2'", 1), VIRTIO_DISK.replace("<boot order='2'/>", "<boot order='1'/>")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        pytest.param(domain(), BootsFrom.NETWORK, id="the lowest order"),
        pytest.param(domain("".join(_SWAPPED)), BootsFrom.DISK, id="not the first device"),
        pytest.param(domain("".join(_NO_ORDER)), BootsFrom.NOTHING, id="no order"),
        pytest.param(domain(_NO_ORDER[0] + CDROM), BootsFrom.OTHER, id="a CD-ROM"),
        pytest.param(domain("".join(_NO_ORDER), system="<boot dev='network'/>"), BootsFrom.NETWORK, id="the old way"),
        pytest.param(domain("".join(_NO_ORDER), system="<boot dev='hd'/><boot dev='network'/>"), BootsFrom.DISK),
        pytest.param(domain(system="<kernel>/boot/vmlinux</kernel>"), BootsFrom.OTHER, id="a kernel of libvirt's"),
    ],
)
def test_what_comes_first(text: str, first: BootsFrom) -> None:
    assert facts(text).boots_from is first


def test_an_interface_of_a_bridge_and_one_without_a_source() -> None:
    bridge = NETWORK_INTERFACE.replace("'network'", "'bridge'").replace("network='default'", "bridge='br0'")
    user = "<interface type='user'><mac address='52:54:00:00:00:01'/></interface>"
    found = facts(domain(bridge + user)).interfaces
    assert [(each.kind, each.source, each.model) for each in found] == [("bridge", "br0", "virtio"), ("user", "", "")]
