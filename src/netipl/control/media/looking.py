"""Finds out what medium a source has: reads what the engine wants to read, and checks signatures where keys are given.

What is signed in the clear is taken from what gpgv gives back, so nothing outside of the signature counts.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar

from netipl.errors import RefusedError, WireError
from netipl.integrations import gpgv
from netipl.media.recognise import CLUES, recognised
from netipl.media.recognition import Further, Recognised, Signed

_Result = TypeVar("_Result")


class InThread(Protocol):
    """Runs what blocks, and waits for it."""

    def __call__(self, work: Callable[[], _Result], /) -> Awaitable[_Result]: ...


class Source(Protocol):
    """A tree of files, near or far."""

    @property
    def where(self) -> str:
        """For people, and for the engine: an address or a path, without secrets."""
        ...

    @property
    def sizes(self) -> Mapping[str, int] | None:
        """Of all files by name; None where they cannot be listed."""
        ...

    async def clues(self, names: Iterable[str]) -> Mapping[str, bytes | None]:
        """The beginnings of these files; None for those that are not there."""
        ...


@dataclass(slots=True)
class Looking:
    """At one source, with `key` for its signatures, or none."""

    source: Source
    key: bytes = b""
    first: tuple[str, ...] = CLUES
    _clues: dict[str, bytes | None] = field(default_factory=dict)

    async def recognised(self, in_thread: InThread) -> Recognised:
        """Raises RefusedError where it is no medium, or not one of ours, or not signed."""
        found = await self._recognised(in_thread)
        if not self.key:
            return found
        if not found.signed and not all(file.signature for file in found.files):
            remedy = "leave --key out: its sums are still checked, and https protects the way"
            raise RefusedError(f"{found.title} has no signature that netipl knows of", remedy=remedy)
        for signed in found.signed:
            await self._check(signed, in_thread)
        again = await self._recognised(in_thread)
        if unsigned := [file.name for file in again.files if file.sum is None and not file.signature]:
            remedy = "leave --key out, and see by other means that the file is right"
            raise RefusedError(f"{unsigned[0]}: the signature does not cover it", remedy=remedy)
        return again

    @property
    def read(self) -> frozenset[str]:
        """The names of all that was read, and is there."""
        return frozenset(name for name, data in self._clues.items() if data is not None)

    async def _recognised(self, in_thread: InThread) -> Recognised:
        """In a thread: lists and trees may be long."""
        if not self._clues:
            self._clues |= await self.source.clues(self.first)
        while True:
            match await in_thread(self._judged):
                case Recognised() as found:
                    return found
                case Further(names=names):
                    self._clues |= await self.source.clues(names)

    def _judged(self) -> Recognised | Further:
        try:
            return recognised(self._clues, self.source.sizes, source=self.source.where)
        except WireError as error:
            remedy = "use another mirror or image: this one is damaged, or being changed"
            raise RefusedError(f"{self.source.where}: {error}", remedy=remedy) from error

    async def _check(self, signed: Signed, in_thread: InThread) -> None:
        data = self._clues[signed.name]
        assert data is not None  # sums were taken from it
        called = f"{self.source.where}: {signed.name}"
        beside = await self.source.clues(name for name in signed.signatures if name)
        for name in signed.signatures:
            if not name:
                self._clues[signed.name] = await in_thread(partial(gpgv.signed_text, data, self.key, called=called))
                return
            if (signature := beside[name]) is not None:
                await in_thread(partial(gpgv.verify_bytes, data, signature, self.key, called=called))
                return
        remedy = "leave --key out, or use a mirror that has the signature"
        raise RefusedError(f"{called}: its signature is not there", remedy=remedy)
