"""`netipl guest define`: a new machine for a guest, and the guest too where nobody knows it yet."""

from secrets import token_bytes
from typing import Annotated, Any, Final
from uuid import uuid4

import typer

from netipl.cli.guest import options
from netipl.cli.guest.machine import MACHINE, size, told
from netipl.cli.remote.api import Api, guest_path
from netipl.cli.remote.group import Json, connected
from netipl.errors import MissingError, NetiplError, UsageError
from netipl.net import Mac

_QEMU: Final = bytes.fromhex("525400")
"""Locally administered; QEMU's own by custom."""
_MIB: Final = 1 << 20
_NO_DISK: Final = "none"


_Memory = Annotated[str, typer.Option("--memory", metavar="SIZE", help="Its memory; MiB without a unit.")]
_Cpus = Annotated[int, typer.Option("--cpus", metavar="N", min=1, help="Its processors.")]
_DiskSize = Annotated[str, typer.Option("--disk", metavar="SIZE", help="Of its new disk; none: no disk.")]
_Pool = Annotated[str, typer.Option("--pool", metavar="POOL", help="Where libvirt makes the disk.")]
_DiskPath = Annotated[
    str | None,
    typer.Option("--disk-path", metavar="PATH", help="A file or block device of libvirt's host as its disk."),
]
_DiskFormat = Annotated[
    str | None, typer.Option("--disk-format", metavar="FORMAT", help="What is at --disk-path: raw or qcow2.")
]


def define(  # noqa: PLR0917 - one parameter for each option of the command
    context: typer.Context,
    name: options.NewName,
    profile: options.Profile = None,
    network: options.Network = None,
    address: options.Address = None,
    mac: options.Macs = None,
    uuid: options.Uuid = None,
    cpu: options.Cpu = None,
    memory: _Memory = "2G",
    cpus: _Cpus = 1,
    disk: _DiskSize = "10G",
    pool: _Pool = "default",
    disk_path: _DiskPath = None,
    disk_format: _DiskFormat = None,
    *,
    as_json: Json = False,
) -> None:
    """Make a machine for a guest: a domain of libvirt on the bridge that netipl serves.

    A guest that the daemon does not know yet is added, with a MAC address and a UUID that are invented where none are
    given. The machine is off until `netipl guest start`, or `netipl guest build --start`.
    """
    machine: dict[str, Any] = {"memory": size(memory, unit="m", option="--memory") // _MIB, "cpus": cpus}
    if disk_path is not None:
        kind = disk_format or ("qcow2" if disk_path.endswith(".qcow2") else "raw")
        machine["disk"] = {"path": disk_path, "kind": kind}
    elif disk != _NO_DISK:
        machine["disk"] = {"size": size(disk, unit="g", option="--disk"), "pool": pool}
    said = {"mac": mac, "uuid": uuid, "network": network, "address": address, "profile": profile, "cpu": cpu}
    with connected(context) as api:
        is_new = _added(api, name, {key: value for key, value in said.items() if value})
        try:
            made = api.post(guest_path(name, MACHINE), machine).json
        except NetiplError:
            if is_new:
                api.delete(guest_path(name))
            raise
        told(made, as_json=as_json)
        options.tell_of_profile(api, profile)


def _added(api: Api, name: str, stated: dict[str, Any]) -> bool:
    """Whether the guest had to be. Raises UsageError where it is there and is to be another."""
    try:
        options.known(api, name)
    except MissingError:
        invented = {"mac": [str(Mac(_QEMU + token_bytes(3)))], "uuid": str(uuid4())}
        api.post("guests", options.stated(name, invented | stated))
        return True
    if stated:
        given = ", ".join(f"--{key}" for key in stated)
        remedy = f"`netipl guest set {name}` changes it; to make a machine for it as it is, leave out {given}"
        raise UsageError(f"guest {name} is there already", remedy=remedy)
    return False
