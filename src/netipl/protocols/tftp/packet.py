"""TFTP packets to bytes and back: RFC 1350, section 5, and RFC 2347.

Decides nothing about what is served. Options are pairs of bytes in the order sent, so those unknown survive.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from netipl.errors import WireError
from netipl.protocols.tftp.codes import BLOCK_NUMBERS, ErrorCode, Mode, OpCode
from netipl.wire import Reader

Options = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRequest:
    """RRQ: opcode 1, name, NUL, mode, NUL, then name and value of each option, each ended by NUL."""

    name: bytes
    mode: bytes = Mode.OCTET.value.encode()
    options: Options = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteRequest:
    """WRQ: opcode 2, otherwise as RRQ."""

    name: bytes
    mode: bytes = Mode.OCTET.value.encode()
    options: Options = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """DATA: opcode 3, block number (u16), data."""

    block: int
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Ack:
    """ACK: opcode 4, block number (u16)."""

    block: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Error:
    """ERROR: opcode 5, code (u16), text, NUL. A code that RFC 1350 does not name stays a plain number."""

    code: ErrorCode | int
    message: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionAck:
    """OACK: opcode 6, then options as in RRQ (RFC 2347)."""

    options: Options


Packet = ReadRequest | WriteRequest | Data | Ack | Error | OptionAck


def option(options: Options, name: str) -> bytes | None:
    """The value of the first option `name`, in any case, or None."""
    wanted = name.lower().encode()
    return next((value for key, value in options if key.lower() == wanted), None)


def decode(data: bytes) -> Packet:
    """Raises WireError only."""
    reader = Reader(data)
    operation = reader.u16()
    decoder = _DECODERS.get(operation)
    if decoder is None:
        raise WireError(f"TFTP has no operation {operation}")
    return decoder(reader)


def encode(packet: Packet) -> bytes:
    """Raises ValueError on what does not fit: a NUL in a text, a number over 16 bits."""
    match packet:
        case ReadRequest():
            return _u16(OpCode.READ_REQUEST) + _texts(packet.name, packet.mode) + _options(packet.options)
        case WriteRequest():
            return _u16(OpCode.WRITE_REQUEST) + _texts(packet.name, packet.mode) + _options(packet.options)
        case Data():
            return _u16(OpCode.DATA) + _u16(packet.block) + packet.data
        case Ack():
            return _u16(OpCode.ACK) + _u16(packet.block)
        case Error():
            return _u16(OpCode.ERROR) + _u16(packet.code) + _texts(packet.message)
        case OptionAck():
            return _u16(OpCode.OPTION_ACK) + _options(packet.options)


def _read_request(reader: Reader) -> ReadRequest:
    return ReadRequest(
        name=reader.take_until(b"\0"), mode=reader.take_until(b"\0"), options=_read_options(reader, padded=True)
    )


def _write_request(reader: Reader) -> WriteRequest:
    return WriteRequest(
        name=reader.take_until(b"\0"), mode=reader.take_until(b"\0"), options=_read_options(reader, padded=True)
    )


def _data(reader: Reader) -> Data:
    return Data(block=reader.u16(), data=reader.rest())


def _ack(reader: Reader) -> Ack:
    return Ack(block=reader.u16())


def _error(reader: Reader) -> Error:
    code = reader.u16()
    text = reader.rest().split(b"\0", 1)[0]  # some servers leave the NUL out
    return Error(code=ErrorCode(code) if code in set(ErrorCode) else code, message=text)


def _option_ack(reader: Reader) -> OptionAck:
    return OptionAck(options=_read_options(reader, padded=False))


_DECODERS: Mapping[int, Callable[[Reader], Packet]] = MappingProxyType(
    {
        OpCode.READ_REQUEST: _read_request,
        OpCode.WRITE_REQUEST: _write_request,
        OpCode.DATA: _data,
        OpCode.ACK: _ack,
        OpCode.ERROR: _error,
        OpCode.OPTION_ACK: _option_ack,
    }
)


def _read_options(reader: Reader, *, padded: bool) -> Options:
    options = []
    while reader.remaining:
        name = reader.take_until(b"\0")
        if padded and not name:  # old boot ROMs fill their request up with zeros
            break
        options.append((name, reader.take_until(b"\0")))
    return tuple(options)


def _options(options: Options) -> bytes:
    return b"".join(_texts(name, value) for name, value in options)


def _texts(*texts: bytes) -> bytes:
    if any(b"\0" in text for text in texts):
        raise ValueError("a text of TFTP holds no NUL")
    return b"".join(text + b"\0" for text in texts)


def _u16(number: int) -> bytes:
    if not 0 <= number < BLOCK_NUMBERS:
        raise ValueError(f"{number} does not fit 16 bits")
    return number.to_bytes(2, "big")
