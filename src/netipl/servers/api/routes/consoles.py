"""Consoles of guests: looked at as they print, typed at, and their transcripts, one for each boot."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict

from netipl.errors import UsageError
from netipl.servers.api.answers import answer, nothing
from netipl.servers.api.asked import ByAnybody
from netipl.servers.api.console_stream import MEDIA_TYPES, ConsoleStream, Form
from netipl.servers.api.openapi import Responses, problems
from netipl.servers.api.views.consoles import TranscriptShown, of_transcript
from netipl.servers.api.views.pages import Identifier, Items

router = APIRouter(prefix="/guests/{name}", tags=["consoles"])

_MOST_KEYS: Final = 64 * 1024
_PROBLEMS: Final = problems(404, 409)
_STREAM: Final[Responses] = {
    200: {
        "content": {kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in MEDIA_TYPES.values()},
        "description": "What this boot has printed, and then all that is printed.",
    }
}
_TEXT: Final[Responses] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}
_BYTES: Final = {"requestBody": {"content": {"application/octet-stream": {"schema": {"type": "string"}}}}}


class ConsoleWanted(BaseModel):
    """How it is shown."""

    model_config = ConfigDict(extra="forbid")

    form: Annotated[Form, Query(description="`raw` has secrets in it, and is for admins alone.")] = Form.TEXT


@router.get("/console", response_class=Response, responses={**_STREAM, **_PROBLEMS})
async def follow_console(
    request: Request, asked: ByAnybody, name: str, wanted: Annotated[ConsoleWanted, Query()]
) -> Response:
    """What its console has printed in this boot, and then all that it prints."""
    if wanted.form is Form.RAW:
        asked.as_admin()
    printed = asked.control.machines.consoles.follow(asked.control.guest(name), raw=wanted.form is Form.RAW)
    return ConsoleStream(printed, wanted.form, closing=request.app.state.closing)


@router.post("/console/keys", status_code=204, responses=_PROBLEMS, openapi_extra=_BYTES)
async def type_at_console(request: Request, asked: ByAnybody, name: str) -> Response:
    """The body is typed, byte for byte."""
    guest, keys = asked.control.guest(name), await request.body()
    if len(keys) > _MOST_KEYS:
        raise UsageError(f"{len(keys)} bytes are more than anybody types", remedy=f"at most {_MOST_KEYS} at once")
    await asked.control.machines.consoles.type(guest, keys)
    return nothing()


@router.get("/transcripts", response_model=Items[TranscriptShown], responses=_PROBLEMS)
async def list_transcripts(asked: ByAnybody, name: str) -> Response:
    """The newest first."""
    found = await asked.control.machines.consoles.transcripts(asked.control.guest(name).name)
    return answer(Items[TranscriptShown](items=[of_transcript(each) for each in found]))


@router.get("/transcripts/{transcript}", response_class=Response, responses={**_TEXT, **_PROBLEMS})
async def show_transcript(asked: ByAnybody, name: str, transcript: Identifier) -> Response:
    """All that is kept of it, as text that steers no terminal."""
    text = await asked.control.machines.consoles.transcript(asked.control.guest(name).name, transcript)
    return Response(text.encode("utf-8", "replace"), media_type="text/plain; charset=utf-8")
