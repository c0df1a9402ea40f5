"""The command `netipl`: its groups, and the one door where errors become a message, a remedy and an exit status."""

import signal
import sys
from collections.abc import Iterator, Mapping
from types import FrameType
from typing import Annotated, ClassVar

import typer

from netipl.cli.lazy import CONTEXT, LazyGroup, Place
from netipl.errors import NetiplError


class _Commands(LazyGroup):
    places: ClassVar[Mapping[str, Place]] = {
        "demo": Place(
            "netipl.cli.demo.command:demo",
            "Install a real s390x guest over the network, boot it from its disk, and install it again.",
        ),
        "boot": Place("netipl.cli.boot:boot", "Boot one s390x guest over the network."),
        "lint": Place("netipl.cli.lint:lint", "Check boot files against what the s390-ccw firmware takes."),
        "serve": Place("netipl.cli.serve:serve", "Serve guests: DHCP, TFTP and HTTP, as the settings file says."),
        "export": Place(
            "netipl.cli.export:export",
            "Write the boot files of all guests to a directory, for dnsmasq or any other TFTP server.",
        ),
        "simulate": Place(
            "netipl.cli.simulate:simulate",
            "Boot simulated guests against a running server, as QEMU's s390x firmware would, packet by packet.",
        ),
        "doctor": Place(
            "netipl.cli.doctor.command:doctor",
            "Say what is missing or wrong on this host for boots over the network.",
        ),
        "image": Place("netipl.cli.image.group:app", "Look at boot files and make them."),
        "guest": Place("netipl.cli.guest.group:app", "Add guests, install them, and watch them boot."),
        "medium": Place("netipl.cli.medium.group:app", "Import what guests are installed from."),
        "profile": Place("netipl.cli.profile.group:app", "Say what is installed, and how."),
        "network": Place("netipl.cli.network.group:app", "Make networks of libvirt serve boots."),
        "agent": Place("netipl.cli.agent.group:app", "Build the agent that writes disk images and installs Debian."),
        "token": Place("netipl.cli.token.group:app", "Let programs use the API."),
        "db": Place("netipl.cli.db.group:app", "Look after the database."),
    }


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings=CONTEXT,
    help="Network IPL: boots s390x guests over the network.\n\n`netipl demo` shows it all on this machine.",
)


@app.callback(invoke_without_command=True)
def _version(
    *, version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False
) -> None:
    if version:
        from importlib.metadata import version as installed  # noqa: PLC0415  (only here is it worth its time)

        typer.echo(f"netipl {installed('netipl')}")
        raise typer.Exit


def main() -> None:
    """Entry point: exit status 0 done, 1 the answer is no, 2 wrong usage, 3 cannot reach what it needs."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        app()
    except NetiplError as error:
        sys.exit(_told(error))
    except ExceptionGroup as group:
        _, others = group.split(NetiplError)
        if others is not None:
            raise
        sys.exit(max(map(_told, _leaves(group))))
    except KeyboardInterrupt:
        sys.exit(130)


def _leave(number: int, _frame: FrameType | None) -> None:
    """End in order, so that nothing is left behind; the status is that of a shell for this signal."""
    sys.exit(128 + number)


def _told(error: BaseException) -> int:
    """Say what is the matter and what helps; the exit status."""
    assert isinstance(error, NetiplError)  # by the callers
    typer.echo(f"netipl: {error}", err=True)
    if error.remedy:
        typer.echo(f"        {error.remedy}", err=True)
    for note in getattr(error, "__notes__", ()):
        typer.echo(f"        {note}", err=True)
    return error.exit_status


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """The errors of tasks, which come in groups."""
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _leaves(each)
    else:
        yield error


if __name__ == "__main__":
    main()
