"""A CPU model that is too old for a kernel: what the guest says, and that it is told before the boot. Needs QEMU."""

import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from netipl.firmware.lint.finding import Target
from netipl.firmware.rules import RuleId
from netipl.media.debian import LEVELS
from netipl.media.fit import findings
from netipl.media.medium import Family, File, Medium, Role
from tests.e2e.commands import copied_boot_files
from tests.real_firmware import Qemu, qemus

pytestmark = [pytest.mark.guest, pytest.mark.skipif(not (QEMUS := qemus()), reason="needs qemu-system-s390x")]

SAYS = b"requires more recent processor hardware"
STARTS = b"Linux version"


def said(qemu: Qemu, cpu: str, directory: Path, *wanted: bytes) -> bytes:
    """Which of the texts a guest of that model says first, after a boot from the network."""
    network = f"user,id=n0,tftp={directory},bootfile=/"
    command = (
        "-M",
        "s390-ccw-virtio",
        "-accel",
        "tcg",
        "-cpu",
        cpu,
        "-m",
        "512",
        "-nodefaults",
        "-nographic",
        "-no-reboot",
    )
    devices = ("-serial", "stdio", "-netdev", network, "-device", "virtio-net-ccw,netdev=n0,bootindex=1")
    console = b""
    with subprocess.Popen(
        qemu.command([*command, *devices]), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        deadline = threading.Timer(240, process.kill)
        deadline.start()
        try:
            for line in process.stdout:
                console += line
                if found := next((text for text in wanted if text in console), b""):
                    return found
        finally:
            deadline.cancel()
            process.kill()
    raise AssertionError(console.decode(errors="replace"))


@pytest.mark.parametrize(("cpu", "too_old"), [("z900", True), ("qemu", False)])
def test_a_model_that_is_too_old_is_told_before_the_boot(cpu: str, too_old: bool, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    copied_boot_files(tree)
    [kernel] = tree.glob("vmlinuz-*")
    (tree / "initrd").write_bytes(bytes(4096))
    (tree / "pxelinux.cfg").mkdir()
    (tree / "pxelinux.cfg/default").write_text(
        f"default a\nlabel a\nkernel {kernel.name}\ninitrd initrd\nappend console=ttysclp0\n"
    )
    assert said(QEMUS[0], cpu, tree, SAYS, STARTS) == (SAYS if too_old else STARTS)
    file = File(name=kernel.name, sha256="", size=kernel.stat().st_size)
    medium = Medium(
        id="debian",
        name="debian",
        family=Family.DEBIAN,
        version="",
        title="Debian",
        architecture="s390x",
        source="",
        files=((Role.KERNEL, file),),
        level=LEVELS[0].machine,
        added=datetime(2026, 1, 1, tzinfo=UTC),
        by="test",
    )
    found = findings(medium, Target(version=QEMUS[0].version), cpu)
    assert [each.rule for each in found] == ([RuleId.MACHINE_TOO_OLD] if too_old else [])
