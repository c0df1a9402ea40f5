"""The journal of the inventory: one thread that commits what was submitted, in order and in groups.

What waits when a commit begins is committed with it, so a slow disk makes groups larger and not the queue longer.
`done` is called after the database has synced, and only then; with an error when nothing of the group is stored.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from netipl.errors import NetiplError, UnavailableError
from netipl.guests.lease import Lease
from netipl.provisioning.changes import Change
from netipl.store import leases
from netipl.store.database import Database
from netipl.values import value

_log = structlog.get_logger(__name__)

Done = Callable[[Exception | None], None]
"""Called in the thread of the journal: it must neither block nor raise."""

_LARGEST_GROUP = 1024  # submissions; bounds how long the first of a group waits for the last


@value()
class _Submission:
    changes: tuple[Change, ...]
    done: Done


@dataclass(frozen=True, slots=True)
class _Question:
    answer: Future[list[Lease]]


@dataclass(frozen=True, slots=True)
class _End:
    pass


_Work = _Submission | _Question | _End


class Journal:
    """Open until `close`. Everything but the constructor may be called from any thread."""

    def __init__(self, url: str) -> None:
        """`url`: a path or a database URL. Raises UsageError, UnavailableError or RefusedError (a newer database)."""
        self._database = Database(url)
        self._connection: Connection | None = None
        self._work: SimpleQueue[_Work] = SimpleQueue()
        self._thread = Thread(target=self._run, name="netipl-journal", daemon=True)
        self._thread.start()

    def submit(self, changes: Iterable[Change], done: Done) -> None:
        """Make `changes` durable, after all that was submitted before; then call `done` with None or the error."""
        self._work.put(_Submission(tuple(changes), done))

    def ask_leases(self) -> Future[list[Lease]]:
        """The leases as they are stored, once all that was submitted before is. The result may be UnavailableError."""
        answer: Future[list[Lease]] = Future()
        self._work.put(_Question(answer))
        return answer

    def leases(self) -> list[Lease]:
        """As `ask_leases`, waiting for the answer. Raises UnavailableError."""
        return self.ask_leases().result()

    def close(self) -> None:
        """Commit what was submitted, then close the database."""
        self._work.put(_End())
        self._thread.join()
        self._database.close()

    def _run(self) -> None:
        while True:
            group, other = self._next_group()
            if group:
                self._commit(group)
            match other:
                case _Question(answer=answer):
                    self._answer(answer)
                case _End():
                    self._disconnect()
                    return

    def _next_group(self) -> tuple[list[_Submission], _Question | _End | None]:
        """Submissions that belong together, and what stood behind them if it is something else."""
        group: list[_Submission] = []
        work = self._work.get()
        while isinstance(work, _Submission):
            group.append(work)
            if len(group) >= _LARGEST_GROUP:
                return group, None
            try:
                work = self._work.get_nowait()
            except Empty:
                return group, None
        return group, work

    def _commit(self, group: list[_Submission]) -> None:
        changes = [change for submission in group for change in submission.changes]
        error: NetiplError | None = None
        try:
            if changes:
                connection = self._connected()
                with connection.begin():
                    leases.write(connection, changes)
        except SQLAlchemyError as failure:
            self._disconnect()
            error = self._explained(failure)
        for submission in group:
            try:
                submission.done(error)
            except Exception as bug:  # noqa: BLE001 - one careless caller must not end the journal of all others
                _log.error("a callback of the journal failed", error=repr(bug))

    def _answer(self, answer: Future[list[Lease]]) -> None:
        try:
            connection = self._connected()
            with connection.begin():
                answer.set_result(leases.read(connection))
        except SQLAlchemyError as failure:
            self._disconnect()
            answer.set_exception(self._explained(failure))

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._database.engine.connect()
        return self._connection

    def _disconnect(self) -> None:
        """Forget a connection that failed: the next one begins with the database as it is on disk."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except SQLAlchemyError as failure:
                _log.warning("a broken connection to the database did not close", error=str(failure))

    def _explained(self, failure: SQLAlchemyError) -> NetiplError:
        if isinstance(failure, DBAPIError):
            return self._database.explained(failure)
        return UnavailableError(str(failure))
