"""What is shown of a guest's console: its transcripts, and what it prints while somebody looks on."""

from datetime import datetime

from netipl.values import value


@value(kw_only=True)
class Shown:
    """One thing, in the order of the console: text made safe, the same as bytes, or a word of netipl's about it."""

    text: str = ""
    raw: bytes = b""
    """As the guest printed it, for who types there."""
    transcript: str | None = None
    """Another boot begins, whose transcript this is."""
    note: str = ""
    """Why nothing comes any more, or what is missing."""


@value(kw_only=True)
class TranscriptView:
    """`size` in bytes."""

    id: str
    began: datetime
    size: int
