"""The Ethernet segment of this network namespace: a bridge with the servers' address, and a port for each guest.

A port is a tap where /dev/net/tun may be opened, otherwise a veth with a link process at its far end; where frames are
to be impaired, always the latter. To be used after `namespace.enter`, in whose namespace all of it ends.

A port forwards before its guest starts: one that waits for its carrier may lose the firmware's first DISCOVER, which
costs 8 seconds.
"""

import fcntl
import os
import struct
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Interface

from netipl.errors import UnavailableError
from netipl.machines import iproute, offload
from netipl.machines.attachment import LinkEnd, Tap
from netipl.machines.cable import Cable, cable
from netipl.machines.impairment import PERFECT, Impairment

_TUN = "/dev/net/tun"
_TUNSETIFF = 0x400454CA
_IFF_TAP, _IFF_NO_PI, _IFF_VNET_HDR = 0x0002, 0x1000, 0x4000  # linux/if_tun.h
_MAC = "02:00:00:00:00:01"  # locally administered; the namespace has no other network
_LONGEST_NAME = 11  # of a port: an interface has 15 characters, and the far end of a veth adds to it


class PortKind(StrEnum):
    """How a guest is plugged in."""

    TAP = "tap"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The bridge `interface`, up, with our `address`. Made by `create`."""

    interface: str
    address: IPv4Interface

    @asynccontextmanager
    async def plug(self, port: str, kind: PortKind | None = None) -> AsyncIterator[Tap | LinkEnd]:
        """A port (named in 11 characters at most) for a guest, as long as the block runs; of the best kind by default.

        Raises UnavailableError.
        """
        if (kind or best_kind()) is PortKind.LINK:
            async with self.link(port) as laid:
                yield laid.end
            return
        descriptor = _made_tap(port)  # has its carrier now and for as long as it is open
        try:
            iproute.configure(*_bare(port), self._joined(port))
            yield Tap(descriptor=descriptor)
        finally:
            os.close(descriptor)

    @asynccontextmanager
    async def link(
        self, port: str, *, to_guest: Impairment = PERFECT, from_guest: Impairment = PERFECT, seed: int = 0
    ) -> AsyncIterator[Cable]:
        """A port that is a link, impaired if asked, as long as the block runs. Raises UnavailableError."""
        if len(port) > _LONGEST_NAME:
            raise ValueError(f"{port} is too long for the name of a port")
        far = f"{port}-far"
        iproute.configure(
            f"link add name {port} type veth peer name {far}", *_bare(far), *_bare(port), self._joined(port)
        )
        try:
            for end in (port, far):
                offload.switch_off(end)
            async with cable(far, to_guest=to_guest, from_guest=from_guest, seed=seed) as laid:
                yield laid
        finally:
            iproute.configure(f"link delete dev {port}")

    def _joined(self, port: str) -> str:
        return f"link set dev {port} master {self.interface}"


def create(address: IPv4Interface, *, interface: str = "netipl0") -> Segment:
    """Make the segment in this network namespace, without spanning tree: a port forwards at once.

    Its MAC is given: a bridge left to itself takes that of a port, and changes it under its guests when ports change.
    """
    iproute.configure(
        f"link add name {interface} address {_MAC} type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
        f"address add {address} broadcast {address.network.broadcast_address} dev {interface}",
        f"link set dev {interface} up",
    )
    return Segment(interface=interface, address=address)


def best_kind() -> PortKind:
    """A tap where this process may make one, otherwise a link."""
    try:
        os.close(_made_tap("netipl-try"))
    except UnavailableError:
        return PortKind.LINK
    return PortKind.TAP


def _made_tap(name: str) -> int:
    """A new tap, which lasts as long as its descriptor is open in any process. Raises UnavailableError."""
    with ExitStack() as undo:
        try:
            descriptor = os.open(_TUN, os.O_RDWR | os.O_CLOEXEC)
            undo.callback(os.close, descriptor)
            flags = _IFF_TAP | _IFF_NO_PI | _IFF_VNET_HDR
            fcntl.ioctl(descriptor, _TUNSETIFF, struct.pack("16sH22x", name.encode(), flags))
        except OSError as error:
            raise UnavailableError(f"no tap {name} by {_TUN}: {error.strerror}") from error
        undo.pop_all()
    return descriptor


def _bare(interface: str) -> list[str]:
    """Up, and without IPv6 of our own: nothing but the guest speaks on a port."""
    return [f"link set dev {interface} addrgenmode none", f"link set dev {interface} up"]
