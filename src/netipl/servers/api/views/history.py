"""Builds, boots and events as clients see them. Times are in UTC (RFC 3339)."""

from datetime import datetime
from ipaddress import IPv4Address

from pydantic import BaseModel, Field

from netipl.guests.build import Build, BuildState
from netipl.provisioning.boots import Boot, BootState
from netipl.provisioning.plan import Purpose
from netipl.provisioning.timeline import Event


class BuildView(BaseModel):
    """A ticket for one installation."""

    id: str
    guest: str
    network: str
    profile: str
    state: BuildState
    asked: datetime
    by: str = Field(description="Who asked for it.")
    expires: datetime = Field(description="When its token does.")
    attempts: int = Field(description="Boots that may still spend it.")
    boot: str | None = Field(description="The boot that pinned it last.")
    ended: datetime | None
    cause: str = Field(description="Why it failed.")
    remedy: str


class BootView(BaseModel):
    """One attempt of the firmware."""

    id: str
    mac: str
    xid: int = Field(description="The transaction id of its DHCP.")
    began: datetime
    network: str
    guest: str | None
    state: BootState
    since: datetime = Field(description="When it came into this state.")
    address: IPv4Address | None
    purpose: Purpose | None = Field(description="What it was given; null until it has an address.")
    build: str | None
    rule: str | None = Field(description="What made it fail, as `netipl lint` and the reference name it.")
    cause: str = Field(description="The same in words, about this boot.")


class EventView(BaseModel):
    """One line of a timeline. Text in `detail` may come from the network: escape it to show it."""

    number: int = Field(description="Greater than those of all events before.")
    at: datetime
    what: str = Field(description="What was seen or done.", examples=["dhcp-ack", "build-asked"])
    network: str
    guest: str | None
    boot: str | None
    build: str | None
    mac: str | None
    address: IPv4Address | None
    by: str = Field(description="Who did it; empty for what was seen.")
    detail: dict[str, str | int | float]


def of_build(build: Build) -> BuildView:
    """All of it."""
    return BuildView(
        id=build.id,
        guest=build.guest,
        network=build.network,
        profile=build.profile,
        state=build.state,
        asked=build.asked,
        by=build.by,
        expires=build.expires,
        attempts=build.attempts,
        boot=build.boot,
        ended=build.ended,
        cause=build.cause,
        remedy=build.remedy,
    )


def of_boot(boot: Boot) -> BootView:
    """All but its plan."""
    return BootView(
        id=boot.id,
        mac=str(boot.mac),
        xid=boot.xid,
        began=boot.began,
        network=boot.network,
        guest=boot.guest,
        state=boot.state,
        since=boot.since or boot.began,
        address=boot.address,
        purpose=boot.purpose,
        build=boot.build,
        rule=boot.rule,
        cause=boot.cause,
    )


def of_event(event: Event) -> EventView:
    """All of it."""
    return EventView(
        number=event.number,
        at=event.at,
        what=event.what,
        network=event.network,
        guest=event.guest,
        boot=event.boot,
        build=event.build,
        mac=str(event.mac) if event.mac is not None else None,
        address=event.address,
        by=event.by,
        detail={key: _text(plain) if isinstance(plain, str) else plain for key, plain in event.detail.items()},
    )


def _text(outside: str) -> str:
    """Bytes that were no UTF-8 have no place in JSON but as escapes."""
    return outside.encode("utf-8", "backslashreplace").decode()
