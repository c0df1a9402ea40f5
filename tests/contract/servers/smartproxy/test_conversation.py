"""Foreman's own order of calls, replayed: build, built, rebuild, cancel, another MAC, another name, delete, roll-back.

By HTTP and HTTPS, with a client of ours and with Foreman's. What stands at the end is what Foreman would find, and
nothing of it is lost when the daemon is started anew.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from netipl.guests.network import Network
from netipl.net import Mac
from netipl.protocols.tftp.resolution import Arriving
from netipl.provisioning.choice import OfForeman
from netipl.provisioning.foreman.deploying import BootsDisk, BootsFiles
from tests.contract.servers.api.lab import LAB
from tests.contract.servers.smartproxy.lab import Proxy, serving
from tests.contract.servers.smartproxy.test_boot_files import resolved, settled
from tests.foreman_conversation import KINDS, LOCAL_BOOT, Call, Host
from tests.mirror_server import MirrorServer, mirror_server

HOST = Host(
    name="z1.example.com",
    mac="52:54:00:00:00:01",
    ip="192.0.2.11",
    network="192.0.2.0",
    next_server="192.0.2.1",
    medium="http://127.0.0.1:9/rh",
)
TEMPLATE = HOST.kickstart("inst.ks=http://foreman.example.com/unattended/provision?token=t")


@pytest.fixture(params=["http", "https", "http by rest-client", "https by rest-client"])
def proxy(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Proxy]:
    """By each of the two ways and clients."""
    way, _, client = request.param.partition(" by ")
    rest = request.getfixturevalue("rest") if client else None
    with serving(tmp_path, tls=way == "https") as running:
        running.rest = rest
        yield running


@pytest.fixture
def host(tmp_path: Path):  # type: ignore[no-untyped-def]  # a generator of what the with statement gives
    """With a medium that is there."""
    (tmp_path / "mirror").mkdir()
    with mirror_server(tmp_path / "mirror") as mirror:
        for file in HOST.files:
            mirror.put(f"rh/images/{file}", file.encode() * 1000)
        yield replace(HOST, medium=mirror.url("rh"))


def replay(proxy: Proxy, calls: Iterable[Call]) -> None:
    """Each as Foreman hopes."""
    for call in calls:
        found = proxy.make(call)
        assert found.status == call.expected, (call, found.text)
        if found.status == 200 and call.method != "GET":
            assert found.body == b"", "Foreman takes any other body for a failure"


def boots(proxy: Proxy, mac: str = HOST.mac, network: Network = LAB) -> OfForeman | None:
    return proxy.plane.deployed_for(network, Mac.parse(mac), None)


def shown(proxy: Proxy) -> list[tuple[str, list[str], str]]:
    return [(each.name, list(map(str, each.macs)), str(each.address)) for each in proxy.inventory.guests]


def test_a_host_is_built_rebuilt_and_deleted(proxy: Proxy, host: Host) -> None:
    replay(proxy, [*host.validate(), *host.validate(), *host.create(TEMPLATE)])
    assert isinstance(boots(proxy), BootsFiles)
    assert shown(proxy) == [(HOST.name, [HOST.mac], HOST.ip)]
    for kind in KINDS:
        assert proxy.ask("GET", f"/tftp/{kind}/{HOST.mac}").text == TEMPLATE
    replay(proxy, host.built(LOCAL_BOOT))
    assert isinstance(boots(proxy), BootsDisk)
    replay(proxy, host.rebuild(TEMPLATE))
    assert isinstance(boots(proxy), BootsFiles)
    replay(proxy, host.built(LOCAL_BOOT))
    assert isinstance(boots(proxy), BootsDisk), "the build is cancelled"
    replay(proxy, host.delete())
    assert (boots(proxy), shown(proxy)) == (None, [])
    assert proxy.ask("GET", "/dhcp/192.0.2.0").json["reservations"] == []


def test_another_mac_and_another_name(proxy: Proxy, host: Host) -> None:
    replay(proxy, host.create(TEMPLATE))
    other = replace(host, mac="52:54:00:00:00:02")
    replay(proxy, host.change_mac(other, TEMPLATE))
    assert shown(proxy) == [(HOST.name, [other.mac], HOST.ip)]
    assert (boots(proxy), type(boots(proxy, other.mac))) == (None, BootsFiles)
    renamed = replace(other, name="z2.example.com")
    replay(proxy, other.rename(renamed))
    assert shown(proxy) == [("z2.example.com", [other.mac], HOST.ip)]
    assert isinstance(boots(proxy, other.mac), BootsFiles)


def test_what_failed_half_way_is_rolled_back(proxy: Proxy, host: Host) -> None:
    replay(proxy, [host.reserve()])
    taken = replace(host, name="z2.example.com", mac="52:54:00:00:00:02")
    replay(proxy, [taken.reserve(expected=409), *host.deploy(TEMPLATE)])
    bad = Call("POST", "/tftp/fetch_boot_file", (("prefix", "boot/x"), ("path", "gopher://x/y")), 400)
    replay(proxy, [bad, *host.roll_back()])
    assert (boots(proxy), shown(proxy)) == (None, [])
    replay(proxy, [taken.reserve()])
    assert shown(proxy) == [("z2.example.com", [taken.mac], HOST.ip)]


def test_a_default_is_for_whoever_has_nothing_of_its_own(proxy: Proxy, host: Host) -> None:
    replay(proxy, [*host.build_default(TEMPLATE), *host.built(LOCAL_BOOT)])
    assert isinstance(boots(proxy), BootsDisk)
    assert isinstance(boots(proxy, "52:54:00:00:00:07"), BootsFiles)


def test_the_ports_of_a_bond_are_one_host(proxy: Proxy, host: Host) -> None:
    macs = [host.mac, "52:54:00:00:00:02"]
    replay(proxy, host.bond(TEMPLATE, *macs))
    assert shown(proxy) == [(HOST.name, macs, HOST.ip)]
    assert all(isinstance(boots(proxy, mac), BootsFiles) for mac in macs)
    names = [record["name"] for record in proxy.ask("GET", f"/dhcp/192.0.2.0/ip/{HOST.ip}").json]
    assert names == [HOST.name, f"{HOST.name}-01"]


@pytest.fixture
def held(tmp_path: Path):  # type: ignore[no-untyped-def]  # as above
    """A mirror that keeps everybody waiting."""
    (tmp_path / "mirror").mkdir()
    with mirror_server(tmp_path / "mirror") as mirror:
        for file in HOST.files:
            mirror.put(f"rh/images/{file}", bytes(200_000))
            mirror.behave(f"rh/images/{file}", {"cut": 100_000, "hold": True})
        yield mirror


def test_nothing_is_lost_when_the_daemon_is_started_anew(tmp_path: Path, held: MirrorServer) -> None:
    host = replace(HOST, medium=held.url("rh"))
    names = [f"{host.prefix}-{file}" for file in host.files]
    with serving(tmp_path) as proxy:
        replay(proxy, host.create(TEMPLATE))
        assert all(isinstance(resolved(proxy, name), Arriving) for name in names)
    held.release()
    with serving(tmp_path) as proxy:
        assert isinstance(boots(proxy), BootsFiles)
        assert shown(proxy) == [(HOST.name, [HOST.mac], HOST.ip)]
        assert proxy.ask("GET", f"/dhcp/192.0.2.0/mac/{HOST.mac}").json["filename"] == "pxelinux.0"
        assert proxy.ask("GET", f"/tftp/iPXE/{HOST.mac}").text == TEMPLATE
        replay(proxy, [host.reserve()])
        for name in names:
            assert len(settled(proxy, name) or b"") == 200_000
