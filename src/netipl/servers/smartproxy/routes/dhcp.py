"""The DHCP module: subnets, and the records in them. All that is said is JSON, but for errors, which are plain text."""

from collections.abc import Iterable
from ipaddress import IPv4Address
from typing import Final

from netipl.errors import UsageError
from netipl.guests.marks import domain_name, is_station
from netipl.guests.network import Network
from netipl.net import Mac
from netipl.provisioning.foreman.deployed import Reservation, station
from netipl.provisioning.foreman.hosts import mac_of
from netipl.servers.smartproxy.control import Proxy
from netipl.servers.smartproxy.reply import JSON, RefusalError, Reply, empty, of_json
from netipl.servers.smartproxy.request import Pairs, Request
from netipl.servers.smartproxy.routes.route import ANY, Route
from netipl.wire import printable

_BAD_REQUEST, _NOT_FOUND = 400, 404
_RELATED: Final = frozenset({"related_macs", "related_macs[]"})
_OWN: Final = frozenset({"captures", "splat", "network", "subnet", "ip", "mac", "name", "hostname", *_RELATED})
"""What is no option of a record."""
_VENDOR: Final = "<"
_LONGEST_OPTION: Final = 1024


async def _subnets(proxy: Proxy, _request: Request, _parts: tuple[str, ...]) -> Reply:
    dhcp = proxy.control.dhcp
    return of_json([await dhcp.subnet(network) for network in dhcp.networks])


async def _subnet(proxy: Proxy, _request: Request, parts: tuple[str, ...]) -> Reply:
    there = await proxy.control.dhcp.records(_network(proxy, parts[0]))
    return of_json({"reservations": there.reservations, "leases": there.leases})


async def _unused(proxy: Proxy, request: Request, parts: tuple[str, ...]) -> Reply:
    network = _network(proxy, parts[0])
    mac = request.asked("mac")
    found = await proxy.control.dhcp.unused(
        network, _mac(mac) if mac else None, request.asked("from"), request.asked("to")
    )
    return of_json({"ip": None if found is None else str(found)})


async def _of_mac(proxy: Proxy, _request: Request, parts: tuple[str, ...]) -> Reply:
    network, mac = _network(proxy, parts[0]), _mac(parts[1])
    found = (await proxy.control.dhcp.records(network)).by_mac(mac) if mac is not None else None
    if found is None:
        asked = f"{network.subnet.network_address}/{parts[1].lower()}"
        raise RefusalError(_NOT_FOUND, f"No DHCP record for MAC {asked} found")
    return of_json(found)


async def _of_address(proxy: Proxy, _request: Request, parts: tuple[str, ...]) -> Reply:
    network, address = _network(proxy, parts[0]), _address(parts[1])
    found = (await proxy.control.dhcp.records(network)).by_address(address)
    if not found:
        raise RefusalError(_NOT_FOUND, f"No DHCP records for IP {network.subnet.network_address}/{address} found")
    return of_json(found)


async def _add(proxy: Proxy, request: Request, parts: tuple[str, ...]) -> Reply:
    form = request.form()
    said = dict(form)
    name, hostname = said.get("name") or said.get("hostname"), said.get("hostname") or said.get("name")
    if not name or not hostname:
        raise RefusalError(_BAD_REQUEST, "Must provide hostname")
    mac, address = _mac(said.get("mac", "")), _address(said.get("ip", ""))
    if mac is None or not is_station(mac):
        raise RefusalError(_BAD_REQUEST, f"Invalid MAC {said['mac']}")
    wanted = _address(parts[0])
    network = next((each for each in proxy.control.dhcp.networks if wanted in each.subnet), None)
    if network is None:
        raise RefusalError(_BAD_REQUEST, f"No Subnet detected for: {wanted}")
    if address not in network.subnet:
        raise RefusalError(_BAD_REQUEST, f"IP Address {address} is not in subnet {network.subnet.with_netmask}")
    reservation = Reservation(
        network=network.name,
        mac=mac,
        address=address,
        name=_one_line(name),
        hostname=domain_name(hostname).lower(),
        options=_options(form),
    )
    related = [_mac(each) for each in _related(form) if each]
    await proxy.control.dhcp.add(reservation, related=[each for each in related if each is not None], by=request.by)
    return empty(JSON)


async def _delete_mac(proxy: Proxy, request: Request, parts: tuple[str, ...]) -> Reply:
    mac = _mac(parts[1])
    if (network := _found(proxy, parts[0])) is not None and mac is not None:
        await proxy.control.dhcp.remove_mac(network, mac, by=request.by)
    return empty()


async def _delete_address(proxy: Proxy, request: Request, parts: tuple[str, ...]) -> Reply:
    address = _address(parts[1])
    if (network := _found(proxy, parts[0])) is not None:
        await proxy.control.dhcp.remove_address(network, address, by=request.by)
    return empty()


def _options(form: Pairs) -> tuple[tuple[str, str], ...]:
    """Each once, the last one. Raises RefusalError and UsageError."""
    found: dict[str, str] = {}
    for key, said in form:
        if key.startswith(_VENDOR):
            raise RefusalError(_BAD_REQUEST, f"Vendor option {printable(key, 80)} is not supported")
        if key not in _OWN:
            found[_one_line(key)] = _one_line(said)
    return tuple(found.items())


def _related(form: Pairs) -> Iterable[str]:
    return (said for key, said in form if key in _RELATED)


def _one_line(text: str) -> str:
    """Raises UsageError for what no record has in it."""
    if not text.isprintable() or len(text) > _LONGEST_OPTION:
        raise UsageError(f"'{printable(text, 80)}' is no text for a record")
    return text


def _network(proxy: Proxy, text: str) -> Network:
    """The one with exactly this address. Raises RefusalError."""
    network = _found(proxy, text)
    if network is None:
        raise RefusalError(_NOT_FOUND, f"Subnet {text} could not found")
    return network


def _found(proxy: Proxy, text: str) -> Network | None:
    address = _address(text)
    return next((each for each in proxy.control.dhcp.networks if each.subnet.network_address == address), None)


def _address(text: str) -> IPv4Address:
    try:
        return IPv4Address(text)
    except ValueError:
        raise RefusalError(_BAD_REQUEST, f"Invalid IP Address {printable(text, 80)}") from None


def _mac(text: str) -> Mac | None:
    """None for an InfiniBand address: it is one, and nobody's here. Raises RefusalError for what is none."""
    found = station(text)
    if found is None:
        raise RefusalError(_BAD_REQUEST, f"Invalid MAC {printable(text, 80)}")
    return mac_of(found)


ROUTES: Final = (
    Route("GET", ("dhcp",), _subnets),
    Route("GET", ("dhcp", ANY), _subnet),
    Route("GET", ("dhcp", ANY, "unused_ip"), _unused),
    Route("GET", ("dhcp", ANY, "mac", ANY), _of_mac),
    Route("GET", ("dhcp", ANY, "ip", ANY), _of_address),
    Route("POST", ("dhcp", ANY), _add),
    Route("DELETE", ("dhcp", ANY, "mac", ANY), _delete_mac),
    Route("DELETE", ("dhcp", ANY, "ip", ANY), _delete_address),
)
