"""What several keys of the settings file must agree on: addresses with their subnets, owners, names, files.

Each check is a function from the whole file to its problems; `CHECKS` lists them all.
"""

import grp
import os
import pwd
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

from netipl.guests.guest import BootMethod
from netipl.settings import foreman, profiles
from netipl.settings.keys import BootKeys, File, GuestKeys, NetworkKeys
from netipl.settings.problems import Location, Problem, dotted
from netipl.settings.profiles import PATH_REMEDY

Check = Callable[[File, Path], Iterator[Problem]]


def disagreements(file: File, directory: Path) -> list[Problem]:
    """All problems of `file`; relative paths in it start in `directory`."""
    return [problem for check in CHECKS for problem in check(file, directory)]


def _networks_hold_their_addresses(file: File, _: Path) -> Iterator[Problem]:
    for name, network in file.networks.items():
        for key in ("server", "router"):
            address = getattr(network, key)
            behind_relays = key == "server" and network.interface is None
            if address is not None and address not in network.subnet and not behind_relays:
                yield Problem(
                    key=("networks", name, key),
                    what=f"{address} is not in the subnet {network.subnet}",
                    remedy=f"give an address of {network.subnet}, or correct subnet",
                )
            elif whose := _nobodys(network).get(address):
                yield Problem(key=("networks", name, key), what=f"{address} is {whose}", remedy="give another")


def _pools_hold_only_what_may_be_leased(file: File, _: Path) -> Iterator[Problem]:
    for name, network in file.networks.items():
        for position, pool in enumerate(network.pools):
            key = ("networks", name, "pools", position)
            if pool.first not in network.subnet or pool.last not in network.subnet:
                remedy = f"give addresses of {network.subnet}, or correct subnet"
                yield Problem(key=key, what=f"{pool} is not in the subnet {network.subnet}", remedy=remedy)
            for address, whose in _taken(network).items():
                if address in pool:
                    remedy = "end the pool before it, begin it after it, or make two of it"
                    yield Problem(key=key, what=f"{pool} holds {address}, {whose}", remedy=remedy)


def _networks_are_apart(file: File, _: Path) -> Iterator[Problem]:
    for (one, first), (other, second) in combinations(file.networks.items(), 2):
        if first.subnet.overlaps(second.subnet):
            yield Problem(
                key=("networks", other, "subnet"),
                what=f"{second.subnet} overlaps {first.subnet} of {dotted(('networks', one))}",
                remedy="give each network addresses of its own",
            )


def _networks_can_be_reached(file: File, _: Path) -> Iterator[Problem]:
    for name, network in file.networks.items():
        if network.interface is None and not network.relays:
            yield Problem(
                key=("networks", name),
                what="nobody can reach it, as it has neither an interface nor relays",
                remedy='add interface = "virbr1", or relays',
            )


def _guests_have_owners_alone(file: File, _: Path) -> Iterator[Problem]:
    owners: dict[tuple[str, object], Location] = {}
    for name, guest in file.guests.items():
        for kind, identity in _identities(name, guest):
            key: Location = ("guests", name) if kind == "name" else ("guests", name, kind)
            owner = owners.setdefault((kind, identity), key)
            if owner[1] != name:
                what = f"{_shown(identity)} is also that of {dotted(owner[:2])}"
                yield Problem(key=key, what=what, remedy="each belongs to one guest alone")


def _guests_are_recognisable(file: File, _: Path) -> Iterator[Problem]:
    for name, guest in file.guests.items():
        if not (guest.mac or guest.uuid or guest.client_id):
            remedy = 'add mac = "52:54:00:13:33:0a", or uuid, or client_id'
            yield Problem(key=("guests", name), what="nothing would tell this guest from others", remedy=remedy)


def _guests_are_in_their_networks(file: File, _: Path) -> Iterator[Problem]:
    for name, guest in file.guests.items():
        if guest.network is not None and guest.network not in file.networks:
            yield Problem(
                key=("guests", name, "network"),
                what=f"there is no network {guest.network}",
                remedy=f"use one of: {', '.join(file.networks)}",
            )
        elif guest.address is not None:
            yield from _address_problems(file, name, guest)


def _address_problems(file: File, name: str, guest: GuestKeys) -> Iterator[Problem]:
    key = ("guests", name, "address")
    candidates = [guest.network] if guest.network is not None else list(file.networks)
    network = next((file.networks[known] for known in candidates if guest.address in file.networks[known].subnet), None)
    if network is None:
        subnets = ", ".join(f"{file.networks[known].subnet} ({known})" for known in candidates)
        yield Problem(key=key, what=f"{guest.address} is in no subnet it could be in", remedy=f"there are: {subnets}")
    elif whose := _taken(network).get(guest.address) or ("a relay's" if guest.address in network.relays else ""):
        yield Problem(key=key, what=f"{guest.address} is {whose}", remedy="give the guest another")


def _guests_can_be_booted(file: File, _: Path) -> Iterator[Problem]:
    for name, guest in file.guests.items():
        named = [file.networks[each] for each in file.networks if each == guest.network or len(file.networks) == 1]
        ways = (guest.method, *(network.method for network in named), file.default.method)
        if guest.uuid is None and next(filter(None, ways), None) is BootMethod.PROBE_UUID:
            remedy = "add its uuid, or choose probe-mac"
            what = f"{BootMethod.PROBE_UUID} cannot find a guest without uuid"
            yield Problem(key=("guests", name, "method"), what=what, remedy=remedy)
    for place, keys in _boots(file):
        for key in ("initrd", "append"):
            given = getattr(keys, key) is not None
            useless = key == "append" and keys is file.default
            if given and not useless and keys.kernel is None and file.default.kernel is None:
                yield Problem(key=(*place, key), what="there is no kernel for it", remedy=f"add {dotted(place)}.kernel")


