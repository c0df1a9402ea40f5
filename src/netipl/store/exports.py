"""Makes the export of all guests from the files on disk that they are to boot, and brings it into a directory."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from netipl.guests.guest import BootFiles, BootMethod, Guest
from netipl.guests.network import Network, UnknownClients
from netipl.provisioning.choice import Files, choice, method_of
from netipl.provisioning.difference import Step
from netipl.provisioning.export import Export, exported
from netipl.store import export_directory, files
from netipl.store.export_directory import FileChange
from netipl.store.writing import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Whom an export is for, and what they boot; `default` and `method` as for a Planner."""

    guests: tuple[Guest, ...]
    networks: tuple[Network, ...]
    default: BootFiles | None
    method: BootMethod | None

    @property
    def open_networks(self) -> tuple[Network, ...]:
        """Those that serve unknown clients."""
        return tuple(each for each in self.networks if each.unknown is UnknownClients.POOL)

    def export(self) -> Export:
        """From the disk as it is now. Raises UnavailableError where a file cannot be read."""
        boots = [(guest, choice(guest, None, self.default, guest.firmware)) for guest in self.guests]
        method = method_of(None, None, self.method)
        unknown = (method, files.images(self.default)) if self.default and self.open_networks else None
        return exported(
            [(guest, files.images(chosen.boot) if isinstance(chosen, Files) else None) for guest, chosen in boots],
            unknown,
            method=self.method,
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
