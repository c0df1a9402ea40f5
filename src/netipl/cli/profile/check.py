"""`netipl profile check`: the daemon makes the answers, and what is wrong with them is found here."""

import json
from base64 import b64decode
from collections.abc import Mapping
from ipaddress import IPv4Address
from pathlib import Path
from typing import Annotated

import typer

from netipl.answers.facts import Facts
from netipl.answers.finding import Finding
from netipl.answers.kind import Kind
from netipl.cli.profile import options
from netipl.cli.remote import completion
from netipl.cli.remote.api import Api
from netipl.cli.remote.api import Json as Answer
from netipl.cli.remote.group import Json, connected
from netipl.cli.remote.views import reading
from netipl.errors import MissingError, RefusedError, UsageError
from netipl.firmware.rules import Severity
from netipl.integrations.checkers import Verdict, checked
from netipl.wire import printable


def check(
    context: typer.Context,
    name: options.Name,
    guest: Annotated[
        str | None,
        typer.Option("--guest", metavar="NAME", help="For it; else for an example.", autocompletion=completion.guests),
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", metavar="FILE", help="As if the profile were as this YAML file says.")
    ] = None,
    *,
    print_answers: Annotated[bool, typer.Option("--print", help="Print the answers, too.")] = False,
    as_json: Json = False,
) -> None:
    """Make the answers of a profile, and check them.

    Exit status: 1 when they cannot be made, or something is wrong with them. Programs that would know more and are not
    installed are named.
    """
    with connected(context) as api:
        try:
            answered = _answered(api, name, guest, file)
        except MissingError:
            raise
        except (RefusedError, UsageError) as error:
            raise RefusedError(str(error), remedy=error.remedy) from None
    verdict = verdict_of(answered)
    if print_answers:
        _print(files_of(answered))
    for finding in verdict.findings:
        typer.echo(json.dumps(_document(finding)) if as_json else _words(finding))
    if not as_json:
        _summary(answered, verdict)
    wrong = any(finding.severity is Severity.ERROR for finding in verdict.findings)
    raise typer.Exit(1 if wrong else 0)


def _answered(api: Api, name: str, guest: str | None, file: Path | None) -> Answer:
    if file is None:
        return api.get(options.path(name, "answers"), guest=guest).json
    said = options.checked(name, options.of_file(file), file)
    return api.ask("POST", options.path(name, "answers"), query={"guest": guest}, body=said).json


@reading
def files_of(answered: Answer) -> Mapping[str, bytes]:
    """By name. Raises UnavailableError."""
    return {
        str(each["name"]): str(each["text"]).encode() if each.get("text") is not None else b64decode(each["base64"])
        for each in answered["files"]
    }


@reading
def verdict_of(answered: Answer) -> Verdict:
    """What is wrong with them. Answers of no known kind are not looked at. Raises UnavailableError."""
    if answered.get("kind") is None:
        return Verdict(findings=())
    nobodys = IPv4Address(0)
    facts = Facts(
        guest=str(answered["guest"]),
        macs=(),
        address=nobodys,
        netmask=nobodys,
        server=nobodys,
        family="",
        version=str(answered["version"]),
        title=str(answered["title"]),
        answers="",
        callback="",
    )
    return checked(Kind(answered["kind"]), files_of(answered), facts)


def _print(files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        typer.echo(f"==> {printable(name)} <==")
        for line in data.decode(errors="replace").splitlines():
            typer.echo(printable(line, 1 << 16))


def _words(finding: Finding) -> str:
    place = ":".join([finding.file, *(str(number) for number in (finding.line, finding.column) if number)])
    by = f" [{printable(finding.by)}]" if finding.by else ""
    remedy = f"\n    remedy: {printable(finding.remedy, 1024)}" if finding.remedy else ""
    return f"{printable(place)}: {finding.severity}: {printable(finding.message, 4096)}{by}{remedy}"


def _document(finding: Finding) -> dict[str, str | int]:
    return {
        "file": finding.file,
        "line": finding.line,
        "column": finding.column,
        "severity": finding.severity.value,
        "message": finding.message,
        "remedy": finding.remedy,
        "by": finding.by,
    }


def _summary(answered: Answer, verdict: Verdict) -> None:
    names = ", ".join(printable(str(each["name"])) for each in answered["files"]) or "no answers"
    errors = sum(finding.severity is Severity.ERROR for finding in verdict.findings)
    typer.echo(f"{printable(str(answered['guest']))}: {names}: {errors} errors")
    if answered.get("kind") is None:
        typer.echo("their kind is not known, so they were not looked at")
    for program in verdict.absent:
        typer.echo(f"not asked, since it is not installed: {program}")
