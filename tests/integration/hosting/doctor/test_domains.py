"""Definitions of guests, each with one thing wrong, and one that is right; real libvirt keeps them all."""

import pytest

from tests.integration.hosting.doctor.examining import FIRST, Examination, define, examined, nic
from tests.libvirt_host import LibvirtHost

pytestmark = pytest.mark.root

DISK = """
<disk type='file' device='disk'>
  <source file='/nowhere'/><target dev='vda' bus='virtio'/><boot order='{}'/>
</disk>
"""

MARK = "<metadata><n:guest xmlns:n='https://netipl.org/xmlns/libvirt/guest/1.0' name='z9'/></metadata>"


@pytest.fixture(scope="module")
def found(host: LibvirtHost) -> Examination:
    """All of them looked at once; none is started."""
    define(host, "right", nic(1) + DISK.format(2))
    define(host, "by-name", nic(2, rest=""), os="<boot dev='network'/>")
    define(host, "of-netipl", nic(12, rest=""), metadata=MARK)
    define(host, "no-nic", "")
    define(host, "e1000", nic(3, model="e1000"))
    define(host, "on-pci", nic(4, rest=FIRST + "<address type='pci'/>"))
    define(host, "link-down", nic(5, rest=FIRST + "<link state='down'/>"))
    define(host, "no-order", nic(6, rest=""))
    define(host, "disk-first", nic(7, rest="<boot order='2'/>") + DISK.format(1))
    define(host, "disk-first-by-name", nic(8, rest=""), os="<boot dev='hd'/><boot dev='network'/>")
    define(host, "small", nic(9), memory=127)
    define(host, "ends", nic(10), reboot="destroy")
    define(host, "repeats", nic(11), crash="restart")
    return examined(host)


@pytest.mark.parametrize("name", ["right", "by-name", "of-netipl"])
def test_a_guest_that_boots_from_the_network_is_well(found: Examination, name: str) -> None:
    assert found.is_fine("domains", f"domain {name}")
    assert len(found.of("domains", f"domain {name}")) == 4


@pytest.mark.parametrize(
    ("name", "problem", "severity"),
    [
        ("no-nic", "no-nic", "note"),
        ("e1000", "nic-model", "error"),
        ("on-pci", "nic-bus", "error"),
        ("link-down", "link-down", "error"),
        ("no-order", "boot-order-missing", "error"),
        ("disk-first", "boot-order-disk-first", "note"),
        ("disk-first-by-name", "boot-order-disk-first", "note"),
        ("small", "memory-too-little", "error"),
        ("ends", "reboot-ends", "warning"),
        ("repeats", "crash-repeats", "warning"),
    ],
)
def test_a_guest_that_does_not_is_told_why(found: Examination, name: str, problem: str, severity: str) -> None:
    wrong = [each for each in found.of("domains") if each["subject"] == f"domain {name}" and each["problem"]]
    told = {each["problem"]: each["severity"] for each in wrong}
    assert told == {problem: severity}


def test_everything_wrong_has_its_evidence_and_remedy(found: Examination) -> None:
    for each in found:
        assert each["evidence"]
        if each["problem"]:
            assert each["message"]
            assert each["guest"]
            assert each["remedy"]


def test_the_remedy_names_the_guest(found: Examination) -> None:
    assert "`virsh edit e1000`" in found.one("nic-model")["remedy"]
