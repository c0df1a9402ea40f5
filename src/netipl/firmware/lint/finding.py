"""What lint looks at and what it says: a tree of files, the guest that shall boot from it, and findings.

Names in a tree are as the TFTP server sees them: from its root, without a leading slash.
"""

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Final

from netipl.firmware.limits import BLOCK_SIZE, MIB, PROBED_CONFIGURATION, Limits, limits_of
from netipl.firmware.rules import RULES, RuleId, Severity
from netipl.firmware.versions import Version
from netipl.images import kernel

ENOUGH: Final = PROBED_CONFIGURATION + 1
"""Bytes of a file's head that tell what it is, and hold every configuration that the firmware reads."""
KERNEL_HEAD: Final = kernel.HEADER_SIZE
"""Bytes of a head that tell a kernel."""


class Kind(StrEnum):
    """What stands under a name."""

    FILE = "file"
    DIRECTORY = "directory"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One name. `head` are its first bytes, as many as are needed; None where it, or the directory, cannot be read."""

    kind: Kind = Kind.FILE
    size: int = 0
    head: bytes | None = b""
    denied: str = ""
    """Why the server's user cannot read it; empty where it can, or nobody asked."""
    outside: bool = False
    """Whether it lies, by a symlink, outside of the root."""

    @property
    def is_whole(self) -> bool:
        return self.head is not None and len(self.head) >= self.size


class Tree(dict[bytes, File]):
    """All names of a TFTP root."""

    @cached_property
    def _by_lower_case(self) -> Mapping[bytes, bytes]:
        return {name.lower(): name for name in self}

    def near(self, name: bytes) -> bytes | None:
        """A name that differs in case only."""
        return self._by_lower_case.get(name.lower())


def normal(name: bytes) -> bytes:
    """`name` as the key of a tree. One that leaves the root begins with `..`."""
    found = posixpath.normpath(name.lstrip(b"/"))
    return b"" if found == b"." else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The guest: its firmware (None is the strictest), its memory in bytes, and what DHCP and TFTP tell it."""

    version: Version | None = None
    memory: int = 512 * MIB
    block_size: int = BLOCK_SIZE
    """What the TFTP server agrees to; 512 is one that does not know the option."""
    path_prefix: bytes | None = None
    """Option 210."""
    configuration_file: bytes | None = None
    """Option 209."""
    boot_file: bytes | None = None
    """Option 67, or `file`."""

    @property
    def limits(self) -> Limits:
        return limits_of(self.version)

    @property
    def graded_as(self) -> Version:
        """The version that rules are asked for."""
        return self.limits.first if self.version is None else self.version


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule broken. `line` and `column` count from 1; line 0 is the file as a whole.

    `text` is the line, of which `length` bytes from `column` on break the rule. `file` is empty where no file does.
    """

    rule: RuleId
    file: bytes
    message: str
    line: int = 0
    column: int = 0
    text: bytes = b""
    length: int = 0
    severity: Severity = Severity.NOTE


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A place in a file, for findings about it."""

    file: bytes
    line: int = 0
    column: int = 0
    text: bytes = b""
    length: int = 0

    def broken(self, rule: RuleId, message: str) -> Finding:
        return Finding(
            rule=rule,
            message=message,
            file=self.file,
            line=self.line,
            column=self.column,
            text=self.text,
            length=self.length,
        )


def graded(findings: Iterable[Finding], target: Target) -> Iterator[Finding]:
    """Those that hold for the version of `target`, with their severity."""
    for finding in findings:
        severity = RULES[finding.rule].severity_for(target.graded_as)
        if severity is not None:
            yield replace(finding, severity=severity)
