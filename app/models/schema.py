"""All tables together: whoever needs the whole schema imports this."""

from __future__ import annotations

from app.models import accounts, attempts, bookings, calendars, idempotency, notices, outbox, pages, settings
from app.models.base import metadata

__all__ = [
    "accounts", "attempts", "bookings", "calendars", "idempotency", "metadata", "notices", "outbox", "pages", "settings",
]  # fmt: skip
