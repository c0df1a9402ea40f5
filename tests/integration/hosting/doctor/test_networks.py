"""Networks of libvirt that guests boot over: the check of networks, asked by the doctor, and what it repairs."""

import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.hosting.doctor.examining import NETIPL, Examination, define, examined, nic, write_settings
from tests.integration.hosting.doctor.serving import SETTINGS
from tests.libvirt_host import LibvirtHost, libvirt_host

pytestmark = pytest.mark.root

NETWORK = """
<network>
  <name>boots</name><forward mode='nat'/><bridge name='virbr7' stp='off' delay='0'/>
  <ip address='192.0.2.1' netmask='255.255.255.0'>
    <tftp root='{root}'/>
    <dhcp><host mac='52:54:00:13:34:01' name='z1' ip='192.0.2.10'/><bootp file='/'/></dhcp>
  </ip>
</network>
"""


@pytest.fixture
def own_host() -> Iterator[LibvirtHost]:
    """For tests that change its network for good."""
    with libvirt_host() as made:
        made.define_default_network()
        yield made


def test_before_there_is_a_guest_it_is_said_what_one_would_find_and_nothing_is_wrong_yet(host: LibvirtHost) -> None:
    config = write_settings(host, SETTINGS.replace("br0", "virbr0"))
    for words, server in (((), "dnsmasq"), (("--config", config), "netipl")):
        found = examined(host, *words)
        told = [each for each in found.of("networks", "network default") if each["problem"] == "no-tftp"]
        assert [each["severity"] for each in told] == ["note"]
        assert f"network enable default --server {server}" in told[0]["remedy"]
    assert not examined(host).of("ports")


def test_a_network_that_no_guest_is_on_is_left_alone(host: LibvirtHost) -> None:
    define(host, "elsewhere", "")
    assert not examined(host).of("networks")
    host.virsh("undefine", "elsewhere")


def test_the_network_as_libvirt_has_it_boots_nobody_and_as_netipl_enables_it_does(own_host: LibvirtHost) -> None:
    define(own_host, "z1", nic(1))
    assert {"no-tftp", "spanning-tree", "ping"} <= examined(own_host).problems("networks", "network default")
    root = own_host.directory / "tftp"
    enable = ("network", "enable", "default", "--server", "dnsmasq", "--tftp-root", root, "--yes")
    own_host.run(*NETIPL, *enable)
    own_host.virsh("net-autostart", "default")
    (root / "pxelinux.cfg").mkdir(exist_ok=True)
    write_bootable(root)
    found = examined(own_host)
    assert found.is_fine("networks", "network default")
    assert found.is_fine("ports", "network default")
    assert len(found.of("ports", "network default")) == 2


def write_bootable(root: Path) -> None:
    (root / "pxelinux.cfg" / "default").write_text("default linux\nlabel linux\nkernel k\ninitrd i\nappend a\n")
    (root / "k").write_bytes(bytes(0x10008) + b"S390EP" + bytes(0x1000))
    (root / "i").write_bytes(bytes(512))


@contextmanager
def network_with(host: LibvirtHost, root: Path) -> Iterator[None]:
    """Active, with that TFTP root, which is not there any more when it is looked at if the test takes it away."""
    file = host.directory / "boots.xml"
    file.write_text(NETWORK.format(root=root))
    root.mkdir(parents=True, exist_ok=True)
    host.virsh("net-define", file)
    host.virsh("net-autostart", "boots")
    host.virsh("net-start", "boots")
    try:
        yield
    finally:
        host.virsh("net-destroy", "boots")
        host.virsh("net-undefine", "boots")


def wrong_with(found: Examination) -> set[str]:
    return found.problems("networks", "network boots")


def test_a_root_that_is_gone_is_made_again(host: LibvirtHost) -> None:
    root = host.directory / "srv" / "gone"
    with network_with(host, root):
        root.rmdir()
        assert wrong_with(examined(host)) == {"root-missing"}
        fixed = examined(host, "--fix")
        assert fixed.repairs == [{"repair": f"make the directory {root}", "done": True, "error": ""}]
        assert root.is_dir()
        assert "root-missing" not in wrong_with(fixed)


def test_files_that_dnsmasq_may_not_read_are_opened_to_it(host: LibvirtHost) -> None:
    root = host.directory / "srv" / "closed"
    with network_with(host, root):
        (root / "pxelinux.cfg").mkdir()
        write_bootable(root)
        assert not wrong_with(examined(host))
        (root / "k").chmod(0o600)
        (root / "pxelinux.cfg").chmod(0o700)
        found = examined(host)
        assert wrong_with(found) == {"root-denied"}
        assert found.status == 1
        fixed = examined(host, "--fix")
        assert [each["done"] for each in fixed.repairs] == [True]
        assert not wrong_with(fixed)


def test_a_root_in_somebodys_home_is_told_and_left_alone(host: LibvirtHost) -> None:
    home = Path(pwd.getpwuid(0).pw_dir)
    root = home / "boots"
    host.run("mount", "-t", "tmpfs", "-o", "mode=700", "tmpfs", home)
    try:
        host.run("mkdir", root)
        file = host.directory / "boots.xml"
        file.write_text(NETWORK.format(root=root))
        host.virsh("net-define", file)
        found = examined(host, "--fix")
        assert "root-denied" in wrong_with(found)
        assert not found.repairs
    finally:
        host.virsh("net-undefine", "boots")
        host.run("umount", home)
