"""The DHCP server with its engine and its journal as a process of its own, for tests and measurements.

`python tests/dhcp_daemon.py '{"database": PATH, "networks": [{...}], "guests": [{...}]}'` serves until SIGTERM; the
fields are those of Network and Guest as text. It says `ready` when it listens and logs JSON lines, all on stdout.
"""

import asyncio
import json
import signal
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import structlog

from netipl.errors import NetiplError
from netipl.guests.guest import Guest
from netipl.guests.network import Network, UnknownClients
from netipl.net import AddressRange, Mac
from netipl.protocols.dhcp4.message import Message
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.dhcp import answer
from netipl.provisioning.exchange import Arrival, Outcome
from netipl.provisioning.inventory import Inventory
from netipl.provisioning.timeline import Observation
from netipl.servers.dhcp4.server import Dhcp4Server
from netipl.store.journal import Journal

Fields = dict[str, Any]  # Any: JSON


def network_of(fields: Fields) -> Network:
    return Network(
        name=fields["name"],
        subnet=IPv4Network(fields["subnet"]),
        server=IPv4Address(fields["server"]),
        interface=fields.get("interface"),
        pools=tuple(map(AddressRange.parse, fields.get("pools", ()))),
        relays=frozenset(map(IPv4Address, fields.get("relays", ()))),
        lease_time=timedelta(seconds=fields.get("lease_time", 3600)),
        authoritative=True,
        unknown=UnknownClients.POOL,
    )


def guest_of(fields: Fields) -> Guest:
    address = fields.get("address")
    macs = tuple(map(Mac.parse, fields["macs"]))
    return Guest(name=fields["name"], macs=macs, address=IPv4Address(address) if address else None)


async def serve(settings: Fields) -> None:
    networks = [network_of(fields) for fields in settings["networks"]]
    journal = Journal(settings["database"], [network.name for network in networks])
    inventory = Inventory(networks, [guest_of(fields) for fields in settings.get("guests", ())])
    inventory.reload(journal.stored())
    boot = BootFields(file=b"/pxelinux.cfg/")

    def answered(message: Message, arrival: Arrival) -> Outcome:
        outcome = answer(inventory, message, arrival, datetime.now(UTC), lambda *_: boot)
        for change in outcome.changes:
            inventory.apply(change)
        return outcome

    async def reload() -> None:
        inventory.reload(await asyncio.wrap_future(journal.ask()))

    def observe(observations: Iterable[Observation]) -> None:
        pass

    server = Dhcp4Server(
        interfaces=[network.interface for network in networks if network.interface],
        addresses=[network.server for network in networks],
        answer=answered,
        commit=journal.submit,
        reload=reload,
        observe=observe,
    )
    server.open()
    running = asyncio.create_task(server.run())
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, running.cancel)
    say("ready")
    await asyncio.wait([running])
    say("counts", **server.counts)
    journal.close()


def say(event: str, **detail: object) -> None:
    sys.stdout.write(json.dumps({"event": event, **detail}) + "\n")
    sys.stdout.flush()


def main() -> int:
    structlog.configure(
        processors=[structlog.processors.TimeStamper(), structlog.processors.JSONRenderer()],
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
    )
    try:
        asyncio.run(serve(json.loads(sys.argv[1])))
    except NetiplError as error:
        say("cannot serve", error=str(error), remedy=error.remedy)
        return error.exit_status
    return 0


if __name__ == "__main__":
    sys.exit(main())
