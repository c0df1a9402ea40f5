"""Checks the names of configurations: whether the firmware would ever ask for them, and in which order.

Source: SLOF lib/libnet/pxelinux.c (C), requests captured with 7.2 and 10.0 (M).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from netipl.firmware.limits import BOOT_FILE_DIRECTORY, CONFIGURATION_NAME, FILE_NAME, PATH_PREFIX
from netipl.firmware.lint.finding import Finding, Kind, Spot, Target, Tree, normal
from netipl.firmware.rules import RuleId
from netipl.wire import printable

DIRECTORY: Final = b"pxelinux.cfg"
_PROBED: Final = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|01(?:-[0-9a-f]{2}){6}|[0-9A-F]{1,8}|default")
_SHOWN: Final = 3
"""Names of narrower ranges that a finding lists."""
_ADDRESS_DIGITS: Final = re.compile(rb"[0-9A-F]{1,8}")
_MISSPELLED: Final = (
    (re.compile(rb"(?i)[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}"), "a UUID in lower case, with dashes"),
    (re.compile(rb"(?i)(?:[0-9a-f]{2}-)?(?:[0-9a-f]{2}[-:]){5}[0-9a-f]{2}"), "a MAC as 01-aa-bb-cc-dd-ee-ff"),
    (re.compile(rb"(?i)[0-9a-f]{12}"), "a MAC as 01-aa-bb-cc-dd-ee-ff"),
    (re.compile(rb"(?i)[0-9a-f]{1,8}"), "an address in upper-case digits"),
    (re.compile(rb"[0-9]{1,3}(?:\.[0-9]{1,3}){3}"), "an address as 8 upper-case hexadecimal digits"),
    (re.compile(rb"(?i)default"), "`default` in lower case"),
)


def probed(name: bytes, target: Target) -> bytes | None:
    """The last part of `name`, if it lies where configurations are probed for; None elsewhere."""
    if target.path_prefix is not None:
        beginning = _beginning(target.path_prefix)
        rest = name[len(beginning) :]
        return rest if name.startswith(beginning) and rest and b"/" not in rest else None
    directory, _, last = name.rpartition(b"/")
    return last if last and directory.rpartition(b"/")[2] == DIRECTORY else None


def is_probed(name: bytes, last: bytes, target: Target) -> bool:
    """Whether the firmware of some guest asks for `name`, which ends in `last`."""
    return bool(_PROBED.fullmatch(last)) or name == configuration_file(target)


def configuration_file(target: Target) -> bytes | None:
    """The name that options 210 and 209 make together; without 210 it lies in the first pxelinux.cfg."""
    if target.configuration_file is None:
        return None
    beginning = DIRECTORY + b"/" if target.path_prefix is None else target.path_prefix
    return normal(beginning + target.configuration_file)


def check_options(target: Target) -> Iterator[Finding]:
    """The lengths of options 209 and 210, which stand in no file."""
    prefix, name = target.path_prefix or b"", target.configuration_file or b""
    nowhere = Spot(file=b"")
    if len(prefix) > PATH_PREFIX:
        message = f"option 210 has {len(prefix)} characters, {PATH_PREFIX} fit"
        yield nowhere.broken(RuleId.PREFIX_TOO_LONG, message)
    elif name and len(prefix) + len(name) > CONFIGURATION_NAME:
        message = f"options 210 and 209 have {len(prefix) + len(name)} characters, {CONFIGURATION_NAME} fit"
        yield nowhere.broken(RuleId.NAME_TOO_LONG, message)


def check_length(name: bytes, last: bytes, target: Target) -> Iterator[Finding]:
    """Of the name of one configuration, from the root of the server on."""
    spot = Spot(file=name)
    directory = name[: -len(last)].removesuffix(DIRECTORY + b"/")
    if target.path_prefix is None and len(directory) > BOOT_FILE_DIRECTORY:
        message = f"the directory has {len(directory)} characters, {BOOT_FILE_DIRECTORY} fit"
        yield spot.broken(RuleId.DIRECTORY_TOO_LONG, message)
    elif len(name) > FILE_NAME:
        yield spot.broken(RuleId.FILE_NAME_TOO_LONG, f"the name has {len(name)} characters, {FILE_NAME} fit")


def check_spelling(name: bytes, last: bytes, target: Target) -> Iterator[Finding]:
    """Whether anybody asks for the name of one configuration."""
    spot = Spot(file=name)
    if is_probed(name, last, target):
        return
    expected = next((words for pattern, words in _MISSPELLED if pattern.fullmatch(last)), None)
    if expected is None:
        yield spot.broken(RuleId.NAME_NOT_PROBED, f"nobody probes for '{printable(last, 60)}'")
    else:
        yield spot.broken(RuleId.NAME_MISSPELLED, f"the firmware asks for {expected}")


def check_directory(tree: Tree, target: Target) -> Iterator[Finding]:
    """That pxelinux.cfg is a directory wherever it is, unless it is the boot file itself."""
    boot_file = normal(target.boot_file or b"")
    for name, file in tree.items():
        if file.kind is Kind.FILE and name.rpartition(b"/")[2] == DIRECTORY and name != boot_file:
            yield Spot(file=name).broken(RuleId.DIRECTORY_IS_FILE, "pxelinux.cfg is a file")


def check_order(configurations: Sequence[tuple[bytes, bytes]]) -> Iterator[Finding]:
    """Address ranges within others, of (name, last part): sorted, what lies within a range comes right behind it."""
    ranges = sorted((name, last) for name, last in configurations if _ADDRESS_DIGITS.fullmatch(last))
    for number, (name, last) in enumerate(ranges):
        behind = ranges[number + 1 : number + 2 + _SHOWN]
        within = [other for path, other in behind if path.startswith(name) and other.startswith(last)]
        if within:
            shown = ", ".join(other.decode() for other in within[:_SHOWN]) + (", ..." if len(within) > _SHOWN else "")
            yield Spot(file=name).broken(RuleId.NAME_SHADOWED, f"{shown} comes first for guests in that range")


def _beginning(prefix: bytes) -> bytes:
    """`prefix` as names of a tree begin."""
    directory, slash, rest = prefix.lstrip(b"/").rpartition(b"/")
    return (normal(directory) + slash if normal(directory) else b"") + rest
