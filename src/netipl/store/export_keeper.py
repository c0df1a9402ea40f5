"""Keeps a directory in step while a daemon runs: exports when it is asked to, in a thread of its own.

One export at a time, and of many that are asked for in the meantime only the newest. Between two it rests, so that many
changes of many guests leave the daemon to its clients. What goes wrong is told, and tried again when the next is asked
for.
"""

import asyncio
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from netipl.errors import NetiplError, UnavailableError
from netipl.provisioning.export import LeftOut
from netipl.store import exports
from netipl.store.export_directory import FileChange
from netipl.store.exports import Wanted

_REST: Final = 4
"""Times as long as the export before took."""

Tell = Callable[[Path, Iterable[FileChange], Iterable[LeftOut]], None]
"""Told what was done in a directory, and whom nothing is exported for."""

Complain = Callable[[Path, NetiplError], None]


class ExportKeeper:
    """`tell` and `complain` are called in the event loop."""

    def __init__(self, tell: Tell, complain: Complain) -> None:
        self._tell = tell
        self._complain = complain
        self._asked = asyncio.Event()
        self._newest: tuple[Path, Wanted] | None = None
        self._ended = threading.Event()

    def ask(self, root: Path | None, wanted: Wanted) -> None:
        """Export `wanted` to `root` soon; nothing where there is no root."""
        self._newest = None if root is None else (root, wanted)
        self._asked.set()

    async def run(self) -> None:
        """Until cancelled; an export that runs then is broken off, and goes on with the next start."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, "export") as thread:
            try:
                while True:
                    await self._asked.wait()
                    self._asked.clear()
                    if self._newest is not None:
                        began = loop.time()
                        await self._export(loop, thread, *self._newest)
                        await asyncio.sleep(_REST * (loop.time() - began))
            finally:
                self._ended.set()

    async def _export(
        self, loop: asyncio.AbstractEventLoop, thread: ThreadPoolExecutor, root: Path, wanted: Wanted
    ) -> None:
        try:
            steps, left_out = await loop.run_in_executor(thread, self._brought, root, wanted)
        except NetiplError as error:
            self._complain(root, error)
        else:
            self._tell(root, steps, left_out)

    def _brought(self, root: Path, wanted: Wanted) -> tuple[list[FileChange], tuple[LeftOut, ...]]:
        export = wanted.export()
        return exports.bring(root, export, progress=self._go_on), export.left_out

    def _go_on(self, _: int) -> None:
        if self._ended.is_set():
            raise UnavailableError("the daemon ends", remedy="start it again")
