"""Boot files of Foreman as clients see them."""

from datetime import datetime

from pydantic import BaseModel, Field

from netipl.provisioning.foreman.deployed import FileState
from netipl.provisioning.foreman.uses import KeptFile
from netipl.wire import printable


class BootFileView(BaseModel):
    """One file."""

    name: str = Field(description="In the TFTP tree.")
    source: str = Field(description="Where Foreman had it fetched.")
    state: FileState
    error: str = Field(description="Why it could not be fetched.")
    size: int | None = Field(description="Bytes, where it is there.")
    came: datetime | None = Field(description="When it came.")
    users: list[str] = Field(description="The deployed configurations that name it, as files of a TFTP root.")


def of_boot_file(kept: KeptFile) -> BootFileView:
    """All of it that is for others."""
    file = kept.file
    return BootFileView(
        name=file.name,
        source=kept.source,
        state=file.state,
        error=printable(file.detail, 1024) if file.state is FileState.FAILED else "",
        size=kept.size,
        came=kept.came,
        users=list(kept.users),
    )
