"""The text of one series: made from a draft, and changed where one occurrence is changed or taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from typing import Any

import icalendar
from icalendar.prop import vRecur

from app.domain.calendars import EventDraft
from app.domain.rules import UNITS, RuleError, parse_rule
from app.domain.series import Start
from app.providers.ics.entries import Entry, read_entry
from app.providers.ics.lines import Component, join, parse
from app.providers.ics.reading import PRODUCT
from app.providers.ics.writing import clean, component, put_fields, put_times, zone_component
from app.providers.ics.zones import Zones

_rule: Callable[[str], Any] = vRecur.from_ical


def draft_text(draft: EventDraft, uid: str) -> str:
    """The text of the series that ``draft`` with its rule describes. Raises RuleError; nobody meets every hour for ever."""
    if parse_rule(draft.rrule).every in UNITS:
        raise RuleError("too_fine", draft.rrule[:60])
    part = _event(draft, uid, draft.zone)
    part.add("rrule", _rule(draft.rrule))
    zones = [] if draft.days or draft.zone == "UTC" else [zone_component(draft.zone)]
    return _calendar([*zones, component(part)])


def redrafted(text: str, draft: EventDraft) -> str:
    """The text after the whole series was brought to the state of ``draft``. Single occurrences stay as they were made, unless
    the times of the series change: then nobody could say which of the new ones they are. Raises RuleError."""
    new = draft_text(draft, draft.uid or _entries(text)[0].uid)
    (old_master, *changed), (new_master,) = _entries(text), _entries(new)
    if (old_master.start, old_master.rules) != (new_master.start, new_master.rules):
        return new
    new_master.part.lines += [line for line in old_master.part.lines if line.upper().startswith(("EXDATE:", "EXDATE;"))]
    zones = {part.value("TZID"): part for part in (*_zones_of(text), *_zones_of(new))}
    return _calendar([*zones.values(), new_master.part, *(entry.part for entry in changed)])


def without(text: str, at: Start) -> str:
    """The text after the occurrence with the original start ``at`` was taken out."""
    master, others, rest = _taken_apart(text, at)
    left_out = icalendar.Event()
    left_out.add("exdate", [_moment(at)])
    master.lines += component(left_out).lines
    return _calendar([*rest, master, *others])


def with_changed(text: str, at: Start, draft: EventDraft) -> str:
    """The text after the occurrence with the original start ``at`` was brought to the state of ``draft``."""
    master, others, rest = _taken_apart(text, at)
    changed = _event(draft, master.value("UID"), "UTC")
    changed.add("recurrence-id", _moment(at))
    return _calendar([*rest, master, *others, component(changed)])


def _event(draft: EventDraft, uid: str, zone: str) -> icalendar.Event:
    part = icalendar.Event()
    part.add("uid", clean(uid))
    put_times(part, draft.days, draft.start, draft.end, zone)
    part.add("sequence", draft.sequence)
    put_fields(part, draft.title, draft.location, draft.description, draft.attendees, draft.show_as)
    return part


def _moment(at: Start) -> date:
    return at if isinstance(at, date) else datetime.fromtimestamp(at, UTC)


def _calendar(parts: Iterable[Component]) -> str:
    calendar = Component("VCALENDAR", ["VERSION:2.0", f"PRODID:{PRODUCT}"], list(parts))
    return join(calendar.text_lines())


def _taken_apart(text: str, at: Start) -> tuple[Component, list[Component], list[Component]]:
    """The master, the changed occurrences other than the one of ``at``, and the zones."""
    master, *changed = _entries(text)
    others = [entry.part for entry in changed if entry.recurrence is None or master.original(entry.recurrence) != at]
    return master.part, others, _zones_of(text)


def _entries(text: str) -> list[Entry]:
    """The master first, then the changed occurrences."""
    (calendar,) = parse(text).inside("VCALENDAR")
    zones = Zones("UTC", calendar.inside("VTIMEZONE"))
    found = [read_entry(part, zones) for part in calendar.inside("VEVENT")]
    return sorted(found, key=lambda entry: entry.recurrence is not None)


def _zones_of(text: str) -> list[Component]:
    (calendar,) = parse(text).inside("VCALENDAR")
    return calendar.inside("VTIMEZONE")
