"""Guests as clients write and see them. What the values of a document mean is said in `guests/document.py` alone."""

from collections.abc import Mapping
from datetime import datetime
from ipaddress import IPv4Address
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from netipl.guests import choices_document, document
from netipl.guests.guest import Guest, Origin
from netipl.guests.status import Status
from netipl.provisioning.foreman.wishes import Boots, Wish
from netipl.provisioning.importing import Difference, Import, Step
from netipl.provisioning.machine_view import MachineView
from netipl.provisioning.tokens import hidden
from netipl.servers.api.control import Control
from netipl.servers.api.views.choices import ChoiceKeys
from netipl.servers.api.views.history import BootView, BuildView, of_boot, of_build
from netipl.wire import printable

_Text = Annotated[str, Field(max_length=65_536)]
_MOST_MACS = 64
_MOST_GUESTS = 65_536


class GuestKeys(BaseModel):
    """What is said of a guest. A key that is left out, empty or null says nothing."""

    model_config = ConfigDict(extra="forbid")

    name: _Text = Field(description="A DNS name.", examples=["web1"])
    mac: _Text | Annotated[list[_Text], Field(max_length=_MOST_MACS)] | None = Field(
        default=None, description="Its MAC addresses; one at least.", examples=[["52:54:00:13:33:0a"]]
    )
    uuid: _Text | None = Field(default=None, examples=["9b6e2a0c-7b1d-4b52-8f6e-1f6f3f6c0a01"])
    client_id: _Text | None = Field(
        default=None, description="Its DHCP client identifier, in hexadecimal.", examples=["ff:00:01:02"]
    )
    network: _Text | None = Field(default=None, description="The network that it boots in.", examples=["lab"])
    address: _Text | None = Field(
        default=None, description="Its address; without it, or with `auto`, one from a pool.", examples=["192.0.2.10"]
    )
    profile: _Text | None = Field(default=None, description="What it is installed with.", examples=["debian12"])
    firmware: _Text | None = Field(
        default=None, description="The QEMU version that runs it; without it that of its network.", examples=["7.2"]
    )
    cpu: _Text | None = Field(default=None, description="The CPU model, as QEMU names it.", examples=["z14"])
    disk: _Text | None = Field(
        default=None,
        description="The device number of its disk; without it, or with `auto`, the first that is found.",
        examples=["0.0.0001"],
    )
    append: _Text | None = Field(default=None, description="Kernel parameters of its own.", examples=["quiet"])
    method: _Text | None = Field(default=None, description="How its firmware is served.", examples=["probe-mac"])
    local_boot: _Text | None = Field(default=None, description="Its way to the disk.", examples=["re-ipl"])
    choices: ChoiceKeys | None = Field(default=None, description="Of its installation, over those of its profile.")


class GuestMachine(BaseModel):
    """Of a guest's machine as much as says whether it runs."""

    domain: str
    state: str = Field(description="In libvirt's words: running, off, crashed, paused and so on.")
    away: bool = Field(description="Whether libvirt is not there now: then this is as it was before.")


class GuestOfForeman(BaseModel):
    """How far Foreman is with a host."""

    boots: Boots = Field(description="What its next boot gets: files (of an installer, mostly), its disk, or nothing.")
    why: str = Field(description="The reason for nothing, or, elsewhere, the server that has it.")


class GuestView(GuestKeys):
    """A guest, and where it stands. Keys of it that nobody has said are left out."""

    mac: list[str]
    status: Status
    origin: Origin = Field(description="Who says that there is this guest.")
    leased: IPv4Address | None = Field(description="The address that it has.")
    build: BuildView | None = Field(description="Its newest build.")
    boot: BootView | None = Field(
        description="Its newest boot; none, where its machine was started anew since and nothing was seen of that yet."
    )
    seen: datetime | None = Field(description="When anything of it was seen or heard last.")
    machine: GuestMachine | None = Field(description="Its machine, where libvirt runs it.")
    foreman: GuestOfForeman | None = Field(description="What Foreman has deployed for it, where it is Foreman's host.")


class ImportAsked(BaseModel):
    """Guests to be added or changed, all or none of them."""

    model_config = ConfigDict(extra="forbid")

    guests: list[GuestKeys] = Field(max_length=_MOST_GUESTS)
    dry_run: StrictBool = Field(default=False, description="Only tell what would be done.")
    prune: StrictBool = Field(default=False, description="Remove every other guest that somebody added.")


class DifferenceView(BaseModel):
    """What becomes of one guest."""

    name: str
    step: Step
    fields: dict[str, str] = Field(description="What is new in it, as `OLD -> NEW`.")


class ImportView(BaseModel):
    """In the order of the import, then what is removed."""

    differences: list[DifferenceView]


def guest_of(keys: GuestKeys) -> Guest:
    """Raises UsageError, which names the key."""
    said: Mapping[str, object] = keys.model_dump(exclude_unset=True)
    return document.guest(said)


def of_guest(guest: Guest, control: Control, *, secrets: bool) -> GuestView:
    """With what `control` knows of it now; hashes of passwords only with `secrets`."""
    now = control.standing(guest)
    said = document.document(guest)
    return GuestView.model_validate(
        {
            **(said if secrets else choices_document.public(said)),
            "status": now.status,
            "origin": guest.origin,
            "leased": now.leased,
            "build": of_build(now.build) if now.build is not None else None,
            "boot": of_boot(now.boot) if now.boot is not None else None,
            "seen": now.seen,
            "machine": _machine(now.machine) if now.machine is not None else None,
            "foreman": _wish(now.foreman) if now.foreman is not None else None,
        }
    )


def _machine(found: MachineView) -> GuestMachine:
    return GuestMachine(domain=printable(found.domain), state=found.state, away=bool(found.away))


def _wish(found: Wish) -> GuestOfForeman:
    return GuestOfForeman(boots=found.boots, why=printable(hidden(found.why), 1024))


def of_import(made: Import) -> ImportView:
    """What was done, or would be."""
    return ImportView(differences=[_difference(each) for each in made.differences])


def _difference(found: Difference) -> DifferenceView:
    return DifferenceView(name=found.name, step=found.step, fields=dict(found.fields))
