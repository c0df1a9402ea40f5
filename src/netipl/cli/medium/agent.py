"""The agent, by which disk images and Debian's packages are installed: whether it is among the media, and how it comes.

What is built here is a medium like any other, and sent to the daemon as one.
"""

import tempfile
from pathlib import Path
from typing import Final

import typer

from netipl.cli.agent.progress import working
from netipl.cli.medium import importing, jobs
from netipl.cli.medium.importing import Wish
from netipl.cli.medium.jobs import Bars
from netipl.cli.remote.api import Api, Json
from netipl.errors import MissingError
from netipl.guests.installer import AGENT
from netipl.media.medium import Family

_INSTALLED_BY_IT: Final = frozenset({Family.DISK_IMAGE, Family.DEBIAN_PACKAGES})


def is_lacking(api: Api, medium: Json) -> bool:
    """Whether `medium` is installed by the agent, and there is none."""
    if medium["family"] not in _INSTALLED_BY_IT:
        return False
    try:
        api.get(f"media/{AGENT}")
    except MissingError:
        return True
    return False


def add(api: Api) -> str:
    """Builds it from Debian's packages, and imports it; what was done, in words. Raises NetiplError."""
    from netipl.integrations.debian import agent  # noqa: PLC0415 - where it is built only

    with working("building the agent") as progress:
        made = agent.build(progress=progress)
    with tempfile.TemporaryDirectory(prefix="netipl-agent-") as name:
        directory = Path(name, AGENT)
        agent.write(made, directory)
        wish, bars = Wish(name=AGENT, source=str(directory)), Bars(quiet=True)
        with bars.shown():
            jobs.checked(importing.imported(api, wish, wish.content, bars))
    return f"{AGENT}: built with Linux {made.version}, verified and kept"


def tell_of_lack(name: str) -> None:
    """On standard error; `name` is that of the medium."""
    typer.echo(f"netipl: {name} is installed by the agent, and there is none yet", err=True)
    typer.echo("        netipl agent build -o agent && netipl medium add agent agent", err=True)
