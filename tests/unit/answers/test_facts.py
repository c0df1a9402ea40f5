"""Under which names templates find what is known."""

import pytest

from netipl.answers.facts import DEFAULTS, FOLLOWING, chosen, context, disk_path, kernel_parameters
from netipl.ccw import DeviceNumber
from tests.unit.answers.cases import EVERYTHING, FULL, LEAST


@pytest.mark.parametrize(
    ("device", "path"),
    [(None, "/dev/vda"), (DeviceNumber.parse("0.0.AB01"), "/dev/disk/by-path/ccw-0.0.ab01")],
    ids=["the first of virtio", "by its channel path"],
)
def test_the_disk_is_named_as_linux_does(device: DeviceNumber | None, path: str) -> None:
    assert disk_path(device) == path


def test_what_is_not_known_is_not_defined() -> None:
    known = context(LEAST)
    assert {"gateway", "domain", "root_password", "cio_ignore"}.isdisjoint(known)
    assert known["timezone"] == DEFAULTS.timezone
    assert None not in known.values()


def test_what_follows_from_the_facts() -> None:
    known = context(FULL)
    assert (known["host"], known["fqdn"], known["prefix"]) == ("web1", "web1.example.com", 24)
    assert str(known["mac"]) == "52:54:00:13:33:0a"
    assert known["variables"] == {"site": "Brno"}


def test_all_that_follows_is_described() -> None:
    assert FOLLOWING.keys() <= context(FULL).keys()


def test_a_name_gets_the_domain_of_its_network() -> None:
    assert context(LEAST)["fqdn"] == "web1"
    assert chosen(LEAST) == DEFAULTS


def test_channel_devices_are_kernel_parameters() -> None:
    assert kernel_parameters(DEFAULTS) == ()
    assert kernel_parameters(EVERYTHING) == (
        "rd.znet=qeth,0.0.0600,0.0.0601,0.0.0602,layer2=1",
        "rd.dasd=0.0.0200",
        "rd.zfcp=0.0.4000,0x5005076300C213e9,0x5022000000000000",
        "cio_ignore=all,!condev",
    )
