"""What has to be so before a machine is switched off or started, so that nothing of anybody's is lost by it."""

from netipl.control.machines.known import is_managed
from netipl.errors import RefusedError
from netipl.guests.guest import Guest
from netipl.integrations.libvirt.domain import Domain


def demand_own(found: Domain, guest: Guest) -> None:
    """A MAC alone does not make sure enough whose it is to pull its plug. Raises RefusedError."""
    if str(guest.uuid) != found.uuid and not is_managed(found, guest):
        raise RefusedError(
            f"that domain {found.name} is the machine of guest {guest.name} is told by its MAC address alone",
            remedy=f"if it is, netipl guest attach {guest.name} --domain {found.name}",
        )


def demand_boots(found: Domain) -> None:
    """Its next start boots, and does not go on with what it did. Raises RefusedError."""
    if found.saved:
        raise RefusedError(
            f"libvirt has saved the memory of domain {found.name}: started, it goes on from there instead of booting",
            remedy=f"virsh managedsave-remove {found.name} throws that memory away",
        )


def demand_kept(found: Domain) -> None:
    """One that libvirt keeps only while it runs is gone for ever once it is switched off. Raises RefusedError."""
    if found.active and not found.persistent:
        raise RefusedError(
            f"domain {found.name} is transient: switched off, its definition is lost",
            remedy=f"virsh dumpxml --security-info {found.name} >FILE; virsh define FILE",
        )
