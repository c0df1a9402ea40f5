import pytest

from netipl.errors import RefusedError
from netipl.protocols.tftp.resolution import checked


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (b"pxelinux.cfg/default", "pxelinux.cfg/default"),
        (b"/pxelinux.cfg/default", "pxelinux.cfg/default"),
        (b"//a///b/", "a/b"),
        (b"./a/./b", "a/b"),
        (b"", ""),
        (b"/", ""),
        (b"/etc/passwd", "etc/passwd"),
        (b"a..b/...", "a..b/..."),
        (b"\xff", "\udcff"),
    ],
)
def test_a_name_is_a_path_beneath_the_root(name: bytes, path: str) -> None:
    assert checked(name) == path


@pytest.mark.parametrize("name", [b"..", b"/..", b"../a", b"a/../b", b"a/..", b"a\0b", b"a\\b", b"..\\a", b"\\etc\\x"])
def test_a_name_that_could_leave_the_tree_is_refused(name: bytes) -> None:
    with pytest.raises(RefusedError):
        checked(name)
