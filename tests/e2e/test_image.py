"""What `netipl image` makes, booted by real firmware and unpacked by a real kernel."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from netipl.integrations.debian.boot import DebianBoot, debian_boot_files
from tests.e2e.commands import run
from tests.real_firmware import Qemu, qemus

pytestmark = [
    pytest.mark.guest,
    pytest.mark.skipif(shutil.which("qemu-system-s390x") is None, reason="needs qemu-system-s390x"),
]

SELF = "root" if os.geteuid() == 0 else "user"
INIT = """\
#!/bin/busybox sh
echo() { /bin/busybox echo "$@"; }
echo "overlay: $(/bin/busybox cat /etc/answers/ks.cfg)"
echo "overlay: lib64 is $(/bin/busybox readlink /lib64)"
echo "overlay: module $(/bin/busybox cat /lib/modules/ours)"
echo "overlay: mode $(/bin/busybox stat -c '%a %u %g' /etc/answers/ks.cfg)"
[ -e /lib/modules/virtio_net.ko ] && echo "overlay: the initrd is still there"
/bin/busybox poweroff -f
"""


@pytest.fixture(scope="module")
def debian() -> DebianBoot:
    return debian_boot_files()


@contextmanager
def served(qemu: Qemu, directory: Path) -> Iterator[Path]:
    """`directory` where `qemu` finds it, which may be in a root of its own."""
    if qemu.root is None:
        yield directory
        return
    inside = Path("/tmp") / f"netipl-image-{os.getpid()}"
    outside = Path(f"{qemu.root}{inside}")
    shutil.copytree(directory, outside)
    try:
        yield inside
    finally:
        shutil.rmtree(outside)


def console(qemu: Qemu, directory: Path, boot_file: str) -> str:
    """What a guest prints that boots from QEMU's own TFTP server, until it turns itself off."""
    with served(qemu, directory) as tftp:
        arguments = ("-M", "s390-ccw-virtio", "-m", "512", "-nographic", "-nodefaults", "-serial", "stdio")
        network = ("-netdev", f"user,id=n0,tftp={tftp},bootfile={boot_file}")
        device = ("-device", "virtio-net-ccw,netdev=n0,bootindex=1")
        command = qemu.command([*arguments, *network, *device])
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=240)
    return done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")


@pytest.mark.parametrize("qemu", qemus(), ids=str)
def test_a_combined_image_boots_with_its_initrd_and_command_line(
    tmp_path: Path, debian: DebianBoot, qemu: Qemu
) -> None:
    (tmp_path / "parmfile").write_text("console=ttysclp0 quiet\nnetipl.marker=combined\n")
    files = ("--initrd", debian.initrd, "--parmfile", tmp_path / "parmfile", "-o", tmp_path / "boot.img")
    done = run(SELF, "image", "combine", debian.kernel, *files)
    assert done.status == 0, done.errors
    assert "netipl: marker combined" in console(qemu, tmp_path, "boot.img")


@pytest.mark.parametrize("qemu", qemus(), ids=str)
def test_an_ins_list_boots_with_all_that_it_names(tmp_path: Path, debian: DebianBoot, qemu: Qemu) -> None:
    append = "console=ttysclp0 quiet netipl.marker=ins"
    done = run(
        SELF, "image", "ins", "build", debian.kernel, "--initrd", debian.initrd, "--append", append, "-o", tmp_path
    )
    assert done.status == 0, done.errors
    assert "netipl: marker ins" in console(qemu, tmp_path, "boot.ins")


def test_linux_unpacks_overlays_over_an_initrd_and_keeps_its_links(tmp_path: Path, debian: DebianBoot) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "first/lib64").symlink_to("lib")
    overlay = tmp_path / "second"
    (overlay / "lib64/modules").mkdir(parents=True)
    (overlay / "lib64/modules/ours").write_text("by way of the link\n")
    (overlay / "init").write_text(INIT)
    (overlay / "init").chmod(0o755)
    (tmp_path / "ks.cfg").write_text("lang en_US\n")
    (tmp_path / "ks.cfg").chmod(0o640)
    linked, whole = tmp_path / "linked", tmp_path / "whole"
    steps = (
        ("overlay", debian.initrd, f"{tmp_path}/first:/", "-o", linked),
        ("overlay", linked, f"{overlay}:/", f"{tmp_path}/ks.cfg:etc/answers/ks.cfg", "-o", whole),
    )
    for step in steps:
        assert run(SELF, "image", *step).status == 0
    done = run(SELF, "boot", "--kernel", debian.kernel, "--initrd", whole, "--append", "console=ttysclp0", "--json")
    said = [event["line"] for event in done.events if "overlay: " in str(event.get("line"))]
    assert said == [
        "overlay: lang en_US",
        "overlay: lib64 is lib",
        "overlay: module by way of the link",
        "overlay: mode 640 0 0",
        "overlay: the initrd is still there",
    ]
