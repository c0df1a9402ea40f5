"""What is said of a host that Foreman deploys, by what it has deployed."""

from ipaddress import IPv4Address

import pytest

from netipl.guests.guest import Guest, Origin
from netipl.net import Mac
from netipl.provisioning.foreman.deployed import (
    DEFAULT,
    BootFile,
    Configuration,
    Deployed,
    FileState,
    Reservation,
    Variant,
)
from netipl.provisioning.foreman.wishes import Boots, Wish, wish
from tests.contract.servers.api.lab import LAB
from tests.unit.provisioning.foreman import templates

MACS = (Mac.parse("52:54:00:00:00:01"), Mac.parse("52:54:00:00:00:02"))
HOST = Guest(name="z1", macs=MACS, network="lab", origin=Origin.FOREMAN)
KERNEL = "boot/debian-mirror-0123456789ab-linux"


def deployed(data: bytes | None, station: str = str(MACS[1])) -> Deployed:
    made = Deployed()
    if data is not None:
        made.set_configuration(Configuration(station=station, variant=Variant.PXELINUX, data=data))
    return made


@pytest.mark.parametrize(
    ("data", "boots", "why"),
    [
        pytest.param(templates.PRESEED, Boots.FILES, "", id="an installer"),
        pytest.param(templates.LOCAL_S390X, Boots.DISK, "", id="built"),
        pytest.param(b"", Boots.NOTHING, "no label", id="what the firmware can do nothing with"),
        pytest.param(None, Boots.NOTHING, "no PXELinux configuration", id="nothing yet"),
    ],
)
def test_it_is_what_its_configuration_boots(data: bytes | None, boots: Boots, why: str) -> None:
    found = wish(deployed(data), HOST, LAB, None)
    assert found.boots is boots
    assert why in found.why


def test_the_default_is_for_a_host_without_its_own() -> None:
    assert wish(deployed(templates.LOCAL_S390X, DEFAULT), HOST, LAB, None) == Wish(boots=Boots.DISK)


@pytest.mark.parametrize(("state", "boots"), [(FileState.ASKED, Boots.FILES), (FileState.FAILED, Boots.NOTHING)])
def test_a_boot_file_that_could_not_be_fetched_is_the_reason(state: FileState, boots: Boots) -> None:
    made = deployed(templates.PRESEED)
    made.set_file(BootFile(name=KERNEL, url="http://mirror/linux", state=state, detail="HTTP status 404"))
    found = wish(made, HOST, LAB, None)
    assert found.boots is boots
    assert found.why == (f"{KERNEL} could not be fetched: HTTP status 404" if state is FileState.FAILED else "")


def test_a_host_of_another_server_boots_there() -> None:
    made, elsewhere = deployed(None), IPv4Address("192.0.2.9")
    made.set_reservation(
        Reservation(
            network="lab",
            mac=MACS[0],
            address=IPv4Address("192.0.2.20"),
            name="z1",
            hostname="z1",
            options=(("nextServer", str(elsewhere)),),
        )
    )
    assert wish(made, HOST, LAB, None) == Wish(boots=Boots.ELSEWHERE, why=str(elsewhere))
