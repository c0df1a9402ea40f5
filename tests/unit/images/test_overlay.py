"""An archive behind an initrd: the bytes of it, and where its entries come to stand in what is there already."""

import stat
from pathlib import Path

import pytest

from netipl.content import Content, FileRange, Inline, Zeros, inline, read
from netipl.errors import UsageError
from netipl.images import cpio
from netipl.images.cpio_members import Member
from netipl.images.initrd import InitrdReader
from netipl.images.overlay import Addition, Tree, appended, archive, checked_name
from tests.unit.images.archives import EARLY, PACKERS, SYSTEM


def file(name: str, data: bytes = b"data", mode: int = 0o644) -> Addition:
    return Addition(entry=cpio.Entry(name=name, mode=stat.S_IFREG | mode), data=inline(data))


def directory(name: str, mode: int = 0o755) -> Addition:
    return Addition(entry=cpio.Entry(name=name, mode=stat.S_IFDIR | mode), data=Content(()))


def tree_of(*entries: cpio.Entry) -> Tree:
    tree = Tree()
    read_into(tree.note, cpio.encode(entries))
    return tree


def read_into(note: object, data: bytes) -> str:
    assert callable(note)
    reader = InitrdReader(note)
    reader.feed(data)
    return reader.end().fault


def names(content: Content) -> list[str]:
    members: list[Member] = []
    assert read_into(members.append, b"".join(read(content))) == ""
    return [member.name.decode() for member in members]


def test_the_archive_is_what_the_writer_of_initrds_makes() -> None:
    made = archive([directory("etc"), file("etc/passwd", b"root")], Tree())
    assert b"".join(read(made)) == cpio.encode([cpio.directory("etc"), cpio.file("etc/passwd", b"root")])


@pytest.mark.parametrize("size", [0, 1, 2, 3, 4, 511])
def test_it_stands_behind_zeros_on_a_multiple_of_four(size: int) -> None:
    made = b"".join(read(appended(inline(b"I" * size), [file("a")], Tree())))
    start = made.index(b"070701")
    assert made[:start] == b"I" * size + bytes(start - size)
    assert (start % 4, start - size >= 4) == (0, True)


@pytest.mark.parametrize("method", PACKERS)
def test_linux_comes_to_it_whatever_the_initrd_is_packed_with(method: str) -> None:
    packed = next(pack(SYSTEM) for each, pack in PACKERS.items() if each == method)
    made = appended(inline(EARLY + packed), [file("added")], Tree())
    assert names(made)[-2:] == ["init", "added"]


def test_directories_above_are_made_once_and_before() -> None:
    made = archive([file("a/b/c"), file("a/b/d"), file("a/e")], Tree())
    assert names(made) == ["a", "a/b", "a/b/c", "a/b/d", "a/e"]


def test_directories_of_the_initrd_are_left_alone() -> None:
    tree = tree_of(cpio.directory("./etc"), cpio.directory("etc/ssl/"))
    assert names(archive([directory("etc"), file("etc/ssl/certs/x")], tree)) == ["etc/ssl/certs", "etc/ssl/certs/x"]


@pytest.mark.parametrize(
    ("target", "name", "place"),
    [
        pytest.param("usr/lib", "lib/x", "usr/lib/x", id="relative"),
        pytest.param("/usr/lib", "lib/x", "usr/lib/x", id="absolute"),
        pytest.param("./usr/../usr/lib/", "lib/x", "usr/lib/x", id="with dots"),
        pytest.param("../../usr/lib", "lib/x", "usr/lib/x", id="never above the root"),
        pytest.param("usr/lib", "lib", "lib", id="a file in the place of the link itself"),
    ],
)
def test_links_of_the_initrd_are_followed(target: str, name: str, place: str) -> None:
    tree = tree_of(cpio.directory("usr"), cpio.directory("usr/lib"), cpio.symlink("lib", target))
    assert names(archive([file(name)], tree)) == [place]


def test_a_directory_does_not_take_the_place_of_a_link() -> None:
    tree = tree_of(cpio.directory("usr"), cpio.directory("usr/lib"), cpio.symlink("lib", "usr/lib"))
    assert names(archive([directory("lib"), file("lib/modules/x")], tree)) == ["usr/lib/modules", "usr/lib/modules/x"]


def test_a_link_that_was_replaced_later_is_none() -> None:
    tree = tree_of(cpio.symlink("lib", "usr/lib"), cpio.directory("lib"))
    assert names(archive([file("lib/x")], tree)) == ["lib/x"]


def test_links_in_a_circle_are_refused() -> None:
    tree = tree_of(cpio.symlink("a", "b"), cpio.symlink("b", "a"))
    with pytest.raises(UsageError, match="circle"):
        archive([file("a/x")], tree)


def test_the_last_of_two_for_one_place_wins() -> None:
    made = b"".join(read(archive([file("a", b"first"), file("b"), file("a", b"second")], Tree())))
    assert b"first" not in made
    assert names(inline(made)) == ["b", "a"]


@pytest.mark.parametrize(
    ("additions", "why"),
    [
        ([file("etc")], "etc is a directory of the initrd"),
        ([file("a"), file("a/b")], "a is to be a file and a directory"),
    ],
)
def test_a_file_and_a_directory_in_one_place_are_refused(additions: list[Addition], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        archive(additions, tree_of(cpio.directory("etc")))


@pytest.mark.parametrize(
    ("given", "name"), [("a", "a"), ("/a//b/", "a/b"), ("./a/./b", "a/b"), ("", ""), ("/", ""), ("a..b", "a..b")]
)
def test_a_name_is_as_archives_have_it(given: str, name: str) -> None:
    assert checked_name(given) == name


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../etc/passwd", "no place"),
        ("a/../../b", "no place"),
        ("a\0b", "no place"),
        ("n" * 256, "longer than Linux takes"),
        ("n/" * 2500, "longer than Linux takes"),
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        checked_name(name)


def test_large_files_stay_on_disk_and_small_pieces_are_one() -> None:
    there = FileRange(path=Path("/absent"), length=100_001)
    large = Addition(entry=cpio.Entry(name="large", mode=stat.S_IFREG), data=Content((there,)))
    initrd = FileRange(path=Path("/initrd"), length=10)
    made = appended(Content((initrd,)), [file("a"), large, file("b")], Tree()).segments
    assert [type(segment) for segment in made] == [FileRange, Zeros, Inline, FileRange, Inline]
    assert (made[0], made[3]) == (initrd, there)
    assert sum(segment.length for segment in made[2:]) % 512 == 0


def test_a_file_of_4_gib_is_refused() -> None:
    huge = Content((Zeros(length=1 << 32),))
    with pytest.raises(UsageError, match="too large for a cpio archive"):
        archive([Addition(entry=cpio.Entry(name="huge", mode=stat.S_IFREG), data=huge)], Tree())
