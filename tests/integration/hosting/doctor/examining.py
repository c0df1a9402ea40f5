"""A host of the tests as `netipl doctor` sees it, and the guests, settings and bridges that its tests put there."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.libvirt_host import LibvirtHost

NETIPL = (sys.executable, "-m", "netipl.cli.main")
QEMU = Path("/usr/bin/qemu-system-s390x")
MAC = "52:54:00:13:33:0a"

Seen = dict[str, Any]
"""One line of `netipl doctor --json`."""

NIC = f"""
<interface type='network'>
  <mac address='{MAC}'/><source network='default'/><model type='virtio'/><boot order='1'/>
</interface>
"""


class Examination(list[Seen]):
    """All that was said, and the exit status."""

    status: int

    def problems(self, check: str = "", subject: str = "") -> set[str]:
        """The names of what is wrong there; all of them without a check and a subject."""
        return {each["problem"] for each in self.of(check, subject) if each["problem"]}

    def of(self, check: str = "", subject: str = "") -> list[Seen]:
        return [
            each
            for each in self
            if "check" in each and check in ("", each["check"]) and (subject in each["subject"] if subject else True)
        ]

    def one(self, problem: str) -> Seen:
        """What was said of it."""
        (found,) = (each for each in self.of() if each["problem"] == problem)
        return found

    def is_fine(self, check: str, subject: str = "") -> bool:
        """Something was looked at there, and nothing is wrong with it."""
        return bool(self.of(check, subject)) and not self.problems(check, subject)

    @property
    def repairs(self) -> list[Seen]:
        return [each for each in self if "repair" in each]


def examined(
    host: LibvirtHost, *words: str | Path, env: Mapping[str, str] | None = None, rights: Sequence[str] = ()
) -> Examination:
    """What `netipl doctor` says there, to root or to whom `rights` make of it."""
    done = host.run(*rights, *NETIPL, "doctor", "--json", *words, check=False, env=env)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found = Examination(map(json.loads, done.stdout.splitlines()))
    found.status = done.returncode
    assert found.status == any(each.get("severity") == "error" for each in found)
    return found


def define(host: LibvirtHost, name: str, nics: str = NIC, **rest: Any) -> None:
    """A guest for s390x; `rest` as for `write_domain`."""
    host.virsh("define", write_domain(host, name, nics, **rest))


def write_domain(
    host: LibvirtHost,
    name: str,
    nics: str = NIC,
    *,
    memory: int = 512,
    os: str = "",
    reboot: str = "restart",
    crash: str = "preserve",
    metadata: str = "",
) -> Path:
    """The file of its definition."""
    file = host.directory / f"{name}.xml"
    file.write_text(
        f"""<domain type='qemu'><name>{name}</name>{metadata}<memory unit='MiB'>{memory}</memory><vcpu>1</vcpu>
        <os><type arch='s390x' machine='s390-ccw-virtio'>hvm</type>{os}</os>
        <on_reboot>{reboot}</on_reboot><on_crash>{crash}</on_crash>
        <devices><emulator>{QEMU}</emulator>{nics}<memballoon model='none'/></devices></domain>"""
    )
    return file


FIRST = "<boot order='1'/>"
ON_DEFAULT = "<source network='default'/>"


def nic(
    number: int, source: str = ON_DEFAULT, *, kind: str = "network", model: str = "virtio", rest: str = FIRST
) -> str:
    """An interface that boots, but for what is changed."""
    mac = f"<mac address='52:54:00:13:34:{number:02x}'/>"
    return f"<interface type='{kind}'>{mac}{source}<model type='{model}'/>{rest}</interface>"


@contextmanager
def port(host: LibvirtHost, bridge: str, address: str = "") -> Iterator[str]:
    """The name of a namespace whose one interface `far` is on the bridge, as another machine's would be."""
    add_port = f"""
        ip netns add other
        ip link add near type veth peer name far netns other
        ip link set near master {bridge} up
        ip -n other link set far up
    """
    host.run("sh", "-ec", add_port)
    if address:
        host.run("ip", "-n", "other", "address", "add", address, "dev", "far")
    try:
        host.wait_for(lambda: is_forwarding(host, "near"), "the port forwards")
        yield "other"
    finally:
        host.run("ip", "link", "delete", "near")
        host.run("ip", "netns", "delete", "other")


def is_forwarding(host: LibvirtHost, device: str) -> bool:
    return "state forwarding" in host.run("ip", "-details", "link", "show", device).stdout


@contextmanager
def dnsmasq(host: LibvirtHost, *options: str, namespace: str = "") -> Iterator[None]:
    """A DHCP server of somebody else, once it listens; without its own configuration file and DNS."""
    inside = ("ip", "netns", "exec", namespace) if namespace else ()
    command = (*inside, "dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--user=root", *options)
    with host.running(*command):
        host.wait_for(lambda: _listens(host, 67, inside), "dnsmasq listens")
        yield


def _listens(host: LibvirtHost, number: int, inside: Iterable[str]) -> bool:
    return f":{number}" in host.run(*inside, "ss", "-Hulnp", f"sport = :{number}").stdout


def write_settings(host: LibvirtHost, text: str, name: str = "netipl.toml") -> Path:
    """A settings file."""
    file = host.directory / name
    file.write_text(text)
    return file
