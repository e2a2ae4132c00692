"""The guard that makes overlapping bookings impossible, whatever code writes them (BOOK-2).

Before a row is inserted, or changed in what decides where it lies, a trigger looks for another live row at the same seat.
Live rows of one seat never overlap, so ordered by start they are ordered by end as well, and the last one that starts
before the new end is the only one that can reach into the new time: one step in the index ``booking_live``, however long
the history.

Times are compared bare and half-open over all pages; buffers are decided in the transaction.
"""

from __future__ import annotations

from sqlalchemy import DDL, Table, event

LIVE = "state IN ('held', 'confirmed', 'written') OR state = 'requested' AND holds = 1"
"""The rows that occupy their time, as ``Booking.live`` says it. The index ``booking_live`` has the same words, so that it
is used."""

SLOT_TAKEN = "slot_taken"
_TRIGGER = """\
CREATE TRIGGER booking_overlap_{name} BEFORE {moment} ON booking
WHEN NEW.state IN ('held', 'confirmed', 'written') OR NEW.state = 'requested' AND NEW.holds = 1
BEGIN
    SELECT RAISE(ABORT, 'slot_taken')
    WHERE (
        SELECT "end" FROM booking
        WHERE seat = NEW.seat AND start < NEW."end" AND id <> NEW.id
            AND ({live})
        ORDER BY start DESC LIMIT 1
    ) > NEW.start;
END"""

TRIGGERS = tuple(
    _TRIGGER.format(name=name, moment=moment, live=LIVE)
    for name, moment in (("insert", "INSERT"), ("update", 'UPDATE OF start, "end", state, holds, seat'))
)


def guard(booking: Table) -> None:
    """Creates the triggers together with the table."""
    for trigger in TRIGGERS:
        event.listen(booking, "after_create", DDL(trigger).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
