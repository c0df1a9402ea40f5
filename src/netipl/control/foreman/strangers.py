"""What clients are given of Foreman's whose addresses another server gave, and nobody knows: by what they ask for.

Whoever may boot its disk gets the re-IPL program under the names that its configuration has, as guests do.
"""

from ipaddress import IPv4Address
from typing import Final

from netipl.content import Content, inline
from netipl.firmware.lint.finding import Target
from netipl.guests.guest import BootMethod, LocalBoot
from netipl.net import Mac
from netipl.protocols.tftp.resolution import Missing, Resolution
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.choice import version_of, way_to_disk
from netipl.provisioning.foreman.deployed import DEFAULT, Variant
from netipl.provisioning.foreman.deploying import BootsDisk, BootsFiles, deployment
from netipl.provisioning.foreman.hosts import mac_of
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.plan import Plan, Subject, plan
from netipl.store import disk

_CONFIGURATIONS: Final = "pxelinux.cfg/"
_OWN: Final = "01-"
_PROGRAM: Final = "boot/"
_NOBODY: Final = Mac(bytes(6))
_NOTHING: Final = Plan(fields=BootFields(), tree={})


class Strangers:
    """`program` is the one for re-IPL."""

    def __init__(self, inventory: Inventory, program: Content) -> None:
        self._inventory = inventory
        self._program = program

    def resolve(self, name: str) -> Resolution:
        """What a checked name stands for."""
        if name.startswith(_PROGRAM):
            return self._to_disk(_NOBODY).tree.get(name, Missing())
        if not name.startswith(_CONFIGURATIONS):
            return Missing()
        file = name.removeprefix(_CONFIGURATIONS)
        station = DEFAULT if file == "default" else file.removeprefix(_OWN).replace("-", ":")
        if station != DEFAULT and not file.startswith(_OWN):
            return Missing()
        found = self._inventory.deployed.configuration(station, Variant.PXELINUX)
        match deployment(found.data, Target()) if found is not None else None:
            case BootsFiles(text=text):
                return inline(text)
            case BootsDisk():
                return self._to_disk(mac_of(station) or _NOBODY, at=name).tree.get(name, Missing())
        return Missing()

    def _to_disk(self, mac: Mac, at: str = "") -> Plan:
        """Of the guest with that MAC, if there is one; its configuration is at `at`, or where firmware looks last."""
        guest = self._inventory.guest_with_mac(mac)
        network = self._inventory.network(guest.network or "") if guest is not None else None
        if guest is not None and way_to_disk(guest, version_of(guest, network)) is LocalBoot.FALL_THROUGH:
            return _NOTHING
        subject = Subject(
            name=guest.name if guest is not None else mac.dashed,
            mac=mac,
            uuid=None,
            address=IPv4Address(0),
            images=disk.images(self._program, guest.disk if guest is not None else None),
        )
        return plan(BootMethod.PROBE_DEFAULT if at.endswith("/default") else BootMethod.PROBE_MAC, subject)
