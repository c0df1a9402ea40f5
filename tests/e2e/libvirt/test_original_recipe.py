"""The recipe that the project began with, step by step and by hand, on a libvirt that nobody has prepared.

It holds that what netipl is compared with works here, and how its console looks.
"""

from pathlib import Path

import pytest

from tests.e2e.commands import copied_boot_files
from tests.e2e.libvirt import by_hand
from tests.libvirt_host import libvirt_host

pytestmark = [pytest.mark.root, pytest.mark.guest]

_CONFIGURATION = """\
# pxelinux
default linux
label linux
kernel kernel.img
initrd initrd.img
append ip=dhcp inst.repo=http://download.example.com/RHEL-8.4.0/BaseOS/s390x/os
"""

_FOUND = {
    "pxelinux.cfg": ("Bootfile name: 'pxelinux.cfg'", "TFTP: Received pxelinux.cfg ("),
    "/": ("Bootfile name: '/'", "Trying pxelinux.cfg files...", "TFTP: Received /pxelinux.cfg/default ("),
}


@pytest.mark.parametrize("boot_file", _FOUND)
def test_the_guest_boots_from_the_network(boot_file: str) -> None:
    with libvirt_host() as host:
        host.define_default_network()
        by_hand.edit_network(host, root=_tftp_root(host.directory, boot_file), boot_file=boot_file)
        by_hand.define(host)
        with by_hand.started_with_console(host) as terminal:
            lines = terminal.read_until("Linux version")
    rest = iter(lines)
    for words in (
        "Using IPv4 address: 192.168.122.",
        "Using TFTP server: 192.168.122.1",
        *_FOUND[boot_file],
        "Loading pxelinux.cfg entry 'linux'",
        "TFTP: Received kernel.img (",
        "TFTP: Received initrd.img (",
        "Network loading done, starting kernel...",
        "Linux version",
    ):
        assert any(words in line for line in rest), f"{words!r} in its order: {lines}"


def _tftp_root(directory: Path, boot_file: str) -> Path:
    """With a kernel of Debian and no Linux to go on with."""
    root = directory / "tftpboot"
    copied_boot_files(root)
    next(root.glob("vmlinuz-*")).rename(root / "kernel.img")
    (root / "initrd.img").write_bytes(bytes(4096))
    place = root / "pxelinux.cfg"
    if boot_file == "/":
        place.mkdir()
        place /= "default"
    place.write_text(_CONFIGURATION)
    for path in (root, *root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return root
