"""How far Foreman is with a host, in short: what its next boot gets of what Foreman has deployed, and why nothing."""

from enum import StrEnum
from typing import Final

from netipl.firmware.versions import Version
from netipl.guests.guest import Guest
from netipl.guests.network import Network
from netipl.protocols.tftp.resolution import checked
from netipl.provisioning.foreman.deployed import Deployed, FileState
from netipl.provisioning.foreman.deploying import BootsDisk, BootsElsewhere, BootsFiles, BootsNothing, deployed_for
from netipl.values import value

_NONE_YET: Final = "Foreman has deployed no PXELinux configuration for it"


class Boots(StrEnum):
    """What."""

    FILES = "files"
    """Those of an installer, mostly."""
    DISK = "disk"
    ELSEWHERE = "elsewhere"
    NOTHING = "nothing"


@value(kw_only=True)
class Wish:
    """`why`: the reason for NOTHING, the server for ELSEWHERE."""

    boots: Boots
    why: str = ""


def wish(deployed: Deployed, guest: Guest, network: Network, version: Version | None) -> Wish:
    """Of the host that is `guest`, by the first of its MACs that anything was deployed for."""
    found = (deployed_for(deployed, network, mac, version) for mac in guest.macs)
    match next(filter(None, found), None):
        case BootsFiles() as boots:
            lost = _lost(deployed, boots)
            return Wish(boots=Boots.NOTHING, why=lost) if lost else Wish(boots=Boots.FILES)
        case BootsDisk():
            return Wish(boots=Boots.DISK)
        case BootsElsewhere(server=server):
            return Wish(boots=Boots.ELSEWHERE, why=str(server))
        case BootsNothing(reason=reason):
            return Wish(boots=Boots.NOTHING, why=reason)
    return Wish(boots=Boots.NOTHING, why=_NONE_YET)


def _lost(deployed: Deployed, boots: BootsFiles) -> str:
    """Which of its files could not be fetched, and why; empty where none is known to be lost."""
    first = boots.entries[0]
    for name in filter(None, (first.kernel, first.initrd)):
        file = deployed.file(checked(name))
        if file is not None and file.state is FileState.FAILED:
            return f"{file.name} could not be fetched: {file.detail}"
    return ""
