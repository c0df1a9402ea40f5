"""What the agent is told to do: a JSON document, `orders.json`, that it fetches by `netipl.orders=URL`.

Built and checked by the server, read once more by the agent itself: this module is part of its initrd, and needs
nothing but Python. A key that is not known is refused, since an order half understood writes over a disk.
"""

import json
import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from netipl.answers.json_fields import Fields
from netipl.errors import WireError
from netipl.values import value

VERSION: Final = 1
FILE: Final = "orders.json"
PARAMETER: Final = "netipl.orders"
"""The name on the kernel command line whose value is the document's URL."""

AUTO: Final = "auto"
"""In place of a device number: the disk, where there is exactly one."""

SEED_FILES: Final = ("meta-data", "user-data", "vendor-data", "network-config")
"""Of cloud-init's NoCloud; the first two are never left out."""

_NUMBER: Final = re.compile(r"[0-9a-f]{1,2}\.[0-3]\.[0-9a-f]{4}")
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_URL: Final = re.compile(r"http://[!-~]+")
_HOST_NAME: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9-]{1,63})*")
_ZONE: Final = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")
_USER: Final = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_HASH: Final = re.compile(r"\$[A-Za-z0-9./$=,+-]+|[!*]")
_MOST_SEED: Final = 1 << 20
_TOLD: Final = ("callback", "done", "failed")
"""The fields that are URLs of those who are told."""


class Do(StrEnum):
    """The kinds of orders."""

    WRITE_IMAGE = "write-image"
    INSTALL_DEBIAN = "install-debian"


class Form(StrEnum):
    """How an image is packed on its way."""

    RAW = "raw"
    GZIP = "gz"
    XZ = "xz"
    ZSTD = "zstd"


class Then(StrEnum):
    """What follows when all is done."""

    RE_IPL = "re-ipl"
    """From the disk that was written."""
    REBOOT = "reboot"
    POWER_OFF = "power-off"


@value(kw_only=True)
class Image:
    """`sha256` and `size` are of what is fetched, `raw_sha256` and `raw_size` of the disk's bytes; at least one sum.

    Without a raw size, a disk that is too small is found out only when it is full.
    """

    url: str
    form: Form = Form.RAW
    sha256: str | None = None
    size: int | None = None
    raw_sha256: str | None = None
    raw_size: int | None = None


@value(kw_only=True)
class WriteImage:
    """`disk` is a device number as `0.0.1234`, or `AUTO`; `seed` are files of NoCloud, by name.

    `callback` is followed by `/started` and the like; empty if nobody is to be told. `done` and `failed` are whole URLs
    that are told in its place.
    """

    image: Image
    disk: str = AUTO
    seed: tuple[tuple[str, str], ...] = ()
    callback: str = ""
    done: str = ""
    failed: str = ""
    then: Then = Then.RE_IPL


@value(kw_only=True)
class Account:
    """Who may log in. `password` is a hash of crypt(3); `admin` may become root."""

    name: str
    ssh_keys: tuple[str, ...] = ()
    password: str | None = None
    admin: bool = False


@value(kw_only=True)
class InstallDebian:
    """`packages` is an archive as `netipl agent packages` makes it; `repositories` are lines of sources.list(5).

    `root_password` is a hash; `scripts` run in the new system at the end, as root.
    """

    packages: Image
    disk: str = AUTO
    hostname: str = "debian"
    timezone: str = "UTC"
    root_password: str | None = None
    root_ssh_keys: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = ()
    repositories: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    callback: str = ""
    done: str = ""
    failed: str = ""
    then: Then = Then.RE_IPL


Orders = WriteImage | InstallDebian


def encode(orders: Orders) -> bytes:
    """The document. Raises WireError if `decode` would not take it back."""
    document = {
        "version": VERSION,
        **_said(_image_told(orders) if isinstance(orders, WriteImage) else _debian_told(orders)),
    }
    told = {name: getattr(orders, name) or None for name in _TOLD}
    ending = {"disk": orders.disk, **told, "then": orders.then.value}
    encoded = json.dumps(document | _said(ending), indent=2, ensure_ascii=False).encode() + b"\n"
    decode(encoded)
    return encoded


def decode(data: bytes) -> Orders:
    """From the document. Raises WireError that names the key."""
    fields = Fields.of(data)
    version = fields.integer("version")
    if version != VERSION:
        raise WireError(f"version: {version} is not known, only {VERSION}")
    orders = _KINDS[fields.choice("do", Do)](fields)
    fields.end()
    if orders.disk != AUTO and not _NUMBER.fullmatch(orders.disk):
        raise WireError(f"disk: a device number as 0.0.1234 or {AUTO} is wanted")
    for name in _TOLD:
        if (url := getattr(orders, name)) and not _URL.fullmatch(url):
            raise WireError(f"{name}: a URL of http is wanted")
    return orders


