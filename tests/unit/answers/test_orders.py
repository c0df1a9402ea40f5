"""Orders for the agent: built, read back, and refused by the name of what is wrong."""

import json
import re
from typing import Any

import pytest

from netipl.answers.orders import Account, Form, Image, InstallDebian, Then, WriteImage, decode, encode
from netipl.errors import WireError

SUM = "0123456789abcdef" * 4
LEAST: dict[str, Any] = {  # Any: JSON
    "version": 1,
    "do": "write-image",
    "image": {"url": "http://192.0.2.1/media/disk/image", "sha256": SUM},
}
WHOLE = WriteImage(
    image=Image(
        url="http://192.0.2.1/media/disk/image.xz",
        form=Form.XZ,
        sha256=SUM,
        size=1000,
        raw_sha256=SUM[::-1],
        raw_size=1 << 40,
    ),
    disk="0.0.1234",
    seed=(("meta-data", "instance-id: one\n"), ("user-data", "#cloud-config\n")),
    callback="http://192.0.2.1/callback/token",
    done="http://192.0.2.1:8000/unattended/built?token=t",
    failed="http://192.0.2.1:8000/unattended/failed?token=t",
    then=Then.POWER_OFF,
)


def test_what_is_built_is_read_back() -> None:
    assert decode(encode(WHOLE)) == WHOLE
    document = json.loads(encode(WHOLE))
    assert (document["version"], document["do"]) == (1, "write-image")
    assert document["image"]["raw"] == {"sha256": SUM[::-1], "size": 1 << 40}


def test_what_is_not_said_has_its_default() -> None:
    assert decode(json.dumps(LEAST).encode()) == WriteImage(
        image=Image(url="http://192.0.2.1/media/disk/image", sha256=SUM), disk="auto", then=Then.RE_IPL
    )


def test_a_callback_has_no_slash_at_its_end() -> None:
    assert decode(json.dumps(LEAST | {"callback": "http://h/c/"}).encode()).callback == "http://h/c"


def image(**fields: object) -> dict[str, object]:
    return LEAST | {"image": {**LEAST["image"], **fields}}


@pytest.mark.parametrize(
    ("document", "message"),
    [
        pytest.param(LEAST | {"version": 2}, "version: 2", id="another version"),
        pytest.param({"do": "write-image"}, "version: is missing", id="no version"),
        pytest.param(LEAST | {"do": "format"}, "do: 'format' is none of", id="another order"),
        pytest.param(LEAST | {"disc": "auto"}, "disc: is not known", id="a key that is not known"),
        pytest.param(image(sum=SUM), "image.sum: is not known", id="a key of the image that is not known"),
        pytest.param(LEAST | {"disk": "vda"}, "disk: a device number", id="a disk by its name"),
        pytest.param(LEAST | {"disk": 1234}, "disk: text is wanted", id="a number for a text"),
        pytest.param(image(url="file:///etc/passwd"), "image.url", id="a URL that is not of http"),
        pytest.param(image(url="http://h/a b"), "image.url", id="a URL with a space"),
        pytest.param(image(sha256="12"), "image.sha256: 64", id="a sum cut short"),
        pytest.param(image(sha256=None), "what has no sum", id="no sum"),
        pytest.param(image(raw={"sha256": "x"}), "image.raw.sha256", id="a raw sum that is none"),
        pytest.param(image(size=-1), "image.size: an integer", id="a size below zero"),
        pytest.param(image(size=True), "image.size: an integer", id="a size that is a truth"),
        pytest.param(image(format="bz2"), "image.format: 'bz2'", id="a form that is not known"),
        pytest.param(LEAST | {"seed": {"user-data": ""}}, "seed.meta-data", id="half a seed"),
        pytest.param(LEAST | {"seed": {"meta-data": "", "user-data": "x" * (1 << 20 | 1)}}, "seed: more", id="large"),
        pytest.param(LEAST | {"callback": "h/c"}, "callback: a URL", id="a callback that is no URL"),
        pytest.param(LEAST | {"done": "https://h/built"}, "done: a URL", id="an end told by https"),
        pytest.param(LEAST | {"failed": "h"}, "failed: a URL", id="a failure told to what is no URL"),
        pytest.param(LEAST | {"then": "stay"}, "then: 'stay'", id="another end"),
        pytest.param([LEAST], "not a JSON object", id="a list"),
    ],
)
def test_refused_with_the_name_of_the_field(document: object, message: str) -> None:
    with pytest.raises(WireError, match=message.replace(".", r"\.")):
        decode(json.dumps(document).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b"[" * 100_000, b'{"version": 1, "version": 1}'])
def test_garbage_raises_only_the_wire_error(data: bytes) -> None:
    with pytest.raises(WireError):
        decode(data)


def test_what_would_not_be_taken_back_is_not_built() -> None:
    with pytest.raises(WireError, match="sum"):
        encode(WriteImage(image=Image(url="http://h/i")))


DEBIAN = InstallDebian(
    packages=Image(url="http://192.0.2.1/debian.tar", sha256=SUM, size=10),
    disk="0.0.0001",
    hostname="web1.example.com",
    timezone="Europe/Prague",
    root_password="$y$j9T$abc$def",
    root_ssh_keys=("ssh-ed25519 AAAA root",),
    accounts=(Account(name="ann", ssh_keys=("ssh-ed25519 BBBB",), admin=True), Account(name="bob", password="!")),
    repositories=("deb http://192.0.2.1/debian bookworm main",),
    scripts=("touch /done",),
    callback="http://192.0.2.1/callback/token",
    done="http://192.0.2.1:8000/built?token=t",
)


def test_an_installation_of_debian_is_read_back() -> None:
    assert decode(encode(DEBIAN)) == DEBIAN
    least = {"version": 1, "do": "install-debian", "packages": LEAST["image"]}
    assert decode(json.dumps(least).encode()) == InstallDebian(packages=Image(url=LEAST["image"]["url"], sha256=SUM))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        pytest.param({"hostname": "a b"}, "hostname:", id="a host name with a space"),
        pytest.param({"timezone": "../etc/passwd"}, "timezone:", id="a time zone that leads elsewhere"),
        pytest.param({"root_password": "secret"}, "never a password", id="a password"),
        pytest.param({"accounts": [{"name": "ann", "password": "secret"}]}, "never a password", id="a user's"),
        pytest.param({"accounts": [{"name": "A:b"}]}, "accounts: a name", id="a user's name with a colon"),
        pytest.param({"accounts": [{"name": "a", "uid": 0}]}, "accounts[0].uid: is not known", id="another key"),
        pytest.param({"packages": {"url": "http://h/d"}}, "packages.sha256:", id="packages without a sum"),
        pytest.param({"seed": {}}, "seed: is not known", id="a key of other orders"),
    ],
)
def test_an_installation_that_is_wrong_is_refused(fields: dict[str, Any], message: str) -> None:
    document = {"version": 1, "do": "install-debian", "packages": LEAST["image"]} | fields
    with pytest.raises(WireError, match=re.escape(message)):
        decode(json.dumps(document).encode())
