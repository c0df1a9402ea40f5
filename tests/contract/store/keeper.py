"""A process that adds guests, asks for builds and lets things happen: `python -m tests.contract.store.keeper URL`.

Every step is one submission: a guest, its build and boot, what happened, and the guest two steps before forgotten. Says
`STEP` once it is durable, and goes on meanwhile with others; begins after the last step that is stored.
"""

import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from threading import Semaphore

from netipl.net import Mac
from netipl.provisioning.changes import BootSet, BuildSet, Change, GuestForgotten, GuestSet, Happened
from netipl.store.journal import Journal
from tests.contract.store.rows import BOOT, BUILD, EVENT, GUEST

_UNDER_WAY = 50


def name_of(step: int) -> str:
    return f"web{step}"


def changes(step: int) -> Iterator[Change]:
    name, mac = name_of(step), Mac(b"RT" + step.to_bytes(4, "big"))
    boot = replace(BOOT, guest=name, mac=mac, xid=step)
    build = replace(BUILD, id=f"{step:08}", guest=name)
    yield GuestSet(replace(GUEST, name=name, macs=(mac,), uuid=None, client_id=None, address=None))
    yield GuestForgotten("lab", name_of(step - 2))
    yield BuildSet(build)
    yield BootSet(boot)
    yield Happened(replace(EVENT, number=step, guest=name, boot=boot.id, build=build.id))


def main(url: str) -> None:
    journal = Journal(url, ["lab"])
    step = journal.stored().number
    free = Semaphore(_UNDER_WAY)

    def told(done: int, error: Exception | None) -> None:
        if error is not None:
            raise error
        sys.stdout.write(f"{done}\n")
        sys.stdout.flush()
        free.release()

    while True:
        step += 1
        free.acquire()
        journal.submit(changes(step), partial(told, step))


if __name__ == "__main__":
    main(sys.argv[1])
