"""An export that is undone leaves the directory as it was, to the byte and to its list of what is ours."""

from pathlib import Path

import pytest

from netipl.content import Content, inline
from netipl.hosting.networks.export_files import ExportFiles
from netipl.hosting.networks.step import LeftOverError
from netipl.provisioning.export import Client, Export
from netipl.store import export_directory, export_manifest

OLD = {"pxelinux.cfg/default": "# pxelinux\nold", "kernel": "old kernel", "gone/initrd": "initrd", "same": "same"}
NEW = {"pxelinux.cfg/default": "# pxelinux\nnew", "kernel": "new kernel", "new/initrd": "initrd", "same": "same"}


def export_of(files: dict[str, str]) -> Export:
    tree: dict[str, Content] = {name: inline(text) for name, text in files.items()}
    return Export(clients=(Client(guest=None, fields=None, tree=tree),), left_out=())


def there(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*") if path.is_file()} | {
        f"{path.relative_to(root)}/": "" for path in root.rglob("*") if path.is_dir() and path.name != ".netipl-before"
    }


@pytest.fixture
def step(tmp_path: Path) -> ExportFiles:
    """Applied, in the place of an earlier one."""
    ExportFiles(tmp_path, export_of(OLD)).apply()
    before = there(tmp_path)
    made = ExportFiles(tmp_path, export_of(NEW))
    made.apply()
    assert there(tmp_path) != before
    return made


def test_what_was_replaced_and_what_was_removed_comes_back(step: ExportFiles) -> None:
    step.undo()
    found = there(step.root)
    assert {name: text for name, text in found.items() if not name.endswith(("/", export_manifest.NAME))} == OLD
    assert "new/" not in found
    assert {each.step for each in export_directory.changes(step.root, export_of(OLD).tree)} == {"keep"}


def test_what_others_changed_since_stays_and_is_named(step: ExportFiles) -> None:
    (step.root / "kernel").write_text("theirs")
    with pytest.raises(LeftOverError) as caught:
        step.undo()
    assert "kernel" in caught.value.remedy
    assert (step.root / "kernel").read_text() == "theirs"
    assert (step.root / "pxelinux.cfg/default").read_text() == OLD["pxelinux.cfg/default"]
