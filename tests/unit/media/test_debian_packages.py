"""`packages.json`, as written and damaged."""

import json

import pytest

from netipl.errors import WireError
from tests.media_trees import debian_packages
from tests.unit.media.looking import look

TOLD = {"architecture": "s390x", "version": "12", "archive": "packages.tar", "sha256": "a" * 64, "packages": ["vim"]}


def test_it_names_the_packages() -> None:
    assert look(debian_packages()).packages == ("apt", "libc6")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 100_000,
        json.dumps({**TOLD, "archive": "../packages.tar"}).encode(),
        json.dumps({**TOLD, "sha256": "zz"}).encode(),
        json.dumps({**TOLD, "packages": "vim"}).encode(),
        json.dumps({**TOLD, "packages": ["vim; reboot"]}).encode(),
        json.dumps({**TOLD, "packages": [5]}).encode(),
    ],
)
def test_damage_is_told(data: bytes) -> None:
    with pytest.raises(WireError):
        look({**debian_packages(), "packages.json": data}, listed=False)
