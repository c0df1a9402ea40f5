"""Which disk is meant, on made-up trees of /sys."""

from pathlib import Path

import pytest

from netipl.errors import RefusedError
from netipl.payload.agent.disks import chosen, disks
from tests.unit.payload.agent.devices import Sys


@pytest.fixture
def sys(tmp_path: Path) -> Sys:
    return Sys(tmp_path)


def test_a_disk_is_known_by_the_number_of_its_device_or_its_adapter(sys: Sys) -> None:
    sys.disk("vda", "0.0.1234")
    sys.disk("sda", "0.0.0007", between="virtio1/host0/target0:0:0/0:0:0:0")
    assert [str(disk) for disk in disks(sys.root)] == ["sda (0.0.0007, 1 MiB)", "vda (0.0.1234, 1 MiB)"]
    assert chosen("0.0.1234", sys.root).name == "vda"
    assert chosen("00.0.0007", sys.root).name == "sda"


def test_auto_is_the_only_one_whatever_else_is_there(sys: Sys) -> None:
    sys.disk("loop0", None)
    sys.disk("sr0", "0.0.0002")
    sys.disk("vdb", "0.0.0003", sectors=0)
    sys.disk("vda", "0.0.1234")
    sys.disk("vdc", "0.0.0004")
    (sys.root / "block/vdc/removable").write_text("1\n")
    assert chosen("auto", sys.root).name == "vda"


def test_auto_of_several_is_refused_with_their_names(sys: Sys) -> None:
    sys.disk("vda", "0.0.1234")
    sys.disk("vdb", "0.0.1235")
    with pytest.raises(RefusedError, match=r"several disks are here: vda \(0\.0\.1234.*vdb"):
        chosen("auto", sys.root)


def test_two_disks_behind_one_adapter_are_refused(sys: Sys) -> None:
    sys.disk("sda", "0.0.0007", between="virtio1/target0:0:0")
    sys.disk("sdb", "0.0.0007", between="virtio1/target0:0:1")
    with pytest.raises(RefusedError, match=r"several disks are behind 0\.0\.0007"):
        chosen("0.0.0007", sys.root)


@pytest.mark.parametrize(("wanted", "message"), [("auto", "no disk is here"), ("0.0.1234", "no disk is here")])
def test_without_disks(sys: Sys, wanted: str, message: str) -> None:
    with pytest.raises(RefusedError, match=message):
        chosen(wanted, sys.root)


def test_another_number_is_refused_with_those_that_there_are(sys: Sys) -> None:
    sys.disk("vda", "0.0.1234")
    with pytest.raises(RefusedError, match=r"no disk has the number 0\.0\.0001; here are: vda"):
        chosen("0.0.0001", sys.root)
