"""A guest whose boots are begun and pinned without DHCP, for tests of what is seen of them."""

from datetime import timedelta
from ipaddress import IPv4Address

from netipl.guests.build import BuildState
from netipl.guests.guest import Guest
from netipl.guests.lease import Lease
from netipl.net import Mac
from netipl.provisioning import building
from netipl.provisioning.boots import BootState
from netipl.provisioning.changes import BootSet, LeaseSet
from netipl.provisioning.observing import Limits
from netipl.provisioning.timeline import Seen
from tests.plane import LAB, MAC, START, WEB1, Plane

ADDRESS = IPv4Address("192.168.133.100")
OTHER_MAC = Mac.parse("52:54:00:13:33:0b")
SECOND = timedelta(seconds=1)


class Bench:
    """One guest that boots: its boot is begun and pinned without DHCP."""

    def __init__(
        self, guest: Guest = WEB1, *, build: bool = True, attempts: int = 1, limits: Limits | None = None
    ) -> None:
        self.plane = Plane(guests=(guest,), limits=limits or Limits())
        if build:
            self.plane.build(attempts=attempts)
        expires = START + timedelta(hours=1)
        self.plane.commit([LeaseSet(Lease(network="lab", address=ADDRESS, mac=MAC, guest="web1", expires=expires))])
        self.begin(1)

    def begin(self, xid: int) -> None:
        plane = self.plane
        plane.boots.begin(MAC, xid, plane.now, network="lab", guest="web1")
        guest = plane.inventory.guest("web1")
        plan = plane.plan_for(guest, LAB, MAC, ADDRESS)
        assert plan is not None
        boot = plane.boots.pin(MAC, xid, ADDRESS, plan)
        assert boot is not None
        pinned = building.pin(plane.build_of(), boot, plane.now) if plan.build is not None else ()
        plane.commit((BootSet(boot), *pinned))
        plane.see(Seen.DHCP_ACK, mac=MAC, address=ADDRESS)

    def see(self, seen: Seen, **detail: str | int) -> None:
        self.plane.see(seen, address=ADDRESS, mac=MAC, **detail)

    @property
    def names(self) -> list[str]:
        plan = self.plane.boot_of().plan
        assert plan is not None
        return list(plan.tree)

    def fetch(self, *names: str) -> None:
        for name in names or self.names:
            self.see(Seen.TFTP_STARTED, name=f"/{name}", size=70_000)
            self.see(Seen.TFTP_FINISHED, name=f"/{name}", size=70_000)

    def boot(self) -> BootState:
        return self.plane.boot_of().state

    def build(self) -> BuildState:
        return self.plane.build_of().state


def in_phase(state: BootState, limits: Limits | None = None) -> Bench:
    bench = Bench(limits=limits)
    match state:
        case BootState.ASKING:
            bench.plane.boots.begin(MAC, 9, START, network="lab", guest="web1")
        case BootState.LOADING:
            bench.fetch(bench.names[0])
        case BootState.FINISHED:
            bench.fetch()
            bench.see(Seen.DHCP_RELEASE)
        case BootState.STARTED:
            bench.fetch()
            bench.see(Seen.KERNEL)
    assert bench.boot() is state
    return bench
