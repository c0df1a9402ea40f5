"""What the libvirt worker tells the daemon of a console: pieces of safe text, and what was said in each.

A piece is of one boot; the first of a boot says so. Secrets of netipl are hidden in the text. Raw bytes go beside it
only while somebody types at that console.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from netipl.errors import WireError
from netipl.firmware.rules import RuleId
from netipl.firmware.spoken.reading import Progress
from netipl.firmware.spoken.signs import Said, Sign

Json = Any  # Any: JSON

TAKEN: Final = "somebody else has its console open"
"""Why a console may not be opened, in the words of the worker."""

_BEGINS: Final = "begins"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Of one boot, in the order in which it came."""

    text: str
    said: tuple[Said, ...] = ()
    begins: bool = False
    """Whether another boot begins with it."""

    def to_json(self) -> Json:
        return {"text": self.text, "said": [_shown(said) for said in self.said], _BEGINS: self.begins}

    @classmethod
    def of_json(cls, said: Json) -> Self:
        return cls(text=said["text"], said=tuple(_read(each) for each in said["said"]), begins=said[_BEGINS])


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What a console printed since it was told last. `at` is in seconds since 1970."""

    uuid: str
    at: float
    pieces: tuple[Piece, ...] = ()
    progress: Progress | None = None
    """Where it has changed."""
    raw: bytes = b""
    missed: int = 0
    """Bytes that were left out, as nobody took them in time."""

    def to_json(self) -> Mapping[str, Json]:
        progress = self.progress
        return {
            "uuid": self.uuid,
            "at": self.at,
            "pieces": [piece.to_json() for piece in self.pieces],
            "progress": None if progress is None else {"tries": progress.tries, "kilobytes": progress.kilobytes},
            "raw": b64encode(self.raw).decode("ascii"),
            "missed": self.missed,
        }

    @classmethod
    def of_json(cls, said: Mapping[str, Json]) -> Self:
        """Raises WireError."""
        try:
            return cls(
                uuid=said["uuid"],
                at=float(said["at"]),
                pieces=tuple(Piece.of_json(each) for each in said["pieces"]),
                progress=None if said["progress"] is None else Progress(**said["progress"]),
                raw=b64decode(said["raw"]),
                missed=int(said["missed"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise WireError(f"this is not what a console printed: {error}") from error


def _shown(said: Said) -> Json:
    return {"sign": said.sign, "line": said.line, "rule": said.rule, "facts": dict(said.facts)}


def _read(said: Json) -> Said:
    rule = RuleId(said["rule"]) if said["rule"] else None
    return Said(sign=Sign(said["sign"]), line=said["line"], rule=rule, facts=said["facts"])
