"""What an administrator of libvirt does by hand: `virsh net-edit`, files in the TFTP root, `virsh start --console`."""

import os
import pty
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from netipl.console import Lines, SafeText
from tests.libvirt_host import DEADLINE, LibvirtHost

MAC = "52:54:00:13:33:0a"
UUID = "9b6e2a0c-7b1d-4b52-8f6e-1f6f3f6c0a01"

DOMAIN = f"""
<domain type='qemu'>
  <name>test</name>
  <uuid>{UUID}</uuid>
  <memory unit='MiB'>512</memory>
  <vcpu>1</vcpu>
  <os><type arch='s390x' machine='s390-ccw-virtio'>hvm</type></os>
  <cpu mode='custom' match='exact'><model fallback='allow'>qemu</model></cpu>
  <on_crash>preserve</on_crash>
  <devices>
    <interface type='network'>
      <mac address='{MAC}'/><source network='default'/><model type='virtio'/><boot order='1'/>
    </interface>
    <console type='pty'><target type='sclp' port='0'/></console>
    <memballoon model='none'/>
  </devices>
</domain>
"""

_EDITOR = """#!/bin/sh
set -eu
sed -i -e "s|<dhcp>|<tftp root='$TFTP_ROOT'/><dhcp>|" -e "s|</dhcp>|<bootp file='$BOOT_FILE'/></dhcp>|" "$1"
"""


def edit_network(host: LibvirtHost, *, root: Path, boot_file: str) -> None:
    """`virsh net-edit default`, as the recipe does, and a restart of the network."""
    editor = host.directory / "editor"
    editor.write_text(_EDITOR)
    editor.chmod(0o755)
    environment = os.environ | {"EDITOR": str(editor), "TFTP_ROOT": str(root), "BOOT_FILE": boot_file}
    host.run("virsh", "net-edit", "default", env=environment)
    host.virsh("net-destroy", "default")
    host.virsh("net-start", "default")


def define(host: LibvirtHost, xml: str = DOMAIN) -> None:
    """As `virsh define` does."""
    file = host.directory / "domain.xml"
    file.write_text(xml)
    host.virsh("define", file)


@contextmanager
def started_with_console(host: LibvirtHost, name: str = "test") -> Iterator["Terminal"]:
    """`virsh start NAME --console` on a terminal; the guest is destroyed on leaving."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        host.command("virsh", "start", name, "--console"), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    try:
        yield Terminal(ours)
    finally:
        host.virsh("destroy", name, check=False)
        process.terminate()
        process.wait(DEADLINE)
        os.close(ours)


class Terminal:
    """What a person sees who sits before it, line by line."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._text = SafeText()
        self._cut = Lines()
        self.lines: list[str] = []

    def read_until(self, words: str) -> list[str]:
        """All lines to the first that has `words` in it."""
        until = time.monotonic() + DEADLINE
        while not any(words in line for line in self.lines):
            assert time.monotonic() < until, "\n".join(self.lines)
            if select.select([self._descriptor], [], [], 1)[0]:
                with suppress(OSError):
                    self.lines += self._cut.feed(self._text.feed(os.read(self._descriptor, 4096)))
        return self.lines
