"""A guest's console: its bytes made safe for a terminal, and cut into lines as a person would read them.

The firmware ends lines in CR LF or CR CR LF and rewrites progress with BS and a bare CR. What a guest prints is not
to be trusted: escape sequences and control characters never get through. Both work on runs of text, since a guest may
print tens of thousands of lines in a second. Source: ECMA-48, transcripts of the firmware.
"""

import codecs
import re
from typing import Final

_LONGEST_LINE: Final = 4096  # characters; more is cut into several lines
_LONGEST_ESCAPE: Final = 256  # an unfinished escape sequence longer than this is none
_MOVES: Final = frozenset("\r\n\b\t")
_ESCAPE: Final = re.compile(
    r"\x1b(?:"
    r"\[[0-?]*[ -/]*[@-~]"  # CSI: parameters, intermediates, final
    r"|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC and other strings, up to BEL or ST
    r"|[ -/]+[0-~]"  # with intermediates, as the choice of a character set
    r"|[0-OQ-WYZ\\`-~]"  # two characters
    r")"
)
_UNFINISHED: Final = re.compile(r"\x1b(?:\[[0-?]*[ -/]*|[\]PX^_][^\x07\x1b]*\x1b?|[ -/]*)\Z")
_CONTROL: Final = re.compile(r"[\x00-\x07\x0b\x0c\x0e-\x1f\x7f]+")
_RUN: Final = re.compile(r"[^\r\n\b]+|\n|\r+|\b+".replace(r"\b", r"\x08"))


class SafeText:
    """Decodes UTF-8 in pieces and takes out what could steer a terminal; CR, LF, BS and TAB stay."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._pending = ""

    def feed(self, data: bytes) -> str:
        """The text of `data` that is safe to write to a terminal; an escape sequence may go on in the next piece."""
        text = self._pending + self._decoder.decode(data)
        self._pending = ""
        if "\x1b" in text:
            text = _ESCAPE.sub("", text)
            unfinished = _UNFINISHED.search(text, max(0, len(text) - _LONGEST_ESCAPE))
            if unfinished is not None:
                self._pending = unfinished[0]
                text = text[: unfinished.start()]
        if text.isascii():
            return _CONTROL.sub("", text)
        return "".join(character for character in text if character.isprintable() or character in _MOVES)


class Lines:
    """Puts safe text together to lines: BS moves back, CR to the beginning, and what follows overwrites."""

    def __init__(self) -> None:
        self._line = ""
        self._column = 0

    @property
    def current(self) -> str:
        """The line that has not ended yet, such as a progress display."""
        return self._line.rstrip()

    def feed(self, text: str) -> list[str]:
        """The lines that `text` ends, without trailing blanks."""
        ended: list[str] = []
        for run in _RUN.findall(text):
            match run[0]:
                case "\n":
                    ended.append(self._end())
                case "\r":
                    self._column = 0
                case "\b":
                    self._column = max(0, self._column - len(run))
                case _:
                    self._put(run, ended)
        return ended

    def _put(self, run: str, ended: list[str]) -> None:
        while self._column + len(run) >= _LONGEST_LINE:
            room = _LONGEST_LINE - self._column
            self._overwrite(run[:room])
            ended.append(self._end())
            run = run[room:]
        self._overwrite(run)

    def _overwrite(self, run: str) -> None:
        column = self._column
        self._column = end = column + len(run)
        self._line = run if not self._line else self._line[:column] + run + self._line[end:]

    def _end(self) -> str:
        line = self._line.rstrip()
        self._line, self._column = "", 0
        return line
