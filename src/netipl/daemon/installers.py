"""What installers ask for and say by HTTP: answers and callbacks, for the token of an open build and its address."""

from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import IPv4Address
from typing import Final

from netipl.protocols.tftp.resolution import Denied, Missing, Resolution
from netipl.provisioning.admission import Admitted, admitted
from netipl.provisioning.callbacks import callback
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.timeline import Observation, Seen
from netipl.provisioning.tokens import Tokens
from netipl.store import files
from netipl.store.planner import Planner

ANSWERS: Final = "answers/"
"""Paths that begin so are asked here; behind it is the token."""


class Installers:
    """`planner` is replaced at a reload; without `tokens` nobody is answered."""

    def __init__(self, inventory: Inventory, planner: Planner, *, observe: Callable[[Observation], None]) -> None:
        self.planner = planner
        self.tokens: Tokens | None = None
        self._inventory = inventory
        self._observe = observe

    def answers(self, token: str, peer: IPv4Address) -> Resolution:
        """What an installer gets that shows the token of its build, from the address of its guest."""
        found = self._admitted(peer, token)
        if found is None:
            return Denied("it shows no token of an open build of this address")
        profile = self.planner.offered.profiles.get(found.build.profile)
        if profile is None or profile.answers is None:
            return Missing()
        self._observe(Observation(at=datetime.now(UTC), seen=Seen.ANSWERS_FETCHED, address=peer))
        return files.filled(profile.answers, self.planner.known(found.guest, found.build, found.network, peer))

    def called_back(self, peer: IPv4Address, path: str) -> None:
        """By an installer with such a token, or by anybody else: who only says that a kernel runs needs none."""
        now = datetime.now(UTC)
        called = callback(path)
        found = self._admitted(peer, called.token) if called is not None else None
        if called is not None and found is not None:
            detail = {"build": found.build.id, "says": called.says, **({"words": called.words} if called.words else {})}
            self._observe(Observation(at=now, seen=Seen.INSTALLER, address=peer, guest=found.guest.name, detail=detail))
        else:
            self._observe(Observation(at=now, seen=Seen.CALLBACK, address=peer, detail={"path": path}))

    def _admitted(self, peer: IPv4Address, token: str) -> Admitted | None:
        return admitted(self._inventory, self.tokens, peer, token, datetime.now(UTC)) if self.tokens else None
