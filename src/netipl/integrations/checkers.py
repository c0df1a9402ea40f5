"""Checks answer files: what netipl knows itself, and what the programs of others say, where they are installed.

They are run as programs, on copies in a directory of their own: pykickstart's ksvalidator, cloud-init's schema,
ignition-validate, Debian's debconf-set-selections, and a shell that reads without running. Which are not here is said,
and no fault.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from netipl.answers.checks import form, shell
from netipl.answers.facts import Facts
from netipl.answers.finding import Finding, Source
from netipl.answers.kind import Kind
from netipl.answers.validation import findings as own_findings
from netipl.answers.validation import sources
from netipl.firmware.rules import Severity

_TIME: Final = 60
"""Seconds for one run of a program."""

Run = Callable[[str, str, tuple[str, ...]], str]
"""Of a program with arguments, on a text; what it says on both outputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`absent` are programs that would have looked too, with what they are part of."""

    findings: tuple[Finding, ...]
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checker:
    """A program: what it is part of, and how it is asked about one file of a kind."""

    program: str
    part_of: str
    asked: Callable[[Run, Source, Facts], Iterator[Finding]]
    files: tuple[str, ...] = ()
    """Which of the kind's; empty for all."""


def checked(kind: Kind, files: Mapping[str, bytes], facts: Facts, *, path: str | None = None) -> Verdict:
    """What is wrong with answer files that were made of `facts`. Programs are looked for in `path`, else in PATH."""
    found, absent = own_findings(kind, files), list[str]()
    for checker in CHECKERS.get(kind, ()):
        program = _found(checker.program, path)
        if program is None:
            absent.append(f"{checker.program} ({checker.part_of})")
            continue
        for source, _ in sources(kind, files):
            if not checker.files or source.file in checker.files:
                found += checker.asked(_runner(program), source, facts)
    return Verdict(findings=tuple(found), absent=tuple(absent))


def _found(program: str, path: str | None) -> str | None:
    """Beside our own Python too: whoever installed netipl into an environment may have put it there."""
    beside = Path(sys.executable).parent
    return shutil.which(program, path=path) or (shutil.which(program, path=str(beside)) if path is None else None)


