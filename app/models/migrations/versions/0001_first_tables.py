"""The first tables.

Written out in full and never changed again: a migration says what the workspaces out there look like, not what the code
says now.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BOOKING_STATES = "state IN ('held', 'requested', 'confirmed', 'written', 'declined', 'cancelled', 'rescheduled', 'expired')"
LIVE = "state IN ('held', 'confirmed', 'written') OR state = 'requested' AND holds = 1"
SLUG_FORM = (
    "slug NOT GLOB '*[^a-z0-9/-]*' AND slug NOT GLOB '-*' AND slug NOT GLOB '*-' AND slug NOT GLOB '*--*'"
    " AND slug NOT GLOB '*-/*' AND slug NOT GLOB '*/-*' AND slug NOT GLOB '*/*/*'"
    " AND CASE instr(slug, '/') WHEN 0 THEN length(slug) BETWEEN 2 AND 40"
    " ELSE instr(slug, '/') - 1 BETWEEN 2 AND 40 AND length(slug) - instr(slug, '/') BETWEEN 2 AND 40 END"
)
RESERVED = (
    "'admin', 'api', 'assets', 'book', 'cancel', 'embed', 'healthz', 'ics', 'manage', 'meetings', 'new', 'privacy',"
    " 'reschedule', 'robots', 'slots', 'static', 'well-known', 'widget'"
)
SLUG_RESERVED = (
    f"slug NOT IN ({RESERVED})"
    f" AND substr(slug, 1, max(instr(slug, '/') - 1, 0)) NOT IN ({RESERVED})"
    f" AND substr(slug, instr(slug, '/') + 1) NOT IN ({RESERVED})"
)


def text(name: str, *items: Any, default: str | None = None, nullable: bool = False, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.Text, *items, nullable=nullable, server_default=default, **options)


def number(name: str, default: int | None = None, nullable: bool = False) -> sa.Column[Any]:
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column(name, kind, nullable=nullable, server_default=None if default is None else str(default))


def flag(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, sa.CheckConstraint(f"{name} IN (0, 1)"), nullable=False, server_default="0")


def blob(name: str, nullable: bool = False, **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary, nullable=nullable, **options)


def row_number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, primary_key=True)


def single(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer, sa.CheckConstraint(f"{name} = 1"), primary_key=True)


def table(name: str, *items: Any) -> None:
    op.create_table(name, *items, sqlite_strict=True)


def index(name: str, of: str, *columns: str, unique: bool = False, where: str = "") -> None:
    only: dict[str, Any] = {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)} if where else {}
    op.create_index(name, of, list(columns), unique=unique, **only)


def upgrade() -> None:
    for part in PARTS:
        part()


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)


def accounts() -> None:
    table(
        "account",
        text("id", primary_key=True),
        text("provider"),
        text("name", default=""),
        text("email", default=""),
        flag("main"),
        flag("sync"),
        flag("scheduling"),
        flag("tasks"),
        text("policy", default="{}"),
        number("connected_at", default=0),
        sa.CheckConstraint("provider IN ('local', 'google', 'office365', 'exchange', 'caldav', 'ics')"),
    )
    table(
        "calendar",
        text("id", primary_key=True),
        text("account", sa.ForeignKey("account.id", ondelete="CASCADE")),
        text("name", default=""),
        text("zone"),
        text("access"),
        text("colour", default=""),
        flag("booking"),
        flag("checked"),
        text("state"),
        text("lost", nullable=True),
        number("since", default=0),
        number("read_at", default=0),
        number("change", default=0),
        sa.CheckConstraint("access IN ('owner', 'edit', 'details', 'free_busy')"),
        sa.CheckConstraint("state IN ('active', 'inactive')"),
        sa.CheckConstraint("lost IN ('removed', 'unshared', 'sign_in', 'lowered', 'switched')"),
    )
    index("calendar_of_account", "calendar", "account")


def events() -> None:
    table(
        "event",
        text("calendar", sa.ForeignKey("calendar.id", ondelete="CASCADE"), primary_key=True),
        text("id", primary_key=True),
        number("start"),
        number("end"),
        text("title", default=""),
        text("first_day", nullable=True),
        text("end_day", nullable=True),
        text("show_as", default="busy"),
        text("response", default="own"),
        text("uid", default=""),
        text("series", default=""),
        text("booking", default=""),
        text("location", default=""),
        text("description", default=""),
        text("attendees", default="[]"),
        flag("private"),
        text("tag", default=""),
        text("key", default=""),
        number("change", default=0),
        sa.CheckConstraint("show_as IN ('free', 'tentative', 'busy', 'out_of_office', 'working_elsewhere')"),
        sa.CheckConstraint("response IN ('own', 'accepted', 'tentative', 'declined', 'unanswered')"),
    )
    index("event_by_key", "event", "key", where="key <> ''")
    index("event_by_time", "event", "calendar", "start", "end")
    index("event_long", "event", "calendar", "end", where='"end" - start > 86400')
    index("event_of_booking", "event", "booking", where="booking <> ''")
    index("event_of_series", "event", "series", where="series <> ''")
    table(
        "event_gone",
        text("calendar", sa.ForeignKey("calendar.id", ondelete="CASCADE"), primary_key=True),
        text("id", primary_key=True),
        number("change"),
    )
    table(
        "series",
        text("calendar", sa.ForeignKey("calendar.id", ondelete="CASCADE"), primary_key=True),
        text("id", primary_key=True),
        text("ics"),
        number("change", default=0),
    )


def pages() -> None:
    table(
        "page",
        text("id", primary_key=True),
        text("slug"),
        text("title", default=""),
        number("position", default=0),
        text("options", default="{}"),
        number("created_at", default=0),
        number("deleted_at", nullable=True),
        sa.CheckConstraint(SLUG_FORM, name="slug_form").ddl_if(dialect="sqlite"),
        sa.CheckConstraint(SLUG_RESERVED, name="slug_reserved").ddl_if(dialect="sqlite"),
    )
    index("page_slug", "page", "slug", unique=True, where="deleted_at IS NULL")
    table(
        "slug_redirect",
        text("slug", primary_key=True),
        text("page", sa.ForeignKey("page.id", ondelete="CASCADE")),
    )
    index("slug_redirect_of", "slug_redirect", "page")


def bookings() -> None:
    table(
        "booking",
        text("id", primary_key=True),
        text("page"),
        text("slug", default=""),
        text("title", default=""),
        number("start"),
        number("end"),
        text("state"),
        number("seat", default=0),
        flag("holds"),
        number("buffer_before", default=0),
        number("buffer_after", default=0),
        text("first_name", default=""),
        text("last_name", default=""),
        text("email", default=""),
        text("visitor_zone", default=""),
        text("language", default="en"),
        text("guests", default="[]"),
        text("zone"),
        number("created_at"),
        number("changed_at"),
        text("uid"),
        number("sequence", default=0),
        text("location_kind", default="video"),
        text("location_detail", default=""),
        text("colour", default="fjord"),
        text("answers", default="{}"),
        text("consent", default="{}"),
        text("message", default=""),
        text("word", default=""),
        text("alternatives", default="[]"),
        flag("offline"),
        sa.CheckConstraint('"end" > start AND "end" - start <= 2678400'),
        sa.CheckConstraint(BOOKING_STATES),
    )
    index("booking_by_creation", "booking", "created_at")
    index("booking_by_time", "booking", "start", "end")
    index("booking_live", "booking", "seat", "start", "end", where=LIVE)
    index("booking_open", "booking", "created_at", where="state = 'requested'")
    table(
        "booking_change",
        row_number("number"),
        text("booking", sa.ForeignKey("booking.id", ondelete="CASCADE")),
        number("at"),
        text("state"),
        text("cause"),
        number("start"),
        number("end"),
        text("note", default=""),
        sa.CheckConstraint(BOOKING_STATES),
        sa.CheckConstraint("cause IN ('visitor', 'host', 'upstream', 'system')"),
    )
    index("booking_change_of", "booking_change", "booking")
    table(
        "manage_token",
        blob("hash", primary_key=True),
        text("booking", sa.ForeignKey("booking.id", ondelete="CASCADE"), unique=True),
        blob("cipher", nullable=True),
        number("expires"),
    )


def answers() -> None:
    table(
        "attempt",
        text("id", primary_key=True),
        number("at"),
        text("kind"),
        text("page"),
        text("title", default=""),
        text("name", default=""),
        text("email", default=""),
        number("start", default=0),
        text("reason", default=""),
        text("message", default=""),
        text("booking", default=""),
        number("times", default=1),
        flag("dismissed"),
        sa.CheckConstraint(
            "kind IN ('blocked', 'message', 'requested', 'booked', 'accepted', 'declined', 'moved', 'cancelled')"
        ),
    )
    index("attempt_by_time", "attempt", "at")
    table(
        "idempotency",
        blob("key_hash", primary_key=True),
        blob("body_hash"),
        blob("cipher"),
        number("expires"),
    )
    index("idempotency_by_expiry", "idempotency", "expires")


def owed() -> None:
    table(
        "outbox",
        row_number("number"),
        text("kind"),
        text("booking"),
        text("account"),
        text("calendar"),
        text("draft", default="{}"),
        text("state", default="pending"),
        number("tries", default=0),
        number("run_at"),
        text("lease_owner", default=""),
        number("lease_until", default=0),
        text("error", default=""),
        number("created_at"),
        sa.CheckConstraint("kind IN ('create', 'update', 'delete')"),
        sa.CheckConstraint("state IN ('pending', 'done', 'dead')"),
    )
    index("outbox_dead", "outbox", "number", where="state = 'dead'")
    index("outbox_pending", "outbox", "booking", "number", where="state = 'pending'")
    table(
        "notice",
        text("id", primary_key=True),
        text("kind"),
        number("at"),
        text("content", default="{}"),
        sa.CheckConstraint(
            "kind IN ('booked', 'requested', 'attempt', 'cancelled', 'rescheduled', 'calendar', 'server', 'write_failed')"
        ),
    )


def workspace() -> None:
    table(
        "setting",
        single("id"),
        text("document"),
    )
    table(
        "setting_aside",
        row_number("id"),
        text("document"),
        text("why"),
    )
    table(
        "meta",
        single("id"),
        blob("salt"),
        number("created_at"),
        number("opening", default=0),
    )


PARTS: tuple[Callable[[], None], ...] = (accounts, events, pages, bookings, answers, owed, workspace)
TABLES = (
    "account",
    "calendar",
    "event",
    "event_gone",
    "series",
    "page",
    "slug_redirect",
    "booking",
    "booking_change",
    "manage_token",
    "attempt",
    "idempotency",
    "outbox",
    "notice",
    "setting",
    "setting_aside",
    "meta",
)
