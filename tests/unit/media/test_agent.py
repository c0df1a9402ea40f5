"""`agent.json`, as written and damaged."""

import json

import pytest

from netipl.errors import WireError
from tests.media_trees import agent
from tests.unit.media.looking import look

TOLD = {"architecture": "s390x", "kernel": "kernel", "initrd": "initrd", "version": "1"}


def test_sums_are_used_where_they_are() -> None:
    told = {**TOLD, "kernel_sha256": "a" * 64, "initrd_sha256": "b" * 64}
    found = look({**agent(), "agent.json": json.dumps(told).encode()})
    assert [file.sum.digest[0] for file in found.files if file.sum] == ["a", "b"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 100_000,
        json.dumps({**TOLD, "kernel": 5}).encode(),
        json.dumps({**TOLD, "kernel": "../kernel"}).encode(),
        json.dumps({**TOLD, "initrd": "/initrd"}).encode(),
        json.dumps({**TOLD, "kernel_sha256": "zz"}).encode(),
    ],
)
def test_damage_is_told(data: bytes) -> None:
    with pytest.raises(WireError):
        look({**agent(), "agent.json": data}, listed=False)
