"""Brings a database to the schema of this program, and refuses one that a newer program has changed."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from netipl.errors import RefusedError

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection, to: str | None = None) -> None:
    """Run the migrations that are missing up to `to`, else all, inside the caller's transaction.

    Raises RefusedError for a schema that is newer than this program.
    """
    check_known(present(connection))
    if present(connection) != (to or newest()):
        command.upgrade(_config(connection), to or newest())


def present(connection: Connection) -> str | None:
    """The schema that the database has; None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """The schema of this program."""
    return str(ScriptDirectory(str(_MIGRATIONS)).get_current_head())


def is_newest(connection: Connection) -> bool:
    """Whether nothing is to be done."""
    return present(connection) == newest()


def check_known(revision: str | None, whose: str = "the database") -> None:
    """Raises RefusedError for a schema of which this program knows nothing."""
    revisions = {each.revision for each in ScriptDirectory(str(_MIGRATIONS)).walk_revisions()}
    if revision is not None and revision not in revisions:
        raise RefusedError(
            f"{whose} has schema {revision}; the newest known is {newest()}",
            remedy="install the netipl that made it, or a newer one; or name another database",
        )


def _config(connection: Connection) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config
