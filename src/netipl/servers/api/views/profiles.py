"""Profiles as clients write and see them. What values of a document mean is said in `guests/profile_document.py`."""

from base64 import b64encode

from pydantic import BaseModel, Field

from netipl.answers.kind import Kind
from netipl.guests import choices_document, profile_document
from netipl.guests.profile import Profile, ProfileOrigin
from netipl.provisioning.installation import Answered
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
    base64: str | None = Field(description="What is no text.")


class AnswersView(BaseModel):
    """What the installer of a guest would be answered; passwords' hashes and tokens only where they were asked for."""

    profile: str
    guest: str
    kind: Kind | None = Field(description="Of installer. Null: its answers are a file of its own.")
    version: str = Field(description="Of the medium; empty where there is none.")
    title: str
    files: list[AnswerFileView]


def profile_of(keys: ProfileKeys) -> Profile:
    """Raises UsageError, which names the key."""
    return profile_document.profile(keys.model_dump(exclude_unset=True))


def of_profile(profile: Profile, *, secrets: bool) -> ProfileView:
    """All of it; hashes of passwords only with `secrets`."""
    shown = profile_document.document(profile)
    said = shown if secrets else choices_document.public(shown)
    return ProfileView.model_validate({**said, "origin": profile.origin})


def of_answers(answered: Answered) -> AnswersView:
    """With the files in the order in which they were made."""
    made = answered.installation
    return AnswersView(
        profile=made.profile.name,
        guest=made.guest.name,
        kind=made.kind,
        version=made.medium.version if made.medium is not None else "",
        title=made.medium.title if made.medium is not None else "",
        files=[_file(name, data) for name, data in answered.files.items()],
    )


def _file(name: str, data: bytes) -> AnswerFileView:
    try:
        text = data.decode() if b"\0" not in data else None
    except UnicodeDecodeError:
        text = None
    packed = b64encode(data).decode() if text is None else None
    return AnswerFileView(name=name, size=len(data), text=text, base64=packed)
