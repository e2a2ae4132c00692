"""The record of what was removed: whose time was up, and who asked to be forgotten."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def text(name: str, *items: Any, default: str | None = "", **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, *items, nullable=False, server_default=default, **options)


def upgrade() -> None:
    op.create_table(
        "removal",
        text("id", default=None, primary_key=True),
        sa.Column("at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        text("kind", default=None),
        sa.Column("address_hash", sa.LargeBinary, nullable=True),
        text("counts", default="{}"),
        sa.Column("doubt", sa.Integer, sa.CheckConstraint("doubt IN (0, 1)"), nullable=False, server_default="0"),
        sa.CheckConstraint("kind IN ('person', 'retention', 'looked')"),
        sqlite_strict=True,
    )
    op.create_index("removal_by_time", "removal", ["at"])


def downgrade() -> None:
    op.drop_table("removal")
