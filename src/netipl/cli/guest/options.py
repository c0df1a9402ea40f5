"""What the commands for guests share: their arguments, and the options that say what a guest is."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer

from netipl.cli import said
from netipl.cli.remote import completion
from netipl.cli.remote.api import Api, Json, guest_path
from netipl.cli.remote.views import GuestView, guest_view
from netipl.errors import MissingError, NetiplError, UsageError
from netipl.guests import choices_document
from netipl.guests.document import document, guest
from netipl.guests.guest import BootMethod, LocalBoot
from netipl.guests.reading import Document

Name = Annotated[str, typer.Argument(metavar="NAME", help="The guest.", autocompletion=completion.guests)]
NewName = Annotated[str, typer.Argument(metavar="NAME", help="Its name: a DNS name, as web1 or web1.example.com.")]
Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="The guests.", autocompletion=completion.guests)]

Macs = Annotated[
    list[str] | None, typer.Option("--mac", metavar="MAC", help="Its MAC address; more than one by repeating this.")
]
Uuid = Annotated[str | None, typer.Option("--uuid", metavar="UUID", help="The UUID of its virtual machine.")]
Network = Annotated[
    str | None,
    typer.Option("--network", metavar="NAME", help="The network it boots in.", autocompletion=completion.networks),
]
Address = Annotated[
    str | None, typer.Option("--address", metavar="ADDRESS", help="Its address. Without it one from a pool.")
]
Profile = Annotated[
    str | None,
    typer.Option("--profile", metavar="NAME", help="What it is installed with.", autocompletion=completion.profiles),
]
BuildProfile = Annotated[
    str | None,
    typer.Option(
        "--profile", metavar="NAME", help="Not that of the guest, but this one.", autocompletion=completion.profiles
    ),
]
Firmware = Annotated[
    str | None,
    typer.Option("--firmware", metavar="VERSION", help="The QEMU version that runs it. Without it its network's."),
]
Cpu = Annotated[str | None, typer.Option("--cpu", metavar="MODEL", help="Its CPU model, as QEMU names it.")]
Disk = Annotated[
    str | None, typer.Option("--disk", metavar="DEVICE", help="Its disk: 0.0.1234, or auto for the first.")
]
Append = Annotated[
    str | None, typer.Option("--append", metavar="TEXT", help="Kernel parameters of its own, behind its profile's.")
]
Method = Annotated[
    str | None,
    typer.Option(
        "--method",
        metavar="METHOD",
        help=f"How the firmware is given its files: auto, {', '.join(BootMethod)}.",
        autocompletion=lambda: ["auto", *BootMethod],
    ),
]
LocalBootOption = Annotated[
    str | None,
    typer.Option(
        "--local-boot",
        metavar="WAY",
        help=f"Its way to its own disk: auto, {', '.join(LocalBoot)}.",
        autocompletion=lambda: ["auto", *LocalBoot],
    ),
]
ClientId = Annotated[
    str | None,
    typer.Option("--client-id", metavar="HEX", help="Its DHCP client identifier (option 61), as ff:00:01:02."),
]

Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="A choice of its own, over its profile's; lists as [a, b], nothing: not any."
    ),
]
ChoicesFile = Annotated[
    Path | None, typer.Option("--choices", metavar="FILE", help="A YAML file of such choices; - is standard input.")
]

_LISTS: Final = frozenset({"mac"})


def chosen(before: Mapping[str, Any], sets: list[str] | None, file: Path | None) -> Document | None:  # Any: JSON
    """The choices `before`, with those of a file and those that were set; None where nothing is said of them.

    Raises UsageError.
    """
    if not sets and file is None:
        return None
    given = (said.of_file(file) if file is not None else {}) | said.assigned(sets or (), choices_document.KEYS)
    try:
        return choices_document.document(choices_document.choices({**before, **given}))
    except UsageError as error:
        if file is not None and str(error).partition(":")[0] in said.of_file(file):
            raise said.placed(file, error) from None
        raise


def stated(name: str, options: Mapping[str, Any]) -> Document:  # Any: each option its own
    """A guest's document of the options that were given, checked. Raises UsageError that names the option."""
    stated = {key: value for key, value in options.items() if value not in (None, [], {})}
    return checked({"name": name, **stated})


def checked(stated: Mapping[str, object]) -> Document:
    """In the one form of documents. Raises UsageError that names the option."""
    try:
        return document(guest(stated))
    except UsageError as error:
        key, found, words = str(error).partition(": ")
        if not found or key not in stated or key in {"name", "choices"}:
            raise
        raise UsageError(f"--{key.replace('_', '-')}: {words}", remedy=error.remedy) from None


def changed(before: Document, options: Mapping[str, Any]) -> Document:  # Any: each option its own
    """`before` with the options that were given; one of empty text takes out what was said. Raises UsageError."""
    given = {key: value for key, value in options.items() if value is not None and value != []}
    emptied = {key for key, value in given.items() if value in ("", [""])}
    return checked({**before, **{key: [] if key in emptied & _LISTS else value for key, value in given.items()}})


def known(api: Api, name: str) -> tuple[GuestView, str]:
    """The guest of that name, and its entity tag. Raises MissingError."""
    answer = api.get(guest_path(name))
    return guest_view(answer.json), answer.etag


def tell_of_profile(api: Api, name: object) -> None:
    """A guest may have a profile before it is there; that it is not there yet is said, and no reason to refuse."""
    if not isinstance(name, str) or not name:
        return
    try:
        api.get(f"profiles/{quote(name, safe='')}")
    except MissingError:
        typer.echo(f"netipl: there is no profile {name} yet, so it cannot be installed", err=True)
        typer.echo("  remedy: make it, by `netipl medium add` or `netipl profile add`", err=True)
    except NetiplError:  # what was asked for is done
        return


def line(json_document: Json) -> None:
    """One line of JSON (ASCII only, so safe for a terminal)."""
    typer.echo(json.dumps(json_document))
