"""The vocabulary of timelines: what adapters observe, what people and the control plane do, and the events they become.

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
    DHCP_NAK = "dhcp-nak"  # reason, rule
    DHCP_DECLINE = "dhcp-decline"
    DHCP_RELEASE = "dhcp-release"
    DHCP_INFORM = "dhcp-inform"
    DHCP_IGNORED = "dhcp-ignored"  # reason; rule, if there is one; remedy, where an administrator has to know
    BOOTP_REPLY = "bootp-reply"  # file
    TFTP_MISSING = "tftp-missing"  # name
    TFTP_DENIED = "tftp-denied"  # name, reason
    TFTP_STARTED = "tftp-started"  # name, size
    TFTP_PROGRESS = "tftp-progress"  # name, size, sent
    TFTP_FINISHED = "tftp-finished"  # name, size, seconds, retransmitted
    TFTP_FAILED = "tftp-failed"  # name, sent, reason
    HTTP_SERVED = "http-served"  # name, status, size
    CONSOLE = "console"  # line
    FIRMWARE = "firmware"  # sign, line, and the facts of the sign: what the firmware says on the console
    FIRMWARE_ERROR = "firmware-error"  # rule, line, remedy, and the fields of the rule's words
    FIRMWARE_PROGRESS = "firmware-progress"  # tries, or kilobytes
    KERNEL = "kernel"  # line: the first of what the firmware has loaded from the network
    DISK_KERNEL = "disk-kernel"  # line: the same of what it has loaded from a disk
    CONSOLE_SILENT = "console-silent"  # seconds since `starting kernel...`; suspected, rule, remedy
    CONSOLE_OPENED = "console-opened"  # transcript; missed, where the first lines may be
    CONSOLE_LOST = "console-lost"  # reason, remedy
    GUEST_ADDRESSED = "guest-addressed"  # file: the ACK that the guest's own system got
    CALLBACK = "callback"  # path
    ANSWERS_FETCHED = "answers-fetched"
    ANSWERS_FAILED = "answers-failed"  # reason, remedy
    ANSWERS_REFUSED = "answers-refused"  # reason
    INSTALLER = "installer"  # build; says: started, done or failed; words and log, if it has any;
    # finish, where a script is to run when it is done
    MACHINE_STARTED = "machine-started"  # domain
    MACHINE_STOPPED = "machine-stopped"  # domain, reason
    MACHINE_CRASHED = "machine-crashed"  # domain: a disabled wait, as the firmware ends in when it fails
    MACHINE_RESET = "machine-reset"  # domain


@value(kw_only=True)
class Observation:
    """One thing seen at `at` (UTC). Text in `detail` came from outside: escape it (`wire.printable`) to show it."""

    at: datetime
    seen: Seen
    mac: Mac | None = None
    address: IPv4Address | None = None
    guest: str | None = None
    detail: Mapping[str, str | int | float] = field(default_factory=dict)


class Deed(StrEnum):
    """What was done, rather than observed. The comment names the keys of `detail`."""

    GUEST_ADDED = "guest-added"  # the fields of the guest
    GUEST_CHANGED = "guest-changed"  # the fields that changed, as `OLD -> NEW`
    GUEST_REMOVED = "guest-removed"
    GUEST_APPROVED = "guest-approved"
    GUEST_DISCOVERED = "guest-discovered"
    BUILD_ASKED = "build-asked"  # profile
    BUILD_PINNED = "build-pinned"
    BUILD_SPENT = "build-spent"
    BUILD_FINISHING = "build-finishing"  # its installer is done, and the finish script is still to run
    FINISH_RAN = "finish-ran"  # output: the end of it
    BUILD_DONE = "build-done"
    BUILD_CANCELLED = "build-cancelled"
    BUILD_FAILED = "build-failed"  # cause, rule, remedy
    BUILD_RESUMED = "build-resumed"  # its boot was given up, and goes on after all
    BOOT_BEGAN = "boot-began"
    BOOT_FAILED = "boot-failed"  # cause, rule, remedy
    BOOT_ENDED = "boot-ended"  # reason
    CREDENTIAL_CREATED = "token-created"  # name, role
    CREDENTIAL_REVOKED = "token-revoked"  # name
    PROFILE_ADDED = "profile-added"  # name, and the keys of its document
    PROFILE_CHANGED = "profile-changed"  # name, and the keys that changed, as `OLD -> NEW`
    PROFILE_REMOVED = "profile-removed"  # name
    MEDIUM_ASKED = "medium-asked"  # name, id, source
    MEDIUM_ADDED = "medium-added"  # name, id, source, title
    MEDIUM_FAILED = "medium-failed"  # name, id, reason, remedy
    MEDIUM_CANCELLED = "medium-cancelled"  # name, id
    MEDIUM_REMOVED = "medium-removed"  # name, id
    ADDRESS_RESERVED = "address-reserved"  # name, address, next_server and file, as Foreman gave them
    ADDRESS_GIVEN_BACK = "address-given-back"  # address
    CONFIGURATION_DEPLOYED = "configuration-deployed"  # variant, boots: files, disk or nothing; kernel, reason
    CONFIGURATION_REMOVED = "configuration-removed"  # variant
    CONFIGURATION_FINDING = "configuration-finding"  # severity, message, remedy, line
    HOST_BUILT = "host-built"  # address: the guest has told Foreman so, by the Smart Proxy
    HOST_FAILED = "host-failed"  # address: the same, that its installation failed
    BOOT_FILE_ASKED = "boot-file-asked"  # name, source
    BOOT_FILE_FETCHED = "boot-file-fetched"  # name, source, size, verified
    BOOT_FILE_FAILED = "boot-file-failed"  # name, source, reason, remedy
    BOOT_FILE_REMOVED = "boot-file-removed"  # name
    MACHINE_DEFINED = "machine-defined"  # domain, disk
    MACHINE_ATTACHED = "machine-attached"  # domain
    MACHINE_RELEASED = "machine-released"  # domain
    MACHINE_ASKED = "machine-asked"  # domain, to: what it is to do
    MACHINE_RETRIED = "machine-retried"  # domain, again: which try it is, pause: seconds before it
    MACHINE_ORDERED = "machine-ordered"  # domain, first: what it boots from first, at its next cold start


@value(kw_only=True)
class Event:
    """One line of a timeline. `network` owns it; `by` is who did it, and empty for what was observed.

    `number` orders all events of a daemon: microseconds since 1970, never the same twice; 0 until it is journalled.
    `detail` holds no secret: it is kept and shown.
    """

    at: datetime
    what: Seen | Deed
    network: str
    guest: str | None = None
    boot: str | None = None
    build: str | None = None
    mac: Mac | None = None
    address: IPv4Address | None = None
    by: str = ""
    detail: Mapping[str, str | int | float] = field(default_factory=dict)
    number: int = 0
