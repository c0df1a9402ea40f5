"""Trying again what failed on the line, with growing pauses; a try that brought something is no failure."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, TypeVar

from netipl.integrations.mirror.client import Patience, TryAgainError
from netipl.integrations.mirror.part import Part

WRITE: Final = 1 << 20
"""Bytes that are written at once, and more than which a try has to bring to be none that failed."""

_Result = TypeVar("_Result")


def fewer(patience: Patience, tries: int | None) -> Patience:
    """The same, but for `tries` if they are said."""
    return patience if tries is None else replace(patience, tries=tries)


async def tried(patience: Patience, attempt: Callable[[], Awaitable[_Result]], part: Part | None = None) -> _Result:
    """What `attempt` gives, which brings bytes of `part`. Raises the last TryAgainError when patience is at its end."""
    failures = 0
    while True:
        before = part.size if part is not None else 0
        try:
            return await attempt()
        except TryAgainError as error:
            failures = 1 if part is not None and part.size > before + WRITE else failures + 1
            if failures >= patience.tries:
                raise
            pause = min(patience.pause * 2 ** (failures - 1), patience.longest)
            await asyncio.sleep(min(max(pause, error.wait), patience.longest))
