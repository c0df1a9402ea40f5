"""Checks a profile of Agama against the keys that it knows.

Sources: Agama's documentation of profiles and its profile.schema.json and storage.schema.json, SLE-16; `storage` is
known here as far as templates of netipl use it, and the rest of it is taken as it is.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from netipl.answers.checks.form import Form, Hash, Open, misfits
from netipl.answers.checks.json_form import json_of
from netipl.answers.finding import Finding, Source

_Hash = Hash | Literal["*"]
"""`*` is a password that nothing matches."""


class _Camel(Form):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)


class _Product(_Camel):
    id: str
    mode: str | None = None
    registration_code: str | None = None
    registration_email: str | None = None
    registration_url: str | None = None
    addons: list[dict[str, str]] | None = None


class _Root(_Camel):
    password: _Hash | None = None
    hashed_password: Literal[True] | None = None
    ssh_public_key: str | None = None


class _User(_Camel):
    full_name: str
    user_name: str
    password: _Hash
    hashed_password: Literal[True]
    autologin: bool | None = None


class _Repository(_Camel):
    alias: str
    url: str
    name: str | None = None
    priority: int | None = None
    product_dir: str | None = None
    enabled: bool | None = None
    allow_unsigned: bool | None = None
    gpg_fingerprints: list[str] | None = None


class _Software(_Camel):
    patterns: list[str] | dict[str, list[str]] | None = None
    packages: list[str] | None = None
    extra_repositories: list[_Repository] | None = None
    only_required: bool | None = None


class _Script(_Camel):
    name: str
    content: str | None = None
    body: str | None = None
    """What `content` was called before."""
    url: str | None = None
    chroot: bool | None = None

    @model_validator(mode="after")
    def _has_one_content(self) -> Self:
        if sum(each is not None for each in (self.content, self.body, self.url)) != 1:
            raise ValueError("a script has either `content` or `url`")
        text = self.content or self.body
        if text is not None and not text.startswith("#!"):
            raise ValueError("a script begins with #! and its interpreter")
        return self


class _Scripts(_Camel):
    pre: list[_Script] | None = None
    post_partitioning: list[_Script] | None = None
    post: list[_Script] | None = None
    init: list[_Script] | None = None


class _Dasd(_Camel):
    channel: Annotated[str, Field(pattern=r"^0\.[0-3]\.[0-9A-Fa-f]{4}$")]
    state: Literal["active", "offline"] | None = None
    format: bool | None = None
    diag: bool | None = None


class _Zfcp(_Camel):
    channel: Annotated[str, Field(pattern=r"^0\.[0-3]\.[0-9A-Fa-f]{4}$")]
    wwpn: Annotated[str, Field(pattern=r"^0x[0-9A-Fa-f]{16}$")]
    lun: Annotated[str, Field(pattern=r"^0x[0-9A-Fa-f]{16}$")]


class _Dasds(_Camel):
    devices: list[_Dasd]


class _Zfcps(_Camel):
    devices: list[_Zfcp]


class _Drive(Open):
    search: str | dict[str, Any] | None = None  # Any: conditions
    alias: str | None = None
    partitions: list[dict[str, Any]] | None = None  # Any: as Agama has them


class _VolumeGroup(Open):
    name: str | None = None
    logicalVolumes: list[dict[str, Any]] | None = None  # noqa: N815 - Agama's name  # Any: as above


class _Storage(_Camel):
    drives: list[_Drive] | None = None
    volume_groups: list[_VolumeGroup] | None = None
    md_raids: list[dict[str, Any]] | None = None  # Any: as above
    boot: dict[str, Any] | None = None  # Any: as above
    guided: dict[str, Any] | None = None  # Any: as above


class _Profile(_Camel):
    product: _Product
    hostname: dict[Literal["static", "transient"], str] | None = None
    localization: dict[Literal["language", "keyboard", "timezone"], str] | None = None
    root: _Root | None = None
    user: _User | None = None
    software: _Software | None = None
    storage: _Storage | None = None
    legacy_autoyast_storage: list[Any] | None = None  # Any: of AutoYaST
    network: dict[str, Any] | None = None  # Any: connections have many keys
    dasd: _Dasds | None = None
    zfcp: _Zfcps | None = None
    iscsi: dict[str, Any] | None = None  # Any: not used here
    scripts: _Scripts | None = None
    files: list[dict[str, Any]] | None = None  # Any: not used here
    bootloader: dict[str, Any] | None = None  # Any: not used here
    security: dict[str, Any] | None = None  # Any: not used here
    questions: dict[str, Any] | None = None  # Any: not used here

    @model_validator(mode="after")
    def _somebody_can_log_in(self) -> Self:
        root = self.root
        if self.user is None and (root is None or (root.password is None and root.ssh_public_key is None)):
            raise ValueError("nobody could log in: `root` needs a hash or a key, or there must be a `user`")
        if root is not None and root.password is not None and root.hashed_password is None:
            raise ValueError("`root` has a password without `hashedPassword`: only hashes are taken")
        return self


def findings(source: Source) -> Iterator[Finding]:
    """What is wrong with a profile in JSON."""
    document, wrong = json_of(source)
    yield from wrong
    if not wrong:
        yield from misfits(source, document, _Profile)
