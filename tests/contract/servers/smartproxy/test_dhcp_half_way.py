"""Records of a libvirt network where something fails between libvirt and the journal, or the daemon ends there."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from netipl.errors import RefusedError, UnavailableError
from netipl.guests.network import DhcpServer
from netipl.integrations.libvirt.worker.protocol import Call, Notice
from netipl.settings import foreman
from netipl.settings.foreman_keys import ForemanKeys
from tests.contract.servers.api.lab import LAB
from tests.contract.servers.smartproxy.lab import Proxy, serving
from tests.contract.servers.smartproxy.test_dhcp import MAC, RECORD, SHOWN
from tests.fake_libvirt import FakeLibvirt

THEIRS = replace(LAB, dhcp=DhcpServer.LIBVIRT, pools=())
HOST = {"mac": MAC, "host_name": "z1.example.com", "address": "192.0.2.11"}
FULL = UnavailableError("the disk is full", remedy="make room")
ADDED, REMOVED = [f"add {MAC}"], [f"remove {MAC}"]


@dataclass
class Lab:
    """One libvirt, and a daemon on it that may be started again."""

    directory: Path
    libvirts: list[FakeLibvirt] = field(default_factory=list)
    hosts: list[dict[str, str]] = field(default_factory=list)

    @contextmanager
    def daemon(self) -> Iterator[tuple[Proxy, FakeLibvirt]]:
        with serving(self.directory, networks=(THEIRS,), make_driver=self._made) as proxy:
            libvirt = self.libvirts[-1]
            yield proxy, libvirt
            self.hosts = libvirt.hosts

    def _made(self, uri: str, hear: Callable[[Notice], None]) -> FakeLibvirt:
        made = FakeLibvirt(uri, hear)
        made.hosts = self.hosts
        self.libvirts.append(made)
        return made

    def kept(self) -> list[str]:
        """The guests that a daemon finds when it starts."""
        with self.daemon() as (proxy, _):
            return [each.name for each in proxy.inventory.guests]


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


def add(proxy: Proxy) -> int:
    return proxy.ask("POST", "/dhcp/192.0.2.0", RECORD).status


def remove(proxy: Proxy) -> int:
    return proxy.ask("DELETE", f"/dhcp/192.0.2.0/mac/{MAC}").status


def test_nothing_is_journalled_of_what_libvirt_refuses(lab: Lab) -> None:
    with lab.daemon() as (proxy, libvirt):
        libvirt.refuses[Call.ADD_HOST] = RefusedError("libvirt: no", remedy="ask it for less")
        refused = proxy.ask("POST", "/dhcp/192.0.2.0", RECORD)
        assert (refused.status, refused.text) == (400, "libvirt: no (ask it for less)")
        assert proxy.inventory.guests == ()
    assert lab.kept() == []
    with lab.daemon() as (proxy, libvirt):
        assert add(proxy) == 200
        libvirt.refuses[Call.REMOVE_HOSTS] = RefusedError("libvirt: no")
        assert remove(proxy) == 400
    assert lab.kept() == ["z1.example.com"]


def test_a_host_that_cannot_be_journalled_is_taken_out_again(lab: Lab) -> None:
    with lab.daemon() as (proxy, libvirt):
        proxy.store.error = FULL
        assert add(proxy) == 400
        assert (libvirt.hosts, libvirt.asked) == ([], ADDED + REMOVED)
    assert lab.kept() == []


def test_a_host_that_was_there_before_stays(lab: Lab) -> None:
    with lab.daemon() as (proxy, libvirt):
        libvirt.hosts.append(HOST)
        proxy.store.error = FULL
        assert add(proxy) == 400
        assert (libvirt.hosts, libvirt.asked) == ([HOST], ADDED)


def test_a_host_whose_end_cannot_be_journalled_is_put_back(lab: Lab) -> None:
    with lab.daemon() as (proxy, libvirt):
        assert add(proxy) == 200
        proxy.store.error = FULL
        assert remove(proxy) == 400
        assert (libvirt.hosts, libvirt.asked) == ([HOST], ADDED + REMOVED + ADDED)
    assert lab.kept() == ["z1.example.com"]


def test_what_cannot_be_undone_is_told_and_made_good_by_the_next_call(lab: Lab) -> None:
    with lab.daemon() as (proxy, libvirt):
        proxy.store.error = FULL
        libvirt.refuses[Call.REMOVE_HOSTS] = RefusedError("libvirt: no")
        assert add(proxy) == 400
        [told] = [each for each in proxy.ask("GET", "/logs").json["logs"] if "is not as it was" in each["message"]]
        assert (told["level"], "libvirt: no" in told["message"]) == ("ERROR", True)
    with lab.daemon() as (proxy, libvirt):
        assert add(proxy) == 200
        assert libvirt.hosts == [HOST]
        assert proxy.ask("GET", f"/dhcp/192.0.2.0/mac/{MAC}").json == SHOWN


def test_a_daemon_that_was_killed_before_it_could_journal_a_host(lab: Lab) -> None:
    lab.hosts = [HOST]
    with lab.daemon() as (proxy, libvirt):
        found = proxy.ask("GET", f"/dhcp/192.0.2.0/mac/{MAC}").json
        assert (found["ip"], "filename" in found) == ("192.0.2.11", False)
        assert add(proxy) == 200
        assert libvirt.hosts == [HOST]
        assert proxy.ask("GET", f"/dhcp/192.0.2.0/mac/{MAC}").json == SHOWN
    assert lab.kept() == ["z1.example.com"]


@pytest.mark.parametrize("again", [add, remove])
def test_a_daemon_that_was_killed_before_it_could_journal_the_end_of_a_host(
    lab: Lab, again: Callable[[Proxy], int]
) -> None:
    with lab.daemon() as (proxy, libvirt):
        assert add(proxy) == 200
        libvirt.hosts.clear()
    with lab.daemon() as (proxy, libvirt):
        assert proxy.ask("GET", f"/dhcp/192.0.2.0/mac/{MAC}").status == 404
        assert again(proxy) == 200
        assert libvirt.hosts == ([HOST] if again is add else [])
    assert lab.kept() == (["z1.example.com"] if again is add else [])


def test_a_libvirt_that_is_not_there_is_an_answer_at_once(lab: Lab) -> None:
    with lab.daemon() as (proxy, libvirt):
        assert add(proxy) == 200
        libvirt.lose("libvirtd has ended")
        for method, path in (
            ("GET", "/dhcp"),
            ("GET", "/dhcp/192.0.2.0"),
            ("GET", f"/dhcp/192.0.2.0/mac/{MAC}"),
            ("GET", "/dhcp/192.0.2.0/ip/192.0.2.11"),
            ("GET", "/dhcp/192.0.2.0/unused_ip?"),
            ("POST", "/dhcp/192.0.2.0"),
            ("DELETE", f"/dhcp/192.0.2.0/mac/{MAC}"),
            ("DELETE", "/dhcp/192.0.2.0/ip/192.0.2.11"),
        ):
            away = proxy.ask(method, path, RECORD if method == "POST" else None)
            assert (away.status, away.text, away.media_type) == (400, "libvirtd has ended", "application/json")
        libvirt.connect()
        assert proxy.ask("GET", f"/dhcp/192.0.2.0/mac/{MAC}").json == SHOWN


def test_foreman_is_told_who_serves_dhcp(tmp_path: Path) -> None:
    for networks, provider in (((LAB,), "dhcp_netipl"), ((THEIRS,), "dhcp_libvirt"), ((THEIRS, LAB), "dhcp_netipl")):
        with serving(tmp_path, networks=(LAB,), offer=foreman.offer(ForemanKeys(), networks)) as proxy:
            found = proxy.ask("GET", "/v2/features").json["dhcp"]
        assert found["settings"] == {"use_provider": provider}
        assert found["capabilities"] == ["dhcp_filename_hostname", "dhcp_filename_ipv4"]
