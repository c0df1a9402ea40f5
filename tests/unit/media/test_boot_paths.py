import pytest

from netipl.errors import WireError
from netipl.media.boot_paths import SumList, places
from netipl.media.recognition import Algorithm, Sum

DIGEST = "0" * 64
D_I = "http://m/dists/bookworm/main/installer-s390x/current/"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("http://m/rh/images/kernel.img", [], id="Red Hat: as it was asked for"),
        pytest.param("http://m/s/boot/s390x/loader/initrd", ["http://m/s/boot/s390x/initrd"], id="SUSE"),
        pytest.param(
            f"{D_I}images/netboot/debian-installer/s390x/linux",
            [
                f"{D_I}images/generic/kernel.debian",
                f"{D_I}images/generic/kernel.ubuntu",
                f"{D_I}legacy-images/generic/kernel.ubuntu",
            ],
            id="debian-installer",
        ),
        pytest.param("http://m/u/casper/initrd", ["http://m/u/boot/initrd.ubuntu"], id="Ubuntu's live server"),
        pytest.param("http://m/other/vmlinuz", [], id="another"),
    ],
)
def test_where_else_a_file_may_be(url: str, expected: list[str]) -> None:
    assert [place.url for place in places(url)] == [url, *expected]


@pytest.mark.parametrize(
    ("url", "name", "lists"),
    [
        ("http://m/rh/images/initrd.img", "images/initrd.img", ["http://m/rh/.treeinfo", "http://m/rh/treeinfo"]),
        ("http://m/s/boot/s390x/linux", "boot/s390x/linux", ["http://m/s/CHECKSUMS", "http://m/s/content"]),
        (
            f"{D_I}images/generic/kernel.debian",
            "generic/kernel.debian",
            [f"{D_I}images/SHA256SUMS", f"{D_I}images/MD5SUMS"],
        ),
        ("http://m/u/boot/kernel.ubuntu", "boot/kernel.ubuntu", ["http://m/u/md5sum.txt"]),
    ],
)
def test_where_its_sum_may_be(url: str, name: str, lists: list[str]) -> None:
    [place] = places(url)
    assert [(each.url, each.name) for each in place.lists] == [(each, name) for each in lists]


def test_a_list_of_either_kind_is_read() -> None:
    expected = Sum(algorithm=Algorithm.SHA256, digest=DIGEST)
    tree = f"[tree]\narch=s390x\nversion=9\n[release]\nname=x\nversion=9\n[checksums]\nimages/k = sha256:{DIGEST}\n"
    assert SumList(url="http://m/.treeinfo", name="images/k").sum(tree.encode()) == expected
    assert SumList(url="http://m/SHA256SUMS", name="generic/k").sum(f"{DIGEST}  ./generic/k\n".encode()) == expected
    assert SumList(url="http://m/SHA256SUMS", name="other").sum(f"{DIGEST}  generic/k\n".encode()) is None
    with pytest.raises(WireError):
        SumList(url="http://m/.treeinfo", name="x").sum(b"\xff")
