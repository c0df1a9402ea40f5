"""What keeps a domain from booting, read from XML as libvirt prints it; the definitions themselves are tried by the
doctor's tests.
"""

from pathlib import Path

import pytest

from netipl.errors import UnavailableError
from netipl.integrations.libvirt.domain_boot import domain, emulators

DOMAIN = """<domain type='qemu' id='3'>
  <name>z1</name><uuid>9b6e2a0c-7b1d-4b52-8f6e-1f6f3f6c0a01</uuid><memory unit='KiB'>524288</memory>
  <os><type arch='s390x' machine='s390-ccw-virtio-7.2'>hvm</type>{boot}</os>
  <devices>
    <emulator>/usr/bin/qemu-system-s390x</emulator>
    <disk type='file' device='cdrom'><target dev='sda'/><boot order='1'/></disk>
    <disk type='file' device='disk'><target dev='vda'/>{disk}</disk>
    <interface type='network'>
      <mac address='52:54:00:13:33:0a'/><source network='default' portid='x' bridge='virbr0'/>
      <target dev='vnet0'/><model type='virtio'/>{nic}<address type='ccw' cssid='0xfe' ssid='0x0' devno='0x0001'/>
    </interface>
    <interface type='bridge'><mac address='52:54:00:13:33:0b'/><source bridge='br0'/><link state='down'/></interface>
  </devices>
</domain>"""


def made(boot: str = "", disk: str = "", nic: str = "") -> str:
    return DOMAIN.format(boot=boot, disk=disk, nic=nic)


def test_all_that_is_said_is_read() -> None:
    found = domain(made(nic="<boot order='1'/>"))
    first, second = found.interfaces
    assert (found.architecture, found.emulator, found.memory) == ("s390x", Path("/usr/bin/qemu-system-s390x"), 1 << 29)
    assert (first.kind, first.source, first.bridge, first.target) == ("network", "default", "virbr0", "vnet0")
    assert (first.model, first.order, first.is_on_ccw, first.is_up) == ("virtio", 1, True, True)
    assert (second.source, second.bridge, second.order, second.is_up) == ("br0", "br0", 0, False)


def test_what_is_not_said_has_the_default_of_libvirt() -> None:
    found = domain(made())
    assert (found.on_reboot, found.on_crash) == ("restart", "destroy")


@pytest.mark.parametrize(
    ("boot", "disk", "nic", "from_network", "disk_first"),
    [
        ("", "", "", False, False),
        ("", "", "<boot order='1'/>", True, False),
        ("", "<boot order='2'/>", "<boot order='1'/>", True, False),
        ("", "<boot order='1'/>", "<boot order='2'/>", True, True),
        ("", "<boot order='1'/>", "", False, False),
        ("<boot dev='network'/>", "", "", True, False),
        ("<boot dev='network'/><boot dev='hd'/>", "", "", True, False),
        ("<boot dev='hd'/><boot dev='network'/>", "", "", True, True),
        ("<boot dev='hd'/>", "", "", False, False),
    ],
)
def test_the_boot_order_is_read_in_both_forms(
    boot: str, disk: str, nic: str, *, from_network: bool, disk_first: bool
) -> None:
    """A CD-ROM, which the firmware does not boot an installed guest from, counts for nothing."""
    found = domain(made(boot, disk, nic))
    assert (found.boots_from_network, found.boots_disk_first) == (from_network, disk_first)


def test_by_name_the_first_interface_is_booted_from() -> None:
    assert [str(each.mac) for each in domain(made("<boot dev='network'/>")).booted_from] == ["52:54:00:13:33:0a"]


def test_what_is_no_domain_is_refused() -> None:
    with pytest.raises(UnavailableError):
        domain("<domain><name>x</name><uuid>none</uuid></domain>")


def test_the_emulators_of_a_host_are_those_for_s390x() -> None:
    guests = "".join(
        f"<guest><os_type>hvm</os_type><arch name='{arch}'><emulator>/usr/bin/{arch}</emulator></arch></guest>"
        for arch in ("x86_64", "s390x")
    )
    assert emulators(f"<capabilities>{guests}</capabilities>") == (Path("/usr/bin/s390x"),)
