"""Real s390x guests of a libvirt on a host of the tests, what their consoles say, and what goes over their taps."""

import gzip
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from netipl.console import Lines, SafeText
from netipl.images import cpio
from netipl.integrations.debian.boot import debian_boot_files
from netipl.net import Mac
from tests import dhcp_capture
from tests.dhcp_capture import LISTENING, Heard, heard
from tests.libvirt_host import LibvirtHost

KERNEL_LINE = "Linux version "

_DOMAIN = """<domain type='qemu'>
  <name>{name}</name>
  <uuid>{uuid}</uuid>
  <memory unit='MiB'>512</memory>
  <vcpu>1</vcpu>
  <os><type arch='s390x' machine='s390-ccw-virtio'>hvm</type></os>
  <cpu mode='custom' match='exact'><model fallback='allow'>qemu</model></cpu>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>preserve</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-s390x</emulator>
    <interface type='network'>
      <mac address='{mac}'/>
      <source network='{network}'/>
      <model type='virtio'/>
      <boot order='1'/>
    </interface>
    <console type='pty'>
      <target type='sclp' port='0'/>
      <log file='{log}' append='off'/>
    </console>
    <memballoon model='none'/>
  </devices>
</domain>
"""


@dataclass(frozen=True, slots=True)
class LibvirtGuest:
    """A domain, defined and off until it is started."""

    host: LibvirtHost
    name: str
    mac: Mac
    uuid: UUID

    @property
    def log(self) -> Path:
        return self.host.directory / f"{self.name}.log"

    @property
    def console(self) -> list[str]:
        """The lines since it was started last."""
        if not self.log.exists():
            return []
        lines = Lines()
        return [*lines.feed(SafeText().feed(self.log.read_bytes())), lines.current]

    @property
    def tap(self) -> str:
        """Its device on this host, while it runs."""
        return self.host.virsh("domiflist", self.name).split()[0]

    def start(self) -> None:
        self.host.virsh("start", self.name)

    @contextmanager
    def started_with_capture(self) -> Iterator[Callable[[], list[Heard]]]:
        """Started, and what goes over its tap heard from the first frame on."""
        self.host.virsh("start", self.name, "--paused")
        record = self.host.directory / f"{self.name}.dhcp"
        with (
            record.open("wb") as output,
            self.host.running(sys.executable, dhcp_capture.__file__, self.tap, output=output),
        ):
            self.host.wait_for(lambda: LISTENING in record.read_text(), LISTENING)
            self.host.virsh("resume", self.name)
            yield lambda: heard(record.read_text())

    def destroy(self) -> None:
        """Pull its plug."""
        self.host.virsh("destroy", self.name)

    def says(self, words: str) -> None:
        """Until its console says `words`, or the test fails with all that it said."""
        try:
            self.host.wait_for(lambda: any(words in line for line in self.console), words)
        except AssertionError as error:
            raise AssertionError("\n".join([str(error), *self.console])) from None


def defined(host: LibvirtHost, name: str, number: int, network: str = "default") -> LibvirtGuest:
    """A new domain with a network interface, from which it boots; its MAC and UUID are made of `number`."""
    guest = LibvirtGuest(host, name, Mac(b"\x52\x54\x00\x13\x33" + bytes([number])), UUID(int=number))
    xml = host.directory / f"{name}.xml"
    xml.write_text(_DOMAIN.format(name=name, uuid=guest.uuid, mac=guest.mac, network=network, log=guest.log))
    host.virsh("define", xml)
    return guest


def boot_files(directory: Path, init: str | None = None) -> None:
    """`kernel.img` and `initrd.img` in `directory`: Debian's kernel, and a small system, whose /init may be another."""
    boot = debian_boot_files()
    directory.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(boot.kernel, directory / "kernel.img")
    more = [cpio.file("init", init.encode(), mode=0o755)] if init is not None else []
    (directory / "initrd.img").write_bytes(boot.initrd.read_bytes() + gzip.compress(cpio.encode(more)))
