"""What the agent says: on the console, and to netipl by the callbacks of its build.

Progress is told at most once in a while and never waits for long; an end is told until somebody has heard it, within
bounds. The log's tail goes with a failure, as the body of a POST.
"""

import http.client
import time
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import quote, urlsplit

_EVERY: Final = 5.0
"""Seconds between two reports of progress, at least."""
_SHORT: Final = 3.0
_LONG: Final = 15.0
_PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0)
_TAIL: Final = 8 << 10
_MOST_WORDS: Final = 1000


class Log:
    """Lines with the seconds since the start, printed by `show` and kept for whoever asks for the `tail`."""

    def __init__(self, show: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._show = show
        self._clock = clock
        self._lines: list[str] = []

    def say(self, words: str) -> None:
        line = f"{self._clock():9.3f} {words}"
        self._lines.append(line)
        self._show(f"netipl: {words}")

    def tail(self) -> bytes:
        """The last lines that fit into what a callback may have."""
        data = "\n".join(self._lines).encode(errors="replace")[-_TAIL:]
        return data if len(data) < _TAIL else data.partition(b"\n")[2]


class Reports:
    """To the callback URL `base`; empty if nobody is to be told. `instead` has whole URLs for some words."""

    def __init__(
        self,
        base: str,
        log: Log,
        *,
        instead: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._base = base
        self._instead = instead or {}
        self._log = log
        self._clock = clock
        self._sleep = sleep
        self._last: float | None = None

    def progress(self, words: Callable[[], str]) -> None:
        """Tell how far things are, if that was not told just now."""
        now = self._clock()
        if self._last is not None and now - self._last < _EVERY:
            return
        self._last = now
        self._log.say(said := words())
        self._one_try("progress", said, b"", _SHORT)

    def tell(self, word: str, words: str = "", body: bytes = b"") -> bool:
        """Whether it was heard, in the end."""
        for pause in (*_PAUSES, None):
            if self._one_try(word, words, body, _LONG):
                return True
            if pause is not None:
                self._sleep(pause)
        self._log.say(f"nobody hears that it is {word}")
        return False

    def _one_try(self, word: str, words: str, body: bytes, patience: float) -> bool:
        whole = self._instead.get(word)
        if not self._base and not whole:
            return True
        query = f"?{quote(words[:_MOST_WORDS])}" if words else ""
        url = urlsplit(whole or f"{self._base}/{word}{query}")
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=patience)
        headers = {"Connection": "close", "Content-Type": "text/plain"}
        try:
            connection.request("POST", url._replace(scheme="", netloc="").geturl(), body=body, headers=headers)
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
