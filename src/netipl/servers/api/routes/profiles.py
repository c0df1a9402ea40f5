"""Profiles: listed, added, changed under If-Match, removed; and what the installer of a guest would be answered."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, ConfigDict

from netipl.errors import ConflictError, UsageError
from netipl.guests.profile import Profile, ProfileOrigin
from netipl.guests.profile_document import document
from netipl.servers.api.answers import answer, nothing
from netipl.servers.api.asked import Asked, ByAnybody
from netipl.servers.api.etags import changed, etag, expected
from netipl.servers.api.openapi import headers, problems
from netipl.servers.api.views.pages import Items
from netipl.servers.api.views.profiles import AnswersView, ProfileKeys, ProfileView, of_answers, of_profile, profile_of

router = APIRouter(prefix="/profiles", tags=["profiles"])

IfMatch = Annotated[str | None, Header(description="The ETag of the state that is meant, or `*`.")]
_WHAT = "profile"
_SHOWN = headers(_WHAT)


class AnswersWanted(BaseModel):
    """For whom."""

    model_config = ConfigDict(extra="forbid")

    guest: Annotated[str | None, Query(description="The guest; without it an example of one.")] = None
    secrets: Annotated[bool, Query(description="With hashes and tokens, for admins alone.")] = False


@router.get("", response_model=Items[ProfileView])
async def list_profiles(asked: ByAnybody) -> Response:
    """All, in the order of their names: those of the settings, those that were added, and media."""
    profiles = sorted(asked.control.profile_plane.all.values(), key=lambda profile: profile.name)
    return answer(Items[ProfileView](items=[of_profile(each, secrets=asked.caller.is_admin) for each in profiles]))


@router.get("/{name}", response_model=ProfileView, responses={**_SHOWN[200], **problems(404)})
async def show_profile(asked: ByAnybody, name: str) -> Response:
    """One profile."""
    return _profile(asked, asked.control.profile_plane.known(name))


@router.put(
    "/{name}",
    response_model=ProfileView,
    responses={**_SHOWN[200], **_SHOWN[201], **problems(400, 404, 409, 412, 428)},
)
async def put_profile(asked: ByAnybody, name: str, keys: ProfileKeys, if_match: IfMatch = None) -> Response:
    """All that is said of it. One that is there is changed only with If-Match; without it a new one is added."""
    profile, plane = profile_of(keys), asked.control.profile_plane
    if profile.name != name:
        raise UsageError(f"name: {profile.name} is not {name}", remedy="a profile keeps its name; add another one")
    there = plane.all.get(name)
    if there is None or (there.origin is ProfileOrigin.MEDIUM and if_match is None):
        if if_match is not None:
            plane.known(name)
        added = await plane.put(profile, by=asked.by, expected=None, is_new=True)
        return _profile(asked, added, HTTPStatus.CREATED, Location=f"/api/v1/profiles/{name}")
    before = expected(there, document(there), if_match, needed=True, what=_WHAT)
    try:
        changed_one = await plane.put(profile, by=asked.by, expected=before, is_new=False)
    except ConflictError:
        raise changed(_WHAT) from None
    return _profile(asked, changed_one)


@router.delete("/{name}", status_code=204, responses=problems(400, 404, 409, 412))
async def remove_profile(asked: ByAnybody, name: str, if_match: IfMatch = None) -> Response:
    """It is there no more. Refused where a guest, an open build or another profile uses it."""
    there = asked.control.profile_plane.known(name)
    before = expected(there, document(there), if_match, needed=False, what=_WHAT)
    await asked.control.profile_plane.remove(name, by=asked.by, expected=before)
    return nothing()


@router.get("/{name}/answers", response_model=AnswersView, responses=problems(404, 409))
async def show_answers(asked: ByAnybody, name: str, wanted: Annotated[AnswersWanted, Query()]) -> Response:
    """What the installer of a guest would be answered with this profile."""
    return _answers(asked, asked.control.profile_plane.known(name), wanted)


@router.post("/{name}/answers", response_model=AnswersView, responses=problems(404, 409))
async def try_answers(
    asked: ByAnybody, name: str, keys: ProfileKeys, wanted: Annotated[AnswersWanted, Query()]
) -> Response:
    """The same, if the profile were as it is sent. Nothing is changed."""
    profile = profile_of(keys)
    if profile.name != name:
        raise UsageError(f"name: {profile.name} is not {name}", remedy="send the profile of this name")
    return _answers(asked, profile, wanted)


def _answers(asked: Asked, profile: Profile, wanted: AnswersWanted) -> Response:
    if wanted.secrets:
        asked.as_admin()
    return answer(of_answers(asked.control.profile_plane.answers(profile, wanted.guest, secrets=wanted.secrets)))


def _profile(asked: Asked, profile: Profile, status: HTTPStatus = HTTPStatus.OK, **fields: str) -> Response:
    shown = of_profile(profile, secrets=asked.caller.is_admin)
    return answer(shown, status=status, headers={"ETag": etag(document(profile)), **fields})
