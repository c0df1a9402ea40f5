"""Checks a configuration of Ignition, as far as Fedora CoreOS takes it.

Source: Ignition's configuration specification, versions 3.0 to 3.5.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Final, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from netipl.answers.checks.form import Form, Hash, misfits
from netipl.answers.checks.json_form import json_of
from netipl.answers.finding import Finding, Source
from netipl.firmware.rules import Severity

_SCHEMES: Final = ("data:", "http://", "https://", "tftp://", "s3://", "arn:", "gs://")
_MOST_MODE: Final = 0o7777
_LOOKS_OCTAL: Final = frozenset({400, 440, 444, 500, 600, 640, 644, 700, 750, 755})


class _Camel(Form):
    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)


def _source(text: str) -> str:
    if not text.startswith(_SCHEMES):
        raise ValueError(f"{text[:40]!r} is none of {', '.join(_SCHEMES)}")
    return text


_Mode = Annotated[int, Field(ge=0, le=_MOST_MODE)]
_Path = Annotated[str, Field(pattern=r"^/")]


class _Resource(_Camel):
    source: Annotated[str, AfterValidator(_source)] | None = None
    compression: str | None = None
    verification: dict[str, str | None] | None = None
    http_headers: list[dict[str, str]] | None = None


class _Node(_Camel):
    path: _Path
    overwrite: bool | None = None
    user: dict[str, str | int] | None = None
    group: dict[str, str | int] | None = None


class _File(_Node):
    mode: _Mode | None = None
    contents: _Resource | None = None
    append: list[_Resource] | None = None


class _Directory(_Node):
    mode: _Mode | None = None


class _Link(_Node):
    target: str
    hard: bool | None = None


class _Storage(_Camel):
    files: list[_File] | None = None
    directories: list[_Directory] | None = None
    links: list[_Link] | None = None
    disks: list[dict[str, Any]] | None = None  # Any: not used here
    filesystems: list[dict[str, Any]] | None = None  # Any: not used here
    raid: list[dict[str, Any]] | None = None  # Any: not used here
    luks: list[dict[str, Any]] | None = None  # Any: not used here


class _User(_Camel):
    name: str
    password_hash: Hash | None = None
    ssh_authorized_keys: list[str] | None = None
    uid: int | None = None
    gecos: str | None = None
    home_dir: str | None = None
    no_create_home: bool | None = None
    primary_group: str | None = None
    groups: list[str] | None = None
    no_user_group: bool | None = None
    no_log_init: bool | None = None
    shell: str | None = None
    should_exist: bool | None = None
    system: bool | None = None


class _Passwd(_Camel):
    users: list[_User] | None = None
    groups: list[dict[str, Any]] | None = None  # Any: not used here


class _Unit(_Camel):
    name: Annotated[
        str, Field(pattern=r"^[^/]+\.(service|socket|device|mount|automount|swap|target|path|timer|slice)$")
    ]
    enabled: bool | None = None
    mask: bool | None = None
    contents: str | None = None
    dropins: list[dict[str, str | None]] | None = None

    @model_validator(mode="after")
    def _can_be_enabled(self) -> Self:
        if self.enabled and self.contents is not None and "[Install]" not in self.contents:
            raise ValueError("the unit is enabled, but has no [Install]")
        return self


class _Systemd(_Camel):
    units: list[_Unit] | None = None


class _Ignition(_Camel):
    version: Annotated[str, Field(pattern=r"^3\.[0-5]\.0$")]
    config: dict[str, Any] | None = None  # Any: not used here
    proxy: dict[str, Any] | None = None  # Any: not used here
    security: dict[str, Any] | None = None  # Any: not used here
    timeouts: dict[str, int | None] | None = None


class _Configuration(_Camel):
    ignition: _Ignition
    kernel_arguments: dict[str, list[str]] | None = None
    passwd: _Passwd | None = None
    storage: _Storage | None = None
    systemd: _Systemd | None = None


def findings(source: Source) -> Iterator[Finding]:
    """What is wrong with a configuration."""
    document, wrong = json_of(source)
    yield from wrong
    if not wrong:
        yield from misfits(source, document, _Configuration)
        yield from _modes(source)


def _modes(source: Source) -> Iterator[Finding]:
    """Modes that look octal: JSON has decimal numbers alone."""
    for number, line in enumerate(source.text.split("\n"), 1):
        _, key, rest = line.partition('"mode":')
        digits = rest.strip().partition(",")[0].rstrip(" }")
        if key and digits.isdecimal() and int(digits) in _LOOKS_OCTAL:
            yield source.finding(
                f"mode {digits} is decimal: {int(digits):o} in octal",
                number,
                line.index('"mode":') + 1,
                remedy=f"write {int(digits, 8)} for {digits}",
                severity=Severity.WARNING,
            )
