"""`netipl serve`: the daemon, for the networks and guests of a settings file."""

import asyncio
import gc
import logging
import signal
from pathlib import Path
from typing import Annotated

import structlog
import typer

from netipl.cli import logs
from netipl.daemon.daemon import Daemon
from netipl.errors import NetiplError
from netipl.integrations import privileges
from netipl.integrations.systemd import Notifier, held
from netipl.settings.load import DEFAULT_PATH, load
from netipl.settings.settings import Settings

_log = structlog.get_logger("netipl")

_ALLOCATIONS = 20_000  # more objects than before, until those are looked at; Python's own is 700


def serve(
    config: Annotated[Path, typer.Option("--config", "-c", metavar="FILE", help="The settings.")] = DEFAULT_PATH,
    *,
    check: Annotated[bool, typer.Option("--check", help="Only say whether the settings are right.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every step of every boot.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Log one JSON object a line.")] = False,
) -> None:
    """Serve guests: DHCP, TFTP and HTTP, as the settings file says.

    SIGHUP reads guests, networks and what they boot anew; SIGTERM ends it, and the
    transfers that run. Killed and started again within 20 seconds, or restarted by
    systemd, it goes on with them.
    """
    logs.configure(logging.DEBUG if verbose else logging.INFO, as_json=as_json)
    settings = _loaded(config)
    if check:
        typer.echo(f"{config} is right: {len(settings.networks())} networks, {len(settings.guests())} guests")
        return
    manager, before = Notifier(), held()
    watch = logs.Log(verbose=verbose).watch
    daemon = Daemon(settings, watch=watch, held=[each.socket for each in before])
    daemon.open()
    manager.hold(daemon.lasting_sockets, instead_of=before)
    privileges.drop(settings.user)
    _collect_rarely()
    asyncio.run(_until_told_to_stop(daemon, config, manager))


def _collect_rarely() -> None:
    """A packet leaves hardly a cycle behind, and what is there before the first one stays until the end."""
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS, 50, 100)


async def _until_told_to_stop(daemon: Daemon, config: Path, manager: Notifier) -> None:
    loop, stopped, asked = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    loop.add_signal_handler(signal.SIGHUP, asked.set)
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(daemon.run())
        await daemon.serving.wait()
        manager.ready("serving")
        _log.info("serving", config=str(config))
        reloading = tasks.create_task(_reload_when(asked, daemon, config, manager))
        await stopped.wait()
        manager.stopping()
        _log.info("stopping")
        reloading.cancel()
        serving.cancel()


async def _reload_when(asked: asyncio.Event, daemon: Daemon, config: Path, manager: Notifier) -> None:
    while True:
        await asked.wait()
        asked.clear()
        await _reload(daemon, config, manager)


async def _reload(daemon: Daemon, config: Path, manager: Notifier) -> None:
    """Settings that are wrong change nothing."""
    manager.reloading()
    try:
        waiting = await daemon.reload(_loaded(config))
        _log.info("settings read again", config=str(config))
        if waiting:
            _log.warning("some changes wait for the next start", keys=", ".join(waiting))
    except NetiplError as error:
        _log.error("the settings stay as they were", reason=str(error), remedy=error.remedy)
    manager.ready("serving")


def _loaded(config: Path) -> Settings:
    settings = load(config)
    for warning in settings.warnings():
        _log.warning(warning)
    return settings
