"""Alpine: versions, flavours and places, and kernels of other architectures."""

import pytest

from netipl.errors import RefusedError
from tests.media_trees import alpine, noise, sums
from tests.unit.media.looking import look


@pytest.mark.parametrize(
    ("place", "has_tree", "count"),
    [("releases/s390x/netboot/", True, 1), ("boot/", True, 1), ("netboot/", False, 2), ("", False, 2)],
)
def test_each_place_and_what_is_warned_of(place: str, has_tree: bool, count: int) -> None:
    found = look(alpine(place=place))
    assert (found.has_tree, len(found.warnings)) == (has_tree, count)
    assert found.files[0].name == f"{place}vmlinuz-lts"


def test_the_other_flavour() -> None:
    tree = {name.replace("-lts", "-virt"): data for name, data in alpine().items()}
    assert look(tree, listed=False).files[2].name == "releases/s390x/netboot/modloop-virt"


@pytest.mark.parametrize(
    ("source", "version"),
    [
        ("https://m.example/alpine/v3.20/releases/s390x/netboot", "3.20"),
        ("alpine-standard-3.21.2-s390x.iso", "3.21.2"),
        ("", ""),
    ],
)
def test_the_version_may_be_in_the_address_alone(source: str, version: str) -> None:
    tree = {name: data for name, data in alpine(place="").items() if "yaml" not in name}
    assert look(tree, source=source).version == version


def test_a_kernel_that_is_none_of_ours_is_refused() -> None:
    tree = {**alpine(place=""), "vmlinuz-lts": noise("bzImage", 90_000)}
    with pytest.raises(RefusedError, match="vmlinuz-lts is no kernel for s390x"):
        look(tree)


def test_sums_that_somebody_put_beside_are_used() -> None:
    tree = alpine(place="")
    found = look({**tree, "SHA256SUMS": sums(tree).encode()})
    assert all(file.sum for file in found.files)
