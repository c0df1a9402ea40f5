"""Configurations as installers and provisioning programs write them for syslinux: compiled, linted, and booted.

The files of tests/vectors/syslinux were written for this test, in the shape of those of Debian's, Red Hat's and
Ubuntu's installers, of Cobbler and of Foreman. What must boot is what boots there when no key is pressed, by the
manual of syslinux.
"""

from pathlib import Path

import pytest

from netipl.firmware.compile import compiled
from netipl.firmware.lint.finding import File, Target
from netipl.firmware.lint.tree import lint
from netipl.firmware.netboot import Machine
from netipl.firmware.versions import Version
from netipl.net import Mac
from tests.real_firmware import fake_kernel
from tests.scripted_network import Script, run_model

VECTORS = Path(__file__).parents[2] / "vectors" / "syslinux"
DEFAULT = b"pxelinux.cfg/default"
DEBIAN, COBBLER, FOREMAN = b"debian-installer/s390x/", b"/images/rhel9-s390x/", b"boot/fdi-image/"
BOOTS = {
    "cobbler": (COBBLER + b"kernel.img", COBBLER + b"initrd.img", b"ksdevice=bootif "),
    "crlf": (b"vmlinuz", b"initrd.img", b"root=/dev/ram0 quiet  ---"),
    "debian": (DEBIAN + b"linux", DEBIAN + b"initrd.gz", b"--- quiet"),
    "foreman-global": (FOREMAN + b"vmlinuz0", FOREMAN + b"initrd0.img", b"rootflags=loop "),
    "foreman-host": (b"boot/redhat-9-s390x-vmlinuz", b"boot/redhat-9-s390x-initrd.img", b"network "),
    "rhel-isolinux": (b"vmlinuz", b"initrd.img", b"inst.stage2=hd:LABEL=MEDIUM rd.live.check quiet"),
    "rhel-pxe": (b"kernel.img", b"initrd.img", b"inst.repo=ftp://host/dir "),
    "ubuntu-live": (b"vmlinuz", b"initrd", b"root=/dev/ram0 "),
}
"""Kernel, initrd and how the command line begins."""


def test_every_file_is_tried() -> None:
    assert {path.stem for path in VECTORS.iterdir()} == BOOTS.keys()


@pytest.mark.parametrize("version", [Version(7, 2), Version(10, 0), Version(11, 1)], ids=str)
@pytest.mark.parametrize("name", BOOTS)
def test_what_syslinux_would_boot_is_booted(name: str, version: Version) -> None:
    kernel, initrd, command_line = BOOTS[name]
    target = Target(version=version)
    result = compiled((VECTORS / f"{name}.cfg").read_bytes(), target)
    assert result.text is not None
    tree = {kernel.lstrip(b"/"): fake_kernel(0x11000), initrd.lstrip(b"/"): b"initrd", DEFAULT: result.text}
    assert lint({key: File(size=len(data), head=data) for key, data in tree.items()}, target) == ()
    machine = Machine(mac=Mac.parse("52:54:00:13:33:0a"), xid=5, version=version)
    finished = run_model(machine, Script(tree={**tree, kernel: tree[kernel.lstrip(b"/")], initrd: b"initrd"})).finished
    assert finished is not None
    assert [each.name for each in finished.files][-2:] == [kernel, initrd]
    assert (finished.command_line or b"").startswith(command_line)
