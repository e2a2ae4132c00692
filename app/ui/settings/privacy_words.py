"""The words of Data and privacy: how much there is, what is known of somebody, what was removed, what it is about."""

from __future__ import annotations

from collections.abc import Mapping

from app import i18n
from app.domain.clock import DAY, Instant
from app.domain.keeping import Backup, BackupKind, Known, Removal, RemovalKind, Stock
from app.i18n import _, local, ngettext


def moment(at: Instant, now: Instant, zone: str) -> str:
    """``today 08:00``, ``yesterday 08:00``, ``Thu 15 Oct, 08:00``; with the year where it is another one."""
    wording, then, today = i18n.current(), local(at, zone), local(now, zone)
    if then.date() == today.date():
        return _("today {time}").format(time=wording.time(then))
    if then.date() == local(now - DAY, zone).date():
        return _("yesterday {time}").format(time=wording.time(then))
    if then.year == today.year:
        return wording.moment(then)
    return f"{wording.date_plain(then)} {then.year}"


def stock_words(stock: Stock, now: Instant, zone: str) -> str:
    """How much there is and when it was copied last."""
    contacts = ngettext("{count} contact", "{count} contacts", stock.contacts).format(count=stock.contacts)
    meetings = ngettext("{count} meeting", "{count} meetings", stock.meetings).format(count=stock.meetings)
    if not stock.backed_up:
        return _("{contacts}, {meetings}. Not backed up yet.").format(contacts=contacts, meetings=meetings)
    when = moment(stock.backed_up, now, zone)
    return _("{contacts}, {meetings}. Backed up {when}.").format(contacts=contacts, meetings=meetings, when=when)


def size(octets: int) -> str:
    """``240 kB``, ``1.4 MB``; Danish with a comma."""
    if octets < 1_000_000:
        return f"{max(1, round(octets / 1000))} kB"
    text = f"{octets / 1_000_000:.1f} MB"
    return text.replace(".", ",") if i18n.current().language == "da" else text


def backup_title(backup: Backup, now: Instant, zone: str) -> str:
    when = moment(backup.at, now, zone)
    return when[:1].upper() + when[1:]


def backup_note(backup: Backup) -> str:
    """What kind of copy it is, and how large."""
    if backup.kind is BackupKind.SET_ASIDE:
        return _("What was here before a backup was put back, {size}").format(size=size(backup.size))
    return _("Backup, {size}").format(size=size(backup.size))


# A person


def known_lines(known: Known) -> tuple[str, ...]:
    """What is stored, one line a kind."""
    booked, guest = len(known.bookings), len(known.guest_of)
    counts = (
        (1 if known.contact is not None else 0, "contacts"),
        (booked, "bookings"),
        (guest, "guests"),
        (len(known.meetings), "meetings"),
        (len(known.attempts), "attempts"),
        (known.letters, "letters"),
        (known.notices, "notices"),
        (known.events, "events"),
    )
    return tuple(count_words(kind, count) for count, kind in counts if count)


def count_words(kind: str, count: int) -> str:
    """A number of rows of one kind."""
    words = {
        "contacts": ngettext("{count} contact", "{count} contacts", count),
        "bookings": ngettext("{count} meeting or request, with answers", "{count} meetings and requests, with answers", count),
        "guests": ngettext("guest at {count} meeting of others", "guest at {count} meetings of others", count),
        "meetings": ngettext("{count} meeting from your calendar", "{count} meetings from your calendar", count),
        "attempts": ngettext("{count} booking attempt", "{count} booking attempts", count),
        "letters": ngettext("{count} letter", "{count} letters", count),
        "notices": ngettext("{count} notice", "{count} notices", count),
        "events": ngettext("{count} event on this computer", "{count} events on this computer", count),
        "writes": ngettext("{count} entry about a calendar", "{count} entries about calendars", count),
    }
    return words.get(kind, kind).format(count=count)


def remains_lines(known: Known) -> tuple[str, ...]:
    """What Aftale cannot delete, and where it is."""
    return tuple(
        ngettext(
            "{count} event in {calendar} ({account}) names this address. Delete it there.",
            "{count} events in {calendar} ({account}) name this address. Delete them there.",
            each.events,
        ).format(count=each.events, calendar=each.calendar, account=each.account)
        for each in known.elsewhere
    )


def counted(counts: Mapping[str, int]) -> str:
    return ", ".join(count_words(kind, count) for kind, count in counts.items())


def proof(removal: Removal) -> str:
    """The first letters of the hash: enough to tell two apart."""
    return removal.address_hash.hex()[:16]


def record_text(removals: tuple[Removal, ...], zone: str) -> str:
    """The record, one line each, newest first."""
    wording = i18n.current()
    lines = []
    for each in removals:
        at = local(each.at, zone)
        day = f"{wording.date_plain(at)} {at.year} {wording.time(at)}"
        if each.kind is RemovalKind.PERSON:
            line = _("{day}: a person was deleted, proof {proof}: {counts}")
            lines.append(line.format(day=day, proof=proof(each), counts=counted(each.counts)))
        else:
            lines.append(_("{day}: time was up: {counts}").format(day=day, counts=counted(each.counts)))
    return "\n".join(lines) or _("Nothing was deleted yet.")
