"""Contacts with their meetings, made from the bookings that are there, and changes that owners make in the calendar itself."""

import secrets
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

STATES = "'scheduled', 'completed', 'rescheduled', 'no_show', 'cancelled'"


def text(name: str, *items: Any, default: str | None = "", **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, *items, nullable=False, server_default=default, **options)


def number(name: str, default: int | None = None) -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, nullable=False, server_default=None if default is None else str(default))


def flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, sa.CheckConstraint(f"{name} IN (0, 1)"), nullable=False, server_default="0")


def upgrade() -> None:
    contact = op.create_table(
        "contact",
        text("id", default=None, primary_key=True),
        text("email", default=None, unique=True),
        text("first_name"),
        text("last_name"),
        text("zone"),
        text("language", default="en"),
        number("created_at"),
        sqlite_strict=True,
    )
    op.create_table(
        "meeting",
        text("id", default=None, primary_key=True),
        text("contact", sa.ForeignKey("contact.id", ondelete="CASCADE"), default=None),
        text("calendar", default=None),
        text("event", default=None),
        text("series"),
        text("title"),
        number("start"),
        number("end"),
        text("state", default=None),
        number("at"),
        sa.CheckConstraint(f"state IN ({STATES})"),
        sqlite_strict=True,
    )
    op.create_index("meeting_of_event", "meeting", ["calendar", "event", "contact"], unique=True)
    op.create_index("meeting_of_contact", "meeting", ["contact", "start"])
    op.create_table(
        "upstream_change",
        text("id", default=None, primary_key=True),
        text("booking", sa.ForeignKey("booking.id", ondelete="CASCADE"), default=None),
        text("kind", default=None),
        number("at"),
        text("calendar"),
        text("event"),
        number("before", 0),
        number("start", 0),
        text("who", default="[]"),
        flag("stuck"),
        flag("settled"),
        sa.CheckConstraint("kind IN ('deleted', 'moved', 'declined')"),
        sqlite_strict=True,
    )
    op.create_index("upstream_change_of", "upstream_change", ["booking", "kind", "stuck"], unique=True)
    _make_contacts(contact)


def _make_contacts(contact: sa.Table) -> None:
    """Whoever has booked is a contact, as they wrote themselves the first time."""
    session = op.get_bind()
    rows = session.execute(
        sa.text("SELECT email, first_name, last_name, visitor_zone, language, created_at FROM booking ORDER BY created_at, id")
    )
    found: dict[str, dict[str, Any]] = {}
    for email, first_name, last_name, zone, language, created_at in rows:
        if email:
            found.setdefault(
                email.lower(),
                {
                    "id": secrets.token_hex(16),
                    "email": email.lower(),
                    "first_name": first_name,
                    "last_name": last_name,
                    "zone": zone,
                    "language": language,
                    "created_at": created_at,
                },
            )
    if found:
        session.execute(sa.insert(contact), list(found.values()))


def downgrade() -> None:
    op.drop_table("upstream_change")
    op.drop_table("meeting")
    op.drop_table("contact")
