"""The lines for other DHCP servers, each read by the server itself; and what they say of a guest."""

import json
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from netipl.content import inline
from netipl.guests.guest import BootMethod, Guest
from netipl.guests.network import Network, UnknownClients
from netipl.integrations.export import dnsmasq, isc, kea
from netipl.integrations.export.hosts import Site
from netipl.net import AddressRange, Mac
from netipl.provisioning.export import exported
from netipl.provisioning.plan import Images
from tests import peers
from tests.unit.images.kernels import kernel

Lines = Callable[[Site], Iterator[str]]

SERVERS: dict[str, tuple[Lines, str, str, list[str]]] = {
    "dnsmasq": (dnsmasq.lines, "dnsmasq-base", "dnsmasq", ["--test", "-C"]),
    "kea": (kea.lines, "kea-dhcp4-server", "kea-dhcp4", ["-t"]),
    "isc": (isc.lines, "isc-dhcp-server", "dhcpd", ["-t", "-4", "-cf"]),
}
NETWORKS = (
    Network(
        name="lab",
        subnet=IPv4Network("192.0.2.0/24"),
        server=IPv4Address("192.0.2.1"),
        interface="lo",
        dns=(IPv4Address("192.0.2.53"), IPv4Address("192.0.2.54")),
        domain="lab.example.com",
        pools=(AddressRange(IPv4Address("192.0.2.100"), IPv4Address("192.0.2.199")),),
        lease_time=timedelta(hours=2),
        authoritative=True,
    ),
    Network(
        name="remote",
        subnet=IPv4Network("198.51.100.0/24"),
        server=IPv4Address("192.0.2.1"),
        relays=frozenset({IPv4Address("198.51.100.1")}),
        pools=(AddressRange(IPv4Address("198.51.100.100"), IPv4Address("198.51.100.199")),),
        unknown=UnknownClients.POOL,
    ),
)
KERNEL = kernel()
IMAGES = Images(identity="0123456789ab", kernel=inline(KERNEL), header=KERNEL, initrd=None, append="ro")


def mac(number: int) -> Mac:
    return Mac.parse(f"52:54:00:13:33:{number:02x}")


def site(*, server: IPv4Address | None = None) -> Site:
    """A guest of every method, one that may be in both networks, one with two MACs, and one without."""
    guests = [
        Guest(name=method.value, macs=(mac(number),), address=IPv4Address(f"192.0.2.{10 + number}"), method=method)
        for number, method in enumerate(BootMethod)
        if method is not BootMethod.PROBE_UUID
    ]
    guests.append(Guest(name="two.example.com", macs=(mac(50), mac(51)), address=IPv4Address("198.51.100.7")))
    guests.append(Guest(name="anywhere", macs=(mac(60),)))
    guests.append(Guest(name="unrecognised", client_id=b"\1\2"))
    export = exported([(guest, IMAGES) for guest in guests], (BootMethod.PROBE_MAC, IMAGES), method=BootMethod.CONFIG)
    assert not export.left_out
    return Site(networks=NETWORKS, clients=export.clients, root=Path("/srv/netipl"), server=server)


@pytest.mark.parametrize("name", SERVERS)
def test_the_server_takes_the_lines(name: str, tmp_path: Path) -> None:
    lines, package, program, how = SERVERS[name]
    config = tmp_path / f"{name}.conf"
    config.write_text("".join(f"{line}\n" for line in lines(site())))
    config.chmod(0o644)
    done = subprocess.run(
        [peers.program(package, program), *how, config],
        env=peers.environment(package),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", SERVERS)
def test_the_lines_tell_of_a_guest_that_no_server_can_recognise(name: str) -> None:
    assert any("unrecognised: its MAC is not known" in line for line in SERVERS[name][0](site()))


@pytest.mark.parametrize("name", SERVERS)
def test_another_tftp_server_takes_the_place_of_ours(name: str) -> None:
    text = "\n".join(SERVERS[name][0](site(server=IPv4Address("203.0.113.9"))))
    assert "203.0.113.9" in text
    assert "next-server 192.0.2.1" not in text
    assert "/,,192.0.2.1" not in text


def test_dnsmasq_is_told_what_leads_each_guest_to_its_files() -> None:
    lines = list(dnsmasq.lines(site()))
    assert {
        "dhcp-option=tag:lab,option:router,192.0.2.1",
        "dhcp-option=tag:remote,option:router,198.51.100.1",
        "dhcp-range=tag:known,set:lab,192.0.2.100,192.0.2.199,255.255.255.0,7200",
        "dhcp-range=set:remote,198.51.100.100,198.51.100.199,255.255.255.0,3600",
        "dhcp-host=52:54:00:13:33:00,set:guest-config,192.0.2.10,config",
        "dhcp-boot=tag:lab,tag:guest-config,guests/config/boot.cfg,,192.0.2.1",
        "dhcp-option-force=tag:lab,tag:guest-options,209,boot.cfg",
        "dhcp-option-force=tag:lab,tag:guest-options,210,guests/options/",
        "dhcp-host=52:54:00:13:33:32,52:54:00:13:33:33,set:guest-two.example.com,198.51.100.7,two.example.com",
        "dhcp-boot=tag:remote,tag:guest-anywhere,guests/anywhere/boot.cfg,,192.0.2.1",
        "dhcp-boot=tag:remote,tag:!known,/,,192.0.2.1",
        "tftp-root=/srv/netipl",
    } <= set(lines)
    assert not [line for line in lines if line.startswith("dhcp-boot=tag:lab,tag:!known")]
    assert sum(line.startswith("dhcp-host=52:54:00:13:33:3c") for line in lines) == 1


def test_kea_gives_its_pools_to_known_guests_alone_where_unknown_ones_are_ignored() -> None:
    text = [line for line in kea.lines(site()) if not line.startswith("//")]
    lab, remote = json.loads("\n".join(text))["Dhcp4"]["subnet4"]
    assert [pool["client-class"] for pool in lab["pools"]] == ["KNOWN"]
    assert "boot-file-name" not in lab
    assert remote["boot-file-name"] == "/"
    assert not [pool for pool in remote["pools"] if "client-class" in pool]
    named = {each["hostname"]: each for each in lab["reservations"]}
    assert named["probe-empty"]["boot-file-name"] == "/"
    assert [bytes.fromhex(each["data"]) for each in named["options"]["option-data"]] == [
        b"boot.cfg",
        b"guests/options/",
    ]
    assert "anywhere" in named
    assert "anywhere" in {each["hostname"] for each in remote["reservations"]}
