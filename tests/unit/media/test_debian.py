"""Debian under every address that people give, and its chain of sums."""

import pytest

from netipl.errors import RefusedError, WireError
from netipl.media.recognition import Algorithm, Recognised, Signed
from tests.media_trees import Tree, debian_disk, debian_installer, debian_suite, sums
from tests.unit.media.looking import look

IMAGES = "main/installer-s390x/current/images/"


def kernel(found: Recognised) -> str:
    return found.files[0].name


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize(
    ("tree", "suite", "name"),
    [
        (debian_suite(place="dists/trixie/"), "trixie", f"dists/trixie/{IMAGES}generic/kernel.debian"),
        (debian_suite(), "", f"{IMAGES}generic/kernel.debian"),
        (
            debian_installer(place="installer-s390x/current/images/"),
            "",
            "installer-s390x/current/images/generic/kernel.debian",
        ),
        (debian_installer(place="current/images/"), "", "current/images/generic/kernel.debian"),
        (debian_installer(place="images/"), "", "images/generic/kernel.debian"),
        (debian_installer(), "", "generic/kernel.debian"),
    ],
    ids=["a mirror and a suite", "a suite", "main", "installer-s390x", "current", "images"],
)
def test_every_address_of_the_installer(tree: Tree, suite: str, name: str, listed: bool) -> None:
    found = look(tree, listed=listed, suite=suite)
    assert kernel(found) == name
    assert all(file.sum is not None and file.sum.algorithm is Algorithm.SHA256 for file in found.files)


@pytest.mark.parametrize("listed", [True, False])
def test_older_sums_do_where_there_are_no_others(listed: bool) -> None:
    tree = {name: data for name, data in debian_installer().items() if name != "SHA256SUMS"}
    tree["MD5SUMS"] = sums(tree, algorithm="md5", prefix="./").encode()
    found = look(tree, listed=listed)
    assert [file.sum.algorithm for file in found.files if file.sum] == [Algorithm.MD5] * 2
    assert found.signed == (Signed(name="MD5SUMS", signatures=("MD5SUMS.gpg", "MD5SUMS.sign")),)
    suite = {IMAGES + name: data for name, data in tree.items()}
    suite["Release"] = b"Origin: Debian\nCodename: old\nArchitectures: s390x\n"
    assert look(suite, listed=listed).signed[0].name == f"{IMAGES}MD5SUMS"


def test_images_for_another_architecture_are_refused_by_name() -> None:
    tree = {"netboot/debian-installer/amd64/linux": b"bzImage"}
    source = "http://m.example/debian/dists/trixie/main/installer-amd64/current/images"
    with pytest.raises(RefusedError, match=r"this is Debian 13 \(trixie\) for x86_64"):
        look({**tree, "SHA256SUMS": sums(tree, prefix="./").encode()}, listed=False, source=source)


def test_a_mirror_without_a_suite_is_asked_for_one() -> None:
    with pytest.raises(RefusedError, match="many suites") as refused:
        look(debian_suite(place="dists/stable/"))
    assert ".../dists/trixie" in refused.value.remedy


@pytest.mark.parametrize("suite", ["../x", "a/b", "Trixie"])
def test_a_suite_that_is_none(suite: str) -> None:
    with pytest.raises(RefusedError, match="no suite of Debian"):
        look(debian_suite(place="dists/trixie/"), suite=suite)


def test_a_suite_that_is_not_there() -> None:
    with pytest.raises(RefusedError, match="there is no dists/sid/Release"):
        look(debian_suite(place="dists/trixie/"), suite="sid", listed=False)


def test_a_release_vouches_for_the_sums_of_the_installer() -> None:
    assert look(debian_suite()).signed == (Signed(name="Release", signatures=("Release.gpg",)),)
    alone = look(debian_installer())
    assert alone.signed == (Signed(name="SHA256SUMS", signatures=("SHA256SUMS.gpg", "SHA256SUMS.sign")),)


def test_sums_that_the_release_does_not_name_are_damage() -> None:
    tree = dict(debian_suite())
    tree[f"{IMAGES}SHA256SUMS"] += b"\n"
    with pytest.raises(WireError, match="sums differ"):
        look(tree)


def test_a_mirror_without_the_installer_is_refused() -> None:
    with pytest.raises(RefusedError, match="SHA256SUMS is not there"):
        look({"Release": debian_suite()["Release"]}, listed=False)


def test_a_release_of_another_distribution_is_none_of_debian() -> None:
    with pytest.raises(RefusedError, match="no install medium"):
        look({"Release": b"Origin: Other\nCodename: other\n"})


def test_a_suite_without_a_version_has_its_name() -> None:
    tree = dict(debian_suite())
    tree["Release"] = tree["Release"].replace(b"Version: 13.1\n", b"").replace(b"trixie", b"sid")
    found = look(tree)
    assert (found.version, found.title) == ("sid", "Debian sid")


def test_the_version_is_in_the_address_of_the_images() -> None:
    found = look(debian_installer(), source="http://m.example/debian/dists/trixie/main/installer-s390x/current/images")
    assert (found.version, found.title) == ("13", "Debian 13 (trixie)")
    assert look(debian_installer()).title == "Debian"


def test_an_image_has_one_of_two_layouts() -> None:
    tree = {".disk/info": debian_disk()[".disk/info"], "boot/linux_vm": b"", "boot/root.bin": b""}
    assert [file.name for file in look(tree).files] == ["boot/linux_vm", "boot/root.bin"]
