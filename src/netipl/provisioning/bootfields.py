"""What a reply tells a client about booting. Who gets what is decided in plan.py; where it stands, in replies.py."""

from dataclasses import dataclass
from ipaddress import IPv4Address


@dataclass(frozen=True, slots=True, kw_only=True)
class BootFields:
    """The boot fields of one reply. `server` of None is the address of ours for that network."""

    file: bytes = b""
    """The boot file: `file`, or option 67 when it is longer than 127 bytes or asked for."""
    server: IPv4Address | None = None
    """The TFTP server: siaddr, and option 66 when asked for."""
    server_name: bytes = b""
    """Its name instead of its address: `sname` and option 66, which the firmware looks up in the DNS."""
    configuration_file: bytes | None = None
    """Option 209."""
    path_prefix: bytes | None = None
    """Option 210."""
    plain_bootp: bool = False
    """Answer the firmware's DISCOVER with a plain BOOTP reply, which it takes at once."""
