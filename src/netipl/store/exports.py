"""Makes the export of all guests from the files on disk that they are to boot, and brings it into a directory.

An installer is never exported: nobody would see that another server has sent it, so its build could not be spent, and
everybody could read its token. Who is installed by builds finds the way to its disk.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from netipl.content import Content
from netipl.guests.guest import BootFiles, BootMethod, Guest, LocalBoot
from netipl.guests.network import Network, UnknownClients
from netipl.provisioning.choice import Disk, Files, method_of, version_of, without_build
from netipl.provisioning.difference import Step
from netipl.provisioning.export import Export, exported
from netipl.provisioning.plan import Images
from netipl.store import disk, export_directory, files
from netipl.store.export_directory import FileChange
from netipl.store.writing import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom an export is for, and what they boot; `default`, `method` and `program` as for a Planner.

    `built` are the names of guests that have, or had, a build.
    """

    guests: tuple[Guest, ...]
    networks: tuple[Network, ...]
    default: BootFiles | None
    method: BootMethod | None
    program: Content
    built: frozenset[str] = frozenset()

    @property
    def open_networks(self) -> tuple[Network, ...]:
        """Those that serve unknown clients."""
        return tuple(each for each in self.networks if each.unknown is UnknownClients.POOL)

    def export(self) -> Export:
        """From the disk as it is now. Raises UnavailableError where a file cannot be read."""
        method = method_of(None, next(iter(self.open_networks), None), self.method)
        unknown = (method, files.images(self.default)) if self.default and self.open_networks else None
        return exported(
            [(guest, self._images(guest)) for guest in map(self._at_home, self.guests)],
            unknown,
            method=self.method,
        )

    def _images(self, guest: Guest) -> Images | None:
        """None for one that is to find nothing: it is not approved, has nothing to boot, or falls through."""
        match without_build(guest, self.default, guest.firmware, was_built=guest.name in self.built):
            case Files(boot=boot):
                return files.images(boot)
            case Disk(way=LocalBoot.RE_IPL, device=device):
                return disk.images(self.program, device)
        return None

    def _at_home(self, guest: Guest) -> Guest:
        """Version and method are those of its network, where it says none."""
        named = [each for each in self.networks if guest.network == each.name]
        network = next(iter(named or self.networks), None) if named or len(self.networks) == 1 else None
        return replace(
            guest,
            firmware=version_of(guest, network),
            method=guest.method or (network.method if network is not None else None),
        )


def bring(root: Path, export: Export, *, progress: Progress) -> list[FileChange]:
    """Keep `root` in step, and return what was done. Raises UnavailableError and RefusedError."""
    tree = export.tree
    with export_directory.locked(root):
        steps = export_directory.changes(root, tree)
        export_directory.apply(root, tree, steps, progress=progress)
    return steps


def counted(steps: Iterable[FileChange]) -> dict[Step, int]:
    """How often each step is done."""
    found = dict.fromkeys(Step, 0)
    for each in steps:
        found[each.step] += 1
    return found
