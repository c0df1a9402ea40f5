"""Profiles as clients write and see them. What values of a document mean is said in `guests/profile_document.py`."""

from collections.abc import Mapping

from pydantic import BaseModel, Field

from netipl.guests import choices_document, profile_document
from netipl.guests.profile import Profile, ProfileOrigin
from netipl.servers.api.views.choices import ChoiceKeys


class ProfileKeys(ChoiceKeys):
    """What is said of a profile; what it does not say is as its base says."""

    name: str = Field(description="A DNS name.", examples=["debian12"])
    base: str | None = Field(default=None, description="Another profile.", examples=["site"])
    medium: str | None = Field(default=None, description="What is booted.", examples=["debian12"])
    agent: str | None = Field(default=None, description="The medium of the agent, for a disk image.")
    kernel: str | None = Field(default=None, description="In the place of a medium; of the settings alone.")
    initrd: str | None = Field(default=None, description="Of the settings alone.")
    template: str | None = Field(default=None, description="Of the answers; without it the one that suits.")
    answers: str | None = Field(default=None, description="A file instead; of the settings alone.")
    append: str | None = Field(default=None, description="Kernel parameters, behind those of the medium.")


class ProfileView(ProfileKeys):
    """A profile. Keys of it that nobody has said are left out."""

    origin: ProfileOrigin = Field(description="Who says that there is this profile.")


class AnswerFileView(BaseModel):
    """One file that an installer would fetch."""

    name: str
    size: int
    text: str | None = Field(description="Null: it is no text.")


class AnswersView(BaseModel):
    """What the installer of a guest would be answered; passwords' hashes and tokens only where they were asked for."""

    profile: str
    guest: str
    files: list[AnswerFileView]


def profile_of(keys: ProfileKeys) -> Profile:
    """Raises UsageError, which names the key."""
    return profile_document.profile(keys.model_dump(exclude_unset=True))


def of_profile(profile: Profile, *, secrets: bool) -> ProfileView:
    """All of it; hashes of passwords only with `secrets`."""
    shown = profile_document.document(profile)
    said = shown if secrets else choices_document.public(shown)
    return ProfileView.model_validate({**said, "origin": profile.origin})


def of_answers(profile: str, guest: str, answers: Mapping[str, bytes]) -> AnswersView:
    """In the order in which they were made."""
    files = [AnswerFileView(name=name, size=len(data), text=_text(data)) for name, data in answers.items()]
    return AnswersView(profile=profile, guest=guest, files=files)


def _text(data: bytes) -> str | None:
    try:
        return data.decode() if b"\0" not in data else None
    except UnicodeDecodeError:
        return None
