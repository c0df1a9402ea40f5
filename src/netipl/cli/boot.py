"""`netipl boot`: one throw-away guest, booted over a network that exists for it alone."""

import asyncio
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from netipl.cli import logs, options, usernet
from netipl.cli.screen import Screen, print_json
from netipl.cli.stage import CALLBACK, Cast, Performance, Until, Watch, enter_namespace, stage
from netipl.cli.terminal import Terminal
from netipl.errors import WireError
from netipl.guests.guest import BootFiles, BootMethod
from netipl.images import kernel as kernel_facts
from netipl.integrations.debian.boot import debian_boot_files
from netipl.machines import qemu
from netipl.net import Mac
from netipl.store import files

_MAC = "52:54:00:13:90:01"
_UUID = "9b6e2a0c-7b1d-4b52-8f6e-1f6f13900001"


def boot(  # noqa: PLR0917 - one parameter for each option of the command
    kernel: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="An uncompressed s390x kernel. Without it Debian's is fetched."),
    ] = None,
    initrd: Annotated[Path | None, typer.Option(metavar="FILE", help="Its initrd.")] = None,
    append: Annotated[str, typer.Option(metavar="TEXT", help="The kernel command line.")] = "",
    method: options.Method = BootMethod.CONFIG,
    uuid: Annotated[str, typer.Option(metavar="UUID", help="The UUID of the guest.")] = _UUID,
    mac: Annotated[str, typer.Option(metavar="MAC", help="The MAC address of the guest.")] = _MAC,
    memory: options.Memory = 512,
    program: options.Qemu = Path(qemu.PROGRAM),
    *,
    uplink: Annotated[
        bool, typer.Option("--uplink", help="Let the guest reach the outside (NAT by pasta or slirp4netns).")
    ] = False,
    qemu_user_net: Annotated[
        bool,
        typer.Option("--qemu-user-net", help="Use QEMU's own network and TFTP server: where namespaces are forbidden."),
    ] = False,
    to_guest: options.ToGuest = "",
    from_guest: options.FromGuest = "",
    seed: options.Seed = 0,
    limit: options.Limit = None,
    until: Annotated[Until, typer.Option("--until", help="Leave the guest running until then.")] = Until.END,
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="The keyboard types on the guest's console; Ctrl-] ends it.")
    ] = False,
    as_json: options.Json = False,
) -> None:
    """Boot one s390x guest over the network.

    It runs in qemu-system-s390x, on a network of its own with netipl's DHCP, TFTP and HTTP servers, as root or as a
    normal user. Its console and the timeline of its boot come to the terminal; Ctrl-C ends it.

    Without --kernel it boots Debian's kernel and a small initrd that calls back over HTTP and turns the guest off.

    Exit status: 0 when the guest's kernel started, 1 when it did not, 3 when something needed is not here.
    """
    logs.configure()
    screen = Screen(aside=as_json)
    terminal = Terminal.lent(screen) if interactive else None
    cast = Cast(
        name="guest",
        mac=Mac.parse(mac),
        uuid=options.uuid(uuid),
        files=_files(screen, kernel, initrd, append),
        method=method,
        memory=memory,
        to_guest=options.impairment(to_guest),
        from_guest=options.impairment(from_guest),
        seed=seed,
        until=until,
    )
    program = qemu.find(program)
    if doubt := _doubt(cast):
        screen.say(f"this will hardly start: the kernel is {doubt}")
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="netipl-boot-")))
        dns = None if qemu_user_net else enter_namespace(stack, uplink=uplink)
        watch: Watch = print_json if as_json else stack.enter_context(screen.shown())

        async def performed() -> Performance:
            if qemu_user_net:
                return await usernet.perform(cast, program, directory, watch, limit=limit, terminal=terminal)
            async with stage([cast], program=program, directory=directory, watch=watch, dns=dns) as built:
                return await built.perform(cast, limit=limit, terminal=terminal)

        performance = asyncio.run(performed())
    if not as_json:
        screen.say(_verdict(performance, cast, limit))
    raise typer.Exit(0 if performance.kernel else 1)


def _files(screen: Screen, kernel: Path | None, initrd: Path | None, append: str) -> BootFiles:
    """What was asked for, or Debian's. Raises UnavailableError for what cannot be read."""
    initrd = initrd.absolute() if initrd else None
    if kernel is not None:
        chosen = BootFiles(kernel=kernel.absolute(), initrd=initrd, append=append)
    else:
        debian = debian_boot_files(progress=screen.say)
        ours = f"console=ttysclp0 netipl.callback={CALLBACK}"
        chosen = BootFiles(kernel=debian.kernel, initrd=initrd or debian.initrd, append=f"{ours} {append}".strip())
    files.images(chosen)
    return chosen


def _verdict(performance: Performance, cast: Cast, limit: float | None) -> str:
    if performance.kernel is not None:
        return f"the kernel started after {performance.seconds_to_kernel:.1f} s"
    if performance.complaints:
        return f"no kernel started; QEMU says: {performance.complaints}"
    time = f" within {limit:.0f} s" if performance.out_of_time else ""
    doubt = _doubt(cast)
    return f"no kernel started{time}" + (f": what was given is {doubt}" if doubt else "")


def _doubt(cast: Cast) -> str:
    """Why the kernel is none for this firmware, or nothing."""
    try:
        kernel_facts.decode(files.images(cast.files).header)
    except WireError as error:
        return str(error)
    return ""
