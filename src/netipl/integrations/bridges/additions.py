"""What a bridge has beside its ports, and loses when it goes: addresses, routes, settings. Read, and given back.

An address and a route are the words that ip(8) shows and takes. What cannot be given back is told. Whose an address is
nobody can see here. Sources: ip-address(8), ip-route(8), bridge(8); Linux, net/bridge/br_sysfs_br.c,
Documentation/networking/ip-sysctl.rst.
"""

import json
import shlex
import stat
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from netipl.errors import UnavailableError
from netipl.integrations.bridges.bridges import bridge, run

_PLACES: Final[Mapping[str, Collection[str]]] = {
    "/sys/class/net/{name}": {"mtu", "tx_queue_len", "ifalias"},
    "/sys/class/net/{name}/bridge": (),
    "/proc/sys/net/ipv4/conf/{name}": (),
    "/proc/sys/net/ipv6/conf/{name}": (),
}
"""Directories of settings, with the files that are meant where not all are."""
_OF_OTHERS: Final = frozenset({"stp_state", "forward_delay", "stable_secret"})
"""What the network says itself, and what is a secret."""
_OF_ADDRESS: Final = ("broadcast", "scope", "metric", "label")
_FLAGS_OF_ADDRESS: Final = ("noprefixroute", "home", "nodad")
_BY_ITSELF: Final = frozenset({"kernel", "kernel_ll", "ra", "redirect"})
"""Who makes routes and addresses without being told."""
_STATES_OF_ROUTE: Final = frozenset({"linkdown", "dead", "offload", "offload_failed", "trap", "rt_trap"})
"""Words that are shown and not taken."""
_NO_QUEUE: Final = "noqueue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Additions:
    """`settings` are all that it has, by file; of these only those are written in which a new bridge differs."""

    addresses: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)

    def __or__(self, other: "Additions") -> "Additions":
        """Both; of one setting that of the other."""
        return Additions(
            addresses=tuple(dict.fromkeys((*self.addresses, *other.addresses))),
            routes=tuple(dict.fromkeys((*self.routes, *other.routes))),
            settings={**self.settings, **other.settings},
        )


def additions(name: str) -> Additions:
    """Of that bridge; nothing where there is none. Raises UnavailableError."""
    if bridge(name) is None:
        return Additions()
    return Additions(addresses=tuple(_addresses(name)), routes=tuple(_routes(name)), settings=dict(_settings(name)))


def losses(name: str) -> Iterator[str]:
    """What that bridge has that cannot be given back. Raises UnavailableError."""
    if bridge(name) is None:
        return
    over = sorted(path.name.removeprefix("upper_") for path in Path("/sys/class/net", name).glob("upper_*"))
    if over:
        yield f"devices over {name}: {', '.join(over)}"
    several = [each["dst"] for each in _shown("route", "show", "table", "all") if _is_over_several(each, name)]
    if several:
        yield f"routes over {name} and other devices: {', '.join(several)}"
    fixed = [each["dst"] for each in _shown("neighbour", "show", "dev", name, "nud", "permanent")]
    if fixed:
        yield f"neighbours that are fixed by hand: {', '.join(fixed)}"
    if _shown("link", "show", "dev", name)[0].get("qdisc", _NO_QUEUE) != _NO_QUEUE:
        yield f"the queueing discipline of {name} (tc)"
    if _reads(Path("/sys/class/net", name, "bridge/vlan_filtering")) == "1":
        yield f"VLANs of ports of {name} (bridge vlan)"


def give(added: Additions, name: str) -> tuple[str, ...]:
    """All of it that the bridge has not, to it. Returns the commands that have failed, for a person to repeat."""
    now, failed = additions(name), []
    for file, value in added.settings.items():
        if file in now.settings and now.settings[file] != value:
            try:
                Path(file).write_text(value)
            except OSError:
                failed.append(f"echo {shlex.quote(value)} >{file}")
    for command in _commands(added, now, name):
        try:
            run(*command)
        except UnavailableError:
            failed.append(shlex.join(command))
    return tuple(failed)


def _commands(added: Additions, now: Additions, name: str) -> Iterator[tuple[str, ...]]:
    there = {each.split()[0] for each in now.addresses}
    for address in added.addresses:
        if address.split()[0] not in there:
            yield ("ip", "address", "replace", *address.split(), "dev", name)
    for route in sorted(set(added.routes) - set(now.routes), key=lambda each: " via " in each):
        yield ("ip", "-6" if ":" in route else "-4", "route", "append", *route.split(), "dev", name)


def _addresses(name: str) -> Iterator[str]:
    for each in _shown("address", "show", "dev", name)[0].get("addr_info", ()):
        if each.get("dynamic") or each.get("temporary") or each.get("protocol") in _BY_ITSELF:
            continue
        peer, mask = each.get("address"), each["prefixlen"]
        whole = (each["local"], "peer", f"{peer}/{mask}") if peer else (f"{each['local']}/{mask}",)
        said = ((key, str(each[key])) for key in _OF_ADDRESS if key in each)
        flags = (flag for flag in _FLAGS_OF_ADDRESS if each.get(flag))
        yield " ".join((*whole, *(word for pair in said for word in pair), *flags))


def _routes(name: str) -> Iterator[str]:
    for family in ("-4", "-6"):
        for line in run("ip", "-oneline", family, "route", "show", "table", "all", "dev", name).splitlines():
            words = line.split()
            maker = words[words.index("proto") + 1] if "proto" in words else ""
            if maker not in _BY_ITSELF:
                yield " ".join(word for word in words if word not in _STATES_OF_ROUTE)


def _settings(name: str) -> Iterator[tuple[str, str]]:
    for place, meant in _PLACES.items():
        directory = Path(place.format(name=name))
        for file in sorted(directory.iterdir()) if directory.is_dir() else ():
            if file.name in _OF_OTHERS or (meant and file.name not in meant):
                continue
            if file.is_file() and file.stat().st_mode & stat.S_IWUSR and (value := _reads(file)) is not None:
                yield str(file), value


def _is_over_several(route: Mapping[str, Any], name: str) -> bool:  # Any: JSON
    return any(hop.get("dev") == name for hop in route.get("nexthops", ()))


def _reads(file: Path) -> str | None:
    """None where it is not there, or cannot be read."""
    try:
        return file.read_text().strip()
    except OSError:
        return None


def _shown(*arguments: str) -> Sequence[Any]:  # Any: JSON
    found: Sequence[Any] = json.loads(run("ip", "-json", *arguments) or "[]")
    return found