def _write_image(fields: Fields) -> WriteImage:
    return WriteImage(
        image=_image("image", fields.inner("image")),
        disk=fields.text_or("disk", AUTO),
        seed=_seed(fields.inner_or_none("seed")),
        callback=fields.text_or("callback", "").rstrip("/"),
        done=fields.text_or("done", ""),
        failed=fields.text_or("failed", ""),
        then=fields.choice_or("then", Then, Then.RE_IPL),
    )


def _install_debian(fields: Fields) -> InstallDebian:
    orders = InstallDebian(
        packages=_image("packages", fields.inner("packages")),
        disk=fields.text_or("disk", AUTO),
        hostname=fields.text_or("hostname", "debian"),
        timezone=fields.text_or("timezone", "UTC"),
        root_password=fields.text_or_none("root_password"),
        root_ssh_keys=fields.texts("root_ssh_keys"),
        accounts=tuple(map(_account, fields.inners("accounts"))),
        repositories=fields.texts("repositories"),
        scripts=fields.texts("scripts"),
        callback=fields.text_or("callback", "").rstrip("/"),
        done=fields.text_or("done", ""),
        failed=fields.text_or("failed", ""),
        then=fields.choice_or("then", Then, Then.RE_IPL),
    )
    if not _HOST_NAME.fullmatch(orders.hostname):
        raise WireError("hostname: letters, digits and dashes are wanted")
    if not _ZONE.fullmatch(orders.timezone) or ".." in orders.timezone:
        raise WireError("timezone: a name as Europe/Prague is wanted")
    for password in (orders.root_password, *(account.password for account in orders.accounts)):
        if password is not None and not _HASH.fullmatch(password):
            raise WireError("password: a hash of crypt(3) is wanted, never a password")
    return orders


def _account(fields: Fields) -> Account:
    account = Account(
        name=fields.text("name"),
        ssh_keys=fields.texts("ssh_keys"),
        password=fields.text_or_none("password"),
        admin=fields.truth("admin"),
    )
    fields.end()
    if not _USER.fullmatch(account.name):
        raise WireError("accounts: a name of small letters, digits and dashes is wanted")
    return account


_KINDS: Final[Mapping[Do, Callable[[Fields], Orders]]] = {
    Do.WRITE_IMAGE: _write_image,
    Do.INSTALL_DEBIAN: _install_debian,
}


def _image_told(orders: WriteImage) -> dict[str, object]:
    return {"do": Do.WRITE_IMAGE.value, "image": _told(orders.image), "seed": dict(orders.seed) or None}


def _debian_told(orders: InstallDebian) -> dict[str, object]:
    return {
        "do": Do.INSTALL_DEBIAN.value,
        "packages": _told(orders.packages),
        "hostname": orders.hostname,
        "timezone": orders.timezone,
        "root_password": orders.root_password,
        "root_ssh_keys": orders.root_ssh_keys,
        "accounts": [
            _said({"name": each.name, "ssh_keys": each.ssh_keys, "password": each.password, "admin": each.admin})
            for each in orders.accounts
        ],
        "repositories": orders.repositories,
        "scripts": orders.scripts,
    }


def _told(image: Image) -> dict[str, object]:
    raw = {"sha256": image.raw_sha256, "size": image.raw_size}
    return _said(
        {
            "url": image.url,
            "format": image.form.value,
            "sha256": image.sha256,
            "size": image.size,
            "raw": _said(raw) or None,
        }
    )


def _image(name: str, fields: Fields) -> Image:
    raw = fields.inner_or_none("raw")
    image = Image(
        url=fields.text("url"),
        form=fields.choice_or("format", Form, Form.RAW),
        sha256=fields.text_or_none("sha256"),
        size=fields.integer_or_none("size"),
        raw_sha256=raw.text_or_none("sha256") if raw else None,
        raw_size=raw.integer_or_none("size") if raw else None,
    )
    fields.end()
    if raw:
        raw.end()
    if not _URL.fullmatch(image.url):
        raise WireError(f"{name}.url: a URL of http is wanted")
    for key, digest in (("sha256", image.sha256), ("raw.sha256", image.raw_sha256)):
        if digest is not None and not _SHA256.fullmatch(digest):
            raise WireError(f"{name}.{key}: 64 hexadecimal digits are wanted")
    if image.sha256 is None and image.raw_sha256 is None:
        raise WireError(f"{name}.sha256: what has no sum is not written to a disk")
    return image


def _seed(fields: Fields | None) -> tuple[tuple[str, str], ...]:
    if fields is None:
        return ()
    files = tuple((name, text) for name in SEED_FILES if (text := fields.text_or_none(name)) is not None)
    fields.end()
    for name in SEED_FILES[:2]:
        if name not in dict(files):
            raise WireError(f"seed.{name}: cloud-init takes no seed without it")
    if sum(len(text.encode()) for _, text in files) > _MOST_SEED:
        raise WireError(f"seed: more than {_MOST_SEED} bytes")
    return files


def _said(mapping: Mapping[str, object]) -> dict[str, object]:
    return {name: each for name, each in mapping.items() if each is not None}
