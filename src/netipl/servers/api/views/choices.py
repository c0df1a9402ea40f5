"""What is chosen of an installation, as clients write and see it. What the values mean is said in
`guests/choices_document.py` alone.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool

Text = Annotated[str, Field(max_length=65_536)]
_MOST = 1024
_Texts = Annotated[list[Text], Field(max_length=_MOST)]


class UserKeys(BaseModel):
    """Who may log in."""

    model_config = ConfigDict(extra="forbid")

    name: Text
    ssh_keys: Text | _Texts | None = None
    password: Text | None = Field(default=None, description="A hash of crypt(3), never a password.")
    admin: StrictBool | None = Field(default=None, description="May become root.")


class RepositoryKeys(BaseModel):
    """Where more packages come from."""

    model_config = ConfigDict(extra="forbid")

    name: Text
    url: Text


class ChoiceKeys(BaseModel):
    """A key that is left out, empty or null says nothing. Hashes of passwords are shown to admins alone."""

    model_config = ConfigDict(extra="forbid")

    timezone: Text | None = Field(default=None, examples=["Europe/Prague"])
    language: Text | None = Field(default=None, description="A locale.", examples=["en_US.UTF-8"])
    keyboard: Text | None = Field(default=None, examples=["us"])
    layout: Text | None = Field(default=None, description="How the disk is divided.", examples=["plain"])
    root_password: Text | None = Field(default=None, description="A hash of crypt(3), never a password.")
    root_ssh_keys: Text | _Texts | None = None
    users: Annotated[list[UserKeys], Field(max_length=_MOST)] | None = None
    packages: Text | _Texts | None = Field(default=None, examples=[["vim"]])
    repositories: Annotated[list[RepositoryKeys], Field(max_length=_MOST)] | None = None
    scripts: Text | _Texts | None = Field(default=None, description="Each the text of a program.")
    znet: Text | _Texts | None = Field(default=None, description="Arguments of rd.znet.")
    dasd: Text | _Texts | None = Field(default=None, description="Arguments of rd.dasd.", examples=[["0.0.0200"]])
    zfcp: Text | _Texts | None = Field(default=None, description="Arguments of rd.zfcp.")
    cio_ignore: Text | None = Field(default=None, examples=["all,!condev"])
    variables: dict[str, Text] | None = Field(default=None, description="For templates of one's own.")
