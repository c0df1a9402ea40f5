"""SELinux labels of a TFTP root, as they are on the disk. The kernel has no policy here: what says so is put there."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.hosting.doctor.examining import examined
from tests.integration.hosting.doctor.test_networks import network_with
from tests.libvirt_host import LibvirtHost

pytestmark = pytest.mark.root

ENFORCE = "/sys/fs/selinux/enforce"


@pytest.fixture(scope="module")
def root(host: LibvirtHost) -> Iterator[Path]:
    """Of a network that boots."""
    place = host.directory / "tftp"
    with network_with(host, place):
        host.run("sh", "-ec", f"mount -t tmpfs tmpfs /sys/fs; mkdir /sys/fs/selinux; echo 1 >{ENFORCE}")
        yield place
        host.run("umount", "/sys/fs")


def label(root: Path, kind: str) -> None:
    os.setxattr(root, "security.selinux", f"system_u:object_r:{kind}:s0\0".encode())


@pytest.mark.parametrize("kind", ["tftpdir_t", "tftpdir_rw_t", "public_content_t"])
def test_what_a_tftp_server_may_read_is_well(host: LibvirtHost, root: Path, kind: str) -> None:
    label(root, kind)
    assert examined(host).is_fine("SELinux")


def test_a_label_of_a_home_is_refused(host: LibvirtHost, root: Path) -> None:
    label(root, "admin_home_t")
    found = examined(host)
    assert found.one("label-refused")["severity"] == "error"
    assert f"restorecon -R '{root}'" in found.one("label-refused")["remedy"]


def test_a_label_that_is_not_known_is_doubted(host: LibvirtHost, root: Path) -> None:
    label(root, "somebodys_t")
    assert examined(host).one("label-unknown")["severity"] == "warning"


def test_a_policy_that_only_warns_stops_nobody(host: LibvirtHost, root: Path) -> None:
    label(root, "admin_home_t")
    host.run("sh", "-c", f"echo 0 >{ENFORCE}")
    assert examined(host).one("label-refused")["severity"] == "note"
    host.run("sh", "-c", f"echo 1 >{ENFORCE}")


def test_without_a_policy_labels_are_nobodys_business(host: LibvirtHost, root: Path) -> None:
    host.run("rm", ENFORCE)
    assert not examined(host).of("SELinux")
    host.run("sh", "-c", f"echo 1 >{ENFORCE}")
