"""QEMU and its firmware: real ones, one whose firmware is hidden, and programs that say that they are older."""

import pytest

from tests.integration.hosting.doctor.examining import QEMU, define, examined
from tests.libvirt_host import LibvirtHost

pytestmark = pytest.mark.root

OTHER_VERSION = """#!/bin/sh
case $1 in
--version) echo "QEMU emulator version {version}" ;;
-L) exec {qemu} -L help ;;
esac
"""


def test_the_qemu_of_this_system_is_well(bare_host: LibvirtHost) -> None:
    found = examined(bare_host)
    (seen,) = found.of("programs")
    assert found.is_fine("programs")
    assert seen["subject"] == str(QEMU)
    assert "s390-ccw.img" in seen["evidence"]


def test_without_a_program_guests_may_yet_run_elsewhere(bare_host: LibvirtHost) -> None:
    found = examined(bare_host, "--qemu", "/nowhere/qemu-system-s390x")
    assert found.one("qemu-missing")["severity"] == "warning"


def test_without_a_program_no_guest_of_this_host_starts(host: LibvirtHost) -> None:
    define(host, "lost")
    file = host.directory / "lost.xml"
    try:
        host.run("sh", "-c", f"mount --bind /dev/null {QEMU}")
        found = examined(host)
    finally:
        host.run("umount", QEMU)
        host.virsh("undefine", "lost")
    assert file.exists()
    assert found.one("qemu-missing")["severity"] == "error"
    assert found.status == 1


def test_firmware_that_is_not_where_qemu_looks_is_missing(bare_host: LibvirtHost) -> None:
    bare_host.run("mount", "-t", "tmpfs", "tmpfs", "/usr/share/qemu")
    try:
        found = examined(bare_host)
    finally:
        bare_host.run("umount", "/usr/share/qemu")
    assert "s390-ccw.img" in found.one("firmware-missing")["message"]
    assert found.status == 1


@pytest.mark.parametrize(
    ("version", "problem", "status"),
    [("2.9.1", {"qemu-too-old"}, 1), ("2.12.0", {"qemu-single-image"}, 0), ("10.0.2", set(), 0)],
)
def test_a_qemu_that_is_too_old_is_told(bare_host: LibvirtHost, version: str, problem: set[str], status: int) -> None:
    """None so old is to be had: what is read of it is its version. A newer one needs one image alone."""
    program = bare_host.directory / f"qemu-{version}"
    program.write_text(OTHER_VERSION.format(version=version, qemu=QEMU))
    program.chmod(0o755)
    found = examined(bare_host, "--qemu", program)
    assert found.problems("programs") == problem
    assert found.status == status
