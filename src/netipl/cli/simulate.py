"""`netipl simulate`: the firmware as a program, one guest or a crowd of them, against a server that runs."""

import secrets
from ipaddress import IPv4Address
from typing import Annotated
from uuid import UUID

import typer

from netipl.cli import options
from netipl.cli.crowd import console, progress, report, report_json
from netipl.errors import UsageError
from netipl.firmware.dhcp_client import BootData
from netipl.firmware.limits import MIB
from netipl.firmware.netboot import Machine
from netipl.firmware.versions import Version
from netipl.machines.simulated import ethernet, sockets
from netipl.machines.simulated.attempt import Attempt
from netipl.machines.simulated.loss import Loss
from netipl.net import Mac

_MAC = "52:54:00:13:a0:01"
_MOST = 65_536


def simulate(  # noqa: PLR0917 - one parameter for each option of the command
    interface: Annotated[
        str | None, typer.Option("--interface", "-i", metavar="NAME", help="The interface or bridge to boot on.")
    ] = None,
    guests: Annotated[int, typer.Option(min=1, max=_MOST, help="How many boot at once.")] = 1,
    firmware: options.Firmware = None,
    memory: options.Memory = 512,
    mac: Annotated[str, typer.Option(metavar="MAC", help="Of the first guest; the others count up.")] = _MAC,
    uuid: Annotated[
        str | None, typer.Option(metavar="UUID", help="Of the first guest; the others count up. Without it none.")
    ] = None,
    loss: Annotated[
        float, typer.Option(metavar="P", min=0, max=1, help="The part of the frames that is lost, both ways.")
    ] = 0.0,
    seed: options.Seed = 0,
    limit: options.Limit = None,
    server: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Ask this TFTP server alone, without DHCP and without root.")
    ] = None,
    boot_file: Annotated[
        str | None, typer.Option(metavar="NAME", help="With --server: the boot file, as DHCP would name it.")
    ] = None,
    configuration_file: Annotated[str | None, typer.Option(metavar="NAME", help="With --server: option 209.")] = None,
    path_prefix: Annotated[str | None, typer.Option(metavar="PREFIX", help="With --server: option 210.")] = None,
    address: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="With --server: the guest's own, for probing.")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print each guest, then all, as lines of JSON.")] = False,
) -> None:
    """Boot simulated guests against a running server, as QEMU's s390x firmware would, packet by packet.

    One guest: prints what the firmware prints, and why it failed. Several: how long they took to their kernel.

    Exit status: 0 when every guest got its kernel, 1 when one did not, 3 when the interface cannot be used.
    """
    data = _boot_data(server, boot_file, configuration_file, path_prefix, address)
    if (interface is None) == (data is None):
        raise UsageError("where are the guests to boot?", remedy="give either --interface or --server")
    machines = _machines(guests, Mac.parse(mac), uuid, options.version(firmware), memory * MIB)
    alone = guests == 1 and not as_json
    attempts = [Attempt(machine, data=data, show=console() if alone else None) for machine in machines]
    spoiler = Loss(loss, seed)
    with progress(attempts, hidden=alone or as_json) as watch:
        if interface is not None:
            ethernet.run(attempts, interface, loss=spoiler, limit=limit, watch=watch)
        else:
            sockets.run(attempts, loss=spoiler, limit=limit, watch=watch)
    booted = (report_json if as_json else report)(attempts)
    raise typer.Exit(0 if booted == guests else 1)


def _boot_data(
    server: str | None, file: str | None, configuration_file: str | None, path_prefix: str | None, address: str | None
) -> BootData | None:
    """What DHCP would have said, for a server that is asked without. Raises UsageError."""
    if server is None:
        if (file, configuration_file, path_prefix, address) != (None, None, None, None):
            remedy = "add --server, or leave out --boot-file, --configuration-file, --path-prefix and --address"
            raise UsageError("with --interface DHCP says what is booted", remedy=remedy)
        return None
    asked = _address("--server", server)
    return BootData(
        address=sockets.own_address(asked) if address is None else _address("--address", address),
        server=asked,
        file=_bytes(file) or b"",
        configuration_file=_bytes(configuration_file),
        path_prefix=_bytes(path_prefix),
    )


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode("utf-8", "surrogateescape")


def _address(option: str, text: str) -> IPv4Address:
    try:
        return IPv4Address(text)
    except ValueError:
        raise UsageError(f"{option}: {text!r} is no IPv4 address", remedy="write it as 192.0.2.1") from None


def _machines(count: int, mac: Mac, uuid: str | None, version: Version | None, memory: int) -> list[Machine]:
    """Each with a transaction id that no other has: servers know boots by it."""
    first, identity = int.from_bytes(mac.octets, "big"), options.uuid(uuid) if uuid else None
    if first + count > 1 << 48:
        raise UsageError(f"there are no {count} MAC addresses from {mac} on", remedy="begin with a lower one")
    transactions: set[int] = set()
    while len(transactions) < count:
        transactions.add(secrets.randbits(32))
    return [
        Machine(
            mac=Mac((first + number).to_bytes(6, "big")),
            xid=xid,
            uuid=None if identity is None else UUID(int=(identity.int + number) % (1 << 128)),
            version=version,
            memory=memory,
        )
        for number, xid in enumerate(transactions)
    ]
