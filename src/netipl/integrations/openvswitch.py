"""Whether a device of this host is a bridge of Open vSwitch. Sources: ovs-vsctl(8), rtnetlink(7) for the kind of link.

With its datapath in the kernel the link says so; a bridge of the userspace datapath is a tap, and only the database
knows better.
"""

import json
import subprocess
from typing import Any, Final

_KIND: Final = "openvswitch"
_PATIENCE: Final = "5"  # seconds


def is_bridge(name: str) -> bool:
    """False also where nobody can be asked."""
    return _kind(name) == _KIND or _is_in_database(name)


def _kind(name: str) -> str:
    links: list[dict[str, Any]] = json.loads(_said("ip", "-json", "-details", "link", "show", "dev", name) or "[]")
    return str(links[0].get("linkinfo", {}).get("info_kind", "")) if links else ""


def _is_in_database(name: str) -> bool:
    return name in _said("ovs-vsctl", f"--timeout={_PATIENCE}", "list-br").split()


def _said(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout if done.returncode == 0 else ""
