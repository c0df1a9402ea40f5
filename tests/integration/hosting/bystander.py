"""A machine on a libvirt network that has nothing to do with netipl: a namespace with ISC's DHCP client; root only."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests import peers
from tests.libvirt_host import LibvirtHost

_RECEIVED = re.compile(r"^DHCPACK of (\S+) from", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Bystander:
    """Its host name is `name`, which it tells DHCP servers."""

    host: LibvirtHost
    name: str

    def address(self) -> str:
        """What a DHCP server gives it now, which it asks as one that knows nothing of before."""
        leases, process = (self.host.directory / f"{self.name}.{kind}" for kind in ("leases", "pid"))
        for file in (leases, process):
            file.write_text("")
        said = self.run(
            *("env", f"LD_LIBRARY_PATH={peers.environment('isc-dhcp-client')['LD_LIBRARY_PATH']}"),
            *(peers.program("isc-dhcp-client", "dhclient"), "-1", "-v", "-sf", "/bin/true"),
            *("-cf", self.host.directory / f"{self.name}.conf", "-lf", leases, "-pf", process, "eth0"),
        )
        self.host.wait_for(lambda: process.read_text().strip() != "", "it has gone to the background")
        self.run("kill", process.read_text().strip())
        [found] = _RECEIVED.findall(said)
        return str(found)

    def run(self, *arguments: str | Path) -> str:
        """Inside, standard output and error together."""
        done = self.host.run("ip", "netns", "exec", self.name, *arguments)
        return done.stdout + done.stderr


def plugged_in(host: LibvirtHost, name: str, mac: str, bridge: str = "virbr0") -> Bystander:
    """A new one; its port forwards at once, whatever the bridge does."""
    for command in (
        f"netns add {name}",
        f"link add {name} type veth peer name eth0 netns {name}",
        f"-n {name} link set eth0 address {mac} up",
        f"link set {name} master {bridge} up",
    ):
        host.run("ip", *command.split())
    host.wait_for(lambda: "state forwarding" in host.run("bridge", "link", "show", "dev", name).stdout, "it forwards")
    (host.directory / f"{name}.conf").write_text(f'send host-name "{name}";\n')
    return Bystander(host, name)
