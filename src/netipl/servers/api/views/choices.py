"""What is chosen of an installation, as clients write and see it. What the values mean is said in
`guests/choices_document.py` alone.
"""

from pydantic import BaseModel, ConfigDict, Field, StrictBool

_OneOrMore = str | list[str] | None
"""What bounds them all is the limit of a body."""


class UserKeys(BaseModel):
    """Who may log in."""

    model_config = ConfigDict(extra="forbid")

    name: str
    ssh_keys: _OneOrMore = None
    password: str | None = Field(default=None, description="A hash of crypt(3), never a password.")
    admin: StrictBool | None = Field(default=None, description="May become root.")


class RepositoryKeys(BaseModel):
    """Where more packages come from."""

    model_config = ConfigDict(extra="forbid")

    name: str
    url: str


class ChoiceKeys(BaseModel):
    """A key that is left out, empty or null says nothing. Hashes of passwords are shown to admins alone."""

    model_config = ConfigDict(extra="forbid")

    timezone: str | None = Field(default=None, examples=["Europe/Prague"])
    language: str | None = Field(default=None, description="A locale.", examples=["en_US.UTF-8"])
    keyboard: str | None = Field(default=None, examples=["us"])
    layout: str | None = Field(default=None, description="How the disk is divided.", examples=["plain"])
    root_password: str | None = Field(default=None, description="A hash of crypt(3), never a password.")
    root_ssh_keys: _OneOrMore = None
    users: list[UserKeys] | None = None
    packages: _OneOrMore = Field(default=None, examples=[["vim"]])
    repositories: list[RepositoryKeys] | None = None
    scripts: _OneOrMore = Field(default=None, description="Each the text of a program.")
    finish: str | None = Field(
        default=None, description="The text of a program that runs by SSH when a disk image has booted."
    )
    znet: _OneOrMore = Field(default=None, description="Arguments of rd.znet.")
    dasd: _OneOrMore = Field(default=None, description="Arguments of rd.dasd.", examples=[["0.0.0200"]])
    zfcp: _OneOrMore = Field(default=None, description="Arguments of rd.zfcp.")
    cio_ignore: str | None = Field(default=None, examples=["all,!condev"])
    variables: dict[str, str] | None = Field(default=None, description="For templates of one's own.")
