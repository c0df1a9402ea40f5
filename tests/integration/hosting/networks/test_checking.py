"""Everything that `netipl network check` knows, wrong and then right, on a real libvirtd; root only."""

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from netipl.hosting.networks.problems import Problem
from tests.integration.hosting.networks.conftest import Networks

pytestmark = pytest.mark.root

HOST = "<host mac='52:54:00:00:00:{number}' ip='{address}'/>"
ISOLATED = """<network><name>{name}</name>{rest}</network>"""


def restart(networks: Networks) -> None:
    networks.host.virsh("net-destroy", "default")
    networks.host.virsh("net-start", "default")


def edit(networks: Networks, old: str, new: str) -> None:
    networks.define(networks.defined.replace(old, new))
    restart(networks)


def served(networks: Networks) -> Path:
    """Enabled, with nothing that is wrong; its root."""
    root = networks.root()
    networks.host.virsh("net-autostart", "default")
    networks.enable("--tftp-root", root)
    assert networks.problems() == set()
    return root


def test_an_unchanged_network_is_slow_and_serves_no_files_and_what_enable_makes_of_it_is_right(
    networks: Networks,
) -> None:
    assert networks.problems() == {"not-at-boot", "spanning-tree", "ping", "no-tftp"}
    assert networks.run("check").returncode == 1
    served(networks)
    assert networks.run("check").returncode == 0


def stopped(networks: Networks) -> None:
    networks.host.virsh("net-destroy", "default")


def changed(networks: Networks) -> None:
    networks.define(networks.defined.replace("<ip ", "<domain name='lab.example.com'/><ip "))


def outside(networks: Networks) -> None:
    edit(networks, "<bootp", HOST.format(number="01", address="192.0.2.7") + "<bootp")


def twice(networks: Networks) -> None:
    both = "".join(HOST.format(number=number, address="192.168.122.7") for number in ("01", "02"))
    edit(networks, "<bootp", both + "<bootp")


def without_dhcp(networks: Networks) -> None:
    edit(networks, "<range start='192.168.122.2' end='192.168.122.254'/>", "")


def without_files(networks: Networks) -> None:
    (networks.host.directory / "tftpboot/pxelinux.cfg/default").unlink()


def missing_kernel(networks: Networks) -> None:
    (networks.host.directory / "tftpboot/kernel.img").unlink()


def closed_file(networks: Networks) -> None:
    (networks.host.directory / "tftpboot/initrd.img").chmod(0o600)


def closed_root(networks: Networks) -> None:
    (networks.host.directory / "tftpboot").chmod(0o700)


def no_root(networks: Networks) -> None:
    (networks.host.directory / "tftpboot").rename(networks.host.directory / "elsewhere")


@dataclass(frozen=True, slots=True)
class Spoilt:
    """What is done, what is found then, and whether enabling again repairs it."""

    how: Callable[[Networks], None]
    problem: Problem
    is_repaired: bool = False


SPOILT = [
    Spoilt(stopped, Problem.INACTIVE, is_repaired=True),
    Spoilt(changed, Problem.CHANGED_SINCE_START, is_repaired=True),
    Spoilt(outside, Problem.HOST_OUTSIDE),
    Spoilt(twice, Problem.HOST_TWICE),
    Spoilt(without_dhcp, Problem.NO_DHCP),
    Spoilt(without_files, Problem.FILES_WRONG),
    Spoilt(missing_kernel, Problem.FILES_WRONG),
    Spoilt(closed_file, Problem.ROOT_DENIED, is_repaired=True),
    Spoilt(closed_root, Problem.ROOT_DENIED, is_repaired=True),
    Spoilt(no_root, Problem.ROOT_MISSING),
]


def test_whatever_is_spoilt_is_found_with_its_remedy_and_repaired_where_it_can_be(networks: Networks) -> None:
    root = served(networks)
    right = networks.defined
    for spoilt in SPOILT:
        spoilt.how(networks)
        found = [json.loads(line) for line in networks.run("check", "default", "--json").stdout.splitlines()]
        assert [each["problem"] for each in found] == [spoilt.problem.value], spoilt
        assert all(found[0][key] for key in ("message", "evidence", "guest", "remedy")), spoilt
        if spoilt.is_repaired:
            networks.enable()
            assert networks.problems() == set(), spoilt
        networks.host.virsh("net-destroy", "default", check=False)
        shutil.rmtree(root, ignore_errors=True)
        networks.root()
        networks.define(right)
        networks.host.virsh("net-start", "default")


def test_what_boots_need_is_opened_and_nothing_else(networks: Networks) -> None:
    root = networks.root()
    (root / "secret").write_text("not for guests")
    for name in ("secret", "kernel.img", "pxelinux.cfg/default"):
        (root / name).chmod(0o600)
    (root / "pxelinux.cfg").chmod(0o700)
    told = networks.enable("--tftp-root", root)
    assert f"-0600 {root}/kernel.img" in told
    assert f"+0604 {root}/kernel.img" in told
    modes = {name: (root / name).stat().st_mode & 0o777 for name in ("secret", "kernel.img", "pxelinux.cfg")}
    assert modes == {"secret": 0o600, "kernel.img": 0o604, "pxelinux.cfg": 0o701}
    assert "root-denied" not in networks.problems()


def test_a_home_is_never_opened(networks: Networks) -> None:
    before = networks.defined
    home = Path(os.path.expanduser("~root"))  # noqa: PTH111
    done = networks.run("enable", "default", "--server", "dnsmasq", "--tftp-root", home / "tftp", "--yes")
    assert (done.returncode, networks.defined) == (1, before)
    assert "somebody's home" in done.stderr


@pytest.mark.parametrize(
    ("name", "rest", "problem"),
    [
        ("direct", "<forward mode='bridge'><interface dev='lo'/></forward>", "macvtap"),
        ("outside", "<forward mode='bridge'/><bridge name='br0'/>", "no-dnsmasq"),
        ("switch", "<forward mode='bridge'/><bridge name='ovs0'/><virtualport type='openvswitch'/>", "no-dnsmasq"),
    ],
)
def test_a_network_without_a_dnsmasq_is_told_from_others_and_refused(
    networks: Networks, name: str, rest: str, problem: str
) -> None:
    networks.define(ISOLATED.format(name=name, rest=rest))
    networks.host.virsh("net-start", name)
    found = [json.loads(line)["problem"] for line in networks.run("check", name, "--json").stdout.splitlines()]
    assert found == [problem]
    for server in ("dnsmasq", "netipl"):
        done = networks.run("enable", name, "--server", server, "--yes")
        assert done.returncode == 1
        assert name in done.stderr
