"""Names that climb, addresses that are none."""

import pytest

from netipl.errors import WireError
from netipl.media.relative import LONGEST, address, is_relative, relative


@pytest.mark.parametrize("name", ["a", "a/b.img", "./a/b", "a..b/...", "ä/ö", "a b", "%2e%2e/a"])
def test_a_path_beneath_the_root(name: str) -> None:
    assert relative(name) == name.removeprefix("./")
    assert is_relative(relative(name))


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "/",
        "/a",
        "../a",
        "a/..",
        "a/../b",
        "a/./b",
        "a//b",
        "a/",
        "././a",
        "a\0",
        "a\nb",
        "a\\b",
        "\ud800",
        "x" * (LONGEST + 1),
    ],
)
def test_no_path_beneath_the_root(name: str) -> None:
    assert not is_relative(name)
    with pytest.raises(WireError, match="no path on a medium"):
        relative(name)


def test_an_address() -> None:
    assert address("https://m.example:8080/a/b?c=d") == "https://m.example:8080/a/b?c=d"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ftp://m.example/a",
        "file:///etc/passwd",
        "http:///a",
        "http://a b/",
        "http://u:p@m.example/",
        "http://[/",
        "//m/a",
        "http://m.example/ä",
        "http://m.example/a\r\nb",
        "http://m.example/" + "x" * 2 * LONGEST,
    ],
)
def test_no_address(text: str) -> None:
    with pytest.raises(WireError, match="no address of HTTP"):
        address(text)
