"""What calendars that are kept elsewhere need: their ids there, how far the copy has followed, sealed sign-ins, and letters."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

OLD_NOTICES = "'booked', 'requested', 'attempt', 'cancelled', 'rescheduled', 'calendar', 'server', 'write_failed'"
NEW_NOTICES = f"{OLD_NOTICES}, 'account', 'guest_declined'"
OPEN_MAIL = "state IN ('held', 'waiting')"


def text(name: str, *items: Any, default: str | None = "", **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, *items, nullable=False, server_default=default, **options)


def number(name: str, default: int | None = 0) -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, nullable=False, server_default=None if default is None else str(default))


def flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, sa.CheckConstraint(f"{name} IN (0, 1)"), nullable=False, server_default="0")


def columns() -> dict[str, tuple[sa.Column[Any], ...]]:
    return {
        "account": (
            text("role", sa.CheckConstraint("role IN ('both', 'sync', 'booking')"), default="both"),
            flag("signed_out"),
            number("sign_in_ends"),
        ),
        "calendar": (
            text("remote"), flag("main"), text("owner"), text("owner_name"), number("failing_since"), number("doubt"),
            text("token"),
        ),
        "event": (text("declined", default="[]"), number("created"), flag("by_program")),
    }  # fmt: skip


def upgrade() -> None:
    for table, new in columns().items():
        for column in new:
            op.add_column(table, column)
    _make_notices(NEW_NOTICES)
    op.create_table(
        "secret",
        text("id", default=None, primary_key=True),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "mail",
        text("id", default=None, primary_key=True),
        text("kind", default=None),
        text("state", default=None),
        text("recipient"),
        text("about"),
        number("created_at", None),
        number("run_at"),
        text("content", default="{}"),
        sa.CheckConstraint("kind IN ('attempt', 'cancelled', 'rescheduled')"),
        sa.CheckConstraint("state IN ('held', 'waiting', 'sent', 'dropped', 'dead')"),
        sqlite_strict=True,
    )
    only: dict[str, Any] = {"sqlite_where": sa.text(OPEN_MAIL), "postgresql_where": sa.text(OPEN_MAIL)}
    op.create_index("mail_open", "mail", ["run_at"], **only)
    op.create_index("mail_about", "mail", ["about"])


def downgrade() -> None:
    op.drop_table("mail")
    op.drop_table("secret")
    op.execute(f"DELETE FROM notice WHERE kind NOT IN ({OLD_NOTICES})")
    _make_notices(OLD_NOTICES)
    for table, new in columns().items():
        for column in reversed(new):
            op.drop_column(table, column.name)


def _make_notices(kinds: str) -> None:
    """The table of notices with these kinds; what is in it stays."""
    op.create_table(
        "notice_new",
        text("id", default=None, primary_key=True),
        text("kind", default=None),
        number("at", None),
        text("content", default="{}"),
        sa.CheckConstraint(f"kind IN ({kinds})"),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO notice_new (id, kind, at, content) SELECT id, kind, at, content FROM notice")
    op.drop_table("notice")
    op.rename_table("notice_new", "notice")
