"""Consoles as the daemon has them: recorded boot by boot, told to the timeline, shown to many, typed at."""

import asyncio
from base64 import b64decode
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

from netipl.control.consoles.console_plane import ConsolePlane
from netipl.errors import ConflictError, MissingError, UnavailableError
from netipl.firmware.spoken.reading import ConsoleReading
from netipl.guests.guest import Guest
from netipl.integrations.libvirt.console import TAKEN, Piece, Printed
from netipl.integrations.libvirt.worker.protocol import Call, Json, Notice, Told
from netipl.net import Mac
from netipl.provisioning.console_view import Shown
from netipl.provisioning.timeline import Observation, Seen
from netipl.store.transcripts import Transcripts

DEADLINE = 60.0
UUID = "bbb4f52a-c2fa-4016-af72-c4ea0d422cbe"
MAC = Mac.parse("52:54:00:13:33:0a")
WEB1 = Guest(name="web1", macs=(MAC,))
IPL = "LOADPARM=[        ]\r\nNetwork boot starting...\r\n"


def in_loop(test: Callable[[Path], Coroutine[Any, Any, None]]) -> Callable[[Path], None]:
    @wraps(test)
    def run(tmp_path: Path) -> None:
        asyncio.run(test(tmp_path))

    return run


class Worker:
    """Notes what it is asked, and answers with nothing or with `refusal`."""

    def __init__(self) -> None:
        self.why_not = ""
        self.asked: list[tuple[Call, dict[str, Json]]] = []
        self.refusal: Exception | None = None
        self.was_asked = asyncio.Event()

    async def ask(self, call: Call, /, *, limit: float = 0, **arguments: Json) -> Json:
        self.asked.append((call, arguments))
        self.was_asked.set()
        if self.refusal is not None:
            raise self.refusal

    async def until_asked(self, call: Call) -> dict[str, Json]:
        async with asyncio.timeout(DEADLINE):
            while not (found := [arguments for each, arguments in self.asked if each is call]):
                self.was_asked.clear()
                await self.was_asked.wait()
        return found[-1]


class Machines:
    def guests(self) -> Iterator[tuple[Guest, str]]:
        yield WEB1, UUID

    def whose(self, uuid: str) -> tuple[Guest, Mac | None] | None:
        return (WEB1, MAC) if uuid == UUID else None


class Bench:
    """`seen` is what the timeline was told."""

    def __init__(self, directory: Path) -> None:
        self.worker = Worker()
        self.seen: list[Observation] = []
        self.plane = ConsolePlane(self.worker, Machines(), Transcripts(directory), self.seen.append)
        self._at = 1_770_000_000.0

    def hear(self, told: Told, **detail: Json) -> None:
        self.plane.hear(Notice(told, {"uuid": UUID, **detail}))

    def opens(self, *, whole: bool = True) -> None:
        self.hear(Told.CONSOLE_OPENED, is_whole=whole, at=self._at)

    def prints(self, text: str, *, begins: bool = False, raw: bytes = b"", missed: int = 0) -> None:
        self._at += 1
        piece = Piece(text=text, said=tuple(ConsoleReading().feed(text)), begins=begins)
        printed = Printed(uuid=UUID, at=self._at, pieces=(piece,), raw=raw, missed=missed)
        self.plane.hear(Notice(Told.CONSOLE, printed.to_json()))

    def boots(self, text: str = IPL, *, whole: bool = True) -> None:
        self.opens(whole=whole)
        self.prints(text, begins=True)

    def stops(self) -> None:
        self.hear(Told.LIFECYCLE, event="stopped")

    def of(self, seen: Seen) -> list[Observation]:
        return [each for each in self.seen if each.seen is seen]

    async def recorded(self) -> list[str]:
        """The newest first."""
        found = await self.plane.transcripts("web1")
        return [await self.plane.transcript("web1", each.id) for each in found]


@asynccontextmanager
async def bench(directory: Path) -> AsyncIterator[Bench]:
    made = Bench(directory)
    running = asyncio.create_task(made.plane.run())
    try:
        await made.worker.until_asked(Call.CONSOLES)
        yield made
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def shown(following: AsyncGenerator[Shown, None], *, until: str) -> str:
    """All text, or bytes, to the first piece with these words."""
    text = ""
    async with asyncio.timeout(DEADLINE):
        async for each in following:
            text += each.text + each.raw.decode() + each.note
            if until in text:
                return text
    raise AssertionError(text)


