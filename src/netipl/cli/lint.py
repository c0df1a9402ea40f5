"""`netipl lint`: whether the firmware will take the files of a boot, said before the boot."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from netipl.cli import options, rewrite
from netipl.cli.findings import Found, Page
from netipl.errors import UsageError
from netipl.firmware.limits import BLOCK_SIZE, MIB
from netipl.firmware.lint.finding import KERNEL_HEAD, File, Target
from netipl.firmware.lint.tree import Use, kernels, likely_use, lint_file, uses
from netipl.firmware.lint.tree import lint as lint_tree
from netipl.firmware.rules import RULES, RuleId
from netipl.store import access, tftp_root
from netipl.store.access import Account


def lint(  # noqa: PLR0917 - one parameter for each option of the command
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH", show_default=False, help="A configuration, an .ins list, a boot file, or a TFTP root."
        ),
    ] = None,
    firmware: options.Firmware = None,
    memory: Annotated[int, typer.Option(metavar="MIB", min=1, help="Memory of the guest in MiB.")] = 512,
    kind: Annotated[
        Use | None, typer.Option(show_default=False, help="How the firmware is given a lone file; guessed without it.")
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="The TFTP root in which the files that a file names are looked for."),
    ] = None,
    user: Annotated[
        str, typer.Option(metavar="NAME", help="Whom the TFTP server runs as: can it read the files?")
    ] = "",
    block_size: Annotated[
        int, typer.Option(metavar="BYTES", min=8, max=BLOCK_SIZE, help="What the TFTP server agrees to.")
    ] = BLOCK_SIZE,
    path_prefix: Annotated[str, typer.Option(metavar="TEXT", help="What DHCP says in option 210.")] = "",
    configuration_file: Annotated[str, typer.Option(metavar="NAME", help="What DHCP says in option 209.")] = "",
    boot_file: Annotated[str, typer.Option(metavar="NAME", help="What DHCP says in option 67.")] = "",
    *,
    compile_it: Annotated[
        bool, typer.Option("--compile", help="Rewrite a configuration made for syslinux into one for the firmware.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Where --compile writes; else standard output."),
    ] = None,
    rules: Annotated[bool, typer.Option("--rules", help="List all rules.")] = False,
    explain: Annotated[str, typer.Option(metavar="RULE", help="Tell all that is known of one rule.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print each finding as one line of JSON.")] = False,
) -> None:
    """Check boot files against what the s390-ccw firmware takes.

    A directory is checked as a TFTP root: every configuration, boot file and .ins list in it, and the files they name.

    Exit status: 0 when nothing is wrong or only warnings and notes are, 1 with errors.
    """
    page = Page(as_json=as_json)
    if rules or explain:
        page.rules([_rule(explain)] if explain else list(RULES), whole=bool(explain))
        return
    target = Target(
        version=options.version(firmware),
        memory=memory * MIB,
        block_size=block_size,
        path_prefix=os.fsencode(path_prefix) if path_prefix else None,
        configuration_file=os.fsencode(configuration_file) if configuration_file else None,
        boot_file=os.fsencode(boot_file) if boot_file else None,
    )
    if compile_it:
        raise typer.Exit(rewrite.rewritten(_only(paths), root, output, target, use=kind))
    reader = access.account(user) if user else None
    found = [each for path in _given(paths) for each in _linted(path, root, kind, reader, target)]
    raise typer.Exit(page.findings(found, target, looked_for=root is not None or all(map(Path.is_dir, _given(paths)))))


def _linted(path: Path, root: Path | None, kind: Use | None, reader: Account | None, target: Target) -> Iterator[Found]:
    if path.is_dir():
        if kind is not None:
            raise UsageError(f"{path} is a directory", remedy="leave --kind out: it is for a lone file")
        tree = _with_kernels(tftp_root.described(path, reader=reader), path, target)
        for finding in lint_tree(tree, target):
            yield Found(finding, str(path / os.fsdecode(finding.file)) if finding.file else "")
        return
    yield from _alone(path, root, kind, reader, target)


def _alone(path: Path, root: Path | None, kind: Use | None, reader: Account | None, target: Target) -> Iterator[Found]:
    file = tftp_root.file(path, head=KERNEL_HEAD, reader=reader)
    name, tree = os.fsencode(path), None
    if root is not None:
        name, tree = _around(path, file, root, reader)
    use = likely_use(name, file) if kind is None else kind
    for finding in lint_file(name, file, use, tree, target):
        yield Found(finding, str(path) if finding.file else "")


def _around(path: Path, file: File, root: Path, reader: Account | None) -> tuple[bytes, dict[bytes, File]]:
    """The tree with its kernels, and the name in it of `path`, which may lie elsewhere."""
    place = Path(os.path.abspath(path))  # noqa: PTH100  (symlinks in a root have names of their own)
    above = Path(os.path.abspath(root))  # noqa: PTH100
    name = os.fsencode(place.relative_to(above) if place.is_relative_to(above) else path)
    tree = tftp_root.described(root, reader=reader)
    return name, tftp_root.with_heads(tree, root, kernels(name, file), KERNEL_HEAD) | {name: file}


def _with_kernels(tree: dict[bytes, File], root: Path, target: Target) -> dict[bytes, File]:
    wanted = {kernel for name, _ in uses(tree, target) for kernel in (name, *kernels(name, tree[name]))}
    return tftp_root.with_heads(tree, root, wanted, KERNEL_HEAD)


def _given(paths: list[Path] | None) -> list[Path]:
    if not paths:
        raise UsageError("nothing to check", remedy="name a configuration, an .ins list, a boot file or a TFTP root")
    return paths


def _only(paths: list[Path] | None) -> Path:
    if len(_given(paths)) != 1:
        raise UsageError("--compile takes one configuration", remedy="call it once for each")
    return _given(paths)[0]


def _rule(name: str) -> RuleId:
    try:
        return RuleId(name)
    except ValueError:
        raise UsageError(f"there is no rule {name!r}", remedy="`netipl lint --rules` lists them") from None
