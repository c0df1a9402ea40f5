"""Consoles of any bytes, cut anywhere: safe text, lines as a terminal of one line would show them, no secret."""

from hypothesis import given
from hypothesis import strategies as st

from netipl.console import Lines, SafeText
from netipl.firmware.spoken.reading import ConsoleReading
from netipl.provisioning.tokens import PREFIX, Hiding

SECRET = PREFIX + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
MOVES = frozenset("\r\n\b\t")

PIECES = st.lists(
    st.one_of(
        st.binary(max_size=20),
        st.sampled_from(
            [
                b"\x1b[31m",
                b"\x1b]0;x",
                b"\x07",
                b"\r\r\n",
                b"\r",
                b"\b\b",
                b"LOADPARM=[        ]\r\n",
                b"  Receiving data:  0 KBytes",
                "ä".encode(),
            ]
        ),
    ),
    max_size=20,
)


def cell_by_cell(text: str) -> tuple[list[str], str]:
    """The lines that `text` ends, and the last one, one character after the other."""
    ended: list[str] = []
    cells: list[str] = []
    column = 0
    for character in text:
        if character == "\n":
            ended.append("".join(cells).rstrip())
            cells, column = [], 0
        elif character == "\r":
            column = 0
        elif character == "\b":
            column = max(0, column - 1)
        else:
            cells[column : column + 1] = [character]
            column += 1
    return ended, "".join(cells).rstrip()


@given(PIECES)
def test_text_is_safe_and_without_escapes_the_same_however_it_is_cut(pieces: list[bytes]) -> None:
    whole, cut = SafeText(), SafeText()
    together = whole.feed(b"".join(pieces))
    text = "".join(map(cut.feed, pieces))
    assert all(character.isprintable() or character in MOVES for character in text + together)
    assert text == together or b"\x1b" in b"".join(pieces)


@given(st.lists(st.text(alphabet="ab \r\n\b\t", max_size=12), max_size=12))
def test_lines_are_those_of_one_character_after_the_other(pieces: list[str]) -> None:
    lines = Lines()
    ended = [line for piece in pieces for line in lines.feed(piece)]
    assert (ended, lines.current) == cell_by_cell("".join(pieces))


@given(PIECES)
def test_whatever_is_printed_is_read(pieces: list[bytes]) -> None:
    safe, reading = SafeText(), ConsoleReading()
    for piece in pieces:
        assert all(said.line == said.line.strip() for said in reading.feed(safe.feed(piece)))


@given(
    before=st.text(alphabet="netipl_ %6\n", max_size=20),
    behind=st.sampled_from([" ", "\n", "/", "'"]),
    cuts=st.lists(st.integers(0, 90), max_size=6),
    idle=st.booleans(),
)
def test_a_secret_is_hidden_wherever_it_is_cut(before: str, behind: str, cuts: list[int], idle: bool) -> None:
    text, hiding, given_away = before + SECRET + behind, Hiding(), ""
    ends = [*sorted(cuts), len(text)]
    for begin, end in zip([0, *ends], ends, strict=False):
        given_away += hiding.feed(text[begin:end])
        given_away += hiding.shown() if idle else ""
    assert SECRET.removeprefix(PREFIX)[:12] not in given_away
    assert SECRET[-12:] not in given_away
