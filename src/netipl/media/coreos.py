"""Fedora CoreOS, RHEL CoreOS and the OpenShift agent: a stream's JSON, or live files known by their names.

Sources: coreos/stream-metadata-go (the stream's schema), coreos-assembler (names of files), openshift-install agent.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from netipl.media import checksums
from netipl.media.architecture import OURS, demanded
from netipl.media.coreos_stream import is_stream, recognised_stream
from netipl.media.distribution import Distribution, Level, Row
from netipl.media.levels import level
from netipl.media.medium import Family, Role
from netipl.media.recognition import Further, Recognised, Signed, Sum
from netipl.media.tree import Tree
from netipl.media.versions import numbers
from netipl.wire import printable

SUMS: Final = ("sha256sum.txt", "SHA256SUMS")
FEDORA, RHEL, OPENSHIFT = "Fedora CoreOS", "RHEL CoreOS", "OpenShift agent"

_LIVE: Final = re.compile(
    r"(?P<prefix>.*?)live-(?P<role>kernel|initramfs|rootfs)[-.](?P<architecture>x86_64|[a-z0-9]+)(?:\.img)?"
)
_AGENT: Final = re.compile(
    r"(?P<prefix>(?:.*/)?agent\.)(?P<architecture>x86_64|[a-z0-9]+)-(?P<role>kernel|vmlinuz|initrd|rootfs)(?:\.img)?"
)
_ROLES: Final[Mapping[str, Role]] = {
    "kernel": Role.KERNEL,
    "vmlinuz": Role.KERNEL,
    "initramfs": Role.INITRD,
    "initrd": Role.INITRD,
    "rootfs": Role.ROOTFS,
}
_VERSION: Final = re.compile(r"\d+(?:\.\d+)+(?:-\d+(?![.\w]))?")
_AGENTS: Final = tuple(
    tuple(f"{place}agent.{OURS}-{part}.img" for part in ("kernel", "initrd", "rootfs"))
    for place in ("", "boot-artifacts/")
)
"""Names that never differ: where none can be listed, the kernel tells of the others."""

_LIVE_SYSTEM: Final = (
    "rd.neednet=1 ip=dhcp coreos.live.rootfs_url={medium}/<rootfs> ignition.firstboot ignition.platform.id=metal"
)
PARAMETERS: Final = (
    Row(text=f"{_LIVE_SYSTEM} ignition.config.url={{answers}}config.ign"),
    Row(title=OPENSHIFT, text=_LIVE_SYSTEM),
)
"""The live system installs, as its configuration tells it: `coreos.inst.` would tie the disk to one name, and nobody
would hear of the beginning and of failures.
"""
LEVELS: Final = (
    Level(title=FEDORA, machine="zEC12", source="general knowledge"),
    Level(title=RHEL, since="4", machine="z13", source="general knowledge"),
    Level(title=RHEL, since="4.13", machine="z14", source="made from RHEL 9"),
)


def _recognise(tree: Tree) -> Recognised | Further | None:
    for name in tree.clues:
        if (data := tree.clues[name]) is not None and name.endswith(".json") and is_stream(data):
            return _levelled(recognised_stream(name, data))
    return _by_names(tree)


def _levelled(found: Recognised) -> Recognised:
    return _with_level(found, level(LEVELS, found.title, found.version))


def _with_level(found: Recognised, machine: str) -> Recognised:
    return Recognised(
        family=found.family,
        version=found.version,
        title=found.title,
        architecture=found.architecture,
        files=found.files,
        level=machine,
    )


def _by_names(tree: Tree) -> Recognised | Further | None:
    sums, signed = _sums(tree)
    names = {*sums, *(tree.sizes or ()), *(name for names in _AGENTS if tree.has(names[0]) for name in names)}
    complete = list(_complete(names))
    if not complete:
        return None
    ours = [each for each in complete if each[1] == OURS]
    prefix, architecture, files = max(ours or complete, key=lambda each: (numbers(each[0]), each[0]))
    version, title = _release(prefix, tree.source)
    demanded(architecture, title)
    return Recognised(
        family=Family.COREOS,
        version=version,
        title=title,
        architecture=OURS,
        files=tuple(tree.boot_file(role, files[role], sums, title) for role in (Role.KERNEL, Role.INITRD, Role.ROOTFS)),
        level=level(LEVELS, title, version),
        signed=signed,
        warnings=() if sums else ("there are no sums of its files: add sha256sum.txt, or take a stream's JSON",),
    )


def _sums(tree: Tree) -> tuple[Mapping[str, Sum], tuple[Signed, ...]]:
    for name in SUMS:
        if b"live-" in (tree.clues.get(name) or b""):  # other media have lists of these names too
            told = checksums.decode(tree.clue(name) or b"")
            return told, (Signed(name=name, signatures=(f"{name}.gpg", f"{name}.sig")),)
    return {}, ()


def _complete(names: Iterable[str]) -> Iterator[tuple[str, str, Mapping[Role, str]]]:
    """Prefix, architecture and files of each release that has all three; those of the agent have fixed names."""
    groups: dict[tuple[str, str], dict[Role, str]] = {}
    for name in sorted(names):
        if found := _AGENT.fullmatch(name) or _LIVE.fullmatch(name):
            groups.setdefault((found["prefix"], found["architecture"]), {})[_ROLES[found["role"]]] = name
    for (prefix, architecture), files in groups.items():
        if len(files) == 3:
            yield prefix, architecture, files


def _release(prefix: str, source: str) -> tuple[str, str]:
    """Version and title, by the names of files, or by where they lie."""
    name = OPENSHIFT if prefix.endswith("agent.") else FEDORA if "fedora-coreos" in prefix else RHEL
    found = _VERSION.search(prefix.rpartition("/")[2]) or _VERSION.search(source.rpartition("//")[2].partition("/")[2])
    version = found[0] if found else ""
    return version, printable(f"{name} {version}".rstrip(), 80)


COREOS: Final = Distribution(
    family=Family.COREOS,
    what="Fedora CoreOS, RHEL CoreOS, OpenShift agent",
    looked_for="a stream's JSON, live-kernel files, agent.s390x-kernel.img",
    clues=(*SUMS, *(names[0] for names in _AGENTS)),
    recognise=_recognise,
    answers="config.ign",
    parameters=PARAMETERS,
    levels=LEVELS,
)
