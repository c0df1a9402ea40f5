"""A libvirt host with a network whose bridge `netipl serve` serves, and something to install; root only."""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netipl.integrations.debian import agent, disk_image
from tests.e2e.commands import copied_boot_files
from tests.e2e.serving import NETIPL
from tests.libvirt_host import LibvirtHost, libvirt_host

DEADLINE = 240.0
SERVER = "192.0.2.1"
NETWORK = f"""<network>
  <name>lab</name>
  <bridge name='virbr9' stp='off' delay='0'/>
  <dns enable='no'/>
  <ip address='{SERVER}' netmask='255.255.255.0'/>
</network>
"""
SETTINGS = f"""
[server]
state_directory = "state"
run_directory = "state/run"
[networks.lab]
interface = "virbr9"
subnet = "192.0.2.0/24"
server = "{SERVER}"
pools = ["192.0.2.100-192.0.2.120"]
[answers]
templates = "templates"
[limits]
kernel = "0"
attempts = 2
[libvirt]
[profiles.quick]
kernel = "debian/kernel"
initrd = "debian/initrd"
append = "console=ttysclp0 netipl.callback={{callback}}/done"
"""
REPORT = "/callback"
"""The path that the installed system asks for with each boot."""


@dataclass(slots=True)
class LibvirtLab:
    """The daemon runs inside; commands too, as root there."""

    host: LibvirtHost
    log: Path

    @property
    def directory(self) -> Path:
        return self.host.directory

    def run(self, *arguments: str, check: bool = True, status: int = 1) -> str:
        """The command line, as an administrator of that host has it: its output, or with `check` off its errors."""
        environment = {**os.environ, "NETIPL_API": str(self.directory / "state/run/api.sock")}
        done = self.host.run(*NETIPL, *arguments, env=environment, check=False, timeout=DEADLINE)
        if check:
            assert done.returncode == 0, (arguments, done.stdout, done.stderr, self.log.read_text()[-4000:])
        else:
            assert done.returncode == status, (arguments, done.stdout, done.stderr)
            return done.stderr
        return done.stdout

    def shown(self, name: str) -> dict[str, Any]:  # Any: JSON
        found: dict[str, Any] = json.loads(self.run("guest", "show", name, "--json"))
        return found

    def timeline(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.run("guest", "timeline", name, "--json").splitlines()]

    def happened(self, name: str, what: str) -> list[dict[str, Any]]:
        return [event for event in self.timeline(name) if event["what"] == what]

    def reports(self) -> list[int]:
        """Of the installed system: the numbers of its boots, as it counts them."""
        return [int(number) for number in re.findall(rf"{REPORT}\?boot=(\d+)", self.log.read_text())]

    def wait_for(self, is_so: Callable[[], object], what: str) -> None:
        until = time.monotonic() + DEADLINE
        while not is_so():
            assert time.monotonic() < until, f"not in time: {what}\n{self.log.read_text()[-6000:]}"
            time.sleep(0.2)

    def xml(self, name: str, *options: str) -> str:
        return self.host.virsh("dumpxml", *options, name)


@contextmanager
def libvirt_lab(
    settings: str = SETTINGS, *, libvirtd: str = "", daemon: bool = True, network: str = NETWORK
) -> Iterator[LibvirtLab]:
    """With the `network`, and `netipl serve` on it; `libvirtd` is what its configuration says."""
    with libvirt_host(libvirtd=False) as host:
        host.run("sh", "-c", "cat >/etc/libvirt/libvirtd.conf", stdin=libvirtd)
        host.start_libvirtd()
        (host.directory / "lab.xml").write_text(network)
        host.virsh("net-define", host.directory / "lab.xml")
        host.virsh("net-start", "lab")
        config = host.directory / "netipl.toml"
        config.write_text(settings)
        (host.directory / "templates/reporting").mkdir(parents=True)
        _template(host.directory / "templates/reporting")
        _boot_files(host.directory / "debian")
        made = LibvirtLab(host, host.directory / "log")
        if not daemon:
            yield made
            return
        with made.log.open("ab") as log, serving(made, log.fileno()):
            yield made


@contextmanager
def serving(lab: LibvirtLab, output: Any) -> Iterator[int]:
    """`netipl serve`; its pid, as seen from outside."""
    with lab.host.running(
        *NETIPL, "serve", "-v", "--json", "-c", lab.directory / "netipl.toml", output=output
    ) as process:
        lab.wait_for(lambda: '"serving"' in lab.log.read_text() or process.poll() is not None, "netipl serves")
        assert process.poll() is None, lab.log.read_text()
        lab.wait_for(lambda: '"uri"' in lab.log.read_text(), "libvirt is connected, or it is said why not")
        yield process.pid


def _template(directory: Path) -> None:
    (directory / "meta-data").write_text("instance-id: {{ guest }}\nlocal-hostname: {{ guest }}\n")
    (directory / "user-data").write_text(
        "#!/bin/sh\n# run by the installed system with each boot, and the number of it\n"
        f'wget -q -O /dev/null "http://{SERVER}:8069{REPORT}?boot=$1"\n'
    )


def _boot_files(directory: Path) -> None:
    """Debian's kernel, and an initrd that calls back as an installer does: what the profile `quick` boots."""
    copied_boot_files(directory)
    next(directory.glob("vmlinuz-*")).rename(directory / "kernel")
    if not (directory / "initrd").exists():
        next(directory.glob("*initrd*")).rename(directory / "initrd")


def with_something_to_install(lab: LibvirtLab) -> None:
    """The profile `small`: the agent writes a small Linux that reports its boots."""
    agent.write(agent.build(progress=_quietly), lab.directory / "agent")
    disk_image.build(lab.directory / "small.raw", progress=_quietly)
    lab.run("medium", "add", "agent", str(lab.directory / "agent"))
    lab.run("medium", "add", "small", str(lab.directory / "small.raw"))
    lab.run("profile", "add", "small", "--medium", "small", "--template", "reporting")


def _quietly(words: str) -> None:
    sys.stderr.write(f"{words}\n")
