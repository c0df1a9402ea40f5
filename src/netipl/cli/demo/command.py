"""`netipl demo`: what netipl is for, shown on this machine by real firmware and a real Linux."""

from pathlib import Path
from typing import Annotated

import typer

from netipl.cli import logs, options
from netipl.cli.demo import methods as every_method
from netipl.cli.demo import story
from netipl.cli.screen import Screen
from netipl.guests.guest import BootMethod
from netipl.machines import qemu

_LIMIT = 300.0
"""Seconds for one boot; the longest takes about 30."""


def demo(
    method: Annotated[
        list[BootMethod] | None,
        typer.Option(help="As --methods, for this boot method alone; may be given several times."),
    ] = None,
    program: options.Qemu = Path(qemu.PROGRAM),
    memory: options.Memory = 512,
    limit: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, help="Give up a boot, or a step, that takes longer.")
    ] = _LIMIT,
    *,
    methods: Annotated[
        bool, typer.Option("--methods", help="Boot guests by every boot method instead of installing one.")
    ] = False,
    keep: Annotated[
        bool,
        typer.Option("--keep", help="With --methods: leave the guests running; a single one gets a shell here."),
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show the kernels' logs too.")] = False,
    refresh: Annotated[bool, typer.Option("--refresh", help="Look for newer packages in Debian's archive.")] = False,
    as_json: options.Json = False,
) -> None:
    """Install a real s390x guest over the network, boot it from its disk, and install it again.

    A disk image and the agent that writes it are made of Debian's s390x packages, which apt fetches and which are kept
    in ~/.cache/netipl. A guest in qemu-system-s390x is added, built and booted by netipl's own servers; the system on
    its disk reports by HTTP; the guest is reset, and goes to its disk; a second build writes the disk anew. Nothing
    outside of a network namespace is touched, and root is not needed.

    Exit status: 0 only if all of it happened.
    """
    logs.configure()
    screen = Screen(label=methods or bool(method), kernel_log=verbose, aside=as_json)
    program = qemu.find(program)
    if methods or method:
        done = every_method.show(
            method or list(BootMethod),
            program=program,
            memory=memory,
            limit=limit,
            keep=keep,
            screen=screen,
            refresh=refresh,
            as_json=as_json,
        )
    else:
        done = story.tell(program=program, memory=memory, limit=limit, screen=screen, refresh=refresh, as_json=as_json)
    raise typer.Exit(0 if done else 1)
