"""The formats in which everything can be taken away (DATA-2): CSV for spreadsheets, vCard for address books, iCalendar for
calendars. Texts in, texts out.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from app.domain.booking import Booking, State
from app.domain.clock import Instant
from app.domain.contacts import Contact
from app.domain.forms import answered

PRODUCT = "-//Aftale//Aftale//EN"
_FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet takes for the beginning of a formula, also in full width."""
_BREAKS = ("\t", "\r", "\n")
_STATUS = {State.HELD: "TENTATIVE", State.REQUESTED: "TENTATIVE", State.CONFIRMED: "CONFIRMED", State.WRITTEN: "CONFIRMED"}
_CONTROL: dict[int, None] = {code: None for code in (*range(32), 127) if code not in (9, 10, 13)}
_LONGEST_LINE = 75


def defused(text: str) -> str:
    """``text`` as a cell that no spreadsheet takes for a formula: an apostrophe stands before what would begin one. Spaces and
    control characters before it do not help it."""
    first = next((each for each in text if each > " " and not each.isspace()), "")
    return f"'{text}" if first in _FORMULA or text[:1] in _BREAKS else text


def csv_rows(rows: Iterable[Sequence[object]]) -> str:
    """Rows as RFC 4180 writes them, each cell of text defused."""
    lines = _Lines()
    writer = csv.writer(lines, lineterminator="\r\n")
    for row in rows:
        writer.writerow([defused(cell) if isinstance(cell, str) else cell for cell in row])
    return "".join(lines)


class _Lines(list[str]):
    """What the csv module writes to."""

    write = list.append


def vcard(contact: Contact) -> str:
    """The contact as a vCard 3.0 (RFC 2426), the version that every address book reads."""
    name = f"{contact.first_name} {contact.last_name}".strip() or contact.email
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"N:{escaped(contact.last_name)};{escaped(contact.first_name)};;;",
        f"FN:{escaped(name)}",
        f"EMAIL;TYPE=INTERNET:{escaped(contact.email)}",
        *([f"TZ;VALUE=TEXT:{escaped(contact.zone)}"] if contact.zone else []),
        f"UID:{escaped(contact.id)}",
        "END:VCARD",
    ]
    return content(lines)


def calendar_head() -> str:
    return content(["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"])


def calendar_foot() -> str:
    return content(["END:VCALENDAR"])


def vevent(booking: Booking) -> str:
    """A booking as RFC 5545 §3.6.1 writes events."""
    visitor = booking.visitor
    description = "\n".join([f"{visitor.name} <{visitor.email}>", *filter(None, [booking.message]), *booking.answers.values()])
    place = answered(booking.location, booking.answers).detail
    lines = [
        "BEGIN:VEVENT",
        f"UID:{escaped(booking.uid)}",
        f"SEQUENCE:{booking.sequence}",
        f"DTSTAMP:{moment(booking.changed_at)}",
        f"CREATED:{moment(booking.created_at)}",
        f"DTSTART:{moment(booking.start)}",
        f"DTEND:{moment(booking.end)}",
        f"SUMMARY:{escaped(f'{booking.title}: {visitor.name}')}",
        f"DESCRIPTION:{escaped(description)}",
        *([f"LOCATION:{escaped(place)}"] if place else []),
        f"STATUS:{_STATUS.get(booking.state, 'CANCELLED')}",
        "END:VEVENT",
    ]
    return content(lines)


def moment(instant: Instant) -> str:
    """RFC 5545 §3.3.5, form 2."""
    return datetime.fromtimestamp(instant, UTC).strftime("%Y%m%dT%H%M%SZ")


def escaped(text: str) -> str:
    """TEXT of RFC 5545 §3.3.11 and RFC 2426 §5."""
    text = text.translate(_CONTROL).replace("\r\n", "\n").replace("\r", "\n")
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def content(lines: Iterable[str]) -> str:
    """Content lines, folded after 75 octets and never inside a character (RFC 5545 §3.1)."""
    return "".join(f"{folded(line)}\r\n" for line in lines)


def folded(line: str) -> str:
    """One content line, without its end: its pieces begin with a space from the second one on."""
    if len(line.encode()) <= _LONGEST_LINE:
        return line
    pieces, piece, room = [], "", _LONGEST_LINE
    for letter in line:
        size = len(letter.encode())
        if size > room:
            pieces.append(piece)
            # The space that begins the next line counts too.
            piece, room = "", _LONGEST_LINE - 1
        piece, room = piece + letter, room - size
    return "\r\n ".join([*pieces, piece])
