"""Whether the bridges of guests forward a new port at once. Source: Linux, net/bridge/br_stp_if.c."""

from collections.abc import Iterator

from netipl.hosting.doctor.host import Host
from netipl.hosting.doctor.outcome import Outcome, fine
from netipl.hosting.doctor.problems import ProblemId
from netipl.integrations import bridges


def look(host: Host) -> Iterator[Outcome]:
    """Each Linux bridge that a segment or a guest is on."""
    names = [each.interface for each in host.segments]
    names += [host.bridge_of(each) for guest in host.guests for each in guest.next.interfaces]
    for name in dict.fromkeys(filter(None, names)):
        bridge = bridges.bridge(name)
        if bridge is None:
            continue
        evidence = f"spanning tree {'on' if bridge.stp else 'off'}, forward delay {bridge.delay:g} s"
        if bridge.stp:
            yield Outcome(
                subject=f"bridge {name}",
                evidence=evidence,
                problem=ProblemId.SPANNING_TREE,
                message=f"a new port is silent for {2 * bridge.delay:g} seconds",
            )
        else:
            yield fine(f"bridge {name}", evidence)
