"""Transcripts of consoles, as the API shows them."""

from datetime import datetime

from pydantic import BaseModel

from netipl.provisioning.console_view import TranscriptView


class TranscriptShown(BaseModel):
    """One boot of a guest, as its console printed it."""

    id: str
    began: datetime
    size: int


def of_transcript(view: TranscriptView) -> TranscriptShown:
    return TranscriptShown(id=view.id, began=view.began, size=view.size)
