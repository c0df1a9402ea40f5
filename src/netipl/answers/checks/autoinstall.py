"""Checks the files that Ubuntu's installer reads through cloud-init: user-data with `autoinstall`, meta-data and more.

Sources: Subiquity's autoinstall reference manual and autoinstall-schema.json; cloud-init's NoCloud.
"""

from collections.abc import Iterator
from typing import Any, Final, Literal, Self

from pydantic import ConfigDict, model_validator

from netipl.answers.checks.form import Form, Hash, Open, misfits, yaml_of
from netipl.answers.finding import Finding, Source
from netipl.firmware.rules import Severity

HEADER: Final = "#cloud-config"


_Commands = list[str | list[str]]


class _Dashed(Form):
    model_config = ConfigDict(alias_generator=lambda name: name.replace("_", "-"), extra="forbid", strict=True)


class _Keyboard(_Dashed):
    layout: str
    variant: str | None = None
    toggle: str | None = None


class _Identity(Form):
    username: str
    hostname: str
    password: Hash
    realname: str | None = None
    groups: list[str] | dict[str, list[str]] | None = None


class _Ssh(_Dashed):
    install_server: bool | None = None
    authorized_keys: list[str] | None = None
    allow_pw: bool | None = None


class _Zdev(Form):
    id: str
    enabled: bool


class _Layout(_Dashed):
    name: Literal["lvm", "direct", "zfs", "hybrid"]
    match: dict[str, Any] | list[dict[str, Any]] | None = None  # Any: strings, and true
    sizing_policy: Literal["scaled", "all"] | None = None
    password: str | None = None
    ptable: str | None = None
    encrypted: bool | None = None
    reset_partition: bool | str | None = None
    reset_partition_only: bool | None = None


class _Storage(_Dashed):
    layout: _Layout | None = None
    config: list[dict[str, Any]] | None = None  # Any: of curtin
    swap: dict[str, Any] | None = None  # Any: of curtin
    grub: dict[str, Any] | None = None  # Any: of curtin
    version: int | None = None

    @model_validator(mode="after")
    def _has_a_layout(self) -> Self:
        if self.layout is None and self.config is None:
            raise ValueError("it has neither a `layout` nor a `config`, and would be asked")
        return self


class _Network(Open):
    version: Literal[2]


class _User(Open):
    name: str
    hashed_passwd: Hash | None = None
    passwd: Hash | None = None
    plain_text_passwd: None = None
    """A password that is none is not taken."""


class _UserData(Open):
    users: list[_User | Literal["default"]] | None = None
    password: None = None


class _Autoinstall(_Dashed):
    version: Literal[1]
    interactive_sections: list[str] | None = None
    early_commands: _Commands | None = None
    late_commands: _Commands | None = None
    error_commands: _Commands | None = None
    locale: str | None = None
    refresh_installer: dict[Literal["update", "channel"], bool | str] | None = None
    keyboard: _Keyboard | None = None
    source: dict[Literal["id", "search_drivers"], bool | str] | None = None
    network: _Network | dict[Literal["network"], _Network] | None = None
    proxy: str | None = None
    apt: dict[str, Any] | None = None  # Any: of curtin
    storage: _Storage | None = None
    identity: _Identity | None = None
    ssh: _Ssh | None = None
    snaps: list[dict[str, str | bool]] | None = None
    packages: list[str] | None = None
    debconf_selections: str | None = None
    kernel: dict[Literal["package", "flavor"], str] | None = None
    kernel_crash_dumps: dict[Literal["enabled"], bool | None] | None = None
    timezone: str | None = None
    updates: Literal["security", "all"] | None = None
    shutdown: Literal["reboot", "poweroff"] | None = None
    reporting: dict[str, dict[str, Any]] | None = None  # Any: of curtin
    user_data: _UserData | None = None
    zdevs: list[_Zdev] | None = None
    drivers: dict[Literal["install"], bool] | None = None
    codecs: dict[Literal["install"], bool] | None = None
    oem: dict[Literal["install"], bool | str] | None = None
    ubuntu_pro: dict[Literal["token"], str] | None = None
    active_directory: dict[str, str] | None = None

    @model_validator(mode="after")
    def _asks_nobody(self) -> Self:
        if self.interactive_sections:
            raise ValueError("`interactive-sections` would be asked on the console")
        if self.identity is None and self.user_data is None:
            raise ValueError("it has neither `identity` nor `user-data`, and would ask for a user")
        return self


class _CloudConfig(Open):
    autoinstall: _Autoinstall


class _MetaData(Open):
    model_config = ConfigDict(alias_generator=lambda name: name.replace("_", "-"), extra="allow", strict=True)
    instance_id: str


class _NetworkConfig(Open):
    version: Literal[1, 2]


def user_data(source: Source) -> Iterator[Finding]:
    """It is a cloud-config with the key `autoinstall`."""
    yield from _headed(source)
    yield from _document(source, _CloudConfig)


def vendor_data(source: Source) -> Iterator[Finding]:
    """It is a cloud-config, which may be empty."""
    if source.text.strip():
        yield from _headed(source)
        yield from yaml_of(source)[1]


def meta_data(source: Source) -> Iterator[Finding]:
    """It names the instance."""
    yield from _document(source, _MetaData)


def network_config(source: Source) -> Iterator[Finding]:
    """It is of version 1 or 2."""
    yield from _document(source, _NetworkConfig)


def _headed(source: Source) -> Iterator[Finding]:
    if source.text.partition("\n")[0].rstrip() != HEADER:
        yield source.finding(f"the first line is not {HEADER}", 1, 1, remedy="cloud-init ignores it without that line")


def _document(source: Source, form: type[Form] | type[Open]) -> Iterator[Finding]:
    document, wrong = yaml_of(source)
    yield from wrong
    if not wrong:
        yield from misfits(source, document, form, unknown=Severity.WARNING)
