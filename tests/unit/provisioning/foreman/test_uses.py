"""Which configurations keep a boot file."""

import pytest

from netipl.provisioning.foreman.deployed import DEFAULT, Configuration, Deployed, Variant
from netipl.provisioning.foreman.uses import users
from tests.unit.provisioning.foreman import templates

MAC = "52:54:00:00:00:01"
KERNEL = "boot/debian-mirror-0123456789ab-linux"
INITRD = "boot/debian-mirror-0123456789ab-initrd.gz"


def deployed(*configurations: tuple[str, Variant, bytes]) -> Deployed:
    made = Deployed()
    for station, variant, data in configurations:
        made.set_configuration(Configuration(station=station, variant=variant, data=data))
    return made


@pytest.mark.parametrize("name", [KERNEL, INITRD])
def test_an_installer_needs_its_kernel_and_its_initrd(name: str) -> None:
    found = deployed((MAC, Variant.PXELINUX, templates.PRESEED), (DEFAULT, Variant.PXELINUX, templates.PRESEED))
    assert users(found, name) == ("pxelinux.cfg/01-52-54-00-00-00-01", "pxelinux.cfg/default")


def test_one_that_only_another_boot_program_names_is_needed_too() -> None:
    assert users(deployed((MAC, Variant.IPXE, f"kernel {KERNEL}".encode())), KERNEL)


def test_one_that_boots_its_disk_needs_nothing() -> None:
    assert users(deployed((MAC, Variant.PXELINUX, templates.LOCAL_S390X)), KERNEL) == ()