def _runner(program: str) -> Run:
    def run(name: str, text: str, arguments: tuple[str, ...]) -> str:
        with tempfile.TemporaryDirectory(prefix="netipl-check-") as directory:
            file = Path(directory, name)
            file.write_text(text, "utf-8")
            done = subprocess.run(
                [program, *arguments, str(file)],
                cwd=directory,
                env={"PATH": os.environ.get("PATH", os.defpath), "HOME": directory, "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=_TIME,
                check=False,
                encoding="utf-8",
                errors="replace",
            )
        return (done.stdout.strip() or f"exit status {done.returncode}") if done.returncode else ""

    def careful(name: str, text: str, arguments: tuple[str, ...]) -> str:
        try:
            return run(name, text, arguments)
        except (OSError, subprocess.TimeoutExpired) as error:
            return f"it could not be run: {error}"

    return careful


_AT_LINE: Final = re.compile(r"problem occurred on line (\d+) of the kickstart file:\s*(.+?)\s*(?=\n\n|\Z)", re.DOTALL)


def _ksvalidator(run: Run, source: Source, facts: Facts) -> Iterator[Finding]:
    major = facts.version.partition(".")[0]
    version = f"{'F' if 'Fedora' in facts.title else 'RHEL'}{major}"
    said = run(source.file, source.text, ("--version", version))
    by = f"ksvalidator for {version}"
    if "is not supported by pykickstart" in said:
        remedy = "install a newer pykickstart"
        yield source.finding(f"ksvalidator knows no {version}", severity=Severity.NOTE, remedy=remedy, by=by)
        return
    problems = _AT_LINE.findall(said)
    for line, message in problems:
        yield source.finding(" ".join(message.split()), int(line), 1, by=by)
    if said and not problems:
        yield source.finding(_last_line(said), by=by)


_PLACED: Final = re.compile(r"(?:^|, )([A-Za-z][\w-]*(?:\.[\w-]+)*): ")
_MARK: Final = re.compile(r"format-l(\d+)\.c(\d+)")


def _cloud_init(run: Run, source: Source, _facts: Facts) -> Iterator[Finding]:
    """Of the file, and of the cloud-config that it has for the installed system."""
    yield from _schema(run, source, source.text, ())
    document, wrong = form.yaml_of(source)
    inner = document.get("autoinstall") if isinstance(document, dict) and not wrong else None
    installed = inner.get("user-data") if isinstance(inner, dict) else None
    if isinstance(installed, dict):
        text = f"#cloud-config\n{yaml.safe_dump(installed)}"
        yield from _schema(run, source, text, ("autoinstall", "user-data"))


def _schema(run: Run, source: Source, text: str, above: tuple[str, ...]) -> Iterator[Finding]:
    said = run(source.file, text, ("schema", "--config-file"))
    _, known, errors = said.partition("schema errors: ")
    if not known:
        if said:
            yield source.finding(_last_line(said), by="cloud-init schema")
        return
    errors = re.split(r"\nTraceback|Cloud config schema deprecations:", errors)[0].strip()
    matches = list(_PLACED.finditer(errors))
    for match, following in zip(matches, [*matches[1:], None], strict=True):
        message = " ".join(errors[match.end() : following.start() if following else None].split())
        if mark := _MARK.fullmatch(match[1]):
            line, column = int(mark[1]), int(mark[2])
        else:
            steps = (*above, *(int(part) if part.isdecimal() else part for part in match[1].split(".")))
            line, column = form.place(yaml.compose(source.text, Loader=yaml.SafeLoader), steps)
        yield source.finding(f"{match[1]}: {message}", line, column, by="cloud-init schema")


_DEBCONF: Final = re.compile(r"^(error|warning): (.*?\bline (\d+).*)$", re.MULTILINE)


def _debconf(run: Run, source: Source, _facts: Facts) -> Iterator[Finding]:
    said = run(source.file, source.text, ("--checkonly",))
    problems = _DEBCONF.findall(said)
    for severity, message, line in problems:
        yield source.finding(message, int(line), 1, severity=Severity(severity), by="debconf-set-selections")
    if said and not problems:
        yield source.finding(_last_line(said), by="debconf-set-selections")


_IGNITION: Final = re.compile(r"^(error|warning) at (?:(\S+), )?line (\d+) col (\d+): (.*)$", re.MULTILINE)


def _ignition(run: Run, source: Source, _facts: Facts) -> Iterator[Finding]:
    said = run(source.file, source.text, ())
    problems = _IGNITION.findall(said)
    for severity, path, line, column, message in problems:
        where = f"{path}: {message}" if path else message
        at = (int(line), int(column))
        yield source.finding(where, *at, severity=Severity(severity), by="ignition-validate")
    if said and not problems:
        yield source.finding(_last_line(said), by="ignition-validate")


_SHELL: Final = re.compile(r": (?:line )?(\d+): (.*)")


def _shell(kind: Kind) -> Callable[[Run, Source, Facts], Iterator[Finding]]:
    def asked(run: Run, source: Source, _facts: Facts) -> Iterator[Finding]:
        for piece in shell.pieces(kind, source):
            said = run("program", piece.text, ("-n",))
            if match := _SHELL.search(said):
                line = piece.line if piece.is_joined else piece.line + int(match[1]) - 1
                yield source.finding(match[2], line, 1, by="sh -n", remedy="correct the shell program")
            elif said:
                yield source.finding(_last_line(said), piece.line, 1, by="sh -n")

    return asked


def _last_line(said: str) -> str:
    return said.strip().rpartition("\n")[2]


CHECKERS: Final[Mapping[Kind, tuple[Checker, ...]]] = {
    Kind.KICKSTART: (
        Checker(program="ksvalidator", part_of="pykickstart", asked=_ksvalidator),
        Checker(program="sh", part_of="the system", asked=_shell(Kind.KICKSTART)),
    ),
    Kind.AUTOINSTALL: (
        Checker(program="cloud-init", part_of="cloud-init", asked=_cloud_init, files=("user-data", "vendor-data")),
    ),
    Kind.PRESEED: (
        Checker(program="debconf-set-selections", part_of="debconf", asked=_debconf),
        Checker(program="sh", part_of="the system", asked=_shell(Kind.PRESEED)),
    ),
    Kind.IGNITION: (Checker(program="ignition-validate", part_of="ignition", asked=_ignition),),
    Kind.ALPINE: (Checker(program="sh", part_of="the system", asked=_shell(Kind.ALPINE)),),
}
"""By kind, in the order in which they are asked."""
