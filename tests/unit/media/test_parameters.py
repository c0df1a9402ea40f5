"""The kernel parameters of each family, word by word."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from netipl.errors import RefusedError
from netipl.firmware.limits import COMMAND_LINE
from netipl.media.families import FAMILIES
from netipl.media.medium import Family, File, Medium, Role
from netipl.media.parameters import CONSOLES, answers_file, unattended
from tests.synthetic_media import ISO_NAME, media

FILLED = {"tree", "medium", "answers", "callback", "guest", "address", "server"}


def medium(family: Family, version: str, title: str = "", files: Mapping[Role, str] = {}) -> Medium:
    return Medium(
        id="m",
        name="m",
        family=family,
        version=version,
        title=title or f"{family} {version}",
        architecture="s390x",
        source="",
        files=tuple((role, File(name=name, sha256="a" * 64, size=1)) for role, name in files.items()),
        added=datetime(2026, 1, 1, tzinfo=UTC),
        by="test",
    )


COREOS = {Role.KERNEL: "k", Role.INITRD: "i", Role.ROOTFS: "root fs.img"}
LIVE = (
    "rd.neednet=1 ip=dhcp coreos.live.rootfs_url={medium}/root%20fs.img ignition.firstboot ignition.platform.id=metal"
)
ALPINE = "ip=dhcp modloop={medium}/m apkovl={answers}{guest}.apkovl.tar.gz"
ANACONDA = "ip=dhcp inst.repo={tree} rd.neednet=1 inst.ks={answers}ks.cfg inst.ks.sendmac inst.cmdline"


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (medium(Family.RHEL, "7.9"), "ip=dhcp inst.repo={tree} rd.neednet=1 ks={answers}ks.cfg inst.cmdline"),
        (medium(Family.RHEL, "8.4"), ANACONDA),
        (medium(Family.RHEL, "10.1"), ANACONDA),
        (medium(Family.RHEL, "41", "Fedora 41"), ANACONDA),
        (medium(Family.SUSE, "15.6"), "install={tree} autoyast={answers}autoinst.xml ifcfg=*=dhcp"),
        (
            medium(Family.AGAMA, "16.0", files={Role.SQUASHFS: "LiveOS/squashfs.img"}),
            "root=live:{medium}/LiveOS/squashfs.img ip=dhcp rd.neednet=1 inst.auto={answers}agama.json",
        ),
        (
            medium(Family.DEBIAN, "13"),
            "auto=true priority=critical url={answers}preseed.cfg s390-netdevice/choose_networktype=virtio",
        ),
        (
            medium(Family.UBUNTU, "24.04", files={Role.ISO: ISO_NAME}),
            f"ip=dhcp url={{medium}}/{ISO_NAME} autoinstall ds=nocloud-net;s={{answers}}",
        ),
        (
            medium(Family.COREOS, "41.1", files=COREOS),
            f"{LIVE} ignition.config.url={{answers}}config.ign",
        ),
        (medium(Family.COREOS, "", "OpenShift agent", files=COREOS), LIVE),
        (
            medium(Family.ALPINE, "3.22", files={Role.KERNEL: "releases/s390x/netboot/vmlinuz-lts", Role.MODLOOP: "m"}),
            f"{ALPINE} alpine_repo={{tree}}/main",
        ),
        (
            medium(Family.ALPINE, "3.22", files={Role.KERNEL: "boot/vmlinuz-lts", Role.MODLOOP: "m"}),
            f"{ALPINE} alpine_repo={{tree}}/apks",
        ),
        (medium(Family.ALPINE, "3.22", files={Role.KERNEL: "vmlinuz-lts", Role.MODLOOP: "m"}), ALPINE),
        (medium(Family.AGENT, "1"), "netipl.orders={answers}orders.json"),
        (medium(Family.DISK_IMAGE, "1"), ""),
    ],
    ids=lambda value: value.title + value.version if isinstance(value, Medium) else "",
)
def test_the_parameters_of_a_medium(made: Medium, text: str) -> None:
    assert unattended(made) == text


@pytest.mark.parametrize("row", media(), ids=lambda row: row.name)
def test_those_of_every_synthetic_medium_have_room_and_known_names(row: object) -> None:
    files = {**row.files, Role.ISO: ISO_NAME}  # type: ignore[attr-defined]
    text = unattended(medium(row.family, row.version, row.title, files))  # type: ignore[attr-defined]
    assert set(re.findall(r"{(\w+)}", text)) <= FILLED
    assert "<" not in text
    assert len(text) + 4 * len("http://192.168.100.100:8080/answers/" + "x" * 43) < COMMAND_LINE


def test_a_medium_without_the_file_that_is_needed() -> None:
    with pytest.raises(RefusedError, match="without its iso") as refused:
        unattended(medium(Family.UBUNTU, "24.04"))
    assert "ISO image" in refused.value.remedy
    with pytest.raises(RefusedError, match="without its rootfs"):
        unattended(medium(Family.COREOS, "41"))


def test_the_answers_that_the_parameters_name_are_those_of_the_family() -> None:
    for family in FAMILIES.values():
        named = {found for row in family.parameters for found in re.findall(r"{answers}([^\s]*)", row.text)}
        assert named <= {family.answers}, family.family
    assert answers_file(medium(Family.RHEL, "9")) == "ks.cfg"


def test_the_consoles_of_a_kvm_guest() -> None:
    assert CONSOLES == {"sclp": "ttysclp0", "sclplm": "ttyS0"}
