"""What the API answers, as values. Keys that are not known here are left alone: a newer daemon may have more."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from ipaddress import IPv4Address
from typing import Any, Final, ParamSpec, TypeVar

from netipl.cli.remote.api import Json
from netipl.errors import NetiplError, UnavailableError
from netipl.guests.document import KEYS
from netipl.guests.reading import EMPTY, Document
from netipl.net import Mac

_Arguments = ParamSpec("_Arguments")
_View = TypeVar("_View")


def reading(make: Callable[_Arguments, _View]) -> Callable[_Arguments, _View]:
    """`make`, with UnavailableError for what has another form."""

    @wraps(make)
    def made(*arguments: _Arguments.args, **options: _Arguments.kwargs) -> _View:
        try:
            return make(*arguments, **options)
        except (KeyError, TypeError, ValueError, AttributeError, NetiplError) as error:
            raise UnavailableError(
                f"the daemon answers in a form that is not known here: {error!r}",
                remedy="use the same version of netipl as the daemon; `netipl --version` tells this one",
            ) from error

    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildView:
    """As netipl.guests.build.Build, in text."""

    id: str
    guest: str
    profile: str
    state: str
    by: str
    asked: datetime
    cause: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BootView:
    """As netipl.provisioning.boots.Boot, in text."""

    id: str
    state: str
    began: datetime
    purpose: str
    build: str | None
    rule: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestMachineView:
    """What libvirt says of a guest's machine; `away`: said it last."""

    domain: str
    state: str
    away: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestView:
    """`document` has what a guest's document may say, and no more; `leased` is an address from a pool."""

    name: str
    document: Document
    status: str
    origin: str
    leased: str | None
    build: BuildView | None
    boot: BootView | None
    seen: datetime | None
    machine: GuestMachineView | None
    foreman: str
    """What it boots by Foreman, in words; empty where it is no host of Foreman's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """As netipl.provisioning.timeline.Event; `what` may be newer than this netipl."""

    at: datetime
    what: str
    network: str
    guest: str | None
    boot: str | None
    build: str | None
    mac: Mac | None
    address: IPv4Address | None
    by: str
    detail: Mapping[str, str | int | float]
    number: int


@reading
def guest_view(json: Json) -> GuestView:
    """Raises UnavailableError."""
    return GuestView(
        name=str(json["name"]),
        document={key: json[key] for key in KEYS if json.get(key) not in EMPTY},
        status=str(json["status"]),
        origin=str(json["origin"]),
        leased=_text(json, "leased") or None,
        build=_build(json["build"]) if json.get("build") else None,
        boot=_boot(json["boot"]) if json.get("boot") else None,
        seen=datetime.fromisoformat(json["seen"]) if json.get("seen") else None,
        machine=_machine(json["machine"]) if json.get("machine") else None,
        foreman=_by_foreman(json["foreman"]) if json.get("foreman") else "",
    )


@reading
def build_view(json: Json) -> BuildView:
    """Raises UnavailableError."""
    return _build(json)


@reading
def boot_view(json: Json) -> BootView:
    """Raises UnavailableError."""
    return _boot(json)


@reading
def event_view(json: Json) -> EventView:
    """Raises UnavailableError."""
    return EventView(
        at=datetime.fromisoformat(json["at"]),
        what=str(json["what"]),
        network=_text(json, "network"),
        guest=_text(json, "guest") or None,
        boot=_text(json, "boot") or None,
        build=_text(json, "build") or None,
        mac=Mac.parse(json["mac"]) if json.get("mac") else None,
        address=IPv4Address(json["address"]) if json.get("address") else None,
        by=_text(json, "by"),
        detail=dict(json.get("detail") or {}),
        number=int(json.get("number") or 0),
    )


def _machine(json: Json) -> GuestMachineView:
    return GuestMachineView(domain=str(json["domain"]), state=str(json["state"]), away=bool(json.get("away")))


_BY_FOREMAN: Final = {
    "files": "installs, by Foreman",
    "disk": "boots its disk, by Foreman",
    "elsewhere": "boots from {why}, by Foreman",
    "nothing": "nothing usable: {why}",
}


def _by_foreman(json: Json) -> str:
    boots = str(json["boots"])
    return _BY_FOREMAN.get(boots, boots).format(why=_text(json, "why"))


def _build(json: Json) -> BuildView:
    return BuildView(
        id=str(json["id"]),
        guest=str(json["guest"]),
        profile=str(json["profile"]),
        state=str(json["state"]),
        by=_text(json, "by"),
        asked=datetime.fromisoformat(json["asked"]),
        cause=_text(json, "cause"),
        remedy=_text(json, "remedy"),
    )


def _boot(json: Json) -> BootView:
    return BootView(
        id=str(json["id"]),
        state=str(json["state"]),
        began=datetime.fromisoformat(json["began"]),
        purpose=_text(json, "purpose"),
        build=_text(json, "build") or None,
        rule=_text(json, "rule"),
        cause=_text(json, "cause"),
    )


def _text(json: Mapping[str, Any], key: str) -> str:
    value = json.get(key)
    return "" if value is None else str(value)
