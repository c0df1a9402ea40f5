"""What of Foreman's clients are served whose addresses another server gave: installers, and the way to the disk."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from netipl.ccw import DeviceNumber
from netipl.content import Content, read
from netipl.firmware.versions import Version
from netipl.guests.guest import LocalBoot
from netipl.integrations.payload import reipl_program
from netipl.protocols.tftp.resolution import Missing
from netipl.provisioning.changes import GuestSet
from tests.contract.servers.smartproxy.lab import Proxy, serving
from tests.foreman_conversation import LOCAL_BOOT

MAC = "52:54:00:00:00:01"
OWN = "pxelinux.cfg/01-52-54-00-00-00-01"


def served(proxy: Proxy, name: str) -> bytes | None:
    found = proxy.plane.configuration(name)
    assert isinstance(found, Content | Missing)
    return b"".join(read(found, 1 << 16)) if isinstance(found, Content) else None


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[Proxy]:
    with serving(tmp_path) as made:
        made.ask("POST", f"/tftp/PXELinux/{MAC}", [("pxeconfig", LOCAL_BOOT)])
        yield made


def test_a_local_boot_is_the_way_to_the_disk(proxy: Proxy) -> None:
    text = served(proxy, OWN)
    assert text is not None
    lines = dict(line.split(maxsplit=1) for line in text.decode().splitlines()[1:])
    assert served(proxy, lines["kernel"]) == b"".join(read(reipl_program(), 1 << 16))
    assert served(proxy, lines["initrd"])
    for nobodys in ("boot/other", "kernel-reboot.img", "pxelinux.cfg/C0A8", "pxelinux.cfg/01-52-54-00-00-00-02"):
        assert served(proxy, nobodys) is None


def test_the_disk_is_the_one_that_somebody_said(proxy: Proxy) -> None:
    [guest] = proxy.inventory.guests
    proxy.wait(proxy.control.commit([GuestSet(replace(guest, disk=DeviceNumber.parse("0.0.1234")))]))
    assert b"0.0.1234" in (served(proxy, OWN) or b"")


def test_a_firmware_that_falls_through_is_given_nothing(proxy: Proxy) -> None:
    [guest] = proxy.inventory.guests
    falls = replace(guest, local_boot=LocalBoot.FALL_THROUGH, firmware=Version.parse("10.0"))
    proxy.wait(proxy.control.commit([GuestSet(falls)]))
    assert served(proxy, OWN) is None


def test_the_default_may_be_the_disk_too(proxy: Proxy) -> None:
    assert served(proxy, "pxelinux.cfg/default") is None
    proxy.ask("POST", "/tftp/PXELinux/create_default", [("menu", LOCAL_BOOT)])
    assert b"boot/reipl/kernel" in (served(proxy, "pxelinux.cfg/default") or b"")
