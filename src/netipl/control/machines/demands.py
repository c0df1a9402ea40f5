"""What has to be so before a machine is switched off or started, so that nothing of anybody's is lost by it."""

from netipl.errors import RefusedError
from netipl.integrations.libvirt.domain import Domain


def demand_kept(found: Domain) -> None:
    """One that libvirt keeps only while it runs is gone for ever once it is switched off. Raises RefusedError."""
    if found.active and not found.persistent:
        raise RefusedError(
            f"domain {found.name} is transient: switched off, its definition is lost",
            remedy=f"virsh dumpxml --security-info {found.name} >FILE; virsh define FILE",
        )
