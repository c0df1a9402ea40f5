"""A domain as the worker tells of it: what it is at its next start, and what it does now."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from netipl.integrations.libvirt.domain_xml import BootsFrom, Disk, DomainFacts, Interface
from netipl.net import Mac


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """`state` is in libvirt's words; `boots_from_now` is what a running one tries first, until it is started cold."""

    state: str
    active: bool
    persistent: bool
    """Whether libvirt keeps it when it is off: others have no next start."""
    boots_from_now: BootsFrom | None
    facts: DomainFacts
    is_unborn: bool = False
    """Whether it was started paused, and its processors have done nothing since."""
    saved: bool = False
    """Whether its next start goes on with the memory that libvirt has saved, instead of booting."""

    @property
    def name(self) -> str:
        return self.facts.name

    @property
    def uuid(self) -> str:
        return self.facts.uuid

    @property
    def own_macs(self) -> tuple[Mac, ...]:
        """Of its interfaces, in their order."""
        return tuple(Mac.parse(each.mac) for each in self.facts.interfaces if each.mac)

    @property
    def macs(self) -> frozenset[str]:
        return frozenset(each.mac for each in self.facts.interfaces)


def domain(record: Mapping[str, Any]) -> Domain:  # Any: JSON
    """Of what records.py has made."""
    said = {each.name: record[each.name] for each in fields(DomainFacts)}
    said |= {
        "interfaces": tuple(Interface(**each) for each in record["interfaces"]),
        "disks": tuple(Disk(**each) for each in record["disks"]),
        "boots_from": BootsFrom(record["boots_from"]),
    }
    now = record["boots_from_now"]
    return Domain(
        state=record["state"],
        active=record["active"],
        persistent=record["persistent"],
        is_unborn=record["is_unborn"],
        saved=record["saved"],
        boots_from_now=BootsFrom(now) if now else None,
        facts=DomainFacts(**said),
    )
