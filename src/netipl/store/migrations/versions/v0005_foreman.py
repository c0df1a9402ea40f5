"""What Foreman has deployed: configurations, reservations, boot files."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "foreman_configurations",
        sa.Column("station", sa.String(59), primary_key=True),
        sa.Column("variant", sa.String(16), primary_key=True),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "foreman_reservations",
        sa.Column("network", sa.Text, primary_key=True),
        sa.Column("mac", sa.String(17), primary_key=True),
        sa.Column("address", sa.String(15), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("hostname", sa.Text, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
    )
    op.create_table(
        "foreman_files",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("validator", sa.Text, nullable=False),
    )


def downgrade() -> None:
    for table in ("foreman_files", "foreman_reservations", "foreman_configurations"):
        op.drop_table(table)
