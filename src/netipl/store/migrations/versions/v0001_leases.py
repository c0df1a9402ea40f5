"""Leases: the newest state of every address that was promised to somebody."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "leases",
        sa.Column("network", sa.Text, primary_key=True),
        sa.Column("address", sa.String(15), primary_key=True),
        sa.Column("mac", sa.String(17), nullable=False),
        sa.Column("client_id", sa.LargeBinary),
        sa.Column("guest", sa.Text),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.Column("xid", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("leases")
