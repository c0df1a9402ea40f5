"""RHEL and its like: what `.treeinfo` and `.discinfo` say beyond what every family's test looks at."""

import pytest

from netipl.errors import RefusedError, WireError
from netipl.media.medium import Role
from netipl.media.recognition import Signed
from tests.media_trees import boot, noise, rhel
from tests.unit.media.looking import look


def test_its_tree_is_needed_and_its_treeinfo_can_be_signed() -> None:
    found = look(rhel("Fedora", "41"))
    assert found.has_tree
    assert found.signed == (Signed(name=".treeinfo", signatures=(".treeinfo.asc",)),)


WITHOUT_IMAGES = rhel("Red Hat Enterprise Linux", "9.4")[".treeinfo"].replace(b"[images-s390x]", b"[images-none]")


@pytest.mark.parametrize("listed", [True, False])
def test_a_treeinfo_may_name_no_images_as_some_on_mirrors_do(listed: bool) -> None:
    found = look({**rhel("Red Hat Enterprise Linux", "9.4"), ".treeinfo": WITHOUT_IMAGES}, listed=listed)
    assert [file.name for file in found.files] == ["images/kernel.img", "images/initrd.img"]
    assert all(file.sum for file in found.files)


@pytest.mark.parametrize("listed", [True, False])
def test_a_tree_that_cannot_be_installed_from_is_refused(listed: bool) -> None:
    with pytest.raises(RefusedError, match="it has no boot files") as refused:
        look({".treeinfo": WITHOUT_IMAGES, "Packages/a.rpm": b""}, listed=listed)
    assert "BaseOS" in refused.value.remedy


def test_an_image_without_treeinfo_is_known_by_its_discinfo() -> None:
    tree = {
        ".discinfo": b"1713367439.7\nRed Hat Enterprise Linux 9.4\ns390x\nALL\n",
        "images/kernel.img": boot("r"),
        "images/initrd.img": noise("i"),
    }
    found = look(tree)
    assert (found.title, found.version, found.level) == ("Red Hat Enterprise Linux 9.4", "9.4", "z14")
    assert [(file.role, file.sum) for file in found.files] == [(Role.KERNEL, None), (Role.INITRD, None)]
    with pytest.raises(RefusedError, match="for x86_64"):
        look({**tree, ".discinfo": tree[".discinfo"].replace(b"s390x", b"x86_64")})


def test_an_old_discinfo_names_the_version_of_fedora_alone() -> None:
    tree = {".discinfo": b"1\n41\ns390x\n", "images/kernel.img": b"", "images/initrd.img": b""}
    assert look(tree).title == "Fedora 41"


def test_a_version_that_no_terminal_shows_is_damage() -> None:
    with pytest.raises(WireError, match="no version"):
        look(rhel("Fedora", "4\x1b1"))
