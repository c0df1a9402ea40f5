"""Debian: the installer of a mirror, under whichever address of it is given, and its ISO images.

A mirror's `Release` says the sum of the installer's SHA256SUMS, and that the sums of the boot files, so one signature
covers all. Sources: debian-installer, debian-cd, "Debian Repository Format"; ISO images for s390x were not seen.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Final

from netipl.errors import RefusedError, WireError
from netipl.media import checksums
from netipl.media.architecture import OURS, demanded
from netipl.media.distribution import Distribution, Level, Release, Row
from netipl.media.medium import Family, Role
from netipl.media.recognition import Further, Recognised, Signed, Sum
from netipl.media.relative import relative
from netipl.media.tree import Tree
from netipl.wire import printable

RELEASE, DISK, SUMS, OLD_SUMS = "Release", ".disk/info", "SHA256SUMS", "MD5SUMS"
IMAGES: Final = "main/installer-s390x/current/images/"
_KERNEL, _INITRD = "generic/kernel.debian", "generic/initrd.debian"
_PLACES: Final = ("", "images/", "current/images/", "installer-s390x/current/images/")
"""Where the sums lie beneath an address inside of the installer's directories."""
_LISTS: Final = tuple(place + name for name in (SUMS, OLD_SUMS) for place in _PLACES)

_ON_DISK: Final[Mapping[Role, tuple[str, ...]]] = {
    Role.KERNEL: ("boot/kernel.debian", "boot/linux_vm"),
    Role.INITRD: ("boot/initrd.debian", "boot/root.bin"),
}
_MD5, _SHA256 = "md5sum.txt", "sha256sum.txt"
_INFO: Final = re.compile(r'Debian GNU/Linux (\S+) "([^"]+)" - .*?\b([a-z0-9]+) (?:NETINST|CD|DVD|BD|DLBD|BC)')
_FIELD: Final = re.compile(r"^(Origin|Suite|Codename|Version|Architectures): *(.*)$", re.MULTILINE)
_RELEASE_SUM: Final = re.compile(rf"^ ([0-9a-f]{{64}}) +\d+ +{re.escape(IMAGES)}(\w+SUMS)$", re.MULTILINE)
_FOREIGN: Final = re.compile(r"debian-installer/([a-z0-9]+)/")
_SUITE: Final = re.compile(r"[a-z][a-z0-9.+-]{0,63}")
_SUITE_IN: Final = re.compile(r"/dists/([a-z][a-z0-9+-]*)/")
_CODENAMES: Final = {"buster": "10", "bullseye": "11", "bookworm": "12", "trixie": "13", "forky": "14", "duke": "15"}

PARAMETERS: Final = (
    Row(text="auto=true priority=critical url={answers}preseed.cfg s390-netdevice/choose_networktype=virtio"),
)
"""The kind of network is asked for before the answers can be fetched."""
LEVELS: Final = (Level(machine="z10EC", source="its kernel 6.1, which asks a z900 for facilities 34 and 35"),)


def _recognise(tree: Tree) -> Recognised | Further | None:
    if (info := tree.text(DISK)) is not None and (found := _INFO.match(info)):
        release = _release(found[1], found[2].lower())
        demanded(found[3], release.title)
        return _disk(tree, release)
    if tree.suite:
        if not _SUITE.fullmatch(tree.suite):
            raise RefusedError(f"'{printable(tree.suite, 40)}' is no suite of Debian", remedy="name it as `trixie`")
        return _suite(tree, f"dists/{tree.suite}/")
    if tree.has(RELEASE):
        return _suite(tree, "")
    if tree.has(f"dists/stable/{RELEASE}"):
        raise RefusedError(
            "this is a mirror of Debian, which has many suites", remedy="give the address of one, as .../dists/trixie"
        )
    return _inside(tree)


