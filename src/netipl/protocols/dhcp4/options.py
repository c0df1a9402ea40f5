"""The options of a message as an immutable mapping of code to bytes, and their form on the wire.

Equal codes are parts of one value, and values over 255 bytes are split (RFC 3396); the fields of a message that options
may fill are the business of message.py. Sources: RFC 2132, 3046, 3396, 4578.
"""

from collections.abc import Container, ItemsView, Iterable, Iterator, Mapping
from datetime import timedelta
from functools import lru_cache
from ipaddress import IPv4Address
from typing import Final
from uuid import UUID

from netipl.errors import WireError
from netipl.protocols.dhcp4.codes import Option
from netipl.wire import tagged

_LONGEST_PART: Final = 255
_PAD: Final = int(Option.PAD)
_END: Final = int(Option.END)

_ANY: Final = 1 << 32
_LENGTHS: Final[Mapping[int, Container[int]]] = {
    Option.SUBNET_MASK: (4,),
    Option.ROUTER: range(4, _ANY, 4),
    Option.DOMAIN_NAME_SERVER: range(4, _ANY, 4),
    Option.BROADCAST_ADDRESS: (4,),
    Option.REQUESTED_ADDRESS: (4,),
    Option.LEASE_TIME: (4,),
    Option.OVERLOAD: (1,),
    Option.MESSAGE_TYPE: (1,),
    Option.SERVER_IDENTIFIER: (4,),
    Option.MAXIMUM_SIZE: (2,),
    Option.RENEWAL_TIME: (4,),
    Option.REBINDING_TIME: (4,),
    Option.CLIENT_IDENTIFIER: range(2, _ANY),
    Option.CLIENT_ARCHITECTURE: range(2, _ANY, 2),
    Option.NETWORK_INTERFACE: (3,),
    Option.CLIENT_MACHINE: (17,),
}


class Options(Mapping[int, bytes]):
    """Codes 1 to 254 and their values, in order. Raises ValueError for a value whose length its RFC forbids."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[int, bytes] | Mapping[Option, bytes] | Iterable[tuple[int, bytes]] = ()) -> None:
        self._values: dict[int, bytes] = dict(values)  # type: ignore[arg-type]  # an Option is an int
        for code, value in self._values.items():
            lengths = _LENGTHS.get(code)
            if lengths is not None:
                if len(value) not in lengths:
                    raise ValueError(f"option {code} has {len(value)} bytes")
            elif not _PAD < code < _END:
                raise ValueError(f"{code} is no option code")

    def __getitem__(self, code: int) -> bytes:
        return self._values[code]

    def __iter__(self) -> Iterator[int]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def items(self) -> ItemsView[int, bytes]:
        return self._values.items()

    def __contains__(self, code: object) -> bool:
        return code in self._values

    def __hash__(self) -> int:
        return hash(frozenset(self._values.items()))

    def __repr__(self) -> str:
        return f"Options({self._values!r})"

    @property
    def message_type(self) -> int | None:
        """Option 53 as a number, since types unknown here exist (RFC 3203, 4388); None in plain BOOTP."""
        value = self._values.get(Option.MESSAGE_TYPE)
        return None if value is None else value[0]

    @property
    def requested_address(self) -> IPv4Address | None:
        """Option 50."""
        return self._address(Option.REQUESTED_ADDRESS)

    @property
    def server_identifier(self) -> IPv4Address | None:
        """Option 54."""
        return self._address(Option.SERVER_IDENTIFIER)

    @property
    def lease_time(self) -> timedelta | None:
        """Option 51; 0xffffffff, about 136 years, is for ever."""
        value = self._values.get(Option.LEASE_TIME)
        return None if value is None else timedelta(seconds=int.from_bytes(value, "big"))

    @property
    def host_name(self) -> str:
        """Option 12 as text, and empty when absent; some clients end it with NUL (RFC 2132, 2)."""
        return self._values.get(Option.HOST_NAME, b"").rstrip(b"\0").decode("ascii", "replace")

    @property
    def client_identifier(self) -> bytes | None:
        """Option 61, the type byte included."""
        return self._values.get(Option.CLIENT_IDENTIFIER)

    @property
    def parameters(self) -> bytes | None:
        """Option 55: the codes that the client asks for, one a byte."""
        return self._values.get(Option.PARAMETER_LIST)

    @property
    def architectures(self) -> tuple[int, ...]:
        """Option 93: numbers of which `Architecture` names some; empty when absent."""
        value = self._values.get(Option.CLIENT_ARCHITECTURE)
        if value is None:
            return ()
        return tuple(int.from_bytes(value[at : at + 2], "big") for at in range(0, len(value), 2))

    @property
    def uuid(self) -> UUID | None:
        """Option 97 in network order (RFC 4578, 2.3); None also for an identifier of another type than 0."""
        value = self._values.get(Option.CLIENT_MACHINE)
        return UUID(bytes=value[1:]) if value is not None and value[0] == 0 else None

    def _address(self, code: int) -> IPv4Address | None:
        value = self._values.get(code)
        return None if value is None else IPv4Address(value)


def decode_into(values: dict[int, bytes], field: bytes) -> None:
    """Adds the options of one field to `values`, parts of one option joined. Raises WireError.

    A field may end without END, as RFC 2131 forbids and clients do.
    """
    for code, value in tagged(field, pad=_PAD, end=_END):
        values[code] = values[code] + value if code in values else value


def checked(values: Mapping[int, bytes]) -> Options:
    """`values` as Options. Raises WireError where one has a length that its RFC forbids."""
    try:
        return Options(values)
    except ValueError as error:
        raise WireError(str(error)) from None


@lru_cache(maxsize=1024)  # most options say the same to every client
def encode(code: int, value: bytes) -> bytes:
    """One option, in as many parts as it needs, without END."""
    if len(value) <= _LONGEST_PART:
        return bytes((code, len(value))) + value
    parts = (value[at : at + _LONGEST_PART] for at in range(0, len(value), _LONGEST_PART))
    return b"".join(bytes((code, len(part))) + part for part in parts)
