"""All tables together: whoever needs the whole schema imports this."""

from __future__ import annotations

from app.models import (
    accounts,
    attempts,
    bookings,
    calendars,
    contacts,
    counted,
    idempotency,
    links,
    mails,
    notices,
    outbox,
    pages,
    pictures,
    removals,
    secrets,
    settings,
    upstream,
)  # fmt: skip
from app.models.base import metadata

__all__ = [
    "accounts", "attempts", "bookings", "calendars", "contacts", "counted", "idempotency", "links", "mails", "metadata",
    "notices", "outbox", "pages", "pictures", "removals", "secrets", "settings", "upstream",
]  # fmt: skip
