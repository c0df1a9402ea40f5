"""One connection: requests are read within their time, answered one after the other, and bodies streamed.

h11 knows HTTP/1.1; here are the deadlines, and the way of a body to the socket: files by sendfile, without a copy.
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import BinaryIO, cast

import h11

from netipl.content import FileRange, Inline, Segment, Zeros
from netipl.errors import ContentError
from netipl.servers.bootfiles.replies import Reply, problem, utc_now

RECEIVED_AT_ONCE = 64 * 1024
SENT_AT_ONCE = 256 * 1024
"""So much has to be taken by the client within `Timeouts.write`."""
_NOTHING = bytes(SENT_AT_ONCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """In seconds. `header`: for the whole of a request; `idle`: until its first byte; `write`: for a piece of a body;
    `linger`: for a client to read why its connection is closed.
    """

    header: float = 10
    idle: float = 30
    write: float = 30
    linger: float = 1


class MalformedRequest(Exception):  # noqa: N818 - an outcome of reading, never seen outside of this package
    """What was received is no request; `reply` says why. Close after it."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status.phrase)
        self.reply = reply


class Connection:
    """Reads requests and writes replies; decides nothing about either. Errors of the socket are OSError."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        timeouts: Timeouts,
        maximum_header: int,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._timeouts = timeouts
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=maximum_header)

    async def request(self) -> h11.Request | None:
        """The next one, without its body; None when no more will come. Raises MalformedRequest."""
        if not await self._first_bytes():
            return None
        try:
            async with asyncio.timeout(self._timeouts.header):
                event = await self._event()
        except TimeoutError:
            raise MalformedRequest(_refusal(HTTPStatus.REQUEST_TIMEOUT, "the request is not complete")) from None
        except h11.RemoteProtocolError as error:
            status = HTTPStatus(error.error_status_hint)
            raise MalformedRequest(_refusal(status, "the request does not follow HTTP/1.1")) from error
        return event if isinstance(event, h11.Request) else None

    async def body(self, most: int, kept: int) -> bytes:
        """The last `kept` bytes of the body of the request that was read last. Raises MalformedRequest, also where it
        has more than `most`, or takes too long.
        """
        end, size = b"", 0
        try:
            async with asyncio.timeout(self._timeouts.header):
                if self._http.they_are_waiting_for_100_continue:
                    await self._write(self._http.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
                while isinstance(event := await self._event(), h11.Data):
                    size += len(event.data)
                    if size > most:
                        detail = f"a callback may send {most} bytes"
                        raise MalformedRequest(_refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail))
                    end = (end + bytes(event.data))[-kept:]
        except TimeoutError:
            raise MalformedRequest(_refusal(HTTPStatus.REQUEST_TIMEOUT, "the request is not complete")) from None
        except h11.RemoteProtocolError as error:
            status = HTTPStatus(error.error_status_hint)
            raise MalformedRequest(_refusal(status, "the body does not follow HTTP/1.1")) from error
        return end

    async def reply(self, reply: Reply) -> None:
        """Send it. Raises OSError, TimeoutError and ContentError, also in mid-body: then abort."""
        head = h11.Response(status_code=reply.status, headers=reply.head(utc_now()), reason=reply.status.phrase)
        await self._write(self._http.send(head) or b"")
        for segment, file in reply.segments:
            await self._send(segment, file)
        await self._write(self._http.send(h11.EndOfMessage()) or b"")

    def goes_on(self) -> bool:
        """Whether another request may follow; then the connection is ready for it."""
        with suppress(h11.RemoteProtocolError):
            if self._http.their_state is h11.SEND_BODY:
                self._http.next_event()
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    async def close(self) -> None:
        """After all that was written has been read, or its time is over."""
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(self._timeouts.write):
                self._writer.close()
                await self._writer.wait_closed()
        self.abort()

    async def linger(self) -> None:
        """Say no more, and pass over what still comes: a reset would take the last reply from the client."""
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(self._timeouts.linger):
                self._writer.write_eof()
                while await self._reader.read(RECEIVED_AT_ONCE):
                    pass

    def abort(self) -> None:
        """At once: a body that was not finished cannot be taken for one that was."""
        self._writer.transport.abort()

    async def _first_bytes(self) -> bool:
        """Whether a request begins in time. What was sent ahead of its turn is here already."""
        if self._http.trailing_data[0]:
            return True
        try:
            async with asyncio.timeout(self._timeouts.idle):
                data = await self._reader.read(RECEIVED_AT_ONCE)
        except TimeoutError:
            return False
        self._http.receive_data(data)
        return bool(data)

    async def _event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._reader.read(RECEIVED_AT_ONCE))
        return event

    async def _write(self, data: bytes) -> None:
        self._writer.write(data)
        async with asyncio.timeout(self._timeouts.write):
            await self._writer.drain()

    async def _send(self, segment: Segment, file: BinaryIO | None) -> None:
        """One segment, piece by piece, each within its time."""
        for start in range(0, segment.length, SENT_AT_ONCE):
            count = min(SENT_AT_ONCE, segment.length - start)
            self._http.send_with_data_passthrough(h11.Data(data=cast("bytes", _Counted(count))))
            match segment:
                case Inline(data=data):
                    await self._write(data[start : start + count])
                case Zeros():
                    await self._write(_NOTHING[:count])
                case FileRange(offset=offset) if file is not None:
                    await self._send_file(file, offset + start, count)

    async def _send_file(self, file: BinaryIO, offset: int, count: int) -> None:
        if self._writer.is_closing():
            raise ConnectionResetError
        async with asyncio.timeout(self._timeouts.write):
            sent = await asyncio.get_running_loop().sendfile(self._writer.transport, file, offset, count)
        if sent < count:
            raise ContentError(f"a file ended at {offset + sent} of {offset + count} bytes")


def _refusal(status: HTTPStatus, detail: str) -> Reply:
    return problem(status, detail, last=True)


class _Counted:
    """Stands for bytes that h11 counts and never sees (its "data passthrough")."""

    def __init__(self, length: int) -> None:
        self._length = length

    def __len__(self) -> int:
        return self._length
