"""What clients call themselves, so that their names resolve."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("leases", sa.Column("hostname", sa.Text))


def downgrade() -> None:
    op.drop_column("leases", "hostname")
