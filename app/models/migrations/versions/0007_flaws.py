"""What of a calendar could not be read as it should."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column("calendar", sa.Column("flaws", sa.Text, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("calendar", "flaws")
