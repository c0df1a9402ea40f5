"""firewalld itself, in a host of its own, with libvirt's zone on the bridge; root only."""

import os
import sys
from collections.abc import Iterator
from typing import Final

import pytest

from tests import peers
from tests.integration.integrations.firewall import inside
from tests.libvirt_host import LibvirtHost, libvirt_host

pytestmark = pytest.mark.root

INSTALL: Final = """
set -eu
mount -t overlay usr -o lowerdir="$1/usr:/usr" /usr
mount -t overlay etc -o lowerdir="$1/etc:/etc" /etc
cp -a /etc/firewalld /run/firewalld.etc
mount --bind /run/firewalld.etc /etc/firewalld
if [ -d /usr/share/polkit-1/actions ]; then  # what the package does when it is installed
    cp -a /usr/share/polkit-1/actions /run/actions
    cp /run/actions/*FirewallD1.server.policy.choice /run/actions/org.fedoraproject.FirewallD1.policy
    mount --bind /run/actions /usr/share/polkit-1/actions
fi
mkdir -p /run/dbus /run/firewalld
dbus-daemon --system --fork --nopidfile
ip link add virbr0 type bridge
ip address add 192.168.122.1/24 dev virbr0
ip link set virbr0 up
"""
OPENED: Final = 'rule family="ipv4" destination address="192.168.122.1" port port="8069" protocol="tcp" accept'
"""What libvirt's zone lets in already is DHCP and TFTP."""


@pytest.fixture
def host() -> Iterator[LibvirtHost]:
    """With the bridge in libvirt's zone, as libvirt puts it there."""
    root = peers.peer("firewalld")
    with libvirt_host(libvirtd=False) as made:
        begun = made.run("sh", "-c", INSTALL, "sh", root, check=False)
        if begun.returncode:
            pytest.skip(f"there is no place for firewalld here: {begun.stderr.strip()}")
        with made.running("firewalld", "--nofork", "--nopid"):
            made.wait_for(lambda: not made.run("firewall-cmd", "--state", check=False).returncode, "firewalld runs")
            for lasting in ((), ("--permanent",)):  # libvirt does it again by itself when firewalld is loaded anew
                made.run("firewall-cmd", *lasting, "--zone=libvirt", "--change-interface=virbr0")
            yield made


def run(host: LibvirtHost, verb: str) -> list[str]:
    """The program `inside`, beside firewalld."""
    environment = {**os.environ, "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    return host.run(sys.executable, inside.__file__, verb, env=environment).stdout.splitlines()


def rules(host: LibvirtHost) -> tuple[set[str], set[str]]:
    """Of the zone: now, and for good."""
    now, for_good = (
        host.run("firewall-cmd", *lasting, "--zone=libvirt", "--list-rich-rules").stdout.splitlines()
        for lasting in ((), ("--permanent",))
    )
    return set(now), set(for_good)


def test_what_the_zone_refuses_is_opened_for_good_and_closed_again(host: LibvirtHost) -> None:
    before = rules(host)
    assert run(host, "see") == ["the chain inet firewalld filter_INPUT may refuse HTTP (tcp 8069)"]
    run(host, "open")
    assert rules(host) == (before[0] | {OPENED}, before[1] | {OPENED})
    assert run(host, "see") == []
    host.run("firewall-cmd", "--reload")
    assert run(host, "see") == []
    run(host, "close")
    assert rules(host) == before


def test_who_else_is_let_in_is_told(host: LibvirtHost) -> None:
    assert run(host, "share") == [""]
    host.run("firewall-cmd", "--zone=libvirt", "--add-interface=other0")
    assert run(host, "share") == ["firewalld opens it for its whole zone libvirt, so for other0, too"]
    host.run("firewall-cmd", "--zone=libvirt", "--remove-interface=virbr0")
    assert "whatever is in no zone" in run(host, "share")[0]
