"""A route of a module: a method, the parts of a path, and what answers. Tables of them stand in each module's file."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Final

from netipl.servers.smartproxy.control import Proxy
from netipl.servers.smartproxy.reply import Reply
from netipl.servers.smartproxy.request import Request

Handler = Callable[[Proxy, Request, tuple[str, ...]], Awaitable[Reply]]
"""Given the parts of the path that stand for something, in order."""

ANY: Final = "*"
"""One part of a path, whatever it is."""
REST: Final = "**"
"""All that is left, also nothing."""


@dataclass(frozen=True, slots=True)
class Route:
    """`path` has words, ANY and, at its end, REST."""

    method: str
    path: tuple[str, ...]
    handler: Handler

    def match(self, method: str, segments: tuple[str, ...]) -> tuple[str, ...] | None:
        """What stands in the places of ANY and REST; None where it is another path. HEAD is GET without a body."""
        if self.method != ("GET" if method == "HEAD" else method):
            return None
        words = self.path
        if words[-1] == REST:
            words = words[:-1]
            segments, rest = segments[: len(words)], segments[len(words) :]
        else:
            rest = ()
        if len(words) != len(segments):
            return None
        if any(word not in {ANY, segment} for word, segment in zip(words, segments, strict=True)):
            return None
        return (*(segment for word, segment in zip(words, segments, strict=True) if word == ANY), *rest)


def found(routes: Iterable[Route], method: str, segments: tuple[str, ...]) -> tuple[Handler, tuple[str, ...]] | None:
    """The first route that matches: their order counts."""
    for route in routes:
        if (parts := route.match(method, segments)) is not None:
            return route.handler, parts
    return None
