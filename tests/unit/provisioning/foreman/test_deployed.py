import pytest

from netipl.provisioning.foreman.deployed import DEFAULT, Variant, station

MAC = "52:54:00:00:00:0a"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("52:54:00:AA:00:0a", "52:54:00:aa:00:0a", id="of Ethernet"),
        pytest.param("2:4:0:a:0:1", "02:04:00:0a:00:01", id="with single digits"),
        pytest.param(":".join(["AB"] * 20), ":".join(["ab"] * 20), id="of InfiniBand"),
        pytest.param("52-54-00-00-00-0a", None, id="with dashes"),
        pytest.param(":".join(["AB"] * 7), None, id="of another length"),
        pytest.param("52:54:00:00:00:0a\n", None, id="with a line end"),
        pytest.param("../../etc/passwd", None, id="a path"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_station_is_kept_in_one_way(text: str, kept: str | None) -> None:
    assert station(text) == kept


@pytest.mark.parametrize("text", ["PXELinux", "pxelinux", "syslinux", "SYSLINUX"])
def test_syslinux_is_pxelinux_in_any_case(text: str) -> None:
    assert Variant.named(text) is Variant.PXELINUX


@pytest.mark.parametrize("text", ["", "grub", "pxelinux ", "../x"])
def test_others_are_no_variant(text: str) -> None:
    assert Variant.named(text) is None


@pytest.mark.parametrize(
    ("variant", "own", "default"),
    [
        (Variant.PXELINUX, "pxelinux.cfg/01-52-54-00-00-00-0a", "pxelinux.cfg/default"),
        (Variant.PXEGRUB, "grub/menu.lst.0152540000000A", "grub/menu.lst"),
        (Variant.PXEGRUB2, "grub2/grub.cfg-01-52-54-00-00-00-0a", "grub2/grub.cfg"),
        (Variant.IPXE, "pxelinux.cfg/01-52-54-00-00-00-0a.ipxe", "pxelinux.cfg/default.ipxe"),
        (Variant.ZTP, "ztp.cfg/52540000000A", "ztp.cfg"),
        (Variant.POAP, "poap.cfg/52540000000A", "poap.cfg"),
    ],
)
def test_each_variant_has_its_files(variant: Variant, own: str, default: str) -> None:
    assert (variant.file(MAC), variant.file(DEFAULT)) == (own, default)
