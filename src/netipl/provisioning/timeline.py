"""What was observed about boots, and the one door through which it enters.

Adapters report what they see as observations, keyed by what they know (MAC, address, name of the guest).
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address

from netipl.net import Mac
from netipl.values import value


class Seen(StrEnum):
    """What was observed. The comment names the keys of `detail`."""

    DHCP_DISCOVER = "dhcp-discover"  # xid
    DHCP_OFFER = "dhcp-offer"
    DHCP_REQUEST = "dhcp-request"  # xid, architecture
    DHCP_ACK = "dhcp-ack"  # file
    DHCP_NAK = "dhcp-nak"  # reason
    DHCP_DECLINE = "dhcp-decline"
    DHCP_RELEASE = "dhcp-release"
    DHCP_INFORM = "dhcp-inform"
    DHCP_IGNORED = "dhcp-ignored"  # reason; remedy, where an administrator has to know
    BOOTP_REPLY = "bootp-reply"  # file
    TFTP_MISSING = "tftp-missing"  # name
    TFTP_DENIED = "tftp-denied"  # name, reason
    TFTP_STARTED = "tftp-started"  # name, size
    TFTP_PROGRESS = "tftp-progress"  # name, size, sent
    TFTP_FINISHED = "tftp-finished"  # name, size, seconds, retransmitted
    TFTP_FAILED = "tftp-failed"  # name, sent, reason
    HTTP_SERVED = "http-served"  # name, status, size
    CONSOLE = "console"  # line
    KERNEL = "kernel"  # line: the first that can only come from a Linux kernel
    GUEST_ADDRESSED = "guest-addressed"  # file: the ACK that the guest's own system got
    CALLBACK = "callback"  # path


@value(kw_only=True)
class Observation:
    """One thing seen at `at` (UTC). Text in `detail` came from outside: escape it (`wire.printable`) to show it."""

    at: datetime
    seen: Seen
    mac: Mac | None = None
    address: IPv4Address | None = None
    guest: str | None = None
    detail: Mapping[str, str | int | float] = field(default_factory=dict)
