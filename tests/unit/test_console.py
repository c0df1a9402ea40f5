"""Lines out of a console as a person reads them, and nothing in them that steers a terminal."""

import pytest

from netipl.console import Lines, SafeText


def shown(*pieces: bytes) -> tuple[list[str], str]:
    safe, lines = SafeText(), Lines()
    return [line for piece in pieces for line in lines.feed(safe.feed(piece))], lines.current


LINES = [
    pytest.param(b"one\r\ntwo\n", ["one", "two"], "", id="CR LF or LF ends a line"),
    pytest.param(b"Network boot starting...\r\r\n", ["Network boot starting..."], "", id="CR CR LF ends one line"),
    pytest.param(
        b"  Receiving data:  0 KBytes\b\b\b\b\b\b\b\b1024 KBytes\r\n",
        ["  Receiving data:  1024 KBytes"],
        "",
        id="BS rewrites progress",
    ),
    pytest.param(b"via DHCP:     \b\b\b010\b\b\b\bdone\r\n", ["via DHCP: done"], "", id="as the firmware counts"),
    pytest.param(b"abc\b\bX\n", ["aXc"], "", id="BS leaves what is behind"),
    pytest.param(b"  0 KBytes\r          \r  ERROR\r\n", ["  ERROR"], "", id="a bare CR overwrites"),
    pytest.param(b"\b\babc", [], "abc", id="BS stops at the beginning"),
    pytest.param(b"login: ", [], "login:", id="an unfinished line is current"),
    pytest.param("käse\n".encode(), ["käse"], "", id="UTF-8 is text"),
    pytest.param(b"\xff\n", ["�"], "", id="what is no UTF-8 is replaced"),
]


@pytest.mark.parametrize(("data", "ended", "current"), LINES)
def test_lines(data: bytes, ended: list[str], current: str) -> None:
    assert shown(data) == (ended, current)
    assert shown(*(data[i : i + 1] for i in range(len(data)))) == (ended, current), "in pieces of one byte"


SAFE = [
    pytest.param(b"a\x1b[31;1mb\x1b[0m", "ab", id="colours"),
    pytest.param(b"a\x1b[2Jb", "ab", id="clearing the screen"),
    pytest.param(b"a\x1b]0;title\x07b", "ab", id="the title, ended by BEL"),
    pytest.param(b"a\x1b]52;c;aGk=\x1b\\b", "ab", id="the clipboard, ended by ST"),
    pytest.param(b"a\x1bPq#0\x1b\\b", "ab", id="a device control string"),
    pytest.param(b"a\x1b(0b", "ab", id="another character set"),
    pytest.param(b"a\x1bcb", "ab", id="a reset"),
    pytest.param(b"a\x07\x00\x7fb", "ab", id="control characters"),
    pytest.param(b"a\xc2\x9b31mb", "a31mb", id="a control sequence of eight bits loses its head"),
    pytest.param("a\u202eb".encode(), "ab", id="text that runs backwards"),
    pytest.param(b"a\r\n\tb\b", "a\r\n\tb\b", id="what moves within a line stays"),
]


@pytest.mark.parametrize(("data", "text"), SAFE)
def test_nothing_steers_the_terminal(data: bytes, text: str) -> None:
    assert SafeText().feed(data) == text
    pieces = SafeText()
    assert "".join(pieces.feed(data[i : i + 1]) for i in range(len(data))) == text, "in pieces of one byte"


def test_a_sequence_that_never_ends_does_not_swallow_the_console() -> None:
    safe = SafeText()
    text = "".join(safe.feed(b"\x1b]" + b"x" * 100) if i == 0 else safe.feed(b"x" * 100) for i in range(5))
    assert "x" * 100 in text
    assert "\x1b" not in text


def test_a_line_without_end_is_cut() -> None:
    ended, current = shown(b"x" * 10_000)
    assert [len(line) for line in ended] == [4096, 4096]
    assert len(current) == 10_000 - 2 * 4096
