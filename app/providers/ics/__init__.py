"""iCalendar (RFC 5545): what feeds, files and CalDAV servers speak, and the form in which series of our own calendar are kept.

``lines`` takes text apart and never gives up on a file because of one broken line; ``zones`` finds out what a TZID means;
``entries`` reads one VEVENT; ``reading`` makes events of a file; ``writing`` makes text; ``masters`` changes the text of one
series. Splitting, quoting and escaping are the icalendar library's. Its object model is not used for reading, because it gives
up on whole files, keeps the time zones of one file for the next, and takes seconds where this takes tenths.

Importing this package loads icalendar (some 60 ms): do it in a thread.
"""

from app.providers.ics.entries import series_id
from app.providers.ics.masters import draft_text, redrafted, with_changed, without
from app.providers.ics.reading import ImportedCalendar, occurrences, read_ics
from app.providers.ics.writing import write_ics

__all__ = [
    "ImportedCalendar",
    "draft_text",
    "occurrences",
    "read_ics",
    "redrafted",
    "series_id",
    "with_changed",
    "without",
    "write_ics",
]
