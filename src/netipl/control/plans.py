"""What a guest's firmware and its installer would be given: shown to people, and judged before a build is asked for."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import IPv4Address
from typing import Final

from netipl.answers.facts import FinishKeys
from netipl.control.machines.planning import judged, told
from netipl.errors import NetiplError, RefusedError
from netipl.firmware.lint.finding import Finding, Target
from netipl.guests.build import Build
from netipl.guests.choices_document import without_hashes
from netipl.guests.guest import Guest
from netipl.guests.network import Network
from netipl.guests.profile import Profile
from netipl.media import fit
from netipl.net import Mac
from netipl.provisioning.choice import Install, method_of, version_of
from netipl.provisioning.installation import Answered, Installation, command_line, demand_finish
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.machine_view import MachineView
from netipl.provisioning.plan import Plan
from netipl.provisioning.plan_view import Fault, PlanView
from netipl.provisioning.tokens import PREFIX
from netipl.store import plan_lint
from netipl.store.installing import Answers
from netipl.store.planner import Planner

_NO_TOKEN: Final = f"{PREFIX}hidden"
"""Stands where no build has a token, and where it is not for whoever asks."""
_NO_KEYS: Final = FinishKeys(host_private="hidden", host_public="ssh-ed25519 hidden", login="ssh-ed25519 hidden")
"""Stand for those of a finish script, which nobody is shown."""
_ANYWHERE: Final = IPv4Address(0)


class Plans:
    """Of guests in `inventory`, by the planner that is there now."""

    def __init__(
        self, inventory: Inventory, planner: Callable[[], Planner], machine_of: Callable[[Guest], MachineView | None]
    ) -> None:
        self._inventory = inventory
        self._planner = planner
        self._machine_of = machine_of

    def now(self, guest: Guest, *, secrets: bool) -> PlanView:
        """What its next boot gets, where no build is for it. Raises NetiplError."""
        network, planner = self.network_of(guest), self._planner()
        address = self.address_of(guest, network)
        made = planner.plan_for(guest, network, _mac(guest), address or _ANYWHERE)
        if made is None:
            return PlanView(guest=guest.name, purpose=None)
        return told(self._shown(made, guest, network, address, secrets=secrets), self._machine_of(guest))

    def of_build(self, guest: Guest, build: Build, *, secrets: bool) -> PlanView:
        """What a boot of `build` gets, and what would be wrong with it. Raises NetiplError."""
        network, planner = self.network_of(guest), self._planner()
        address = self.address_of(guest, network)
        made = planner.planned(Install(build.profile, build), guest, network, _mac(guest), address or _ANYWHERE)
        view = self._shown(made, guest, network, address, secrets=secrets)
        installs = planner.installation(guest, build.profile)
        findings, faults = (*view.findings, *_of_medium(installs, view)), tuple(self._faults(installs, network))
        return judged(replace(view, findings=findings, faults=faults), self._machine_of(guest))

    def answers(self, guest: Guest, profile: Profile, *, secrets: bool) -> Answered:
        """The files that an installer of `profile` would fetch; without `secrets` with nobody's token and hashes.

        Raises NetiplError for what cannot be made, its kernel command line included.
        """
        network, planner = self.network_of(guest), self._planner()
        made = planner.installation(guest, profile.name, {**planner.profiles, profile.name: profile})
        build, tokens = self._inventory.build_of(guest), planner.offered.tokens
        is_its = build is not None and build.is_open and build.profile == profile.name
        demand_finish(made)
        token = tokens.of(build) if secrets and is_its and build is not None and tokens is not None else _NO_TOKEN
        made = made if secrets else _public(made)
        command_line(made, planner.known(made, network, self.address_of(guest, network) or _ANYWHERE, token))
        return Answered(installation=made, files=self._answers(made, network, token))

    def finish_of(self, guest: Guest, build: Build) -> str | None:
        """The script that is to run when the system of `build` has booted. Raises NetiplError."""
        return self._planner().installation(guest, build.profile).choices.finish

    def boots(self, build: Build, medium: str) -> bool:
        """Whether the firmware gets the files of that medium in `build`, as those of the agent."""
        guest = self._inventory.guest(build.guest)
        try:
            booted = self._planner().installation(guest, build.profile).booted if guest is not None else None
        except NetiplError:
            return False
        return booted is not None and booted.name == medium

    def _faults(self, made: Installation, network: Network) -> Iterator[Fault]:
        """What the firmware does not see."""
        try:
            self._answers(made, network, _NO_TOKEN)
        except NetiplError as error:
            yield Fault(rule="answers", message=f"its answers cannot be made: {error}", remedy=error.remedy)
        try:
            demand_finish(made)
        except NetiplError as error:
            yield Fault(rule="finish", message=str(error), remedy=error.remedy)

    def _answers(self, made: Installation, network: Network, token: str) -> Answers:
        address = self.address_of(made.guest, network) or next(network.subnet.hosts())
        keys = _NO_KEYS if made.choices.finish is not None else None
        return self._planner().answers(made, network, address, token, keys)

    def _shown(
        self, made: Plan, guest: Guest, network: Network, address: IPv4Address | None, *, secrets: bool
    ) -> PlanView:
        version = version_of(guest, network)
        method = method_of(guest, network, self._planner().offered.method)
        return plan_lint.view(made, guest, network, address, method=method, version=version, secrets=secrets)

    def network_of(self, guest: Guest) -> Network:
        """Where it boots. Raises RefusedError."""
        network = self._inventory.network(guest.network) if guest.network is not None else None
        if network is None and len(self._inventory.networks) == 1:
            network = self._inventory.networks[0]
        if network is None:
            raise RefusedError(f"guest {guest.name} has no network", remedy="give it the network that it boots in")
        return network

    def address_of(self, guest: Guest, network: Network) -> IPv4Address | None:
        """Its own, or the one that it has leased."""
        lease = self._inventory.lease_of(network.name, guest.name)
        return guest.address or (lease.address if lease is not None else None)


def _of_medium(made: Installation, view: PlanView) -> Iterator[Finding]:
    """What is wrong with the medium that lint does not see in the files of the plan."""
    known = {finding.rule for finding in view.findings}
    for medium in filter(None, dict.fromkeys((made.booted, made.medium))):
        found = fit.findings(medium, Target(version=view.version), made.guest.cpu or "")
        yield from (finding for finding in found if finding.rule not in known)


def _public(made: Installation) -> Installation:
    """With hashes that are nobody's."""
    return replace(
        made,
        guest=replace(made.guest, choices=without_hashes(made.guest.choices)),
        profile=replace(made.profile, choices=without_hashes(made.profile.choices)),
    )


def _mac(guest: Guest) -> Mac:
    """One of its own; nobody's for a guest that is known by other marks alone."""
    return guest.macs[0] if guest.macs else Mac(bytes(6))
