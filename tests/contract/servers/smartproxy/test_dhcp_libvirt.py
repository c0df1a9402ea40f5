"""The routes of the DHCP module where a libvirt network has the records: a real libvirtd, its XML and its dnsmasq."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from netipl.guests.guest import Guest, Origin
from netipl.guests.network import DhcpServer, Network
from netipl.net import Mac
from netipl.provisioning.changes import GuestForgotten, GuestSet
from netipl.provisioning.timeline import Deed
from tests.contract.servers.api.lab import LAB
from tests.contract.servers.smartproxy.lab import Proxy, serving
from tests.contract.servers.smartproxy.test_dhcp import (  # noqa: F401 - what holds there holds here, with another proxy
    MAC,
    OTHER,
    RECORD,
    SHOWN,
    test_a_guest_of_netipl_is_shown_and_not_removed,
    test_a_range_that_is_none_is_refused,
    test_a_record_comes_back_with_all_that_it_came_with,
    test_a_record_is_removed_once_and_it_is_no_fault_that_there_is_none,
    test_a_record_that_is_in_the_way_is_a_conflict,
    test_a_record_that_is_none_is_refused_and_nothing_is_broken_by_it,
    test_an_answer_that_is_no,
    test_an_unused_address_is_offered_once,
    test_name_and_hostname_stand_for_one_another,
    test_the_same_record_twice_is_no_conflict,
    test_the_subnet_of_a_new_record_is_the_one_that_holds_the_address,
    with_,
)
from tests.libvirt_host import LibvirtHost, libvirt_host

pytestmark = pytest.mark.root

THEIRS = replace(LAB, dhcp=DhcpServer.LIBVIRT, interface="virbr9", pools=())
NETWORK = """<network><name>theirs</name><forward mode='nat'/><bridge name='virbr9' stp='off' delay='0'/>
<domain name='example.com'/><ip family='ipv6' address='2001:db8::1' prefix='64'/>
<ip address='192.0.2.1' netmask='255.255.255.0'><dhcp>
<range start='192.0.2.100' end='192.0.2.199'/><bootp file='/'/></dhcp></ip></network>"""
HOST = {"mac": MAC, "name": "z1.example.com", "ip": "192.0.2.11"}
LEASES = "/var/lib/libvirt/dnsmasq/virbr9.status"


@pytest.fixture(scope="module")
def host() -> Iterator[LibvirtHost]:
    with libvirt_host() as made:
        (made.directory / "network.xml").write_text(NETWORK)
        made.virsh("net-define", made.directory / "network.xml")
        made.virsh("net-start", "theirs")
        yield made


@pytest.fixture(scope="module")
def running(host: LibvirtHost, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """One worker for all: to start it takes longer than most tests."""
    with proxy_of(host, tmp_path_factory.mktemp("proxy")) as made:
        yield made


@pytest.fixture
def proxy(running: Proxy, host: LibvirtHost) -> Iterator[Proxy]:
    """Without records, before and after."""
    yield running
    host.run("rm", "-f", LEASES)
    own = [each for each in running.inventory.guests if each.origin is not Origin.FOREMAN]
    running.wait(running.control.commit([GuestForgotten("lab", each.name) for each in own]))
    there = {each.get("mac", "") for flag in ((), ("--inactive",)) for each in hosts(host, *flag)}
    kept = {str(each.mac) for each in running.inventory.deployed.reservations("lab")}
    for mac in (there | kept) - {""}:
        assert running.ask("DELETE", f"/dhcp/192.0.2.0/mac/{mac}").is_done
    for each in hosts(host):
        virsh_host(host, "delete", each, "--live", "--config")
    assert not running.inventory.guests


@contextmanager
def proxy_of(host: LibvirtHost, directory: Path, network: Network = THEIRS) -> Iterator[Proxy]:
    socket = Path("/proc", str(host.pid), "root", "run/libvirt/libvirt-sock")
    with serving(directory, networks=(network,), libvirt=f"qemu+unix:///system?socket={socket}") as made:
        yield made


def hosts(host: LibvirtHost, *flags: str) -> list[dict[str, str]]:
    """Of the network, as virsh shows it."""
    shown = ET.fromstring(host.virsh("net-dumpxml", "theirs", *flags))
    return [each.attrib for each in shown.findall("ip/dhcp/host")]


def virsh_host(host: LibvirtHost, command: str, said: dict[str, str], *flags: str, check: bool = True) -> None:
    xml = ET.tostring(ET.Element("host", said), encoding="unicode")
    host.virsh("net-update", "theirs", command, "ip-dhcp-host", xml, "--parent-index", "1", *flags, check=check)


def dnsmasq(host: LibvirtHost) -> tuple[str, str]:
    """Its process, and the hosts that it has read."""
    process = host.run("cat", "/run/libvirt/network/theirs.pid").stdout
    return process, host.run("cat", "/var/lib/libvirt/dnsmasq/theirs.hostsfile").stdout


def test_the_subnet_is_what_dnsmasq_tells_its_clients(proxy: Proxy) -> None:
    [found] = proxy.ask("GET", "/dhcp").json
    assert found == {
        "network": "192.0.2.0",
        "netmask": "255.255.255.0",
        "options": {
            "routers": ["192.0.2.1"],
            "domain_name_servers": ["192.0.2.1"],
            "domain_name": "example.com",
            "range": ["192.0.2.100", "192.0.2.199"],
        },
    }


def test_a_record_is_a_host_of_what_runs_and_of_what_is_kept(proxy: Proxy, host: LibvirtHost) -> None:
    before, _ = dnsmasq(host)
    earlier = len(proxy.events())
    assert proxy.ask("POST", "/dhcp/192.0.2.0", RECORD).is_done
    assert hosts(host) == hosts(host, "--inactive") == [HOST]
    after, read = dnsmasq(host)
    assert (after, read) == (before, f"{MAC},192.0.2.11,z1.example.com\n"), "the same process, which has read it"
    assert [each.name for each in proxy.inventory.guests] == ["z1.example.com"]
    assert proxy.ask("DELETE", f"/dhcp/192.0.2.0/mac/{MAC}").is_done
    assert hosts(host) == hosts(host, "--inactive") == []
    assert dnsmasq(host) == (before, "")
    assert proxy.inventory.guests == ()
    told = [event.what for event in proxy.events()[: len(proxy.events()) - earlier]]
    assert (told.count(Deed.ADDRESS_RESERVED), told.count(Deed.ADDRESS_GIVEN_BACK)) == (1, 1)


def test_the_network_may_be_named_and_need_not_run(host: LibvirtHost, tmp_path: Path) -> None:
    off = replace(THEIRS, libvirt_network="off")
    xml = NETWORK.replace("theirs", "off").replace("virbr9", "virbr8")
    (host.directory / "off.xml").write_text(xml)
    host.virsh("net-define", host.directory / "off.xml")
    with proxy_of(host, tmp_path, off) as proxy:
        assert proxy.ask("POST", "/dhcp/192.0.2.0", RECORD).is_done
        assert proxy.ask("GET", f"/dhcp/192.0.2.0/mac/{MAC}").json == SHOWN
        assert MAC in host.virsh("net-dumpxml", "off")
        assert proxy.ask("DELETE", f"/dhcp/192.0.2.0/mac/{MAC}").is_done
        assert MAC not in host.virsh("net-dumpxml", "off")
    host.virsh("net-undefine", "off")
    with proxy_of(host, tmp_path, off) as proxy:
        for method, path in (("GET", "/dhcp/192.0.2.0"), ("POST", "/dhcp/192.0.2.0")):
            gone = proxy.ask(method, path, RECORD if method == "POST" else None)
            assert (gone.status, gone.media_type) == (400, "application/json")
            assert "Network not found: no network with matching name 'off'" in gone.text
            assert "name the network in [networks.lab]" in gone.text
        assert proxy.inventory.guests == ()


def test_a_network_that_is_not_kept_is_written_as_it_runs(host: LibvirtHost, tmp_path: Path) -> None:
    """And one that is not what the settings say is left alone."""
    xml = NETWORK.replace("theirs", "passing").replace("virbr9", "virbr7").replace("2001:db8::", "2001:db8:1::")
    (host.directory / "passing.xml").write_text(xml.replace("192.0.2", "198.51.100"))
    host.virsh("net-create", host.directory / "passing.xml")
    with proxy_of(host, tmp_path, replace(THEIRS, libvirt_network="passing")) as proxy:
        other = proxy.ask("POST", "/dhcp/192.0.2.0", RECORD)
        assert (other.status, "has 198.51.100.0/24, and the settings say 192.0.2.0/24" in other.text) == (400, True)
        assert MAC not in host.virsh("net-dumpxml", "passing")
    passing = replace(THEIRS, libvirt_network="passing", subnet=IPv4Network("198.51.100.0/24"))
    with proxy_of(host, tmp_path, passing) as proxy:
        assert proxy.ask("POST", "/dhcp/198.51.100.0", with_(ip="198.51.100.11")).is_done
        assert MAC in host.virsh("net-dumpxml", "passing")
        assert proxy.ask("DELETE", f"/dhcp/198.51.100.0/mac/{MAC}").is_done
        assert MAC not in host.virsh("net-dumpxml", "passing")
    host.virsh("net-destroy", "passing")


def test_hosts_of_others_are_reservations_that_may_be_deleted(proxy: Proxy, host: LibvirtHost) -> None:
    """As another Smart Proxy, or a person, left them."""
    virsh_host(host, "add-last", {"mac": OTHER.upper(), "name": "old", "ip": "192.0.2.12"}, "--live", "--config")
    virsh_host(host, "add-last", {"name": "by-name", "ip": "192.0.2.13"}, "--live", "--config")
    [shown] = proxy.ask("GET", "/dhcp/192.0.2.0").json["reservations"]
    assert (shown["mac"], shown["ip"], shown["name"], shown["deleteable"]) == (OTHER, "192.0.2.12", "old", True)
    for taken in (with_(ip="192.0.2.12"), with_(mac=OTHER), with_(ip="192.0.2.13")):
        assert proxy.ask("POST", "/dhcp/192.0.2.0", taken).status == 409
    for address in ("192.0.2.12", "192.0.2.13"):
        unused = proxy.ask("GET", f"/dhcp/192.0.2.0/unused_ip?from={address}&to={address}")
        assert unused.json == {"ip": None}
    assert proxy.ask("DELETE", "/dhcp/192.0.2.0/ip/192.0.2.12").is_done
    assert [each["name"] for each in hosts(host)] == [each["name"] for each in hosts(host, "--inactive")] == ["by-name"]
    [told] = [event for event in proxy.events() if event.detail.get("name") == "old"]
    assert (told.what, told.mac, told.detail["address"]) == (Deed.ADDRESS_GIVEN_BACK, Mac.parse(OTHER), "192.0.2.12")


def test_a_host_that_runs_only_or_is_kept_only_is_made_whole(proxy: Proxy, host: LibvirtHost) -> None:
    """As a daemon that was killed, or a person, left it; the record that it is of finds it, and its removal too."""
    virsh_host(host, "add-last", HOST, "--live")
    assert proxy.ask("POST", "/dhcp/192.0.2.0", RECORD).is_done
    assert hosts(host) == hosts(host, "--inactive") == [HOST]
    assert proxy.ask("GET", f"/dhcp/192.0.2.0/mac/{MAC}").json == SHOWN
    virsh_host(host, "delete", HOST, "--live")
    assert proxy.ask("GET", f"/dhcp/192.0.2.0/mac/{MAC}").status == 404, "what runs is what counts"
    assert proxy.ask("POST", "/dhcp/192.0.2.0", RECORD).is_done
    assert hosts(host) == hosts(host, "--inactive") == [HOST]
    virsh_host(host, "delete", HOST, "--live")
    assert proxy.ask("DELETE", f"/dhcp/192.0.2.0/mac/{MAC}").is_done
    assert hosts(host, "--inactive") == []


def test_an_address_whose_host_somebody_took_out_is_anothers(proxy: Proxy, host: LibvirtHost) -> None:
    proxy.ask("POST", "/dhcp/192.0.2.0", RECORD)
    virsh_host(host, "delete", HOST, "--live", "--config")
    other = with_(mac=OTHER, name="z2.example.com", hostname="z2.example.com")
    assert proxy.ask("POST", "/dhcp/192.0.2.0", other).is_done
    [guest] = proxy.inventory.guests
    assert (guest.name, list(map(str, guest.macs))) == ("z2.example.com", [OTHER])


def test_one_address_for_two_macs_is_refused_by_libvirt(proxy: Proxy, host: LibvirtHost) -> None:
    proxy.ask("POST", "/dhcp/192.0.2.0", RECORD)
    sibling = with_(mac=OTHER, name="z1.example.com-01", related_macs=(MAC,))
    refused = proxy.ask("POST", "/dhcp/192.0.2.0", sibling)
    assert (refused.status, "existing dhcp host entry" in refused.text) == (400, True)
    assert hosts(host) == [HOST]
    [guest] = proxy.inventory.guests
    assert list(map(str, guest.macs)) == [MAC]


def test_a_name_that_libvirt_does_not_take_is_left_out_there(proxy: Proxy, host: LibvirtHost) -> None:
    numbered = with_(name="1z.example.com", hostname="1z.example.com")
    for _ in range(2):
        assert proxy.ask("POST", "/dhcp/192.0.2.0", numbered).is_done
    assert hosts(host) == [{"mac": MAC, "ip": "192.0.2.11"}]
    assert proxy.ask("GET", f"/dhcp/192.0.2.0/mac/{MAC}").json["name"] == "1z.example.com"


def test_a_guest_of_netipl_with_that_mac_is_in_the_way_before_anything_is_written(
    proxy: Proxy, host: LibvirtHost
) -> None:
    own = Guest(name="web1", macs=(Mac.parse(MAC),), network="lab", origin=Origin.ADDED)
    proxy.wait(proxy.control.commit([GuestSet(own)]))
    assert proxy.ask("POST", "/dhcp/192.0.2.0", RECORD).status == 409
    assert hosts(host) == []


def test_a_lease_of_dnsmasq_is_shown_and_nobody_is_offered_its_address(proxy: Proxy, host: LibvirtHost) -> None:
    """Written where dnsmasq's own program writes them for libvirt."""
    lease = f'[{{"ip-address":"192.0.2.120","mac-address":"{OTHER}","hostname":"any","expiry-time":4000000000}}]'
    host.run("sh", "-c", f"cat >{LEASES}", stdin=lease)
    [shown] = proxy.ask("GET", "/dhcp/192.0.2.0").json["leases"]
    assert shown == proxy.ask("GET", f"/dhcp/192.0.2.0/mac/{OTHER}").json
    assert (shown["ip"], shown["starts"], shown["ends"]) == ("192.0.2.120", None, "2096-10-02 07:06:40 UTC")
    path = "/dhcp/192.0.2.0/unused_ip?from=192.0.2.120&to=192.0.2.120"
    assert proxy.ask("GET", path).json == {"ip": None}
    assert proxy.ask("GET", f"{path}&mac={OTHER}").json == {"ip": "192.0.2.120"}, "but to whom it is"
    assert proxy.ask("DELETE", f"/dhcp/192.0.2.0/mac/{OTHER}").is_done


