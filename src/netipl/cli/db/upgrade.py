"""`netipl db upgrade`: the schema of this program."""

from netipl.cli.db import which
from netipl.store import schema


def upgrade(config: which.Config = which.CONFIG, database: which.Url = None, *, as_json: which.Json = False) -> None:
    """Bring the database to the schema of this netipl, and say from which one.

    A daemon that has its database alone does so when it starts. Where several share one, end them all first.
    """
    with which.opened(config, database) as opened, opened.alone() as connection:
        before = schema.present(connection)
        schema.upgrade(connection)
        after = schema.present(connection)
    change = f"has schema {after} already" if before == after else f"from schema {before or 'none'} to {after}"
    which.tell(f"{opened.name}: {change}", {"database": opened.name, "from": before, "to": after}, as_json=as_json)
