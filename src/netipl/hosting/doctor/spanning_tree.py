"""Whether bridges that libvirt has not made forward a new port at once. Source: Linux, net/bridge/br_stp_if.c."""

from collections.abc import Iterator

from netipl.hosting.doctor.host import Host
from netipl.hosting.doctor.outcome import Outcome, fine, wrong
from netipl.hosting.doctor.problems import ProblemId
from netipl.integrations.bridges import bridges


def look(host: Host) -> Iterator[Outcome]:
    """Each that a segment is on; those of libvirt's networks are told of by the check of networks."""
    made = {each.now.bridge for each in host.booted_over if each.now.has_own_bridge}
    for name in dict.fromkeys(each.interface for each in host.segments):
        bridge = bridges.bridge(name)
        if bridge is None or name in made:
            continue
        evidence = f"spanning tree {'on' if bridge.stp else 'off'}, forward delay {bridge.delay:g} s"
        if bridge.stp:
            message = f"a new port is silent for {2 * bridge.delay:g} seconds"
            yield wrong(ProblemId.SPANNING_TREE, f"bridge {name}", message, evidence=evidence)
        else:
            yield fine(f"bridge {name}", evidence)
