"""The journal of the inventory: one thread that commits what was submitted, in order and in groups.

What waits when a commit begins is committed with it, so a slow disk makes groups larger and not the queue longer.
`done` is called after the database has synced, and only then; with an error when nothing of the group is stored.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Generic, TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from netipl.errors import NetiplError, UnavailableError
from netipl.provisioning.changes import Change
from netipl.provisioning.inventory import Stored
from netipl.store import rows
from netipl.store.database import Database
from netipl.store.session import Session
from netipl.store.trimming import Trimming
from netipl.values import value

_log = structlog.get_logger(__name__)

_Answer = TypeVar("_Answer")

Done = Callable[[Exception | None], None]
"""Called in the thread of the journal: it must neither block nor raise."""

_LARGEST_GROUP = 1024  # submissions; bounds how long the first of a group waits for the last


@value()
class _Submission:
    changes: tuple[Change, ...]
    done: Done


@dataclass(frozen=True, slots=True)
class _Question(Generic[_Answer]):
    ask: Callable[[], _Answer | None]
    """None: it is to be asked again, after all that waits."""
    answer: Future[_Answer]


@dataclass(frozen=True, slots=True)
class _End:
    pass


_Work = _Submission | _Question[Any] | _End  # Any: of each question its own


class Journal:
    """Open until `close`. Everything but the constructor may be called from any thread.

    After a failure nothing is stored until all was read: what was submitted before that rests on what is not
    there, or on what another daemon has changed since.
    """

    def __init__(self, url: str, networks: Iterable[str]) -> None:
        """`url`: a path or a database URL. `networks` are held against other daemons.

        Raises UsageError, UnavailableError or RefusedError (a newer database).
        """
        self.database = Database(url)
        self._session = Session(self.database)
        self._unread = False
        self._since: list[_Submission] | None = None
        self._work: SimpleQueue[_Work] = SimpleQueue()
        self._thread = Thread(target=self._run, name="netipl-journal", daemon=True)
        self._thread.start()
        try:
            self._asked(partial(self._session.hold, frozenset(networks))).result()
        except BaseException:
            self.close()
            raise

    def submit(self, changes: Iterable[Change], done: Done) -> None:
        """Make `changes` durable, after all that was submitted before; then call `done` with None or the error."""
        submission = _Submission(tuple(changes), done)
        if self._since is not None:
            self._since.append(submission)
        self._work.put(submission)

    def ask(self) -> Future[Stored]:
        """What the store has of our networks, once all that was submitted before is there.

        The result may be UnavailableError.
        """
        self._since = []
        return self._asked(self._read)

    def submitted_since(self) -> list[Change]:
        """What was submitted after the last `ask`, so that its answer does not have it. To be called once for each."""
        since, self._since = self._since or [], None
        return [change for submission in since for change in submission.changes]

    def hold(self, networks: Iterable[str]) -> Future[Stored]:
        """Hold these networks and no others. The result is what there is of those that were not held before, or
        UnavailableError where another daemon has one: then all stays.
        """
        return self._asked(partial(self._hold, frozenset(networks)))

    def stored(self) -> Stored:
        """As `ask`, waiting for the answer. Raises UnavailableError."""
        return self._asked(self._read).result()

    def trim(self, before: datetime) -> Future[int]:
        """Remove the boots of our networks, and what was observed of them, that are older; how many rows that were.

        In steps: what is submitted meanwhile waits for one of them at most. The result may be UnavailableError.
        """
        return self._asked(partial(self._trim, Trimming(before)))

    def close(self) -> None:
        """Commit what was submitted, then close the database."""
        self._work.put(_End())
        self._thread.join()
        self.database.close()

    def _run(self) -> None:
        while True:
            group, other = self._next_group()
            if group:
                self._commit(group)
            match other:
                case _Question():
                    self._answer(other)
                case _End():
                    self._session.forget()
                    self._abandon()
                    return

    def _next_group(self) -> tuple[list[_Submission], _Question[Any] | _End | None]:  # Any: of each its own
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

    def _asked(self, ask: Callable[[], _Answer | None]) -> Future[_Answer]:
        answer: Future[_Answer] = Future()
        self._work.put(_Question(ask, answer))
        return answer

    def _commit(self, group: list[_Submission]) -> None:
        error = self._error_of(partial(self._write, group))
        for submission in group:
            try:
                submission.done(error)
            except Exception as bug:  # noqa: BLE001 - one careless caller must not end the journal of all others
                _log.error("a callback of the journal failed", error=repr(bug))

    def _write(self, group: list[_Submission]) -> None:
        if self._unread:
            raise UnavailableError(f"{self.database.name}: nothing is stored until all was read again")
        changes = [change for submission in group for change in submission.changes]
        if changes:
            connection = self._session.connected()
            with connection.begin():
                rows.write(connection, changes)

    def _read(self) -> Stored:
        connection = self._session.connected()
        with connection.begin():
            found = rows.read(connection, self._session.networks)
        self._unread = False
        return found

    def _hold(self, networks: frozenset[str]) -> Stored:
        new = self._session.hold(networks)
        connection = self._session.connected()
        with connection.begin():
            return rows.read(connection, new)

    def _trim(self, trimming: Trimming) -> int | None:
        connection = self._session.connected()
        with connection.begin():
            more = trimming.step(connection, self._session.networks)
        return None if more else trimming.removed

    def _answer(self, question: _Question[_Answer]) -> None:
        def asked() -> None:
            found = question.ask()
            if found is None:
                self._work.put(question)
            else:
                question.answer.set_result(found)

        if not (question.answer.running() or question.answer.set_running_or_notify_cancel()):
            return  # nobody waits for it any more
        if error := self._error_of(asked):
            question.answer.set_exception(error)

    def _abandon(self) -> None:
        """What was to be asked again is answered by nobody any more."""
        while not self._work.empty():
            if isinstance(work := self._work.get(), _Question):
                work.answer.set_exception(UnavailableError(f"{self.database.name} is closed"))

    def _error_of(self, work: Callable[[], None]) -> NetiplError | None:
        """What became of `work`: after an error of the database, its connection is no longer trusted."""
        try:
            work()
        except SQLAlchemyError as failure:
            self._session.forget()
            self._unread = True
            return self.database.explained(failure)
        except NetiplError as refusal:
            return refusal
        except Exception as bug:  # noqa: BLE001 - a thread that ends would leave all others waiting
            _log.exception("the journal failed")
            self._session.forget()
            self._unread = True
            return UnavailableError(f"{self.database.name}: {bug!r}", remedy="this is a bug: please report it")
        return None
