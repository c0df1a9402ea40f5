"""A host with a real libvirtd and the network that its package brings, and `netipl network` on it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.libvirt_host import LibvirtHost, libvirt_host
from tests.unit.images.kernels import kernel

NETIPL = [sys.executable, "-m", "netipl.cli.main"]
CONFIGURATION = "label linux\nkernel kernel.img\ninitrd initrd.img\n"


@dataclass(frozen=True, slots=True)
class Networks:
    """`netipl network` on that host."""

    host: LibvirtHost

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return self.host.run(*NETIPL, "network", *arguments, check=False)

    def done(self, *arguments: str | Path) -> str:
        """What it prints; it has to work."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def enable(self, *arguments: str | Path, server: str = "dnsmasq") -> str:
        return self.done("enable", "default", "--server", server, *arguments, "--yes")

    def problems(self) -> set[str]:
        """What `netipl network check` finds in the default network."""
        lines = self.run("check", "default", "--json").stdout.splitlines()
        return {json.loads(line)["problem"] for line in lines}

    def shown(self) -> dict[str, Any]:  # Any: JSON
        found: dict[str, Any] = json.loads(self.done("show", "default", "--json"))
        return found

    @property
    def defined(self) -> str:
        return self.host.virsh("net-dumpxml", "--inactive", "default")

    @property
    def running(self) -> str:
        return self.host.virsh("net-dumpxml", "default")

    def dnsmasq(self) -> str:
        """The process id of the one that serves the default network."""
        return self.host.run("cat", "/run/libvirt/network/default.pid").stdout

    def define(self, xml: str) -> None:
        """As `virsh net-edit` does."""
        file = self.host.directory / "network.xml"
        file.write_text(xml)
        self.host.virsh("net-define", file)

    def root(self) -> Path:
        """A TFTP root with something to boot: the kernel is one by its head alone."""
        root = self.host.directory / "tftpboot"
        (root / "pxelinux.cfg").mkdir(parents=True)
        (root / "pxelinux.cfg/default").write_text(CONFIGURATION)
        (root / "kernel.img").write_bytes(kernel())
        (root / "initrd.img").write_bytes(b"initrd")
        return root


@pytest.fixture
def networks() -> Iterator[Networks]:
    with libvirt_host() as host:
        host.define_default_network()
        yield Networks(host)
