"""Small ISO 9660 images put together by hand: directories with records as they are given, and files behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

SECTOR = 2048
ROOT_SECTOR = 20
SP = b"SP\x07\x01\xbe\xef\x00"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One record; `sector` and `size` are where its bytes are."""

    name: bytes
    sector: int = 0
    size: int = 0
    flags: int = 0
    system_use: bytes = b""
    more: Mapping[int, int] = field(default_factory=dict)
    """Bytes that are other than they should be, by their place in the record."""


def both(number: int) -> bytes:
    return number.to_bytes(4, "little") + number.to_bytes(4, "big")


def record(entry: Entry) -> bytes:
    name = entry.name + b"\0" * ((len(entry.name) + 1) % 2)
    rest = both(entry.sector) + both(entry.size) + bytes(7) + bytes((entry.flags, 0, 0)) + b"\1\0\0\1"
    body = b"\0" + rest + bytes((len(entry.name),)) + name + entry.system_use
    made = bytearray(bytes((len(body) + 1,)) + body)
    for place, byte in entry.more.items():
        made[place] = byte
    return bytes(made)


def directory(
    entries: Sequence[Entry], *, sector: int = ROOT_SECTOR, system_use: bytes = b"", size: int = SECTOR
) -> bytes:
    """With the records of itself and of the one above, within whole sectors."""
    itself = Entry(name=b"\0", sector=sector, size=size, flags=2, system_use=system_use)
    sectors = [bytearray()]
    for each in (itself, Entry(name=b"\1", sector=sector, size=size, flags=2), *entries):
        data = record(each)
        if len(sectors[-1]) + len(data) > SECTOR:
            sectors.append(bytearray())
        sectors[-1] += data
    return b"".join(bytes(each).ljust(SECTOR, b"\0") for each in sectors).ljust(size, b"\0")


def descriptor(kind: int, *, sectors: int, root: int = ROOT_SECTOR, size: int = SECTOR, escape: bytes = b"") -> bytes:
    made = bytearray(SECTOR)
    made[0], made[1:6], made[6] = kind, b"CD001", 1
    made[80:88] = both(sectors)
    made[88 : 88 + len(escape)] = escape
    made[128:132] = b"\x00\x08\x08\x00"
    made[156:190] = record(Entry(name=b"\0", sector=root, size=size, flags=2))
    return bytes(made)


def image(parts: Mapping[int, bytes], *, joliet: int = 0, size: int = SECTOR, sectors: int | None = None) -> bytes:
    """`parts` by the sector they begin at; the root is at 20, a second one of Joliet at `joliet`."""
    end = max(number + -(-len(data) // SECTOR) for number, data in parts.items())
    made = bytearray(end * SECTOR)
    told = end if sectors is None else sectors
    volumes = [descriptor(1, sectors=told, size=size)]
    volumes += [descriptor(2, sectors=told, root=joliet, escape=b"%/E")] if joliet else []
    volumes.append(b"\xffCD001\1".ljust(SECTOR, b"\0"))
    for number, data in {16: b"".join(volumes), **parts}.items():
        made[number * SECTOR : number * SECTOR + len(data)] = data
    return bytes(made)


def named(name: bytes, flags: int = 0) -> bytes:
    """An NM entry."""
    return b"NM" + bytes((5 + len(name), 1, flags)) + name


def linked(*components: tuple[int, bytes]) -> bytes:
    """An SL entry."""
    data = b"".join(bytes((flags, len(text))) + text for flags, text in components)
    return b"SL" + bytes((5 + len(data), 1, 0)) + data


def continued(sector: int, offset: int, length: int) -> bytes:
    """A CE entry."""
    return b"CE" + bytes((28, 1)) + both(sector) + both(offset) + both(length)
