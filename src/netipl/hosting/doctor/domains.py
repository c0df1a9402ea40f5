"""Whether libvirt's domains can boot from the network at all: their interfaces, boot order, memory and what follows.

Judged by the definition that they start with next. Sources: QEMU docs/system/s390x/bootdevices.rst, libvirt's
formatdomain; limits and facts of netipl.firmware.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from netipl.firmware.limits import BOOT_DEVICES, LEAST_MEMORY, MIB
from netipl.firmware.rules import Severity
from netipl.firmware.versions import Version
from netipl.hosting.doctor.host import Host
from netipl.hosting.doctor.outcome import Outcome, fine, wrong
from netipl.hosting.doctor.problems import ProblemId
from netipl.integrations.libvirt.domain_boot import Domain, Interface
from netipl.machines.firmware_files import Installed

_MODEL: Final = "virtio"
_ON_THE_WIRE: Final = frozenset({"network", "bridge", "direct", "ethernet", "user", "vhostuser"})
"""The types of interfaces that are devices of QEMU; the others are devices of the host."""


def look(host: Host) -> Iterator[Outcome]:
    """Each domain for s390x."""
    for guest in host.guests:
        if not guest.next.interfaces:
            yield _without_interface(guest.next, host)
            continue
        yield from _interfaces(guest.next)
        yield _order(guest.next, _version(guest.next, host))
        yield _memory(guest.next, _version(guest.next, host))
        yield from _endings(guest.next)


def _without_interface(domain: Domain, host: Host) -> Outcome:
    """Nobody can mean it to boot from the network, unless it is the one that is asked for."""
    return wrong(
        ProblemId.NO_NIC,
        f"domain {domain.name}",
        "it has no network interface",
        evidence="its definition",
        severity=None if host.only is not None else Severity.NOTE,
    )


def _interfaces(domain: Domain) -> Iterator[Outcome]:
    """Those that it boots from; all where it boots from none yet."""
    subject = f"domain {domain.name}"
    for each in domain.booted_from or domain.interfaces:
        yield _interface(subject, each)


def _interface(subject: str, interface: Interface) -> Outcome:
    bus = "on the channel subsystem" if interface.is_on_ccw else "on another bus than the channel subsystem"
    model = interface.model or _MODEL
    evidence = f"{interface}: {interface.kind}, model {model}, {bus}, link {'up' if interface.is_up else 'down'}"
    if interface.kind not in _ON_THE_WIRE or model != _MODEL:
        what = f"model {model}" if interface.kind in _ON_THE_WIRE else f"type {interface.kind}"
        message = f"the firmware has no driver for {what}"
        return wrong(ProblemId.NIC_MODEL, subject, message, evidence=evidence)
    if not interface.is_on_ccw:
        message = "it is on a bus that the firmware does not boot from"
        return wrong(ProblemId.NIC_BUS, subject, message, evidence=evidence)
    if not interface.is_up:
        message = "its link is down"
        return wrong(ProblemId.LINK_DOWN, subject, message, evidence=evidence)
    return fine(subject, evidence)


def _order(domain: Domain, version: Version | None) -> Outcome:
    subject = f"domain {domain.name}"
    devices = [f"<boot dev='{each}'/>" for each in domain.boots_by]
    devices += [f"order {each.order} for {each}" for each in domain.interfaces if each.order]
    devices += [f"order {each} for a disk" for each in domain.disk_orders]
    evidence = f"boot order: {', '.join(devices) or 'none'}"
    if not domain.boots_from_network and domain.is_of_netipl:
        return fine(subject, f"{evidence}; netipl puts the network first for each of its builds")
    if not domain.boots_from_network:
        message = "it is not told to boot from the network"
        return wrong(ProblemId.BOOT_ORDER_MISSING, subject, message, evidence=evidence)
    if domain.boots_disk_first:
        tried = "that the network follows" if _tries_all(version) else "and tries one device only"
        message = f"its disk comes first, {tried} (QEMU {version or 'of any version'})"
        return wrong(ProblemId.BOOT_ORDER_DISK_FIRST, subject, message, evidence=evidence)
    return fine(subject, evidence)


def _memory(domain: Domain, version: Version | None) -> Outcome:
    subject, least = f"domain {domain.name}", LEAST_MEMORY.at(version or Version(0, 0))
    evidence = f"{domain.memory // MIB} MiB of memory, for QEMU {version or 'of any version'}"
    if domain.memory < least * MIB:
        message = f"its firmware needs {least} MiB"
        return wrong(ProblemId.MEMORY_TOO_LITTLE, subject, message, evidence=evidence)
    return fine(subject, evidence)


def _endings(domain: Domain) -> Iterator[Outcome]:
    subject = f"domain {domain.name}"
    evidence = f"on_reboot {domain.on_reboot}, on_crash {domain.on_crash}"
    if domain.on_reboot != "restart":
        message = f"a reboot of the guest is the end of it (on_reboot {domain.on_reboot})"
        yield wrong(ProblemId.REBOOT_ENDS, subject, message, evidence=evidence)
    if domain.on_crash in {"restart", "coredump-restart"}:
        message = f"a network boot that fails is a crash (on_crash {domain.on_crash})"
        yield wrong(ProblemId.CRASH_REPEATS, subject, message, evidence=evidence)
    elif domain.on_reboot == "restart":
        yield fine(subject, evidence)


def _version(domain: Domain, host: Host) -> Version | None:
    """Of its emulator; None where nobody can tell."""
    for each in host.programs if host.runs_guests else ():
        if isinstance(each, Installed) and domain.emulator in (None, each.program, Path(each.program.name)):
            return each.version
    return None


def _tries_all(version: Version | None) -> bool:
    return version is not None and BOOT_DEVICES.at(version) > 1
