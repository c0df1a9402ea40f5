"""Alpine: the netboot files of a mirror, or an ISO image. Neither has sums of the single files.

Sources: mkinitfs (alpine-bootparams), alpine's mkimage scripts; none was run here.
"""

import re
from typing import Final

from netipl.errors import RefusedError
from netipl.images.kinds import Kind, kind_of
from netipl.media import checksums
from netipl.media.architecture import OURS, demanded
from netipl.media.distribution import Distribution, Level, Row
from netipl.media.medium import Family, Role
from netipl.media.recognition import Further, Recognised
from netipl.media.tree import Tree
from netipl.wire import printable

RELEASE, RELEASES = ".alpine-release", "latest-releases.yaml"
_MIRROR, _NETBOOT, _BESIDE, _ISO = f"releases/{OURS}/netboot/", "netboot/", "", "boot/"
_PLACES: Final = (_MIRROR, _NETBOOT, _ISO, _BESIDE)
_FLAVOURS: Final = ("lts", "virt")
_KERNELS: Final = tuple(f"{place}vmlinuz-{flavour}" for flavour in _FLAVOURS for place in _PLACES)
_SUMS: Final = ("SHA256SUMS", "sha256sum.txt")
_LISTS: Final = (RELEASES, f"releases/{OURS}/{RELEASES}")

_NUMBER: Final = re.compile(r"(?<![\d.])3\.\d+(?:\.\d+)?(?![\d.])")
_VERSION: Final = re.compile(r"^\s*version: *[\"']?(\d+(?:\.\d+)+)", re.MULTILINE)
_ARCHITECTURE: Final = re.compile(r"^\s*arch: *[\"']?(\w+)", re.MULTILINE)

_COMMON: Final = "ip=dhcp modloop={medium}/<modloop> apkovl={answers}{guest}.apkovl.tar.gz"
PARAMETERS: Final = (
    Row(text=_COMMON),
    Row(kernel=_MIRROR, text=f"{_COMMON} alpine_repo={{tree}}/main"),
    Row(kernel=_ISO, text=f"{_COMMON} alpine_repo={{tree}}/apks"),
)
LEVELS: Final = (Level(machine="z196", source="general knowledge"),)


def _recognise(tree: Tree) -> Recognised | Further | None:
    kernel = next((name for name in _KERNELS if tree.has(name)), "")
    if not kernel or (further := tree.unread(kernel)):
        return further if kernel else None
    place, _, flavour = kernel.rpartition("vmlinuz-")
    version = _version(tree)
    title = f"Alpine Linux {version}".rstrip()
    _architecture(tree, kernel, title)
    names = {Role.KERNEL: kernel, Role.INITRD: f"{place}initramfs-{flavour}", Role.MODLOOP: f"{place}modloop-{flavour}"}
    data = next((data for name in _SUMS if (data := tree.clue(name)) is not None), None)
    sums = {} if data is None else checksums.decode(data)
    return Recognised(
        family=Family.ALPINE,
        version=version,
        title=title,
        architecture=OURS,
        files=tuple(tree.boot_file(role, name, sums, title) for role, name in names.items()),
        level=LEVELS[0].machine,
        has_tree=place in {_MIRROR, _ISO},
        warnings=tuple(_warnings(place, told=bool(sums))),
    )


def _warnings(place: str, *, told: bool) -> list[str]:
    found = [] if told else ["Alpine publishes no sums of these files"]
    if place in {_NETBOOT, _BESIDE}:
        found.append("no repository is known: give the directory of the version, as .../v3.22, or alpine_repo=")
    return found


def _version(tree: Tree) -> str:
    if found := _NUMBER.search(tree.text(RELEASE) or ""):
        return found[0]
    for name in _LISTS:
        if found := _VERSION.search(tree.text(name) or ""):
            return found[1]
    found = _NUMBER.search(tree.source.replace("/v", "/"))
    return found[0] if found else ""


def _architecture(tree: Tree, kernel: str, title: str) -> None:
    for name in _LISTS:
        if found := _ARCHITECTURE.search(tree.text(name) or ""):
            demanded(found[1], title)
    if kind_of(tree.clues[kernel] or b"") is not Kind.KERNEL:
        raise RefusedError(
            f"this is {printable(title, 80)}, but {kernel} is no kernel for {OURS}",
            remedy=f"give the netboot files or image for {OURS}",
        )


ALPINE: Final = Distribution(
    family=Family.ALPINE,
    what="Alpine",
    looked_for=f"{RELEASE}, {RELEASES}, vmlinuz-lts",
    clues=(RELEASE, *_LISTS, *_KERNELS, *_SUMS),
    recognise=_recognise,
    answers="{guest}.apkovl.tar.gz",
    parameters=PARAMETERS,
    levels=LEVELS,
)
