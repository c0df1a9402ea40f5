"""The step that changes a network's definition and makes it effective in the way that disturbs least.

Reservations change while the network runs; everything else takes a restart, after which what was on the bridge is put
back. If it does not start again, it is defined as before and started so.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from xml.etree.ElementTree import Element

from netipl.errors import ConflictError, NetiplError, UnavailableError
from netipl.hosting.networks import lost_by_restart
from netipl.hosting.networks.restarting import restart, start, stop_again
from netipl.hosting.networks.situation import Situation
from netipl.hosting.networks.step import LeftOverError
from netipl.hosting.undisturbed import undisturbed
from netipl.integrations.libvirt import networks
from netipl.integrations.libvirt.network_owned import HOST, Parts, read
from netipl.integrations.libvirt.network_record import changed_by_netipl
from netipl.integrations.libvirt.xml_text import difference, parsed, text_of


class Way(StrEnum):
    """How a definition takes effect."""

    AT_ONCE = "at once"
    RESTART = "restart"
    START = "start"
    LATER = "later"


@dataclass(slots=True)
class NetworkChange:
    """From the definition that `before` has to `after`. With `later`, the running network is left as it is."""

    before: Situation
    after: Element
    later: bool = False
    _made: str = field(default="", compare=False)
    """The definition as libvirt had it when it was made."""

    @property
    def way(self) -> Way:
        if self.later:
            return Way.LATER
        if self.before.running_xml is None:
            return Way.START
        missing = self._not_running
        if all(name.startswith(HOST) for name in missing) and (missing or self.difference or not self.before.differs):
            return Way.AT_ONCE
        return Way.RESTART

    @property
    def is_needed(self) -> bool:
        """Whether it changes anything."""
        there_now = self.way is Way.LATER or (self.way is Way.AT_ONCE and not self._not_running)
        return bool(self.difference) or not there_now

    @property
    def words(self) -> str:
        return f"{_WORDS[self.way]} {self.before.name}"

    @property
    def difference(self) -> str:
        return difference(parsed(self.before.defined_xml), self.after, f"network {self.before.name}")

    @property
    def consequences(self) -> tuple[str, ...]:
        match self.way:
            case Way.LATER:
                return (f"{self.before.name} is served so when it is started next, not before",)
            case Way.RESTART:
                return tuple(_of_restart(self.before, self._pending))
            case Way.START:
                return tuple(_of_start(self.before))
        return ()

    def apply(self) -> None:
        with undisturbed():
            if self.before.network.defined_xml() != self.before.defined_xml:
                message = f"somebody has changed the network {self.before.name} meanwhile"
                raise ConflictError(message, remedy="run the command again, and see what it would do now")
            networks.define(self.before.connection, text_of(self.after))
            try:
                self._made = self.before.network.defined_xml()
                self._take_effect()
            except LeftOverError:
                raise
            except NetiplError as error:
                try:
                    self._define_as_before()
                except NetiplError as second:
                    error.add_note(f"it is still defined anew: {second}")
                raise

    def undo(self) -> None:
        with undisturbed():
            self._define_as_before()
            match self.way:
                case Way.AT_ONCE:
                    self._update(self._defined)
                case Way.RESTART:
                    restart(self.before, fallback=text_of(self.after))
                case Way.START:
                    stop_again(self.before)

    def _define_as_before(self) -> None:
        """Raises ConflictError where others have changed it since: then it stays."""
        if (now := self.before.network.defined_xml()) == self.before.defined_xml:
            return
        if now != self._made:
            message = (
                f"somebody has changed the network {self.before.name} since, and it stays as it is: "
                f"`netipl network disable {self.before.name}` takes out what netipl made of it"
            )
            raise ConflictError(message)
        networks.define(self.before.connection, self.before.defined_xml)

    def _take_effect(self) -> None:
        match self.way:
            case Way.AT_ONCE:
                try:
                    self._update(read(self.after))
                except UnavailableError:
                    self._update(self._defined)
                    raise
            case Way.RESTART:
                restart(self.before, fallback=self.before.defined_xml)
            case Way.START:
                start(self.before)

    def _update(self, wanted: Parts) -> None:
        """Reservations that go, go first: their addresses may be given to others."""
        there = read(parsed(self.before.network.xml()))
        ours = [name for name in dict.fromkeys((*self._defined, *read(self.after))) if name.startswith(HOST)]
        changed = [name for name in ours if there.get(name) != wanted.get(name)]
        for name in changed:
            if name in there:
                self.before.network.update_host("DELETE", there[name])
        for name in changed:
            if name in wanted:
                self.before.network.update_host("ADD", wanted[name])

    @property
    def _defined(self) -> Parts:
        return read(parsed(self.before.defined_xml))

    @property
    def _not_running(self) -> list[str]:
        """The parts in which the running network is not what it is to be."""
        if self.before.running_xml is None:
            return []
        there, wanted = read(parsed(self.before.running_xml)), read(self.after)
        names = [name for name in dict.fromkeys((*there, *wanted)) if there.get(name) != wanted.get(name)]
        return [name for name in names if name not in self.before.running_only]

    @property
    def _pending(self) -> list[str]:
        """What others have changed in the definition since the network was started."""
        ours = changed_by_netipl(parsed(self.before.defined_xml))
        return [name for name in self.before.differs if name not in ours]


_WORDS: Final = {
    Way.AT_ONCE: "change reservations of the running network",
    Way.RESTART: "change and restart the network",
    Way.START: "change and start the network",
    Way.LATER: "change the definition of the network",
}


def _of_start(situation: Situation) -> Iterator[str]:
    if situation.interrupted is not None:
        yield (
            f"a restart of {situation.name} was cut off, and is brought to its end; if somebody has stopped it since, "
            "`disable --no-restart` leaves it so"
        )
    if situation.stray:
        yield f"what has lost its bridge is put back on it: {', '.join(map(situation.called, situation.stray))}"


def _of_restart(situation: Situation, pending: list[str]) -> list[str]:
    said = [f"it takes a restart of {situation.name}: TFTP transfers under way on it fail"]
    if situation.guests:
        names = ", ".join(situation.guests)
        said.append(f"these guests run on it, lose it for a moment and are put back on its bridge: {names}")
    if situation.others:
        names = ", ".join(port.device for port in situation.others)
        said.append(f"so it is with what else is on the bridge: {names}")
    if situation.running_only:
        names = ", ".join(situation.running_only)
        said.append(f"what others put into the running network alone goes: {names}")
    said += lost_by_restart.words(situation)
    if pending:
        said.append(f"what others changed since it was started takes effect, too: {', '.join(pending)}")
    return said