def test_records_outlive_the_daemon(host: LibvirtHost, tmp_path: Path) -> None:
    with proxy_of(host, tmp_path) as first:
        first.ask("POST", "/dhcp/192.0.2.0", RECORD)
    with proxy_of(host, tmp_path) as second:
        assert second.ask("GET", "/dhcp/192.0.2.0").json["reservations"] == [SHOWN]
        assert second.ask("POST", "/dhcp/192.0.2.0", RECORD).is_done
        assert [str(each.address) for each in second.inventory.guests] == ["192.0.2.11"]
        assert second.ask("DELETE", f"/dhcp/192.0.2.0/mac/{MAC}").is_done
    assert hosts(host) == []


def test_a_libvirtd_that_hangs_or_is_gone_is_an_answer_and_the_daemon_goes_on(proxy: Proxy, host: LibvirtHost) -> None:
    """The proxy serves all else; nothing is kept of what could not be; and it goes on as soon as libvirtd does."""
    proxy.ask("POST", "/dhcp/192.0.2.0", RECORD)
    host.run("sh", "-c", "kill -STOP $(cat /run/libvirtd.pid)")
    other = with_(mac=OTHER, ip="192.0.2.12", name="z2.example.com", hostname="z2.example.com")
    for method, path in (("GET", f"/dhcp/192.0.2.0/mac/{MAC}"), ("POST", "/dhcp/192.0.2.0"), ("GET", "/dhcp")):
        away = proxy.ask(method, path, other if method == "POST" else None)
        assert (away.status, away.media_type) == (400, "application/json")
        assert away.text.startswith("libvirt at qemu+unix")
    assert proxy.ask("GET", "/features").status == 200
    assert [each.name for each in proxy.inventory.guests] == ["z1.example.com"]
    host.run("sh", "-c", "kill -CONT $(cat /run/libvirtd.pid)")
    is_back(proxy, host)
    host.stop_libvirtd(signal.SIGKILL)
    host.wait_for(lambda: proxy.ask("DELETE", f"/dhcp/192.0.2.0/mac/{MAC}").status == 400, "it is noticed")
    host.run("libvirtd", "--daemon")
    is_back(proxy, host)


def is_back(proxy: Proxy, host: LibvirtHost) -> None:
    host.wait_for(lambda: proxy.ask("GET", f"/dhcp/192.0.2.0/mac/{MAC}").status == 200, "it is asked again")
    assert proxy.ask("GET", "/dhcp/192.0.2.0").json["reservations"] == [SHOWN]
    assert IPv4Address(proxy.ask("GET", "/dhcp/192.0.2.0/unused_ip?").json["ip"]) in LAB.subnet
