"""Guests that were added, builds, boots, events, and the tokens of the API."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _guests_and_builds()
    _boots_and_events()
    op.create_table(
        "api_tokens",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created", _MOMENT, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
    )


def _guests_and_builds() -> None:
    op.create_table(
        "guests",
        sa.Column("network", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("origin", sa.String(16), nullable=False),
        sa.Column("document", sa.Text, nullable=False),
    )
    op.create_table(
        "builds",
        sa.Column("network", sa.Text, primary_key=True),
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("guest", sa.Text, nullable=False),
        sa.Column("profile", sa.Text, nullable=False),
        sa.Column("asked", _MOMENT, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("expires", _MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("boot", sa.String(64)),
        sa.Column("ended", _MOMENT),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("remedy", sa.Text, nullable=False),
    )
    op.create_index("builds_of_guest", "builds", ["network", "guest", "asked"])
    op.create_index("builds_by_time", "builds", ["network", "asked"])


def _boots_and_events() -> None:
    op.create_table(
        "boots",
        sa.Column("network", sa.Text, primary_key=True),
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("mac", sa.String(17), nullable=False),
        sa.Column("xid", sa.BigInteger, nullable=False),
        sa.Column("began", _MOMENT, nullable=False),
        sa.Column("guest", sa.Text),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("since", _MOMENT),
        sa.Column("address", sa.String(15)),
        sa.Column("purpose", sa.String(16)),
        sa.Column("build", sa.Text),
        sa.Column("rule", sa.String(64)),
        sa.Column("cause", sa.Text, nullable=False),
    )
    op.create_index("boots_of_guest", "boots", ["network", "guest", "began"])
    op.create_index("boots_of_mac", "boots", ["network", "mac", "began"])
    op.create_index("boots_by_time", "boots", ["network", "began"])
    op.create_table(
        "events",
        sa.Column("network", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("guest", sa.Text),
        sa.Column("boot", sa.String(64)),
        sa.Column("build", sa.Text),
        sa.Column("mac", sa.String(17)),
        sa.Column("address", sa.String(15)),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    for column in ("guest", "boot", "build"):
        op.create_index(f"events_of_{column}", "events", ["network", column, "number"])


def downgrade() -> None:
    for table in ("api_tokens", "events", "boots", "builds", "guests"):
        op.drop_table(table)
