"""The step that writes the boot files of all guests to a TFTP root, as `netipl export` does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from netipl.errors import RefusedError
from netipl.hosting.networks.step import LeftOverError
from netipl.provisioning.difference import Step
from netipl.provisioning.export import Export
from netipl.store import export_directory, export_undo
from netipl.store.export_directory import FileChange
from netipl.store.export_undo import Before
from netipl.wire import printable

_SHOWN = {Step.ADD: "+", Step.REPLACE: "+", Step.REMOVE: "-"}


@dataclass(slots=True)
class ExportFiles:
    """`changes` is what it does, as long as nobody else writes there."""

    root: Path
    export: Export
    changes: Sequence[FileChange] = field(default_factory=list)
    consequences: tuple[str, ...] = ()
    _before: Before | None = None

    @property
    def words(self) -> str:
        guests = sum(client.guest is not None for client in self.export.clients)
        return f"write the boot files of {guests} {'guest' if guests == 1 else 'guests'} to {self.root}"

    @property
    def difference(self) -> str:
        return "".join(f"{_SHOWN[each.step]}{each.name}\n" for each in self.changes if each.step in _SHOWN)

    def apply(self) -> None:
        tree = self.export.tree
        with export_directory.locked(self.root):
            self.changes = export_directory.changes(self.root, tree)
            _refuse_others(self.root, self.changes)
            self._before = export_undo.keep(self.root, self.changes)
            export_directory.apply(self.root, tree, self.changes, progress=_silent)

    def undo(self) -> None:
        """What others have changed since stays."""
        assert self._before is not None  # by apply
        added = {each.name for each in self.changes if each.step is Step.ADD}
        tree = {name: content for name, content in self.export.tree.items() if name not in added}
        with export_directory.locked(self.root):
            found = export_directory.changes(self.root, tree)
            export_directory.apply(self.root, tree, found, progress=_silent)
            theirs = export_undo.bring_back(self._before, tree)
        theirs = tuple(dict.fromkeys((*(each.name for each in found if each.step is Step.LEAVE), *theirs)))
        if theirs:
            names = printable(", ".join(theirs))
            raise LeftOverError(f"somebody has changed files in {self.root} since", remedy=f"see what is in {names}")


def exporting(root: Path, export: Export) -> ExportFiles | None:
    """The step, or None where the root is as it should be. Raises RefusedError where others' files are in the way."""
    changes = export_directory.changes(root, export.tree)
    _refuse_others(root, changes)
    return ExportFiles(root, export, changes) if any(each.step in _SHOWN for each in changes) else None


def _refuse_others(root: Path, changes: Sequence[FileChange]) -> None:
    for each in changes:
        if each.step is Step.LEAVE:
            message = f"{printable(str(root / each.name))} cannot be written: {each.why}"
            raise RefusedError(message, remedy=each.remedy)


def _silent(_: int) -> None:
    """Nobody watches."""
