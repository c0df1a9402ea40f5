import os
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from netipl.errors import UnavailableError
from netipl.guests.guest import Guest, Origin
from netipl.guests.lease import Lease
from netipl.net import Mac
from netipl.provisioning.taking_over import HandedOver
from netipl.store import handover

MAC = Mac.parse("52:54:00:13:33:0a")
HANDED = HandedOver(
    network="lab.example",
    guests=(
        Guest(name="z1", macs=(MAC,), address=IPv4Address("192.0.2.10"), network="lab.example", origin=Origin.ADDED),
    ),
    leases=(
        Lease(
            network="lab.example",
            address=IPv4Address("192.0.2.100"),
            mac=MAC,
            client_id=b"\xff\1",
            expires=datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC),
            hostname="vm1",
        ),
    ),
)


def test_what_was_handed_over_is_read_until_it_is_removed(tmp_path: Path) -> None:
    assert handover.read(tmp_path, "lab.example") is None
    handover.write(tmp_path, HANDED)
    assert handover.read(tmp_path, "lab.example") == HANDED
    assert handover.read(tmp_path, "lab") is None
    handover.remove(tmp_path, "lab.example")
    assert list(tmp_path.iterdir()) == []
    handover.remove(tmp_path, "lab.example")


def test_the_newest_counts(tmp_path: Path) -> None:
    handover.write(tmp_path, HANDED)
    handover.write(tmp_path, HandedOver(network="lab.example"))
    assert handover.read(tmp_path, "lab.example") == HandedOver(network="lab.example")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"guests": [], "leases": [{}]}', '{"guests": [{}], "leases": []}'])
def test_what_nobody_can_understand_is_told_with_a_remedy(tmp_path: Path, text: str) -> None:
    handover.path(tmp_path, "lab").write_text(text)
    with pytest.raises(UnavailableError, match="cannot be understood") as caught:
        handover.read(tmp_path, "lab")
    assert "remove it" in caught.value.remedy


def test_a_directory_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError):
        handover.write(tmp_path / "nothing", HANDED)


@pytest.mark.root
def test_it_belongs_to_whom_the_directory_belongs(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    handover.write(tmp_path, HANDED)
    found = handover.path(tmp_path, "lab.example").stat()
    assert (found.st_uid, found.st_gid) == (65534, 65534)
