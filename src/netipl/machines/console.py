"""A guest's console: its bytes made safe for a terminal, and cut into lines as a person would read them.

The firmware ends lines in CR LF or CR CR LF and rewrites progress with BS and a bare CR. What a guest prints is not
to be trusted: escape sequences and control characters never get through. Source: ECMA-48, transcripts of the firmware.
"""

import codecs
import re

_LONGEST_LINE = 4096  # characters; more is cut into several lines
_LONGEST_ESCAPE = 256  # an unfinished escape sequence longer than this is none
_MOVES = frozenset("\r\n\b\t")
_ESCAPE = re.compile(
    r"\x1b(?:"
    r"\[[0-?]*[ -/]*[@-~]"  # CSI: parameters, intermediates, final
    r"|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC and other strings, up to BEL or ST
    r"|[ -/]+[0-~]"  # with intermediates, as the choice of a character set
    r"|[0-OQ-WYZ\\`-~]"  # two characters
    r")"
)
_UNFINISHED = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)\Z")


class SafeText:
    """Decodes UTF-8 in pieces and takes out what could steer a terminal; CR, LF, BS and TAB stay."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""

    def feed(self, data: bytes) -> str:
        """The text of `data` that is safe to write to a terminal; an escape sequence may go on in the next piece."""
        text = _ESCAPE.sub("", self._pending + self._decoder.decode(data))
        unfinished = _UNFINISHED.search(text)
        self._pending = unfinished[0] if unfinished and len(unfinished[0]) <= _LONGEST_ESCAPE else ""
        if self._pending:
            text = text[: -len(self._pending)]
        return "".join(character for character in text if character.isprintable() or character in _MOVES)


class Lines:
    """Puts safe text together to lines: BS moves back, CR to the beginning, and what follows overwrites."""

    def __init__(self) -> None:
        self._cells: list[str] = []
        self._column = 0

    @property
    def current(self) -> str:
        """The line that has not ended yet, such as a progress display."""
        return "".join(self._cells).rstrip()

    def feed(self, text: str) -> list[str]:
        """The lines that `text` ends, without trailing blanks."""
        ended: list[str] = []
        for character in text:
            match character:
                case "\n":
                    ended.append(self._end())
                case "\r":
                    self._column = 0
                case "\b":
                    self._column = max(0, self._column - 1)
                case _:
                    self._put(character)
                    if self._column >= _LONGEST_LINE:
                        ended.append(self._end())
        return ended

    def _put(self, character: str) -> None:
        self._cells[self._column : self._column + 1] = [character]
        self._column += 1

    def _end(self) -> str:
        line = self.current
        self._cells, self._column = [], 0
        return line