def _suite(tree: Tree, place: str) -> Recognised | Further | None:
    """`place` is where `Release` lies: empty, or a directory under `dists/`."""
    named, images = f"{place}{RELEASE}", f"{place}{IMAGES}"
    if further := tree.unread(named, images + SUMS, images + OLD_SUMS):
        return further
    text = tree.text(named)
    if text is None:
        raise RefusedError(f"there is no {named}", remedy="see that the suite's name is right, as `trixie`")
    fields = {found[1]: found[2] for found in _FIELD.finditer(text)}
    if fields.get("Origin") != "Debian":
        return None
    release = _release(fields.get("Version") or fields.get("Codename", ""), fields.get("Codename", ""))
    if OURS not in fields.get("Architectures", OURS).split():
        raise RefusedError(
            f"this is {release.title}, which has no {OURS}", remedy="give a mirror of Debian that has it"
        )
    sums = tree.first(images + SUMS, images + OLD_SUMS)
    if not sums:
        raise RefusedError(
            f"this is {release.title}, but {images + SUMS} is not there", remedy="give a mirror that has the installer"
        )
    return _installer(tree, sums, release, _trusted(tree, named, text, sums))


def _trusted(tree: Tree, release: str, text: str, sums: str) -> Signed | None:
    """`Release`, where it says the sum of the installer's list; None where it does not. Raises WireError."""
    expected = {found[2]: found[1] for found in _RELEASE_SUM.finditer(text)}.get(sums.rpartition("/")[2])
    if expected is None:
        return None
    if sha256(tree.clue(sums) or b"").hexdigest() != expected:
        raise WireError(f"{sums} is not the file that {release} names: their sums differ")
    return Signed(name=release, signatures=(f"{release}.gpg",))


def _inside(tree: Tree) -> Recognised | None:
    """An address inside of the installer's directories, where only its sums tell what it is."""
    for name in _LISTS:
        data = tree.clues.get(name) or b""
        found = _SUITE_IN.search(f"{tree.source}/")
        suite = found[1] if found else ""
        release = _release(_CODENAMES.get(suite, suite), suite)
        if _KERNEL.encode() in data:
            return _installer(tree, name, release, None)
        if foreign := _FOREIGN.search(data.decode("latin-1")):
            demanded(foreign[1], release.title)
    return None


def _installer(tree: Tree, sums: str, release: Release, trusted: Signed | None) -> Recognised:
    """The boot files beside and beneath the list `sums`."""
    place = sums.rpartition("/")[0] + "/" if "/" in sums else ""
    told = {place + name: each for name, each in checksums.decode(tree.clue(sums) or b"").items()}
    names = {Role.KERNEL: place + _KERNEL, Role.INITRD: place + _INITRD}
    for name in names.values():
        if name not in told:
            raise RefusedError(f"this is {release.title}, and {sums} has no {name}", remedy="give another mirror")
    signed = trusted or Signed(name=sums, signatures=(f"{sums}.gpg", f"{sums}.sign"))
    return _found(tree, release, names, told, (signed,))


def _disk(tree: Tree, release: Release) -> Recognised:
    names = {role: relative(tree.first(*choices) or choices[0]) for role, choices in _ON_DISK.items()}
    sums: dict[str, Sum] = {}
    for name in (_MD5, _SHA256):
        if (data := tree.clue(name)) is not None:
            sums.update(checksums.decode(data))
    return _found(tree, release, names, sums, ())


def _found(
    tree: Tree, release: Release, names: Mapping[Role, str], sums: Mapping[str, Sum], signed: tuple[Signed, ...]
) -> Recognised:
    return Recognised(
        family=Family.DEBIAN,
        version=release.version,
        title=release.title,
        architecture=OURS,
        files=tuple(tree.boot_file(role, name, sums, release.title) for role, name in names.items()),
        level=LEVELS[0].machine,
        signed=signed,
    )


def _release(version: str, codename: str) -> Release:
    name = f" ({codename})" if codename and codename != version else ""
    return Release(printable(f"Debian {version}{name}".rstrip(), 80), printable(version, 40))


DEBIAN: Final = Distribution(
    family=Family.DEBIAN,
    what="Debian",
    looked_for=f"{RELEASE}, {SUMS}, {DISK}",
    clues=(
        DISK,
        RELEASE,
        f"dists/stable/{RELEASE}",
        *_LISTS,
        _MD5,
        _SHA256,
    ),
    recognise=_recognise,
    answers="preseed.cfg",
    parameters=PARAMETERS,
    levels=LEVELS,
)
