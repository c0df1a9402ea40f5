"""The agent: fetches its orders, carries them out, reports, and leaves. Started by `init` when the network is up.

On the kernel command line: `netipl.orders=URL`, and `netipl.callback=URL` for orders that name none. Whatever goes
wrong is told to netipl and shown on the console; then the machine is turned off, and does not try again by itself.
"""

import sys
import traceback
from pathlib import Path
from typing import Final

from netipl.answers import orders
from netipl.answers.orders import WriteImage
from netipl.errors import NetiplError, RefusedError, UsageError
from netipl.payload.agent import ending
from netipl.payload.agent.disks import SYS, chosen
from netipl.payload.agent.download import Download
from netipl.payload.agent.imaging import write_image
from netipl.payload.agent.reports import Log, Reports
from netipl.payload.agent.seeding import Seed

_MOST_ORDERS: Final = 4 << 20
_CALLBACK: Final = "netipl.callback"


def parameter(name: str, command_line: str) -> str:
    """What the kernel command line says of `name`, the last time; empty where it says nothing."""
    words = [word.partition("=") for word in command_line.split()]
    return next((text for key, _, text in reversed(words) if key == name), "")


def run(command_line: str, log: Log, *, dev: Path = Path("/dev"), sys: Path = SYS) -> WriteImage | None:
    """Do what the command line points to. None if that failed, which is told by then."""
    reports = Reports(parameter(_CALLBACK, command_line), log)
    try:
        found = _orders(parameter(orders.PARAMETER, command_line), log)
        if found.callback:
            reports = Reports(found.callback, log)
        reports.tell("started")
        _carry_out(found, log, reports, dev, sys)
    except NetiplError as error:
        _failed(f"{error}; {error.remedy}" if error.remedy else str(error), log, reports)
    except Exception:  # noqa: BLE001 - the last door: what nobody thought of is told like the rest
        log.say(traceback.format_exc())
        _failed("the agent itself is at fault; see its log", log, reports)
    else:
        return found
    return None


def _orders(url: str, log: Log) -> WriteImage:
    if not url:
        raise UsageError(f"the kernel command line has no {orders.PARAMETER}=URL")
    data = bytearray()
    for piece in Download(url, log.say).pieces():
        data += piece
        if len(data) > _MOST_ORDERS:
            raise RefusedError(f"the orders have more than {_MOST_ORDERS} bytes")
    return orders.decode(bytes(data))


def _carry_out(found: WriteImage, log: Log, reports: Reports, dev: Path, sys: Path) -> None:
    disk = chosen(found.disk, sys)
    log.say(f"writing to {disk}")
    seed = Seed(found.seed) if found.seed else None
    download = Download(found.image.url, log.say, size=found.image.size)
    write_image(found.image, dev / disk.name, seed, download=download, log=log, reports=reports)
    if found.then is orders.Then.RE_IPL:
        ending.aim(disk.number, sys, log)
    reports.tell("done")


def _failed(words: str, log: Log, reports: Reports) -> None:
    log.say(f"failed: {words}")
    reports.tell("failed", words, log.tail())


def main() -> int:
    """Exit status 0 never comes back: the machine ends. Otherwise it failed, and `init` ends it."""
    log = Log(lambda line: print(line, flush=True))  # noqa: T201 - the console
    found = run(Path("/proc/cmdline").read_text(), log)
    if found is None:
        return 1
    ending.leave(found.then)
    return 0


if __name__ == "__main__":
    sys.exit(main())
