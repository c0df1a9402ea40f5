"""`netipl demo --methods`: a real s390x Linux, booted by every boot method."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from rich.console import Console
from rich.table import Table

from netipl.cli.screen import Screen, print_json
from netipl.cli.stage import CALLBACK, Cast, Performance, Stage, Watch, enter_namespace, stage
from netipl.cli.terminal import Terminal
from netipl.guests.guest import BootFiles, BootMethod
from netipl.integrations.debian.boot import DebianBoot, debian_boot_files
from netipl.net import Mac

_AT_ONCE = 2  # guests; each keeps a core busy where QEMU has to translate
_MACS = Mac.parse("52:54:00:13:91:00").octets
_UUIDS = UUID("9b6e2a0c-7b1d-4b52-8f6e-1f6f13910000").int


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the summary."""

    cast: Cast
    performance: Performance

    @property
    def called_back(self) -> bool:
        """What the demonstration is for: the guest's Linux ran and reached us."""
        return self.performance.called_back is not None

    def as_json(self) -> dict[str, object]:
        """Times in seconds from the start of QEMU."""
        return {
            "method": self.cast.method.value,
            "called_back": self.called_back,
            "seconds_to_kernel": self.performance.seconds_to_kernel,
            "seconds_to_callback": self.performance.seconds_to_callback,
        }


def show(
    methods: Sequence[BootMethod],
    *,
    program: Path,
    memory: int,
    limit: float,
    keep: bool,
    screen: Screen,
    refresh: bool,
    as_json: bool,
) -> bool:
    """Boot a guest by each of `methods`; whether all called back. With `keep` they are left running."""
    debian = debian_boot_files(progress=screen.say, refresh=refresh)
    casts = [_cast(number, method, debian, memory, keep=keep) for number, method in enumerate(methods)]
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="netipl-demo-")))
        enter_namespace(stack)
        watch: Watch = print_json if as_json else stack.enter_context(screen.shown())

        async def performed() -> list[Result]:
            async with stage(casts, program=program, directory=directory, watch=watch) as built:
                if keep and len(casts) == 1:
                    return [Result(casts[0], await built.perform(casts[0], terminal=Terminal.lent(screen)))]
                return await _perform(built, casts, None if keep else limit)

        results = asyncio.run(performed())
    _summarise(results, debian, as_json=as_json)
    return all(result.called_back for result in results)


def _cast(number: int, method: BootMethod, debian: DebianBoot, memory: int, *, keep: bool) -> Cast:
    words = ["console=ttysclp0", f"netipl.callback={CALLBACK}?method={method}", f"netipl.marker={method}"]
    return Cast(
        name=method.value,
        mac=Mac(_MACS[:-1] + bytes([number])),
        uuid=UUID(int=_UUIDS + number),
        files=BootFiles(
            kernel=debian.kernel, initrd=debian.initrd, append=" ".join([*words, *(["netipl.keep"] if keep else [])])
        ),
        method=method,
        memory=memory,
    )


async def _perform(built: Stage, casts: Sequence[Cast], limit: float | None) -> list[Result]:
    places = asyncio.Semaphore(_AT_ONCE if limit else len(casts))

    async def one(cast: Cast) -> Result:
        async with places:
            return Result(cast, await built.perform(cast, limit=limit))

    return await asyncio.gather(*map(one, casts))


def _summarise(results: Sequence[Result], debian: DebianBoot, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps({"kernel": debian.version, "boots": [each.as_json() for each in results]}) + "\n")
        return
    table = Table("boot method", "called back", "kernel after", "callback after", title=f"Linux {debian.version}")
    for result in results:
        performance = result.performance
        verdict = "yes" if result.called_back else f"no: {performance.complaints or 'see above'}"
        times = (performance.seconds_to_kernel, performance.seconds_to_callback)
        table.add_row(result.cast.method, verdict, *("-" if time is None else f"{time:.1f} s" for time in times))
    Console().print(table)
