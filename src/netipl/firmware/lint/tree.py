"""Lints a whole TFTP tree, or one file of it: which files are looked at and as what, and what all checks find.

A tree's files come with `finding.ENOUGH` bytes of their heads; of those that `kernels` names, `finding.KERNEL_HEAD`
are needed.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final

from netipl.firmware.limits import MIB, PROBED_CONFIGURATION
from netipl.firmware.lint import boot_file, configuration, fallback, files, ins, names
from netipl.firmware.lint.files import Named
from netipl.firmware.lint.finding import File, Finding, Kind, Spot, Target, Tree, graded, normal
from netipl.firmware.rules import RULES, RuleId, Severity


class Use(StrEnum):
    """How the firmware is given a file."""

    PROBED = "configuration"
    """Found by probing, or named by option 209."""
    BOOT_FILE = "boot-file"
    """Named by DHCP: a kernel, a configuration with its magic, or an .ins list."""


_ORDER: Final = tuple(Severity)


def lint(tree: Mapping[bytes, File], target: Target) -> tuple[Finding, ...]:
    """Everything in `tree` that the firmware of `target` could be given."""
    return _sorted(_tree(Tree(tree), target), target)


def lint_file(
    name: bytes, file: File, use: Use, tree: Mapping[bytes, File] | None, target: Target
) -> tuple[Finding, ...]:
    """One file; the files it names are looked for in `tree`, where there is one."""
    whole = None if tree is None else Tree(tree)
    return _sorted(_whole(target, _alone(name, file, use, whole, target)), target)


def uses(tree: Mapping[bytes, File], target: Target) -> Iterator[tuple[bytes, Use]]:
    """The files of `tree` that are configurations and boot files."""
    for name, file in tree.items():
        if file.kind is Kind.FILE and (use := _use(name, file, target)) is not None:
            yield name, use


def likely_use(name: bytes, file: File) -> Use:
    """Of a file that somebody names without saying what it is."""
    if names.probed(normal(name), Target()) is not None:
        return Use.PROBED
    head = file.head or b""
    text = boot_file.looks_like_configuration(head) and not boot_file.is_configuration(head)
    return Use.PROBED if text and not name.lower().endswith(b".ins") else Use.BOOT_FILE


def kernels(name: bytes, file: File) -> Iterator[bytes]:
    """The keys in the tree of what the file asks for as kernels; of a boot file that is none of both, itself."""
    data = file.head or b""
    if ins.is_list(name, data):
        part = ins.kernel_of(name, data)
        yield from [normal(part.name)] if part else []
        return
    for label in configuration.read(name, data).labels:
        if named := files.of_label(label, b"kernel"):
            yield normal(named.name)


def _use(name: bytes, file: File, target: Target) -> Use | None:
    head = file.head or b""
    last = names.probed(name, target)
    if target.boot_file is not None and name == normal(target.boot_file):
        return Use.BOOT_FILE
    if name == names.configuration_file(target) or (last is not None and names.is_probed(name, last, target)):
        return Use.PROBED
    if last is not None:
        return Use.PROBED if boot_file.looks_like_configuration(head) else None
    if boot_file.is_configuration(head) or ins.is_list(name, head) or name.lower().endswith(b".ins"):
        return Use.BOOT_FILE
    return None


def _tree(tree: Tree, target: Target) -> Iterator[Finding]:
    found = dict(uses(tree, target))
    yield from _whole(target, names.check_directory(tree, target))
    yield from _boot_file_is_there(tree, target)
    configurations = []
    for name, file in tree.items():
        if file.kind is Kind.DIRECTORY and file.head is None:
            yield Spot(file=name).broken(RuleId.FILE_NOT_LOOKED_AT, "the directory cannot be read by you")
        last = names.probed(name, target)
        if last is not None and file.kind is Kind.FILE:
            configurations.append((name, last))
            yield from names.check_length(name, last, target)
            yield from names.check_spelling(name, last, target)
    yield from names.check_order(configurations)
    for name, use in found.items():
        yield from _readable(name, tree[name])
        yield from _file(name, tree[name], use, tree, target)


def _boot_file_is_there(tree: Tree, target: Target) -> Iterator[Finding]:
    """One that ends in a slash names where configurations are."""
    if target.boot_file and not target.boot_file.endswith(b"/"):
        named = Named(name=target.boot_file, spot=Spot(file=b""))
        if files.found(named, tree) is None:
            yield from files.check_presence(named, tree, target)


def _alone(name: bytes, file: File, use: Use, tree: Tree | None, target: Target) -> Iterator[Finding]:
    last = names.probed(normal(name), target)
    if use is Use.PROBED and last is not None:
        yield from names.check_spelling(name, last, target)
        yield from names.check_length(name, last, target) if tree is not None else ()
    yield from _readable(name, file)
    yield from _file(name, file, use, tree, target)


def _whole(target: Target, findings: Iterator[Finding]) -> Iterator[Finding]:
    """With what concerns the guest itself."""
    nowhere = Spot(file=b"")
    if not target.limits.network_boot:
        yield nowhere.broken(RuleId.NO_NETWORK_BOOT, f"QEMU {target.version} cannot boot from the network")
    least = RULES[RuleId.MEMORY_TOO_LITTLE].limit
    assert least is not None  # by the table
    if target.memory < least * MIB:
        message = f"{target.memory // MIB} MiB of memory, {least} are the least"
        yield nowhere.broken(RuleId.MEMORY_TOO_LITTLE, message)
    yield from names.check_options(target)
    yield from findings


def _file(name: bytes, file: File, use: Use, tree: Tree | None, target: Target) -> Iterator[Finding]:
    if use is Use.PROBED:
        yield from _probed(name, file, tree, target)
        return
    found = list(boot_file.check(name, file, tree, target))
    yield from found
    if tree is not None:
        yield from files.check_name(Named(name=name, spot=Spot(file=name)))
        if target.limits.configurations:
            yield from fallback.check(name, list(graded(found, target)), tree)


def _probed(name: bytes, file: File, tree: Tree | None, target: Target) -> Iterator[Finding]:
    spot = Spot(file=name)
    if not target.limits.configurations:
        yield spot.broken(RuleId.CONFIGURATIONS_UNKNOWN, "this firmware does not know configurations")
    elif file.kind is not Kind.FILE:
        yield spot.broken(RuleId.FILE_IS_DIRECTORY, "the configuration is no regular file")
    elif not file.size:
        yield spot.broken(RuleId.CONFIGURATION_EMPTY, "the configuration is empty")
    elif file.head is None:
        yield spot.broken(RuleId.FILE_NOT_LOOKED_AT, "the configuration cannot be read by you")
    else:
        if file.size > PROBED_CONFIGURATION:
            message = f"the configuration has {file.size} bytes, {PROBED_CONFIGURATION} are taken"
            yield spot.broken(RuleId.CONFIGURATION_TOO_LARGE, message)
        if file.is_whole:
            yield from boot_file.check_configuration(name, file.head, tree, target, boot_file=False)


def _readable(name: bytes, file: File) -> Iterator[Finding]:
    if file.denied:
        yield Spot(file=name).broken(RuleId.ACCESS_DENIED, f"the file cannot be read: {file.denied}")
    if file.outside:
        yield Spot(file=name).broken(RuleId.FILE_LINKED_OUTSIDE, "the file is a symlink out of the root")


def _sorted(findings: Iterator[Finding], target: Target) -> tuple[Finding, ...]:
    found = set(graded(findings, target))
    return tuple(
        sorted(found, key=lambda each: (each.file, each.line, each.column, _ORDER.index(each.severity), each.rule))
    )
