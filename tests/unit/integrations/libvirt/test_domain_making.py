"""New domains, as they should be. libvirt's own schema looks at them in tests/integration."""

from uuid import UUID

import pytest

from netipl.ccw import DeviceNumber
from netipl.integrations.libvirt.domain_making import DiskWanted, Host, Wanted, domain, host
from netipl.integrations.libvirt.domain_xml import BootsFrom, facts
from netipl.net import Mac
from tests.unit.integrations.libvirt import domains

TCG = Host(kind="qemu", machine="s390-ccw-virtio-7.2", has_logs=True)
KVM = Host(kind="kvm", machine="s390-ccw-virtio-9.2", has_logs=True)
SESSION = Host(kind="qemu", machine="", has_logs=False)
DISK = DiskWanted(path="/images/web1.qcow2", kind="qcow2", number=DeviceNumber(0, 0x1234))


def made(on: Host = TCG, *, disk: DiskWanted | None = DISK, network: str = "default", cpu: str | None = None) -> str:
    wanted = Wanted(
        name="web1",
        uuid=UUID(domains.UUID),
        mac=Mac.parse(domains.MAC),
        network=network,
        bridge="" if network else "br0",
        memory=1024,
        cpus=2,
        cpu=cpu,
        disk=disk,
    )
    return domain(wanted, on)


def test_it_is_the_guests_and_boots_from_the_network_first() -> None:
    found = facts(made())
    assert (found.name, found.uuid, found.owner, found.arch) == ("web1", domains.UUID, "web1", "s390x")
    assert found.boots_from is BootsFrom.NETWORK
    assert [(each.mac, each.model, each.source, each.order) for each in found.interfaces] == [
        (domains.MAC, "virtio", "default", 1)
    ]
    assert [(each.source, each.number, each.order) for each in found.disks] == [("/images/web1.qcow2", "0.0.1234", 2)]
    assert (found.on_reboot, found.on_crash) == ("restart", "destroy")


@pytest.mark.parametrize(
    ("on", "cpu", "said"),
    [
        pytest.param(KVM, None, '<cpu mode="host-model" />', id="kvm: the host's"),
        pytest.param(TCG, None, '<cpu mode="maximum" />', id="tcg: all that it can do"),
        pytest.param(TCG, "z14", '<model fallback="allow">z14</model>', id="the guest's own"),
    ],
)
def test_its_cpu(on: Host, cpu: str | None, said: str) -> None:
    assert said in made(on, cpu=cpu)
    assert facts(made(on, cpu=cpu)).kind == on.kind


def test_on_a_bridge_that_libvirt_has_no_network_for() -> None:
    (interface,) = facts(made(network="")).interfaces
    assert (interface.kind, interface.source) == ("bridge", "br0")


def test_without_a_disk_and_with_a_block_device() -> None:
    assert facts(made(disk=None)).disks == ()
    assert 'dev="/dev/vg/web1"' in made(disk=DiskWanted(path="/dev/vg/web1", kind="raw", is_block=True))


def test_a_session_keeps_no_log_of_its_console() -> None:
    assert "web1-console.log" in made(TCG)
    assert "log" not in made(SESSION)


_CAPABILITIES = """<capabilities><guest><arch name='s390x'>
<machine canonical='s390-ccw-virtio-7.2' maxCpus='248'>s390-ccw-virtio</machine><domain type='qemu'/>{kvm}
</arch></guest></capabilities>"""


def test_kvm_where_the_host_has_it() -> None:
    assert host(_CAPABILITIES.format(kvm=""), is_system=True) == TCG
    found = host(_CAPABILITIES.format(kvm="<domain type='kvm'/>"), is_system=False)
    assert found == Host(kind="kvm", machine="s390-ccw-virtio-7.2", has_logs=False)
    assert host("<capabilities><guest><arch name='x86_64'/></guest></capabilities>", is_system=True) is None
