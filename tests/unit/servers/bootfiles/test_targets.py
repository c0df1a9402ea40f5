import pytest

from netipl.errors import RefusedError, WireError
from netipl.servers.bootfiles import targets


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (b"/", ""),
        (b"/boot/a/kernel", "boot/a/kernel"),
        (b"//boot/./kernel", "boot/kernel"),
        (b"/a%20b%2fc", "a b/c"),
        (b"/%C3%BC", "ü"),
        (b"/%ff", "\udcff"),
        (b"/kernel?x=%zz#..", "kernel"),
        (b"http://192.0.2.1:8069/kernel", "kernel"),
        (b"HTTP://192.0.2.1", ""),
        (b"http://192.0.2.1?x", ""),
    ],
)
def test_names(target: bytes, name: str) -> None:
    assert targets.name(targets.path_and_query(target)) == name


@pytest.mark.parametrize("target", [b"/..", b"/a/../b", b"/%2e%2E/etc", b"/a%00", b"/a%5cb", b"/a\\b", b"/%2e%2e%2fa"])
def test_names_that_leave_the_tree_are_refused(target: bytes) -> None:
    with pytest.raises(RefusedError):
        targets.name(targets.path_and_query(target))


@pytest.mark.parametrize("target", [b"*", b"kernel", b"192.0.2.1:443", b"ftp://x/y", b"/%", b"/%z0", b"/%0"])
def test_targets_that_are_no_paths_are_malformed(target: bytes) -> None:
    with pytest.raises(WireError):
        targets.name(targets.path_and_query(target))


@pytest.mark.parametrize("path", ["/callback", "/callback/web1", "/callback?ok=1", "/callback/?a"])
def test_callbacks_are_known_by_their_path(path: str) -> None:
    assert targets.CALLBACK.fullmatch(path)
    assert not targets.CALLBACK.fullmatch("/x" + path)


def test_a_file_may_begin_like_a_callback() -> None:
    assert not targets.CALLBACK.fullmatch("/callbacks")
