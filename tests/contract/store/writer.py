"""A process that writes leases until it cannot: `python -m tests.contract.store.writer URL`.

Says `held` when it has the network, and then the kind of the error that ends it.
"""

import sys
from concurrent.futures import Future

from netipl.provisioning.changes import LeaseSet
from netipl.store.journal import Journal
from tests.contract.store.rows import LEASE


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def main(url: str) -> None:
    journal = Journal(url, [LEASE.network])
    say("held")
    error = None
    while error is None:
        told: Future[Exception | None] = Future()
        journal.submit([LeaseSet(LEASE)], told.set_result)
        error = told.result()
    say(type(error).__name__)


if __name__ == "__main__":
    main(sys.argv[1])
