"""Every row of media is recognised, listed or not; a tree of another architecture, or of nothing, is refused."""

import pytest

from netipl.errors import RefusedError
from netipl.media.families import FAMILIES
from netipl.media.medium import Family
from netipl.media.recognise import CLUES, pointed_at, recognised
from tests.media_trees import FOREIGN
from tests.synthetic_media import Synthetic, media
from tests.unit.media.looking import look

ROWS = media()


def test_every_family_has_its_row_in_the_table_and_among_the_synthetic_media() -> None:
    assert FAMILIES.keys() == set(Family)
    assert {row.family for row in ROWS} == set(Family)


@pytest.mark.parametrize("listed", [True, False], ids=["listed", "not listed"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_medium_is_recognised(row: Synthetic, listed: bool) -> None:
    if row.listed and not listed:
        with pytest.raises(RefusedError, match="no install medium"):
            look(row.tree, listed=False, source=row.source)
        return
    found = look(row.tree, listed=listed, source=row.source)
    assert (found.family, found.version, found.title, found.level) == (row.family, row.version, row.title, row.level)
    assert found.architecture == "s390x"
    assert {file.role: file.name for file in found.files} == row.files
    assert all((file.sum is not None) is row.sums for file in found.files)
    assert {file.size for file in found.files} == (
        {len(row.tree[file.name]) for file in found.files} if listed else {None}
    )


@pytest.mark.parametrize("listed", [True, False], ids=["listed", "not listed"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_tree_of_another_architecture_is_refused(row: Synthetic, listed: bool) -> None:
    with pytest.raises(RefusedError) as refused:
        look(row.foreign, listed=listed, source=row.source)
    assert refused.value.remedy
    if row.name != "OpenShift agent" or listed:  # whose names are those of its architecture: others are not looked for
        unnamed = row.listed and not listed
        assert (
            unnamed
            or row.family is Family.ALPINE
            or any(said in str(refused.value) for said in (f"for {FOREIGN}", "which has no s390x"))
        )


@pytest.mark.parametrize("row", [row for row in ROWS if len(row.files) > 1], ids=lambda row: row.name)
def test_a_listed_tree_without_one_of_its_boot_files_is_refused(row: Synthetic) -> None:
    last = list(row.files.values())[1]
    with pytest.raises(RefusedError):
        look({name: data for name, data in row.tree.items() if name != last}, source=row.source)


@pytest.mark.parametrize("listed", [True, False], ids=["listed", "not listed"])
def test_a_tree_of_nothing_is_refused_with_what_was_looked_for(listed: bool) -> None:
    with pytest.raises(RefusedError, match="no install medium") as refused:
        look({"README": b"", "photos/1.jpg": b""}, listed=listed)
    assert all(family.looked_for in refused.value.remedy for family in FAMILIES.values())


def test_names_that_no_boot_file_can_have_are_passed_over() -> None:
    tree = {**ROWS[0].tree, "../../etc/passwd": b"", "a\0b": b"", "/root": b""}
    assert look(tree) == look(ROWS[0].tree)


@pytest.mark.parametrize(
    ("source", "root", "first"),
    [
        ("http://m.example/fedora/41/os/", "http://m.example/fedora/41/os", CLUES[0]),
        ("http://m.example/fedora/41/os/.treeinfo", "http://m.example/fedora/41/os", ".treeinfo"),
        ("https://m.example/streams/stable.json", "https://m.example/streams", "stable.json"),
        ("agent.json", ".", "agent.json"),
        ("/agent.json", "/", "agent.json"),
        ("/srv/media", "/srv/media", CLUES[0]),
        ("/", "/", CLUES[0]),
    ],
)
def test_an_address_of_a_file_that_tells_all_is_that_of_its_tree(source: str, root: str, first: str) -> None:
    found, names = pointed_at(source)
    assert (found, names[0]) == (root, first)
    assert set(CLUES) <= set(names)


def test_further_clues_are_asked_for_once_and_their_absence_ends_the_search() -> None:
    clues: dict[str, bytes | None] = dict.fromkeys(CLUES)
    clues["LiveOS/squashfs.img"] = b"hsqs"
    assert recognised(clues, None).names == ("boot/s390x/linux",)  # type: ignore[union-attr]
    with pytest.raises(RefusedError):
        recognised({**clues, "boot/s390x/linux": None}, None)
