"""The firewall as a step: guests of a bridge get to DHCP, TFTP and HTTP of this host, and nobody else gets anywhere."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netipl.errors import NetiplError
from netipl.integrations.firewall import firewall
from netipl.integrations.firewall.access import Access
from netipl.integrations.firewall.commands import Command, beyond
from netipl.integrations.firewall.firewall import Opening
from netipl.integrations.firewall.nftables import KEPT_IN


@dataclass(slots=True)
class OpenFirewall:
    """Opens what refuses `access` now. Undone, what was open before stays: `earlier` would close that."""

    access: Access
    opening: Opening
    earlier: tuple[Command, ...] = ()

    @property
    def words(self) -> str:
        services = ", ".join(f"{each.name} ({each.protocol} {each.port})" for each in self.access.services)
        return f"let {services} in from {self.access.bridge}"

    @property
    def difference(self) -> str:
        return _shown(self.opening.commands)

    @property
    def consequences(self) -> tuple[str, ...]:
        return tuple(_remarks(self.opening))

    def apply(self) -> None:
        try:
            _run(self.opening.commands)
        except NetiplError:
            self.undo()
            raise

    def undo(self) -> None:
        _run(beyond(firewall.closing(self.access), self.earlier))


@dataclass(slots=True)
class CloseFirewall:
    """Takes out what an `OpenFirewall` has put in."""

    access: Access
    commands: tuple[Command, ...]
    consequences: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return f"close what was opened in the firewall for {self.access.bridge}"

    @property
    def difference(self) -> str:
        return _shown(self.commands)

    def apply(self) -> None:
        _run(self.commands)

    def undo(self) -> None:
        _run(firewall.opening(self.access).commands)


def opened(access: Access) -> OpenFirewall | None:
    """None where nothing refuses it. Raises UnavailableError for who may not see the rules, with what would help."""
    found = firewall.opening(access)
    return OpenFirewall(access, found, firewall.closing(access)) if found.refusals else None


def closed(access: Access) -> CloseFirewall | None:
    """None where nothing was opened. Raises UnavailableError."""
    commands = firewall.closing(access)
    return CloseFirewall(access, commands) if commands else None


def _run(commands: Iterable[Command]) -> None:
    for command in commands:
        command.run()


def _shown(commands: Iterable[Command]) -> str:
    lines = [line for command in commands for line in str(command).splitlines()]
    return "".join(
        f"{line}\n" for line in ("--- firewall (now)", "+++ firewall (then)", *(f"+{line}" for line in lines))
    )


def _remarks(opening: Opening) -> Iterator[str]:
    yield from map(str, opening.refusals)
    if opening.shared:
        yield f"{opening.shared}: give the bridge a zone of its own where that is too much"
    if not opening.is_lasting:
        yield f"it holds until the firewall is loaded anew: put the rules where yours is kept, such as {KEPT_IN}"
