"""A guest is told of singly only as far as it boots otherwise than all."""

from ipaddress import IPv4Address, IPv4Network

import pytest

from netipl.guests.guest import Guest
from netipl.integrations.libvirt.dnsmasq_guests import lines, reservations
from netipl.net import Mac
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.export import Client

MAC = Mac.parse("52:54:00:13:33:0a")
OTHER = Mac.parse("52:54:00:13:33:0b")
SUBNET = IPv4Network("192.0.2.0/24")


def client(name: str = "z1", fields: BootFields | None = None, address: str | None = "192.0.2.10") -> Client:
    guest = Guest(name=name, macs=(MAC, OTHER), address=IPv4Address(address) if address else None)
    return Client(guest=guest, fields=fields, tree={})


@pytest.mark.parametrize(
    ("fields", "boot_file", "told"),
    [
        (BootFields(file=b"/"), "/", []),
        (BootFields(), "/", []),
        (None, "/", []),
        (BootFields(file=b"guests/z1/boot.cfg"), "guests/z1/boot.cfg", []),
        (BootFields(file=b"guests/z1/boot.cfg"), "/", ["dhcp-boot=tag:netipl-z1,guests/z1/boot.cfg"]),
        (BootFields(file=b"/"), "pxelinux.cfg", ["dhcp-boot=tag:netipl-z1,/"]),
        (BootFields(), "pxelinux.cfg", ["dhcp-boot=tag:netipl-z1,/"]),
        (
            BootFields(file=b"/", configuration_file=b"pxe.cfg", path_prefix=b"hosts/z1/"),
            "/",
            ["dhcp-option-force=tag:netipl-z1,209,pxe.cfg", "dhcp-option-force=tag:netipl-z1,210,hosts/z1/"],
        ),
    ],
)
def test_the_lines_of_one_guest(fields: BootFields | None, boot_file: str, told: list[str]) -> None:
    macs = [f"dhcp-mac=set:netipl-z1,{MAC}", f"dhcp-mac=set:netipl-z1,{OTHER}"]
    assert list(lines([client(fields=fields)], boot_file)) == (macs + told if told else [])


def test_unknown_clients_have_no_lines_of_their_own() -> None:
    assert list(lines([Client(guest=None, fields=BootFields(file=b"other"), tree={})], "/")) == []


@pytest.mark.parametrize(
    ("name", "address", "reserved"),
    [
        ("z1", "192.0.2.10", [("z1", "192.0.2.10")]),
        ("1z", "192.0.2.10", [("", "192.0.2.10")]),
        ("z1", None, []),
        ("z1", "198.51.100.10", []),
    ],
)
def test_an_address_of_this_subnet_is_reserved_for_the_first_mac(
    name: str, address: str | None, reserved: list[tuple[str, str]]
) -> None:
    found = list(reservations([client(name, address=address)], SUBNET))
    assert [(each.name, str(each.address)) for each in found] == reserved
    assert all(each.mac == MAC for each in found)
