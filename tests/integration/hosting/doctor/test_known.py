"""`netipl doctor --guest`: the guest as a real daemon knows it, with its domain and its plan."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from netipl.images import kernel
from tests.integration.hosting.doctor.examining import define, examined, nic
from tests.integration.hosting.doctor.serving import SETTINGS, api, bridge, serving
from tests.libvirt_host import LibvirtHost

pytestmark = pytest.mark.root

MAC = "52:54:00:13:34:01"
GUESTS = f"""
[guests.right]
mac = "{MAC}"
kernel = "kernel"
initrd = "initrd"
append = "quiet"
[guests.elsewhere]
mac = "52:54:00:13:34:02"
kernel = "kernel"
initrd = "initrd"
[guests.broken]
mac = "52:54:00:13:34:03"
kernel = "initrd"
initrd = "initrd"
[guests.doubtful]
mac = "52:54:00:13:34:04"
kernel = "kernel"
initrd = "initrd"
append = "initrd=other quiet"
[guests.nothing]
mac = "52:54:00:13:34:05"
"""


@pytest.fixture(scope="module")
def served(host: LibvirtHost) -> Iterator[Path]:
    """The settings of a daemon that knows them, and their domains, of which one is on another bridge."""
    image = bytearray(kernel.HEADER_SIZE)
    image[kernel.MAGIC_OFFSET : kernel.MAGIC_OFFSET + len(kernel.MAGIC)] = kernel.MAGIC
    (host.directory / "kernel").write_bytes(image)
    (host.directory / "initrd").write_bytes(bytes(4096))
    for number, name in enumerate(("right", "elsewhere", "broken", "doubtful"), 1):
        place = nic(number) if name == "elsewhere" else nic(number, "<source bridge='br0'/>", kind="bridge")
        define(host, f"domain-{name}", place)
    with bridge(host), serving(host, SETTINGS + GUESTS) as config:
        yield config


def test_a_guest_is_looked_at_down_to_its_plan(host: LibvirtHost, served: Path) -> None:
    found = examined(host, "--guest", "right", "--config", served, "--api", api(host))
    assert found.is_fine("guest")
    assert "files" in found.of("guest")[-1]["evidence"]
    assert {each["subject"] for each in found.of("domains")} == {"domain domain-right"}
    assert {each["subject"] for each in found.of("ports")} == {"network lab"}
    assert not found.of("networks")


@pytest.mark.parametrize(
    ("name", "problem", "status"),
    [
        ("elsewhere", "guest-elsewhere", 1),
        ("broken", "plan-broken", 1),
        ("doubtful", "plan-doubtful", 0),
        ("nobody", "guest-unknown", 1),
    ],
)
def test_what_is_wrong_with_a_guest_is_told(
    host: LibvirtHost, served: Path, name: str, problem: str, status: int
) -> None:
    found = examined(host, "--guest", name, "--config", served, "--api", api(host))
    assert problem in found.problems("guest")
    assert found.one(problem)["subject"] == f"guest {name}"
    assert found.status == status or name in {"elsewhere", "nobody"}


def test_a_guest_without_a_domain_and_without_files_is_noted(host: LibvirtHost, served: Path) -> None:
    found = examined(host, "--guest", "nothing", "--config", served, "--api", api(host))
    assert found.problems("guest") == {"no-domain", "plan-empty"}


def test_without_the_daemon_the_domain_of_that_name_is_looked_at(host: LibvirtHost, served: Path) -> None:
    found = examined(host, "--guest", "domain-right", "--api", host.directory / "nowhere.sock")
    assert found.problems("guest") == {"daemon-unreachable"}
    assert found.is_fine("domains", "domain domain-right")
