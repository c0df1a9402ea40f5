"""CoreOS by the names of its files: many releases in one place, sums and none."""

import pytest

from netipl.errors import RefusedError
from netipl.media.medium import Role
from netipl.media.recognition import Signed
from tests.media_trees import coreos, openshift_agent, rhcos, stream
from tests.unit.media.looking import look


def test_of_several_releases_the_newest_is_taken() -> None:
    old = {name.replace("4.16.3", "4.9.0"): data for name, data in rhcos().items() if name != "sha256sum.txt"}
    found = look({**rhcos(), **old})
    assert found.version == "4.16.3"
    assert found.files[0].name == "rhcos-4.16.3-s390x-live-kernel-s390x"


def test_of_several_architectures_ours_is_taken() -> None:
    assert look({**coreos(architecture="aarch64"), **coreos()}).files[0].name.endswith("kernel.s390x")


def test_a_release_that_lacks_a_file_is_none() -> None:
    tree = {name: data for name, data in coreos().items() if "rootfs" not in name and name != "sha256sum.txt"}
    with pytest.raises(RefusedError, match="no install medium"):
        look(tree)


def test_a_list_of_sums_without_the_files_is_refused() -> None:
    with pytest.raises(RefusedError, match="is not there"):
        look({"sha256sum.txt": coreos()["sha256sum.txt"]})


def test_sums_are_signed_and_their_absence_is_warned_of() -> None:
    signed = look(coreos())
    assert signed.signed == (Signed(name="sha256sum.txt", signatures=("sha256sum.txt.gpg", "sha256sum.txt.sig")),)
    assert signed.warnings == ()
    assert "no sums" in look(openshift_agent()).warnings[0]


@pytest.mark.parametrize("listed", [True, False])
def test_the_boot_artifacts_of_the_agent(listed: bool) -> None:
    tree = {f"boot-artifacts/{name}": data for name, data in openshift_agent().items()}
    found = look(tree, listed=listed, source="http://m.example/ocp/4.17.2/")
    assert (found.title, found.version) == ("OpenShift agent 4.17.2", "4.17.2")
    assert {file.role for file in found.files} == {Role.KERNEL, Role.INITRD, Role.ROOTFS}


def test_a_stream_has_its_level() -> None:
    found = look(stream("https://m.example/a"), first=("stable.json",))
    assert (found.title, found.level) == ("Fedora CoreOS 41.20241027.3.0", "zEC12")


def test_a_list_of_other_files_says_nothing_of_coreos() -> None:
    tree = {**openshift_agent(), "SHA256SUMS": b"a" * 64 + b"  /somewhere/else.iso\n"}
    assert look(tree).title == "OpenShift agent"
