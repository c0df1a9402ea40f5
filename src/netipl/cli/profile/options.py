"""What the commands for profiles share: their arguments, and the options that say what a profile is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final
from urllib.parse import quote

import typer

from netipl.answers.choices import Layout
from netipl.cli import said
from netipl.cli.guest.documents.form import text_of
from netipl.cli.remote import completion
from netipl.cli.remote.api import Api, Json
from netipl.cli.remote.views import reading
from netipl.errors import UsageError
from netipl.guests import choices_document
from netipl.guests.marks import domain_name
from netipl.guests.profile_document import KEYS, document, profile
from netipl.guests.reading import EMPTY, Document

Name = Annotated[str, typer.Argument(metavar="NAME", help="The profile.", autocompletion=completion.profiles)]
NewName = Annotated[str, typer.Argument(metavar="NAME", help="Its name: a DNS name, as debian12.")]
Names = Annotated[
    list[str], typer.Argument(metavar="NAME...", help="The profiles.", autocompletion=completion.profiles)
]

Base = Annotated[
    str | None,
    typer.Option("--base", metavar="NAME", help="Says what this one does not.", autocompletion=completion.profiles),
]
Medium = Annotated[
    str | None, typer.Option("--medium", metavar="NAME", help="What is booted.", autocompletion=completion.media)
]
Agent = Annotated[
    str | None,
    typer.Option(
        "--agent", metavar="NAME", help="The agent's medium, for a disk image.", autocompletion=completion.media
    ),
]
Template = Annotated[str | None, typer.Option("--template", metavar="NAME", help="The template of the answers.")]
Append = Annotated[
    str | None, typer.Option("--append", metavar="TEXT", help="Kernel parameters, behind those of the medium.")
]
Timezone = Annotated[str | None, typer.Option("--timezone", metavar="ZONE", help="As Europe/Prague.")]
Language = Annotated[str | None, typer.Option("--language", metavar="LOCALE", help="As en_US.UTF-8.")]
Keyboard = Annotated[str | None, typer.Option("--keyboard", metavar="NAME", help="As us.")]
DiskLayout = Annotated[
    str | None,
    typer.Option(
        "--layout", metavar="LAYOUT", help=f"Of the disk: {', '.join(Layout)}.", autocompletion=lambda: [*Layout]
    ),
]
RootPassword = Annotated[
    str | None, typer.Option("--root-password", metavar="HASH", help="The hash that `openssl passwd -6` prints.")
]
SshKeys = Annotated[
    list[Path] | None, typer.Option("--ssh-key", metavar="FILE", help="Public keys for root; repeat for more files.")
]
Finish = Annotated[
    Path | None,
    typer.Option("--finish", metavar="FILE", help="A script that runs by SSH when a disk image has booted."),
]
Packages = Annotated[list[str] | None, typer.Option("--package", metavar="NAME", help="One more; repeat for others.")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Any key of a profile; lists as [a, b], nothing takes it out."),
]
From = Annotated[Path | None, typer.Option("--from", metavar="FILE", help="A YAML file of such keys; - is stdin.")]

ALL: Final[Mapping[str, Any]] = {**KEYS, **choices_document.KEYS}
"""Every key that a profile may have."""
_NOT_GIVEN: Final[tuple[object, ...]] = (None, [], ())
"""As click has it for options of one value, and for those of many."""
CHOICES: Final = frozenset(choices_document.KEYS)


def given(context: typer.Context) -> Document:
    """The keys that the options of a command say, those of `--from` under the others. Raises UsageError."""
    options = context.params
    file: Path | None = options.get("file")
    found = of_file(file) if file is not None else {}
    found |= {key: options[key] for key in ALL if key != "name" and options.get(key) not in _NOT_GIVEN}
    if options.get("ssh_keys"):
        found["root_ssh_keys"] = said.ssh_keys(options["ssh_keys"])
    if options.get("finish_file") is not None:
        found["finish"] = text_of(options["finish_file"])
    return found | said.assigned(options.get("sets") or (), [key for key in ALL if key != "name"])


def of_file(path: Path) -> Document:
    """What a file says of a profile, without its name. Raises UsageError with the line, and UnavailableError."""
    found = said.of_file(path)
    if unknown := [key for key in found if key not in ALL]:
        error = UsageError(f"{unknown[0]}: there is no such key", remedy=f"known are {', '.join(ALL)}")
        raise said.placed(path, error)
    return {key: value for key, value in found.items() if key != "name"}


def checked(name: str, keys: Mapping[str, Any], file: Path | None = None) -> Document:  # Any: as documents have it
    """In the one form of documents. Raises UsageError that names the key, and its line where it is of `file`."""
    try:
        return document(profile({**keys, "name": name}))
    except UsageError as error:
        if file is not None and str(error).partition(":")[0] in said.of_file(file):
            raise said.placed(file, error) from None
        raise


def path(name: str, *rest: str) -> str:
    """Of the profile of that name in the API. Raises UsageError."""
    return "/".join(("profiles", quote(domain_name(name), safe=""), *rest))


def known(api: Api, name: str) -> tuple[Document, str, str]:
    """The document of that profile, its origin and its entity tag. Raises MissingError."""
    answer = api.get(path(name))
    return shown(answer.json), str(answer.json.get("origin", "")), answer.etag


@reading
def shown(json: Json) -> Document:
    """What is said of it. Raises UnavailableError."""
    return {key: json[key] for key in ALL if json.get(key) not in EMPTY}
