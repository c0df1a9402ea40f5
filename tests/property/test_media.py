"""Nothing from a medium raises anything but our errors, and no name that comes out of one leads anywhere else."""

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netipl.errors import RefusedError, WireError
from netipl.images import iso9660, qcow2, rock_ridge
from netipl.images.links import resolved
from netipl.media import checksums, sums_beside, treeinfo
from netipl.media.recognise import CLUES, recognised
from netipl.media.recognition import Further, Recognised
from netipl.media.relative import is_relative, relative
from tests.media_trees import Tree, rhel, stream
from tests.synthetic_media import media
from tests.unit.images.isos import SP, Entry, directory, image, named
from tests.unit.images.qcow2s import Header, Made

TREES = [*(dict(row.tree) for row in media()), dict(stream("https://m.example/a"))]
SMALL = st.integers(0, 300)
NAMES = st.text(st.sampled_from("ab./\\\0%\n "), max_size=12)


@st.composite
def damaged(draw: st.DrawFn, data: bytes) -> bytes:
    """With some bytes changed, or cut, or doubled."""
    changed = bytearray(data)
    for _ in range(draw(st.integers(0, 6))):
        place = draw(st.integers(0, max(len(changed) - 1, 0)))
        changed[place : place + draw(st.integers(0, 4))] = draw(st.binary(max_size=8))
    return bytes(changed[: draw(st.one_of(st.none(), st.integers(0, len(changed))))])


@st.composite
def trees(draw: st.DrawFn) -> Tree:
    """One of a family, or parts of two, damaged in what is text."""
    tree = dict(draw(st.sampled_from(TREES)))
    if draw(st.booleans()):
        tree |= draw(st.sampled_from(TREES))
    for name in draw(st.lists(st.sampled_from(sorted(tree)), max_size=3)):
        if len(tree[name]) < 5000:
            tree[name] = draw(damaged(tree[name]))
        if draw(st.booleans()):
            del tree[name]
            break
    return tree


def safe(found: Recognised) -> bool:
    names = [file.name for file in found.files] + [signed.name for signed in found.signed]
    shown = (found.version, found.title, found.level, *found.warnings)
    addresses = all(file.location.startswith(("https://", "http://", "")) for file in found.files)
    return all(map(is_relative, names)) and addresses and all(text.isascii() and text.isprintable() for text in shown)


@given(trees(), st.booleans(), NAMES, NAMES)
@settings(max_examples=400)
def test_any_tree_is_recognised_or_refused(tree: Tree, listed: bool, source: str, suite: str) -> None:
    sizes = {name: len(data) for name, data in tree.items()} if listed else None
    clues: Mapping[str, bytes | None] = {name: tree.get(name) for name in {*CLUES, "stable.json"}}
    for _ in range(4):
        try:
            found = recognised(clues, sizes, source=source, suite=suite)
        except (WireError, RefusedError):
            return
        if isinstance(found, Recognised):
            assert safe(found)
            return
        assert isinstance(found, Further)
        assert not set(found.names) & clues.keys()
        assert all(map(is_relative, found.names))
        clues = {**clues, **{name: tree.get(name) for name in found.names}}
    pytest.fail("it asks on and on")


@given(NAMES)
def test_a_path_never_climbs(name: str) -> None:
    try:
        found = relative(name)
    except WireError:
        return
    assert not found.startswith("/")
    assert {"", ".", ".."}.isdisjoint(found.split("/"))
    assert relative(found) == found


@given(damaged(rhel("Fedora", "41")[".treeinfo"]))
def test_any_treeinfo(data: bytes) -> None:
    try:
        info = treeinfo.decode(data)
    except WireError:
        return
    assert all(map(is_relative, (*info.images.values(), *info.sums)))


@given(st.one_of(st.binary(max_size=300), damaged(f"{'a' * 64}  b\nSHA256 (c) = {'d' * 64}\n".encode())))
def test_any_list_of_sums(data: bytes) -> None:
    try:
        assert all(map(is_relative, checksums.decode(data)))
        sums_beside.sum_of("b", {"SHA256SUMS": data, "b.sha256": data})
    except WireError:
        return


ISO = image(
    {
        20: directory(
            [
                Entry(name=b"A.;1", sector=30, size=5, system_use=named(b"a.img")),
                Entry(name=b"SUB", sector=21, size=2048, flags=2, system_use=named(b"sub")),
            ],
            system_use=SP,
        ),
        21: directory([Entry(name=b"B.;1", sector=30, size=5)], sector=21),
        30: b"hello" + bytes(2043),
    }
)


@given(st.lists(st.tuples(st.integers(16 * 2048, len(ISO) - 1), st.integers(0, 255)), max_size=12))
@settings(max_examples=300)
def test_any_iso_image(changes: list[tuple[int, int]]) -> None:
    data = bytearray(ISO)
    for place, byte in changes:
        data[20 * 2048 + place % 400 if place % 3 else place] = byte
    try:
        found = iso9660.decode(lambda offset, length: bytes(data[offset : offset + length]), len(data))
    except WireError:
        return
    for ranges in found.files.values():
        assert all(each.offset >= 0 and each.offset + each.length <= len(data) for each in ranges)


@given(st.binary(max_size=120))
def test_any_entries_of_rock_ridge(area: bytes) -> None:
    try:
        rock_ridge.decode(area, lambda *_: area)
    except WireError:
        return


@given(
    st.dictionaries(NAMES, st.integers(), max_size=6),
    st.sets(NAMES, max_size=4),
    st.dictionaries(NAMES, NAMES, max_size=8),
)
def test_any_links_end(files: dict[str, int], directories: set[str], links: dict[str, str]) -> None:
    found = resolved(files, directories, links, 50)
    assert set(found.values()) <= set(files.values())
    assert {name: found[name] for name in files} == files


@given(
    st.tuples(SMALL, SMALL, SMALL),
    st.lists(st.tuples(st.integers(0, 111), st.integers(0, 255)), max_size=5),
    st.lists(st.integers(0, (1 << 64) - 1), max_size=4),
)
@settings(max_examples=300)
def test_any_qcow2_image(places: tuple[int, int, int], changes: list[tuple[int, int]], entries: list[int]) -> None:
    data = bytearray(bytes(Made(header=Header(), l2=(*entries, *places)[:3], clusters={3: bytes(512)})))
    for place, byte in changes:
        data[place] = byte

    def pread(offset: int, length: int) -> bytes:
        assert length <= 1 << 25, "memory is bounded"
        return bytes(data[offset : offset + length])

    try:
        found = qcow2.decode(pread)
        end = 0
        for number, extent in enumerate(found.extents(pread)):
            assert extent.offset == end
            end += extent.length
            if number > 1000:
                return
        assert end == found.size
    except (WireError, RefusedError):
        return
