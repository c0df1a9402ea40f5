"""The tree of an exported directory: what all guests find in one TFTP root that is the same to everybody.

A name there has one content: a guest that would need another is left out, and told of. Guests that are found by probing
are named by everything that is known of them, and never by a part of their address, which other guests have too.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from netipl.content import Content
from netipl.errors import UsageError
from netipl.guests.guest import BootMethod, Guest
from netipl.net import Mac
from netipl.provisioning.bootfields import BootFields
from netipl.provisioning.choice import method_of
from netipl.provisioning.plan import Images, Subject, plan

UNKNOWN: Final = "_unknown"
"""Stands for the name of a guest where unknown clients have a directory; no guest can be called so."""

_PROBED: Final = (BootMethod.PROBE_UUID, BootMethod.PROBE_MAC, BootMethod.PROBE_EMPTY)

NAMED_BY: Final[Mapping[BootMethod, tuple[BootMethod, ...]]] = {
    **{method: (method,) for method in BootMethod},
    **dict.fromkeys(_PROBED, (BootMethod.PROBE_UUID, BootMethod.PROBE_MAC)),
}
"""The plans whose names a guest of each method has in the directory."""

_NEEDED: Final[Mapping[BootMethod, str]] = {
    BootMethod.PROBE_UUID: "uuid",
    BootMethod.PROBE_MAC: "mac",
    BootMethod.PROBE_MISSING: "mac",
    BootMethod.PROBE_IP: "address",
}
"""What must be known of a guest for such a name."""

_FOR_UNKNOWN: Final[Mapping[BootMethod, BootMethod]] = {
    method: BootMethod.PROBE_DEFAULT if method.startswith("probe-") else method for method in BootMethod
}

_NOBODY: Final = Mac(bytes(6))
_NOWHERE: Final = IPv4Address(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A guest, or all unknown clients where `guest` is None. Without `fields` it has nothing to boot."""

    guest: Guest | None
    fields: BootFields | None
    tree: Mapping[str, Content]

    @property
    def name(self) -> str:
        """Of the guest, or `UNKNOWN`."""
        return UNKNOWN if self.guest is None else self.guest.name


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A guest that has no place in the directory, and why."""

    name: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Who is served, by a tree without contradictions, and who is not."""

    clients: tuple[Client, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def tree(self) -> dict[str, Content]:
        """Of all clients; names have no leading slash."""
        return {name: content for client in self.clients for name, content in client.tree.items()}


def exported(
    guests: Iterable[tuple[Guest, Images | None]],
    unknown: tuple[BootMethod, Images] | None,
    *,
    method: BootMethod | None = None,
) -> Export:
    """The export of `guests`, each with what it boots, and of the method and the images of unknown clients.

    `method` is that of guests that name none; without it what suits their firmware.
    """
    clients, left_out, owners = list[Client](), list[LeftOut](), dict[str, tuple[str, Content]]()
    for name, guest, its_method, images in _asked_for(guests, unknown, method):
        try:
            client = _client(guest, its_method, images)
            for path, content in client.tree.items():
                owner, other = owners.setdefault(path, (name, content))
                if other != content:
                    message = f"{path} is already there for {owner}, with other contents"
                    raise UsageError(message, remedy="give one of the two a method by which it is found alone")
        except UsageError as error:
            left_out.append(LeftOut(name=name, reason=str(error), remedy=error.remedy))
            owners = {path: owned for path, owned in owners.items() if owned[0] != name}
        else:
            clients.append(client)
    return Export(clients=tuple(clients), left_out=tuple(left_out))


def _asked_for(
    guests: Iterable[tuple[Guest, Images | None]],
    unknown: tuple[BootMethod, Images] | None,
    default: BootMethod | None,
) -> Iterator[tuple[str, Guest | None, BootMethod, Images | None]]:
    for guest, images in guests:
        yield guest.name, guest, method_of(guest, None, default), images
    if unknown is not None:
        method, images = unknown
        yield UNKNOWN, None, _FOR_UNKNOWN[method], images


def _client(guest: Guest | None, method: BootMethod, images: Images | None) -> Client:
    """Raises UsageError for a guest that its method cannot find in a directory."""
    if images is None:
        return Client(guest=guest, fields=None, tree={})
    names = [each for each in NAMED_BY[method] if _is_known(guest, each)]
    if not names:
        needed = " or ".join(_NEEDED[each] for each in NAMED_BY[method])
        raise UsageError(f"{method} finds it by {needed}, which is not known", remedy=f"give its {needed}")
    tree, fields = dict[str, Content](), BootFields()
    for subject in _subjects(guest, images):
        for each in names:
            made = plan(each, subject)
            tree |= _by_whole_address(made.tree, subject.address) if each is BootMethod.PROBE_IP else made.tree
            fields = made.fields
    if method is BootMethod.PROBE_EMPTY:
        fields = BootFields()
    return Client(guest=guest, fields=fields, tree=tree)


def _is_known(guest: Guest | None, method: BootMethod) -> bool:
    if guest is None or method not in _NEEDED:
        return True
    known = {"uuid": guest.uuid, "mac": guest.macs, "address": guest.address}
    return bool(known[_NEEDED[method]])


def _subjects(guest: Guest | None, images: Images) -> Iterator[Subject]:
    """The guest behind each of its MACs; what a name does not need may be unknown."""
    for mac in (guest.macs if guest is not None else ()) or (_NOBODY,):
        yield Subject(
            name=guest.name if guest is not None else UNKNOWN,
            mac=mac,
            uuid=guest.uuid if guest is not None else None,
            address=(guest.address if guest is not None else None) or _NOWHERE,
            images=images,
        )


def _by_whole_address(tree: Mapping[str, Content], address: IPv4Address) -> dict[str, Content]:
    digits = f"{int(address):08X}"
    return {f"pxelinux.cfg/{digits}" if name.endswith(f"/{digits[:-1]}") else name: tree[name] for name in tree}
