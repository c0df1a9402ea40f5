"""Brings a database to the schema of this program, and refuses one that a newer program has changed."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from netipl.errors import RefusedError

_MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, inside the caller's transaction. Raises RefusedError for a newer schema."""
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    present = set(MigrationContext.configure(connection).get_current_heads())
    if present - {revision.revision for revision in script.walk_revisions()}:
        raise RefusedError(
            f"the database has schema {' '.join(sorted(present))}; the newest known is {script.get_current_head()}",
            remedy="install the netipl that made it, or a newer one; or name another database",
        )
    if present != set(script.get_heads()):
        command.upgrade(config, "head")
