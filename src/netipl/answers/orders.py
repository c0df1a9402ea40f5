"""What the agent is told to do: a JSON document, `orders.json`, that it fetches by `netipl.orders=URL`.

Built and checked by the server, read once more by the agent itself: this module is part of its initrd, and needs
nothing but Python. A key that is not known is refused, since an order half understood writes over a disk.
"""

import json
import re
from collections.abc import Mapping
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
_MOST_SEED: Final = 1 << 20


class Do(StrEnum):
    """The kinds of orders."""

    WRITE_IMAGE = "write-image"


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

    `callback` is followed by `/started` and the like; empty if nobody is to be told.
    """

    image: Image
    disk: str = AUTO
    seed: tuple[tuple[str, str], ...] = ()
    callback: str = ""
    then: Then = Then.RE_IPL


def encode(orders: WriteImage) -> bytes:
    """The document. Raises WireError if `decode` would not take it back."""
    image = orders.image
    raw = {"sha256": image.raw_sha256, "size": image.raw_size}
    described = {
        "url": image.url,
        "format": image.form.value,
        "sha256": image.sha256,
        "size": image.size,
        "raw": _said(raw) or None,
    }
    document = {
        "version": VERSION,
        "do": Do.WRITE_IMAGE.value,
        "image": _said(described),
        "disk": orders.disk,
        "seed": dict(orders.seed) or None,
        "callback": orders.callback or None,
        "then": orders.then.value,
    }
    encoded = json.dumps(_said(document), indent=2, ensure_ascii=False).encode() + b"\n"
    decode(encoded)
    return encoded


def decode(data: bytes) -> WriteImage:
    """From the document. Raises WireError that names the key."""
    fields = Fields.of(data)
    version = fields.integer("version")
    if version != VERSION:
        raise WireError(f"version: {version} is not known, only {VERSION}")
    fields.choice("do", Do)
    orders = WriteImage(
        image=_image(fields.inner("image")),
        disk=fields.text_or("disk", AUTO),
        seed=_seed(fields.inner_or_none("seed")),
        callback=fields.text_or("callback", "").rstrip("/"),
        then=fields.choice_or("then", Then, Then.RE_IPL),
    )
    fields.end()
    if orders.disk != AUTO and not _NUMBER.fullmatch(orders.disk):
        raise WireError(f"disk: a device number as 0.0.1234 or {AUTO} is wanted")
    if orders.callback and not _URL.fullmatch(orders.callback):
        raise WireError("callback: a URL of http is wanted")
    return orders


def _image(fields: Fields) -> Image:
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
        raise WireError("image.url: a URL of http is wanted")
    for name, digest in (("image.sha256", image.sha256), ("image.raw.sha256", image.raw_sha256)):
        if digest is not None and not _SHA256.fullmatch(digest):
            raise WireError(f"{name}: 64 hexadecimal digits are wanted")
    if image.sha256 is None and image.raw_sha256 is None:
        raise WireError("image.sha256: an image without a sum is not written")
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
