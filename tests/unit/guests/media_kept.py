"""Media as they are kept, one of each family, for tests of what is made of them."""

from datetime import UTC, datetime

from netipl.media.medium import Family, File, Medium, Role

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def medium(family: Family, *files: tuple[Role, str], **more: object) -> Medium:
    """Of these files by role and name; with a kernel and an initrd, unless it has others."""
    named = files or ((Role.KERNEL, "boot/kernel"), (Role.INITRD, "boot/initrd"))
    said = {
        "id": f"{family}-1",
        "name": str(family),
        "version": "1",
        "title": f"{family} 1",
        "architecture": "s390x",
        "source": f"http://mirror.example.com/{family}/",
        "added": START,
        "by": "user root",
        **more,
    }
    kept = tuple((role, File(name=name, sha256=f"{number:064x}", size=8)) for number, (role, name) in enumerate(named))
    return Medium(family=family, files=kept, **said)  # type: ignore[arg-type]  # as the tests say them


RHEL = medium(Family.RHEL, name="rhel9", version="9.4", title="Red Hat Enterprise Linux 9.4", level="z14")
DEBIAN = medium(Family.DEBIAN, name="debian12", version="12", title="Debian 12")
IMAGE = medium(Family.DISK_IMAGE, (Role.IMAGE, "disk image.raw"), name="cloud")
AGENT = medium(Family.AGENT, name="agent")
