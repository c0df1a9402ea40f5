"""What installers ask for and say by HTTP: answers and callbacks, for the token of an open build and its address."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from ipaddress import IPv4Address
from typing import Final, Protocol

from netipl.answers.facts import FinishKeys
from netipl.content import inline
from netipl.errors import NetiplError
from netipl.guests.build import Build
from netipl.net import Mac
from netipl.protocols.tftp.resolution import Denied, Missing, Resolution
from netipl.provisioning.admission import Admitted, admitted
from netipl.provisioning.callbacks import callback, log
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.observing import DONE
from netipl.provisioning.timeline import Observation, Seen
from netipl.provisioning.tokens import Tokens
from netipl.store.planner import Planner

ANSWERS: Final = "answers/"
"""Paths that begin so are asked here; behind it is the token."""


class Finishes(Protocol):
    """What is asked of the finish scripts of builds."""

    def is_due(self, build: Build) -> bool: ...

    def keys(self, build: Build) -> FinishKeys | None: ...


class Installers:
    """`planner` is replaced at a reload; without `tokens` nobody is answered."""

    def __init__(
        self,
        inventory: Inventory,
        planner: Planner,
        *,
        observe: Callable[[Observation], None],
        finishes: Finishes,
    ) -> None:
        self.planner = planner
        self.tokens: Tokens | None = None
        self._inventory = inventory
        self._observe = observe
        self._finishes = finishes

    def answers(self, path: str, peer: IPv4Address, macs: Collection[Mac] = ()) -> Resolution:
        """What an installer gets that shows the token of its build, from the address of its guest: `TOKEN/FILE`.

        Where it says MAC addresses, one has to be the guest's: a check besides the others, and in the place of none.
        """
        token, _, file = path.partition("/")
        found = self._admitted(peer, token)
        if found is None:
            return Denied("it shows no token of an open build of this address")
        if macs and not set(macs) & set(found.guest.macs):
            reason = f"it says that it has {', '.join(map(str, macs))}"
            self._saw(Seen.ANSWERS_REFUSED, peer, reason=reason)
            return Denied(reason)
        try:
            made = self.planner.installation(found.guest, found.build.profile)
            answers = self.planner.answers(made, found.network, peer, token, self._finishes.keys(found.build))
        except NetiplError as error:
            self._saw(Seen.ANSWERS_FAILED, peer, reason=str(error), remedy=error.remedy)
            return Denied(str(error))
        name = file or next(iter(answers), "")
        if name not in answers:
            return Missing()
        self._saw(Seen.ANSWERS_FETCHED, peer)
        return inline(answers[name])

    def called_back(self, peer: IPv4Address, path: str, body: bytes = b"") -> None:
        """By an installer with such a token, or by anybody else: who only says that a kernel runs needs none."""
        called = callback(path)
        found = self._admitted(peer, called.token) if called is not None else None
        if called is None or found is None:
            self._saw(Seen.CALLBACK, peer, path=path)
            return
        said = {"build": found.build.id, "says": called.says, "words": called.words, "log": log(body)}
        if called.says == DONE and self._finishes.is_due(found.build):
            said["finish"] = "due"
        self._saw(Seen.INSTALLER, peer, found.guest.name, **said)

    def _saw(self, seen: Seen, peer: IPv4Address, guest: str | None = None, /, **detail: str) -> None:
        told = {key: text for key, text in detail.items() if text}
        self._observe(Observation(at=datetime.now(UTC), seen=seen, address=peer, guest=guest, detail=told))

    def _admitted(self, peer: IPv4Address, token: str) -> Admitted | None:
        return admitted(self._inventory, self.tokens, peer, token, datetime.now(UTC)) if self.tokens else None