@in_loop
async def test_the_consoles_of_all_guests_with_a_machine_are_wanted(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        assert await made.worker.until_asked(Call.CONSOLES) == {"uuids": [UUID]}


@in_loop
async def test_and_wanted_anew_of_another_worker(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.worker.asked.clear()
        made.hear(Told.CONNECTED)
        assert await made.worker.until_asked(Call.CONSOLES)


@in_loop
async def test_what_came_to_nothing_is_asked_again(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.worker.refusal = UnavailableError("gone")
        made.hear(Told.CONNECTED)
        made.worker.asked.clear()
        await made.worker.until_asked(Call.CONSOLES)
        made.worker.asked.clear()
        made.worker.refusal = None
        await made.worker.until_asked(Call.CONSOLES)


@in_loop
async def test_a_boot_is_recorded_and_told(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.boots()
        made.prints("TFTP error: file not found: k\r\n")
        assert await made.recorded() == [IPL + "TFTP error: file not found: k\r\n"]
        [opened] = made.of(Seen.CONSOLE_OPENED)
        assert opened.detail.keys() == {"transcript"}
        assert [each.detail["sign"] for each in made.of(Seen.FIRMWARE)] == ["ipl", "network"]
        assert (opened.guest, opened.mac) == ("web1", MAC)


@in_loop
async def test_each_boot_has_a_transcript_of_its_own(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.boots("one\n")
        made.prints("two\n", begins=True)
        made.stops()
        made.hear(Told.CONSOLE_CLOSED, reason="")
        made.boots("three\n")
        assert await made.recorded() == ["three\n", "two\n", "one\n"]


@in_loop
async def test_last_words_that_come_behind_the_end_are_of_the_boot_that_ended(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.boots("one\n")
        made.stops()
        made.prints("two\n")
        made.boots("three\n")
        assert await made.recorded() == ["three\n", "one\ntwo\n"]


@in_loop
async def test_a_console_that_was_away_goes_on_in_its_boot_and_says_so(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.boots("one\n")
        made.hear(Told.CONSOLE_CLOSED, reason="")
        made.boots("two\n", whole=False)
        assert await made.recorded() == ["one\n\n[netipl: what came here was not seen]\ntwo\n"]


@in_loop
async def test_one_that_is_come_to_late_says_that_its_first_lines_may_be_missing(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.boots(whole=False)
        [opened] = made.of(Seen.CONSOLE_OPENED)
        assert opened.detail["missed"] == "its first lines may be missing"


@in_loop
async def test_what_was_left_out_is_said(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.opens()
        made.prints("one\n", begins=True, missed=5)
        assert "was not seen" in (await made.recorded())[0]


@in_loop
async def test_a_viewer_sees_what_was_and_then_what_comes(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.boots("one\n")
        following = made.plane.follow(WEB1, raw=False)
        assert await shown(following, until="one") == "one\n"
        made.prints("two\n")
        assert await shown(following, until="two") == "two\n"
        await following.aclose()


@in_loop
async def test_many_look_on_and_none_misses_or_sees_anything_twice(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.boots("0 \n")
        texts = [asyncio.create_task(shown(made.plane.follow(WEB1, raw=False), until="99 ")) for _ in range(5)]
        for number in range(1, 100):
            made.prints(f"{number} \n")
            await asyncio.sleep(0)
        assert set(await asyncio.gather(*texts)) == {"".join(f"{number} \n" for number in range(100))}


@in_loop
async def test_who_does_not_read_is_sent_away_and_nobody_else(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.boots("one\n")
        slow, quick = (made.plane.follow(WEB1, raw=False) for _ in range(2))
        await shown(slow, until="one")
        await shown(quick, until="one")
        for _ in range(2001):
            made.prints("x\n")
            await anext(quick)
        assert "too much was printed" in await shown(slow, until="too much")
        with pytest.raises(StopAsyncIteration):
            await anext(slow)
        await quick.aclose()


@in_loop
async def test_bytes_are_for_who_wants_them_and_only_as_long(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.boots("one\n")
        text, raw = made.plane.follow(WEB1, raw=False), made.plane.follow(WEB1, raw=True)
        await shown(text, until="one")
        assert await shown(raw, until="one") == "one\n"
        assert await made.worker.until_asked(Call.CONSOLE_RAW) == {"uuid": UUID, "wanted": True}
        made.prints("red\n", raw=b"\x1b[31mred\r\n")
        assert await shown(raw, until="red") == "\x1b[31mred\r\n"
        assert await shown(text, until="red") == "red\n"
        await raw.aclose()
        assert await made.worker.until_asked(Call.CONSOLE_RAW) == {"uuid": UUID, "wanted": False}
        await text.aclose()


@in_loop
async def test_keys_go_to_the_guest(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.boots()
        await made.plane.type(WEB1, b"ls\r\x03")
        arguments = await made.worker.until_asked(Call.CONSOLE_KEYS)
        assert (arguments["uuid"], b64decode(arguments["keys"])) == (UUID, b"ls\r\x03")


@in_loop
async def test_nobody_types_where_no_console_is_open(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        with pytest.raises(ConflictError, match="its machine is off"):
            await made.plane.type(WEB1, b"x")


@in_loop
async def test_a_console_that_somebody_else_has_is_told_with_what_to_do(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.hear(Told.CONSOLE_CLOSED, reason=TAKEN)
        [lost] = made.of(Seen.CONSOLE_LOST)
        assert lost.detail["reason"] == TAKEN
        assert "never takes a console" in str(lost.detail["remedy"])
        following = made.plane.follow(WEB1, raw=False)
        assert TAKEN in await shown(following, until=TAKEN)
        await following.aclose()


@in_loop
async def test_a_domain_of_nobody_is_not_recorded(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        made.plane.hear(Notice(Told.CONSOLE_OPENED, {"uuid": "another", "is_whole": True, "at": 0}))
        made.plane.hear(Notice(Told.CONSOLE, Printed(uuid="another", at=1, pieces=(Piece(text="x"),)).to_json()))
        assert not made.seen
        assert await made.recorded() == []


@in_loop
async def test_a_disk_that_takes_nothing_does_not_keep_anybody_from_looking_on(tmp_path: Path) -> None:
    (tmp_path / "web1").write_text("in the way")
    async with bench(tmp_path) as made:
        following = made.plane.follow(WEB1, raw=False)
        assert await shown(following, until="off")
        made.boots("one\n")
        assert "one\n" in await shown(following, until="one")
        await following.aclose()


@in_loop
async def test_a_transcript_that_is_not_there_is_missing(tmp_path: Path) -> None:
    async with bench(tmp_path) as made:
        with pytest.raises(MissingError):
            await made.plane.transcript("web1", "20260301T120000000000")
