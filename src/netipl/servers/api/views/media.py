"""Media and the work on them as clients see them."""

import base64
import binascii
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool

from netipl.media.medium import Family, Medium, Role
from netipl.provisioning.media_jobs import JobState, MediumAsked, MediumJob, Work


def _base64(text: str) -> str:
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"this is no base64: {error}") from None
    return text


class MediumWanted(BaseModel):
    """A medium to be imported. Without `source` the import waits for its bytes: PUT them."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(max_length=64, examples=["debian-13"])
    source: str | None = Field(
        default=None,
        max_length=4096,
        description="The URL of a tree, an ISO image or the image of a disk; or a path on the daemon's host.",
        examples=["/srv/debian-13-s390x-netinst.iso"],
    )
    called: str = Field(default="upload", max_length=255, description="The name of the file that will be sent.")
    tree: StrictBool = Field(default=False, description="Keep and serve the whole ISO image or directory.")
    unpack: StrictBool = Field(default=False, description="Keep the image of a disk raw, however it is compressed.")
    key: Annotated[str, AfterValidator(_base64)] = Field(
        default="", max_length=1 << 20, description="OpenPGP keys, in base64, by which the medium has to be signed."
    )
    sha256: str | None = Field(default=None, max_length=64, description="The sum that the file has to have.")

    @property
    def is_on_host(self) -> bool:
        """Whether the daemon is to read a file of its own host."""
        return self.source is not None and "://" not in self.source

    @property
    def asked(self) -> MediumAsked:
        """For the daemon."""
        return MediumAsked(
            name=self.name,
            source=self.source,
            called=self.called,
            tree=self.tree,
            unpack=self.unpack,
            key=base64.b64decode(self.key),
            sha256=self.sha256,
        )


class FileView(BaseModel):
    """A file that is kept. `name` is its path on the medium."""

    role: Role
    name: str
    sha256: str
    size: int


class MediumView(BaseModel):
    """A medium that is whole. `id` names it in the URLs of its files: `/media/ID/NAME` of the boot-file listener."""

    id: str
    name: str
    family: Family
    version: str
    title: str
    architecture: str
    level: str = Field(description="The oldest machine that it runs on, or empty.", examples=["z14"])
    source: str
    files: list[FileView]
    has_tree: bool = Field(description="Whether all of it is served, under `/media/ID/tree/`.")
    added: datetime
    by: str
    size: int = Field(description="Bytes of `files`; what other media have too is counted as well.")
    profiles: list[str] = Field(description="Those that use it.")


class ProgressView(BaseModel):
    """How far a file is. `size` is null while nobody knows it."""

    name: str
    done: int
    size: int | None


class FaultView(BaseModel):
    """A file that is not what it was."""

    file: str
    what: str


class MediaJobView(BaseModel):
    """An import, or a verification. `medium` is the identifier of the medium, which is there once it is `done`."""

    id: str
    work: Work
    name: str
    source: str
    state: JobState
    step: str
    files: list[ProgressView]
    medium: str
    by: str
    asked: datetime
    warnings: list[str]
    error: str
    remedy: str
    again: bool = Field(description="It failed, and may work another time; it goes on from what has come then.")
    faults: list[FaultView]


def of_medium(medium: Medium, profiles: list[str]) -> MediumView:
    """All of it."""
    return MediumView(
        id=medium.id,
        name=medium.name,
        family=medium.family,
        version=medium.version,
        title=medium.title,
        architecture=medium.architecture,
        level=medium.level,
        source=medium.source,
        files=[FileView(role=role, name=file.name, sha256=file.sha256, size=file.size) for role, file in medium.files],
        has_tree=medium.has_tree,
        added=medium.added,
        by=medium.by,
        size=sum(file.size for _, file in medium.files),
        profiles=profiles,
    )


def of_job(job: MediumJob) -> MediaJobView:
    """All of it."""
    return MediaJobView(
        id=job.id,
        work=job.work,
        name=job.name,
        source=job.source,
        state=job.state,
        step=job.step,
        files=[ProgressView(name=each.name, done=each.done, size=each.size) for each in job.files],
        medium=job.medium,
        by=job.by,
        asked=job.asked,
        warnings=list(job.warnings),
        error=job.error,
        remedy=job.remedy,
        again=job.again,
        faults=[FaultView(file=each.file, what=each.what) for each in job.faults],
    )
