"""`netipl demo`: a medium is imported, a guest installed from it, reset, and installed again, each step waited for.

The guest is real, and so is what it boots: the agent, and a disk image with a system that counts its boots and reports
them. What the servers and the guest did is shown as it happens; a table of the steps stands at the end.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Final

from rich.console import Console
from rich.table import Table

from netipl.cli.demo.lab import REPORT, Lab, Reports
from netipl.cli.screen import Screen, print_json
from netipl.cli.stage import SERVER, Stage, Watch, enter_namespace, stage
from netipl.errors import NetiplError, RefusedError, UnavailableError
from netipl.integrations.debian import agent, disk_image

_AGENT: Final = "agent"
_MEDIUM: Final = "small-linux"
_IMAGE: Final = f"{_MEDIUM}.raw"
_PROFILE: Final = "small-server"
_TEMPLATE: Final = "reporting"

_SEED: Final = {
    "meta-data": "instance-id: {{ guest }}\nlocal-hostname: {{ guest }}\n",
    "user-data": "#!/bin/sh\n# the installed system runs this with each boot, and the number of it\n"
    f'wget -q -O /dev/null "http://{SERVER.ip}:8069{REPORT}?boot=$1"\n',
}
"""A template of answers: what the agent puts on the disk beside the image."""


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the summary."""

    words: str
    seconds: float


@dataclass(slots=True)
class Story:
    """The steps that are done; none takes longer than `limit` seconds."""

    screen: Screen
    limit: float
    steps: list[Step] = field(default_factory=list)

    async def step(self, words: str, done: Awaitable[object]) -> None:
        """Raises RefusedError where it is not done in time."""
        began = monotonic()
        self.screen.say(f"== {len(self.steps) + 1}. {words}")
        try:
            async with asyncio.timeout(self.limit):
                await done
        except TimeoutError:
            remedy = "the lines above tell how far it came; --limit gives it more time"
            raise RefusedError(f"not within {self.limit:.0f} s: {words}", remedy=remedy) from None
        self.steps.append(Step(words, monotonic() - began))

    async def play(self, lab: Lab, agent_files: Path, image: Path) -> None:
        """All of it. Raises NetiplError."""
        await self.step("the agent is imported as a medium", lab.imported(_AGENT, agent_files))
        await self.step("a disk image is imported as another", lab.imported(_MEDIUM, image))
        await self.step("a profile and a guest are added", lab.added(_PROFILE, _MEDIUM, _TEMPLATE))
        await self.step("a build is asked for", lab.build_asked())
        async with lab.switched_on():
            await self.step("the guest boots, is installed, boots from its disk and reports", lab.installed())
        async with lab.switched_on():
            await self.step("the guest was reset, and goes to its disk", lab.reported(2))
        await self.step("another build is asked for", lab.build_asked())
        async with lab.switched_on():
            await self.step("the guest was reset, and is installed again", lab.installed())


def tell(*, program: Path, memory: int, limit: float, screen: Screen, refresh: bool, as_json: bool) -> bool:
    """The whole story; whether it went as it should. Raises UnavailableError for what is not here."""
    story = Story(screen, limit)
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="netipl-demo-")))
        agent.write(agent.build(progress=screen.say, refresh=refresh), directory / _AGENT)
        version = disk_image.build(directory / _IMAGE, progress=screen.say)
        enter_namespace(stack)
        watch: Watch = print_json if as_json else stack.enter_context(screen.shown())

        async def told() -> NetiplError | None:
            heard = Reports(watch)
            async with _daemon(directory, program, heard) as built:
                lab = Lab(built=built, screen=screen, disk=directory / "disk", memory=memory, reports=heard.boots)
                return await _ended(story.play(lab, directory / _AGENT, directory / _IMAGE))

        error = asyncio.run(told())
    _summarise(story, version, error, as_json=as_json)
    return error is None


def _daemon(directory: Path, program: Path, watch: Watch) -> AbstractAsyncContextManager[Stage]:
    daemon = directory / "daemon"
    daemon.mkdir()
    templates = _templates(directory / "templates")
    return stage([], program=program, directory=daemon, watch=watch, templates=templates)


async def _ended(play: Awaitable[None]) -> NetiplError | None:
    """Why it did not go on, if what is needed was there."""
    try:
        await play
    except UnavailableError:
        raise
    except NetiplError as error:
        return error
    return None


def _templates(directory: Path) -> Path:
    for name, text in _SEED.items():
        file = directory / _TEMPLATE / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return directory


def _summarise(story: Story, version: str, error: NetiplError | None, *, as_json: bool) -> None:
    if as_json:
        steps = [{"step": step.words, "seconds": round(step.seconds, 3)} for step in story.steps]
        failure = None if error is None else str(error)
        sys.stdout.write(json.dumps({"kernel": version, "steps": steps, "failed": failure}) + "\n")
        return
    table = Table("", "done", "seconds", title=f"Linux {version} on a disk of its own")
    for number, step in enumerate(story.steps, 1):
        table.add_row(str(number), step.words, f"{step.seconds:.1f}")
    Console().print(table)
    if error is not None:
        sys.stderr.write(f"netipl: {error}\n        {error.remedy}\n")
