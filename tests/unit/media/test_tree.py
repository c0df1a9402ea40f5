"""What is known to be there, known to be missing, and not known."""

import pytest

from netipl.errors import RefusedError, WireError
from netipl.media.medium import Role
from netipl.media.recognition import Further
from netipl.media.tree import MOST, Tree

LISTED = Tree(clues={"a": b"A", "gone": None}, sizes={"a": 1, "b": 2})
UNLISTED = Tree(clues={"a": b"A", "gone": None}, sizes=None)


def test_what_is_there() -> None:
    assert [LISTED.has(name) for name in ("a", "b", "gone", "c")] == [True, True, False, False]
    assert [UNLISTED.has(name) for name in ("a", "b", "gone", "c")] == [True, False, False, False]


def test_what_is_missing() -> None:
    assert [LISTED.lacks(name) for name in ("a", "b", "gone", "c")] == [False, False, True, True]
    assert [UNLISTED.lacks(name) for name in ("a", "b", "gone", "c")] == [False, False, True, False]


def test_what_is_to_be_read() -> None:
    assert LISTED.unread("a", "b", "c", "gone") == Further(names=("b",))
    assert UNLISTED.unread("a", "b", "c", "gone") == Further(names=("b", "c"))
    assert LISTED.unread("a", "c") is None


def test_the_first_that_is_there_or_may_be() -> None:
    assert (LISTED.first("c", "b"), LISTED.first("c", "d")) == ("b", "")
    assert (UNLISTED.first("c", "a"), UNLISTED.first("gone", "c", "d"), UNLISTED.first("gone")) == ("a", "c", "")


def test_a_clue_that_is_too_long_to_be_one() -> None:
    tree = Tree(clues={"a": bytes(MOST)}, sizes=None)
    assert tree.has("a")
    with pytest.raises(WireError, match="a is too large"):
        tree.text("a")


def test_text_that_is_no_utf_8_is_no_error() -> None:
    assert Tree(clues={"a": b"\xff"}, sizes=None).text("a") == "\udcff"
    assert LISTED.text("b") is None


def test_a_boot_file_has_its_size_or_none() -> None:
    assert LISTED.boot_file(Role.KERNEL, "./b", {}, "x").size == 2
    assert UNLISTED.boot_file(Role.KERNEL, "b", {}, "x").size is None
    with pytest.raises(RefusedError, match="this is Fedora 41, but c is not there"):
        LISTED.boot_file(Role.KERNEL, "c", {}, "Fedora 41")
