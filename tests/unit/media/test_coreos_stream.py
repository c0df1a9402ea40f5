"""A stream's JSON: addresses, sums and signatures, and everything that can be wrong with it."""

import json
from typing import Any

import pytest

from netipl.errors import RefusedError, WireError
from netipl.media.coreos_stream import is_stream, recognised_stream
from netipl.media.medium import Role
from tests.media_trees import stream

BASE = "https://m.example/prod/streams/stable/builds/41/s390x"
DATA = stream(BASE)["stable.json"]


def test_each_file_has_its_address_sum_and_signature() -> None:
    found = recognised_stream("stable.json", DATA)
    assert [file.role for file in found.files] == [Role.KERNEL, Role.INITRD, Role.ROOTFS]
    assert [file.location for file in found.files] == [f"{BASE}/{file.name}" for file in found.files]
    assert all(file.signature == f"{file.location}.sig" and file.sum for file in found.files)


def test_a_stream_of_rhel_has_no_signatures() -> None:
    told = json.loads(DATA.replace(b"fedora-coreos", b"rhcos"))
    for part in _pxe(told).values():
        del part["signature"]
    found = recognised_stream("s.json", json.dumps(told).encode())
    assert found.title == "RHEL CoreOS 41.20241027.3.0"
    assert {file.signature for file in found.files} == {""}


def test_a_stream_without_our_architecture_says_which_it_has() -> None:
    with pytest.raises(RefusedError, match="Fedora CoreOS, stream stable, for aarch64"):
        recognised_stream("stable.json", stream(BASE, architecture="aarch64")["stable.json"])


def _pxe(told: Any) -> Any:
    return told["architectures"]["s390x"]["artifacts"]["metal"]["formats"]["pxe"]


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("location", "file:///etc/passwd"),
        ("location", "https://m.example/.."),
        ("location", "https://m.example/"),
        ("location", 5),
        ("sha256", "zz"),
        ("sha256", "a" * 40),
        ("signature", "ftp://m.example/a"),
    ],
)
def test_a_file_with_something_wrong_is_damage(key: str, text: object) -> None:
    told = json.loads(DATA)
    _pxe(told)["kernel"][key] = text
    with pytest.raises(WireError):
        recognised_stream("stable.json", json.dumps(told).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"architectures": {"s390x": []}}', b"[" * 100_000])
def test_what_is_no_stream_is_damage(data: bytes) -> None:
    with pytest.raises((WireError, RefusedError)):
        recognised_stream("x.json", data)


def test_a_stream_is_known_by_its_words() -> None:
    assert is_stream(DATA)
    assert not is_stream(b'{"architecture": "s390x"}')
