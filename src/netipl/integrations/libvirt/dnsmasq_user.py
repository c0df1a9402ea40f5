"""Whom libvirt's dnsmasq runs as, and so who has to read the TFTP root.

The running one says it; else it is the first of the users that distributions make for it, or nobody.
Sources: dnsmasq(8), `--user`; libvirt src/network/bridge_driver.c for the place of its PID file.
"""

import pwd
from pathlib import Path
from typing import Final

_RUN: Final = Path("/run/libvirt/network")
_USERS: Final = ("libvirt-dnsmasq", "dnsmasq", "nobody")
_UID: Final = "Uid:"


def dnsmasq_user(network: str) -> str:
    """The user's name, or its number if it has none."""
    uid = _running(network)
    if uid is None:
        return next(filter(_exists, _USERS), "nobody")
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _running(network: str) -> int | None:
    """The effective user of that network's dnsmasq, if it runs."""
    try:
        pid = int((_RUN / f"{network}.pid").read_text())
        status = Path(f"/proc/{pid}/status").read_text()
    except (OSError, ValueError):
        return None
    line = next(line for line in status.splitlines() if line.startswith(_UID))
    return int(line.split()[2])


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True
