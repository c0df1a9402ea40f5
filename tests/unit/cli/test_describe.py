"""Words for every kind of observation and event, harmless on a terminal."""

from datetime import UTC, datetime

import pytest

from netipl.cli.describe import describe, words
from netipl.net import Mac
from netipl.provisioning.timeline import Deed, Event, Observation, Seen

AT = datetime(2026, 11, 26, tzinfo=UTC)


@pytest.mark.parametrize("seen", Seen)
def test_every_observation_has_its_words(seen: Seen) -> None:
    source, said = describe(Observation(at=AT, seen=seen, detail={"name": "\x1b[2J", "line": "\x1b[2J"}))
    assert source in {"dhcp", "tftp", "http", "guest"}
    assert said.isprintable()


@pytest.mark.parametrize("deed", Deed)
def test_every_deed_has_its_words_and_who_did_it(deed: Deed) -> None:
    event = Event(at=AT, what=deed, network="lab", mac=Mac.parse("52:54:00:13:33:10"), detail={"\x1b[2J": "\x1b[2J"})
    source, said = words(event.what, event, by="user \x1b[2J")
    assert source in {"netipl", "build", "boot", "guest"}
    assert said != deed
    assert said.endswith("(by user \\x1b[2J)")
    assert said.isprintable()


def test_what_is_not_known_here_is_told_as_it_is() -> None:
    event = Event(at=AT, what=Seen.CONSOLE, network="lab", detail={"a": 1, "b": "\n"})
    assert words("later", event) == ("netipl", "later: a: 1; b: \\x0a")
