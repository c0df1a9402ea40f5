"""Links in a tree: to files, to directories, in circles, and out."""

import pytest

from netipl.images.links import resolved

FILES = {"pool/a": 1, "dists/trixie/Release": 2, "b": 3}
DIRECTORIES = {"pool", "dists", "dists/trixie"}


def links(found: dict[str, str], most: int = 100) -> dict[str, int]:
    """What is added."""
    return {name: file for name, file in resolved(FILES, DIRECTORIES, found, most).items() if name not in FILES}


@pytest.mark.parametrize(
    ("name", "target", "added"),
    [
        ("c", "b", {"c": 3}),
        ("pool/c", "../b", {"pool/c": 3}),
        ("pool/c", "/b", {"pool/c": 3}),
        ("pool/c", "./a", {"pool/c": 1}),
        ("dists/stable", "trixie", {"dists/stable/Release": 2}),
        ("dists/stable", "trixie/", {"dists/stable/Release": 2}),
        ("d", ".", {"d/pool/a": 1, "d/dists/trixie/Release": 2, "d/b": 3}),
        ("c", "nothing", {}),
        ("c", "../b", {}),
        ("pool/c", "../../b", {}),
        ("c", "c", {}),
        ("c", "b/x", {}),
        ("c", "po", {}),
    ],
)
def test_a_link(name: str, target: str, added: dict[str, int]) -> None:
    assert links({name: target}) == added


def test_links_through_links() -> None:
    found = links({"s": "dists/stable", "dists/stable": "trixie", "r": "s/Release"})
    assert found == {"s/Release": 2, "dists/stable/Release": 2, "r": 2}


def test_links_in_circles_end() -> None:
    assert links({"x": "y", "y": "x", "z": "x/y/z"}) == {}


def test_there_is_a_most() -> None:
    assert len(resolved(FILES, DIRECTORIES, {f"d{number}": "." for number in range(100)}, 50)) == 50
    assert len(resolved(FILES, DIRECTORIES, {f"d{number}": "b" for number in range(100)}, 50)) == 50


def test_a_file_is_not_hidden_by_a_link() -> None:
    assert resolved({"d/a": 1, "e/a": 2}, {"d", "e"}, {"d": "e"}, 9) == {"d/a": 1, "e/a": 2}
