"""A daemon that is killed at whatever instant loses no medium that was whole, and shows none that is not."""

import random
import subprocess
import sys
from pathlib import Path

from netipl.media.medium import Role
from tests.contract.store.media import hand
from tests.contract.store.media.lab import opened, sha256

TIMES = 6


def said(root: Path, seed: int, count: int) -> list[str]:
    """The words of a process that is killed after `count` of them or a few more."""
    command = [sys.executable, "-m", hand.__name__, str(root), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        words = [process.stdout.readline() for _ in range(count)]
        process.kill()
        words += process.stdout.readlines()
    return [each.strip() for each in words if each.endswith("\n")]


def test_what_was_whole_stays_and_what_is_shown_is_whole(tmp_path: Path) -> None:
    instants = random.Random(TIMES)
    there: set[str] = set()
    for seed in range(TIMES):
        last = ""
        for words in said(tmp_path, seed, instants.randrange(1, 60)):
            sign, last = words[0], words[1:]
            there = there | {last} if sign == "+" else there - {last}
        shelf, keeper = opened(tmp_path)
        names = {medium.name for medium in shelf.media}
        assert names >= there
        for medium in shelf.media:
            assert list(keeper.faults(medium, lambda *_: None)) == []
            initrd = next(file for role, file in medium.files if role is Role.INITRD)
            assert initrd.sha256 == sha256(hand.initrd(medium.name))
        assert {path.name for path in tmp_path.glob("blobs/sha256/*/*")} == shelf.used()
        there = names
