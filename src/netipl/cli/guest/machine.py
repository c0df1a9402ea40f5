"""What the commands for machines share: a machine as the daemon tells of it, and sizes as people write them."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final

import typer

from netipl.cli.guest import options
from netipl.cli.remote.api import Api, Json, guest_path
from netipl.cli.remote.group import Failures
from netipl.cli.remote.views import reading
from netipl.errors import UsageError
from netipl.wire import printable

MACHINE: Final = "machine"
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?) ?([kmgt]?)(?:i?b)?", re.IGNORECASE)
_UNITS: Final[Mapping[str, int]] = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}

Watch = Annotated[bool, typer.Option("--watch", "-w", help="Watch it boot then, as `netipl guest watch` does.")]


def size(text: str, *, unit: str, option: str) -> int:
    """Bytes of `10G` or `512 MiB`; units are powers of 1024, and `unit` is meant where none is said.

    Raises UsageError.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise UsageError(f"{option}: {text!r} is no size", remedy="write it as 10G or 512M")
    return int(float(found[1]) * (1 << _UNITS[found[2].lower() or unit]))


def asked(api: Api, name: str, what: str, body: Json, failures: Failures, *, as_json: bool, becomes: str = "") -> bool:
    """Asks for `what` of the machine of a guest, and tells what it is then, or, while it runs, what it `becomes`.
    Whether it was done.
    """
    with failures.kept():
        told(api.post(guest_path(name, MACHINE, what), body).json, as_json=as_json, becomes=becomes)
        return True
    return False


@reading
def lines(json: Json, becomes: str = "") -> list[str]:
    """What it is now, and what is worth knowing of it. Raises UnavailableError."""
    return [printable(line, 2048) for line in _lines(json, becomes)]


def told(json: Json, *, as_json: bool, becomes: str = "") -> None:
    """On standard output."""
    if as_json:
        options.line(json)
    else:
        typer.echo("\n".join(lines(json, becomes)))


def _lines(json: Json, becomes: str) -> Iterator[str]:
    now = f", now from its {json['boots_from_now']}" if json["boots_from_now"] not in {"", json["boots_from"]} else ""
    order = f"boots first from its {json['boots_from']}{now}"
    what = becomes if becomes and json["active"] else f"is {json['state']}"
    whose = "" if json["managed"] else "; netipl does not manage it"
    yield f"{json['guest']}: domain {json['domain']} ({json['kind']}) {what}; {order}{whose}"
    for note in json["notes"]:
        yield f"  {note['severity']}: {note['message']}"
        yield f"    remedy: {note['remedy']}"
    if json["retry"]:
        yield f"  its firmware failed; it is started again at {json['retry']}"
    if json["away"]:
        yield f"  libvirt is not there now: {json['away']}"