def _files_are_there(file: File, directory: Path) -> Iterator[Problem]:
    for place, keys in _boots(file):
        for key in ("kernel", "initrd"):
            path = getattr(keys, key)
            if path is not None and not os.access(directory / path, os.R_OK):
                yield Problem(key=(*place, key), what=f"{directory / path} cannot be read", remedy=PATH_REMEDY)
            elif path is not None and not (directory / path).is_file():
                yield Problem(key=(*place, key), what=f"{directory / path} is no file", remedy=PATH_REMEDY)
    for place, root in ((("tftp", "root"), file.tftp.root), (("answers", "templates"), file.answers.templates)):
        if root is not None and not (directory / root).is_dir():
            yield Problem(key=place, what=f"{directory / root} is no directory", remedy=PATH_REMEDY)


def _guests_with_profiles_can_be_installed(file: File, _: Path) -> Iterator[Problem]:
    for name, guest in file.guests.items():
        if guest.profile is None:
            continue
        place = ("guests", name)
        if (guest.kernel, guest.initrd, guest.append) != (None, None, None):
            remedy = "take them out, or the profile"
            yield Problem(key=(*place, "profile"), what="it has files of its own, which it would boot", remedy=remedy)
        if guest.network is None and len(file.networks) > 1:
            remedy = f"add network, one of: {', '.join(file.networks)}"
            yield Problem(key=(*place, "network"), what="a guest that is installed needs one network", remedy=remedy)


def _export_is_apart(file: File, directory: Path) -> Iterator[Problem]:
    root, export = file.tftp.root, file.tftp.export
    if (
        root is not None
        and export is not None
        and (directory / export).resolve().is_relative_to((directory / root).resolve())
    ):
        yield Problem(
            key=("tftp", "export"),
            what=f"{directory / export} is in tftp.root, from which everybody is served",
            remedy="name another: in this one every guest would be given the files of all",
        )


def _api_is_reached_safely(file: File, _: Path) -> Iterator[Problem]:
    api = file.api
    for one, other in (("tls_certificate", "tls_key"), ("tls_key", "tls_certificate")):
        if getattr(api, one) is not None and getattr(api, other) is None:
            yield Problem(key=("api", one), what=f"it is nothing without {other}", remedy=f"add api.{other}")
    if api.listen is None and api.tls_certificate is not None:
        remedy = 'add listen = "192.0.2.1:8070", or take both out: the Unix socket needs no TLS'
        yield Problem(key=("api", "tls_certificate"), what="there is no TCP port for it", remedy=remedy)
    if api.listen is not None and not api.listen.address.is_loopback and not api.insecure and not api.tls_key:
        yield Problem(
            key=("api", "listen"),
            what=f"without TLS everybody on the way to {api.listen.address} could read the tokens",
            remedy="add tls_certificate and tls_key, use 127.0.0.1, or say insecure = true",
        )


def _api_has_its_group_and_files(file: File, directory: Path) -> Iterator[Problem]:
    for key in ("tls_certificate", "tls_key"):
        path = getattr(file.api, key)
        if path is not None and not (directory / path).is_file():
            yield Problem(key=("api", key), what=f"{directory / path} is no file", remedy=PATH_REMEDY)
    if file.api.group is not None:
        try:
            grp.getgrnam(file.api.group)
        except KeyError:
            remedy = f"groupadd --system {file.api.group}"
            yield Problem(key=("api", "group"), what=f"there is no group {file.api.group}", remedy=remedy)


def _foreman_is_reached_safely(file: File, directory: Path) -> Iterator[Problem]:
    yield from foreman.problems(file.foreman, directory)


def _user_is_known(file: File, _: Path) -> Iterator[Problem]:
    if file.server.user is not None:
        try:
            pwd.getpwnam(file.server.user)
        except KeyError:
            remedy = f"useradd --system {file.server.user}"
            yield Problem(key=("server", "user"), what=f"there is no user {file.server.user}", remedy=remedy)


CHECKS: tuple[Check, ...] = (
    _networks_hold_their_addresses,
    _pools_hold_only_what_may_be_leased,
    _networks_are_apart,
    _networks_can_be_reached,
    _guests_have_owners_alone,
    _guests_are_recognisable,
    _guests_are_in_their_networks,
    _guests_can_be_booted,
    _files_are_there,
    profiles.problems,
    _guests_with_profiles_can_be_installed,
    _export_is_apart,
    _api_is_reached_safely,
    _api_has_its_group_and_files,
    _foreman_is_reached_safely,
    _user_is_known,
)


def _taken(network: NetworkKeys) -> dict[object, str]:
    """Addresses of a network that no guest can have, and what they are."""
    return {**_nobodys(network), network.router: "the router's", network.server: "the server's"}


def _nobodys(network: NetworkKeys) -> dict[object, str]:
    subnet = network.subnet
    if subnet.prefixlen >= 31:
        return {}
    return {subnet.network_address: "that of the subnet itself", subnet.broadcast_address: "for broadcasts"}


def _identities(name: str, guest: GuestKeys) -> Iterator[tuple[str, object]]:
    yield "name", name.lower()
    yield from (("mac", mac) for mac in guest.mac)
    for kind in ("uuid", "client_id", "address"):
        if (identity := getattr(guest, kind)) is not None:
            yield kind, identity


def _shown(identity: object) -> str:
    return identity.hex(":") if isinstance(identity, bytes) else str(identity)


def _boots(file: File) -> Iterator[tuple[Location, BootKeys]]:
    yield ("default",), file.default
    yield from ((("guests", name), guest) for name, guest in file.guests.items())
