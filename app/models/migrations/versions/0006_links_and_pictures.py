"""Secret links to pages, and the pictures that pages show."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def text(name: str, *items: Any, default: str | None = "", **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, *items, nullable=False, server_default=default, **options)


def number(name: str, default: int | None = None) -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, nullable=False, server_default=None if default is None else str(default))


def upgrade() -> None:
    op.create_table(
        "page_link",
        text("id", default=None, primary_key=True),
        sa.Column("hash", sa.LargeBinary, nullable=False, unique=True),
        text("page", sa.ForeignKey("page.id", ondelete="CASCADE"), default=None),
        text("label"),
        number("created_at"),
        number("expires", 0),
        sa.Column("single", sa.Integer, sa.CheckConstraint("single IN (0, 1)"), nullable=False, server_default="0"),
        text("booking"),
        number("used_at", 0),
        sqlite_strict=True,
    )
    op.create_index("page_link_of", "page_link", ["page", "created_at"])
    op.create_table(
        "picture",
        text("name", default=None, primary_key=True),
        text("type", default=None),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )


def downgrade() -> None:
    op.drop_table("picture")
    op.drop_table("page_link")
