"""The agent: fetches its orders, carries them out, reports, and leaves. Started by `init` when the network is up.

On the kernel command line: `netipl.orders=URL`, and `netipl.callback=URL` for orders that name none. Whoever is asked
for orders is told the MAC addresses, as anaconda tells them with inst.ks.sendmac. Whatever goes wrong is told and shown
on the console; then the machine is turned off, and does not try again by itself.
"""

import re
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from netipl.answers import orders
from netipl.answers.orders import Orders, WriteImage
from netipl.errors import NetiplError, RefusedError, UsageError
from netipl.payload.agent import ending
from netipl.payload.agent.disks import SYS, Found, chosen
from netipl.payload.agent.download import Download
from netipl.payload.agent.imaging import write_image
from netipl.payload.agent.reports import Log, Reports
from netipl.payload.agent.seeding import Seed
from netipl.values import value

_MOST_ORDERS: Final = 4 << 20
_CALLBACK: Final = "netipl.callback"
_MAC: Final = re.compile(r"([0-9a-f]{2}:){5}[0-9a-f]{2}")
_NO_MAC: Final = "00:00:00:00:00:00"
"""That of the loopback interface."""
_PATIENCE, _MOMENT = 20, 0.5
"""How often a disk that is not there is looked for again, and after how many seconds."""
_SETTLED: Final = 2.0
"""Seconds after which the disk that is meant has to be the same still: another may be found later than the first."""


def parameter(name: str, command_line: str) -> str:
    """What the kernel command line says of `name`, the last time; empty where it says nothing."""
    words = [word.partition("=") for word in command_line.split()]
    return next((text for key, _, text in reversed(words) if key == name), "")


@value(kw_only=True)
class Here:
    """The machine that it runs on."""

    log: Log
    dev: Path = Path("/dev")
    sys: Path = SYS
    sleep: Callable[[float], None] = time.sleep


def run(command_line: str, here: Here) -> Orders | None:
    """Do what the command line points to. None if that failed, which is told by then."""
    log = here.log
    reports = _reports(None, command_line, here)
    try:
        found = _orders(parameter(orders.PARAMETER, command_line), here)
        reports = _reports(found, command_line, here)
        reports.tell("started")
        _carry_out(found, here, reports)
    except NetiplError as error:
        _failed(f"{error}; {error.remedy}" if error.remedy else str(error), log, reports)
    except Exception:  # noqa: BLE001 - the last door: what nobody thought of is told like the rest
        log.say(traceback.format_exc())
        _failed("the agent itself is at fault; see its log", log, reports)
    else:
        return found
    return None


def _reports(found: Orders | None, command_line: str, here: Here) -> Reports:
    """To whom the orders name, else to whom the command line names."""
    base = (found and found.callback) or parameter(_CALLBACK, command_line)
    instead = {"done": found.done, "failed": found.failed} if found else {}
    return Reports(base, here.log, instead=instead, sleep=here.sleep)


def macs(sys: Path) -> dict[str, str]:
    """The header fields that tell them: `X-RHN-Provisioning-MAC-0: eth0 52:54:00:12:34:56`."""
    found = [(path.parent.name, path.read_text().strip()) for path in sorted(sys.glob("class/net/*/address"))]
    known = [(name, mac) for name, mac in found if _MAC.fullmatch(mac) and mac != _NO_MAC]
    return {f"X-RHN-Provisioning-MAC-{number}": f"{name} {mac}" for number, (name, mac) in enumerate(known)}


def _orders(url: str, here: Here) -> Orders:
    if not url:
        raise UsageError(f"the kernel command line has no {orders.PARAMETER}=URL")
    data = bytearray()
    for piece in Download(url, here.log.say, headers=macs(here.sys), sleep=here.sleep).pieces():
        data += piece
        if len(data) > _MOST_ORDERS:
            raise RefusedError(f"the orders have more than {_MOST_ORDERS} bytes")
    return orders.decode(bytes(data))


def _carry_out(found: Orders, here: Here, reports: Reports) -> None:
    disk = _disk(found.disk, here)
    here.log.say(f"writing to {disk}")
    fetched = found.image if isinstance(found, WriteImage) else found.packages
    download = Download(fetched.url, here.log.say, size=fetched.size, sleep=here.sleep)
    if isinstance(found, WriteImage):
        seed = Seed(found.seed) if found.seed else None
        write_image(found.image, here.dev / disk.name, seed, download=download, log=here.log, reports=reports)
    else:
        from netipl.payload.agent.debian import install  # noqa: PLC0415 - tarfile is loaded where it is wanted

        install(found, here.dev / disk.name, download=download, log=here.log, reports=reports)
    if found.then is orders.Then.RE_IPL:
        ending.aim(disk.number, here.sys, here.log)
    reports.tell("done")


def _disk(wanted: str, here: Here) -> Found:
    """Linux finds disks one after the other while we ask for them: it is asked for a while, and twice."""
    for _ in range(_PATIENCE):
        with suppress(RefusedError):
            found = chosen(wanted, here.sys)
            here.sleep(_SETTLED)
            if chosen(wanted, here.sys) == found:
                return found
        here.sleep(_MOMENT)
    return chosen(wanted, here.sys)


def _failed(words: str, log: Log, reports: Reports) -> None:
    log.say(f"failed: {words}")
    reports.tell("failed", words, log.tail())


def main() -> int:
    """Exit status 0 never comes back: the machine ends. Otherwise it failed, and `init` ends it."""
    log = Log(lambda line: print(line, flush=True))  # noqa: T201 - the console
    found = run(Path("/proc/cmdline").read_text(), Here(log=log))
    if found is None:
        return 1
    ending.leave(found.then)
    return 0


if __name__ == "__main__":
    sys.exit(main())
