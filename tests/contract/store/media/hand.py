"""A process that puts media on a shelf and takes them off: `python -m tests.contract.store.media.hand DIRECTORY SEED`.

Each has a kernel that all have, and an initrd of its own. Says `+NAME` when one is there, and `-NAME` before it goes.
"""

import random
import sys
from pathlib import Path

from netipl.media.medium import Role
from tests.contract.store.media.lab import medium, opened, put

KERNEL = b"kernel of all" * 5000
_MOST = 4


def initrd(name: str) -> bytes:
    return name.encode() * 5000


def main(root: Path, seed: str) -> None:
    shelf, keeper = opened(root)
    chance, number = random.Random(seed), 0
    while True:
        number += 1
        name = f"m{seed}-{number}"
        made = medium(name, {Role.KERNEL: KERNEL, Role.INITRD: initrd(name)})
        put(shelf, keeper, made, KERNEL, initrd(name))
        say(f"+{name}")
        while len(shelf.media) > _MOST:
            gone = chance.choice(shelf.media)
            say(f"-{gone.name}")
            keeper.remove(gone)


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
