"""cloud-init's files on the disk, as a small partition behind the image's own that it finds by its label.

No file system of the image is mounted, so any image is served that has a partition table with room: NoCloud looks for
a volume called CIDATA on every partition. Source: cloud-init's documentation, "NoCloud".
"""

from typing import Final

from netipl.errors import RefusedError
from netipl.images import fat, partitions
from netipl.payload.agent.disk import Disk

LABEL: Final = "CIDATA"


class Seed:
    """`files` by their names in the volume."""

    def __init__(self, files: tuple[tuple[str, str], ...]) -> None:
        self._files = tuple((name, text.encode()) for name, text in files)

    def require_room(self, head: bytes, disk: Disk) -> None:
        """Raises RefusedError unless `planted` will have a place."""
        self._placed(head, disk)

    def planted(self, head: bytes, disk: Disk) -> bytes:
        """Write the volume; the head of the disk whose partition table has it. The head is not written."""
        placed, volume = self._placed(head, disk)
        disk.write(placed.start, volume)
        for offset, data in placed.elsewhere:
            disk.write(offset, data)
        return placed.head

    def _placed(self, head: bytes, disk: Disk) -> tuple[partitions.Placed, bytes]:
        volume = fat.volume(LABEL, self._files, sector=disk.sector)
        try:
            return partitions.added(head, "cidata", len(volume), disk_size=disk.size, sector=disk.sector), volume
        except RefusedError as error:
            raise RefusedError(f"no place for the cloud-init seed: {error}", remedy=error.remedy) from error
