"""Events of an iCalendar file: single ones, and the occurrences of its series with exceptions right (SYNC-2, SYNC-3).

A file comes from anybody. Its size, its occurrences and the work of its rules are limited; what cannot be read is told as a
problem, and all the rest counts. A rule that cannot be read still leaves the series' first start and its changed occurrences.
Time that cannot be told apart is taken: a series with too many starts counts as one span a day, and where even those find no
room, as one span from its first start to the end of the window.

*problem*: a code, and after ``: `` the title of what it is about, if there is one. Codes: ``too_large``, ``not_a_calendar``,
``broken_event``, ``unknown_zone`` (with its name), ``rule_form``, ``rule_too_fine``, ``rule_too_many``, ``too_many_events``.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from app.domain.calendars import Event, Response, ShowAs
from app.domain.clock import Instant
from app.domain.connections import Flaw, Flaws
from app.domain.rules import RuleError
from app.domain.series import Start, occurrence_id
from app.providers.events import in_order
from app.providers.ics.entries import UNREADABLE, read_entry, series_id
from app.providers.ics.freebusy import BusyPeriod, busy_periods
from app.providers.ics.limits import LARGEST
from app.providers.ics.lines import Component, join, parse
from app.providers.ics.series import EntrySeries, Placed
from app.providers.ics.sharing import Group, Sharing
from app.providers.ics.zones import Zones, named_zone

MOST_EVENTS = 75_000
MOST_EFFORT = 3_000_000
"""Steps that following all rules of a file may take."""
MOST_PROBLEMS = 100
_OUTER_LINES = re.compile(r"(?:^|[\r\n])(?:BEGIN:|END:VCALENDAR)", re.IGNORECASE)
PRODUCT = "-//Aftale//Aftale//EN"


@dataclass(frozen=True, slots=True)
class ImportedCalendar:
    """``series``: the text of each series master with its changed occurrences, by the id that stands in ``Event.series``.
    ``zone``: the IANA zone that the file names as its own, or empty. ``problems`` name what is wrong with what, for logs and
    tests; ``flaws`` count it."""

    events: tuple[Event, ...] = ()
    series: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    zone: str = ""
    problems: tuple[str, ...] = ()
    flaws: Flaws = ()


def read_ics(
    text: str,
    zone: str,
    start: Instant,
    end: Instant,
    *,
    calendar: str = "",
    owner: str = "",
    own: bool = True,
    id_of: Callable[[str], str] = series_id,
) -> ImportedCalendar:
    """What ``text`` holds in the window, for a calendar of ``zone``: there all-day events and floating times are read.

    ``owner``: the address whose answers to invitations count. ``own``: the calendar becomes ours, so that private events keep
    their texts and the texts of series are handed out. ``id_of``: the id of the event or series with a UID.
    """
    if len(text) > LARGEST:
        return ImportedCalendar(problems=("too_large",), flaws=((Flaw.TOO_LARGE, 1),))
    root = parse(text)
    parts = list(_walk(root))
    headers = [part for part in parts if part.name == "VCALENDAR"]
    if not headers and not any(part.name in ("VEVENT", "VFREEBUSY") for part in parts):
        return ImportedCalendar(problems=("not_a_calendar",), flaws=((Flaw.NO_CALENDAR, 1),))
    zones = Zones(zone, [part for part in parts if part.name == "VTIMEZONE"])
    reading = _Reading(zones, owner, own, calendar, start, end)
    if not any(part.value("METHOD").strip().upper() == "CANCEL" for part in headers):
        for part in parts:
            if part.name == "VEVENT":
                reading.take(part)
            elif part.name == "VFREEBUSY":
                reading.take_busy(part)
    if headers and _breaks_off(text):
        reading.cut_off()
    events, series = reading.all(id_of)
    return ImportedCalendar(
        events=events,
        series=series,
        name=next(filter(None, (part.value("X-WR-CALNAME") or part.value("NAME") for part in headers)), "")[:200],
        zone=next(filter(None, map(_own_zone, headers)), ""),
        problems=reading.problems(),
        flaws=reading.flaws(),
    )


def occurrences(text: str, series: str, calendar: str, zone: str, start: Instant, end: Instant) -> tuple[Event, ...]:
    """The occurrences in the window of the one series whose text this is (``ImportedCalendar.series``)."""
    return read_ics(text, zone, start, end, calendar=calendar, id_of=lambda uid: series).events


def _walk(part: Component) -> Iterator[Component]:
    for each in part.parts:
        yield each
        if each.name == "VCALENDAR":
            yield from _walk(each)


def _breaks_off(text: str) -> bool:
    """Whether the file ends inside of a calendar. What stands behind its end, such as the remark of a web server, is none."""
    last = deque(_OUTER_LINES.finditer(text), 1)
    return not last or not last[0][0].strip().upper().startswith("END")


def _own_zone(header: Component) -> str:
    name = header.value("X-WR-TIMEZONE").strip()
    found = named_zone(name) if name else None
    return str(getattr(found, "key", "")) if found is not None else ""


class _Reading:
    """One file on its way."""

    def __init__(self, zones: Zones, owner: str, own: bool, calendar: str, start: Instant, end: Instant) -> None:
        self._zones, self._owner, self._own = zones, owner, own
        self._calendar, self._start, self._end = calendar, start, end
        self._sharing: dict[str, Sharing] = {}
        self._periods: list[tuple[str, BusyPeriod]] = []
        self._named: set[str] = set()
        self._events: list[Event] = []
        self._taken: dict[tuple[ShowAs, Response], Event] = {}
        self._effort, self._full = 0, False
        self._problems: dict[str, None] = {}
        self._flaws: dict[Flaw, set[str]] = {}

    def take(self, part: Component) -> None:
        """One VEVENT. What cannot be read is noted."""
        try:
            entry = read_entry(part, self._zones, self._owner, self._own)
        except UNREADABLE:
            self._problem("broken_event", part.value("SUMMARY"))
            self._flaw(Flaw.LEFT_OUT, f"part {id(part)}")
            return
        for reason in entry.refused:
            self._problem(f"rule_{reason}", entry.fields.title)
            self._flaw(Flaw.REPEATS, entry.uid)
        if entry.broken:
            self._problem("broken_event", entry.fields.title)
            self._flaw(Flaw.LEFT_OUT, f"part {id(part)}")
        self._sharing.setdefault(entry.uid, Sharing()).take(entry)

    def take_busy(self, part: Component) -> None:
        """One VFREEBUSY: each of its periods that is not free takes time."""
        periods, broken = busy_periods(part, self._zones)
        uid = part.value("UID").strip()
        self._periods += ((f"{uid} {each.start} {each.end}", each) for each in periods)
        if broken:
            self._problem("broken_event", "")
            self._flaw(Flaw.LEFT_OUT, f"part {id(part)}")

    def all(self, id_of: Callable[[str], str]) -> tuple[tuple[Event, ...], dict[str, str]]:
        """Events, and the texts of series."""
        series: dict[str, str] = {}
        for shared, sharing in self._sharing.items():
            for uid, group in sharing.groups(shared):
                first = group.master or next(iter(group.changed.values()))
                name = self._name(id_of(uid), first.start)
                try:
                    self._add(group, name, uid)
                except UNREADABLE:
                    self._problem("broken_event", group.title)
                    self._flaw(Flaw.LEFT_OUT, uid)
                if self._own and group.recurs:
                    series[name] = self._text(group)
        for uid, period in self._periods:
            busy = self._busy(period, self._name(id_of(uid), period.start), uid)
            if not self._keep(busy, Group()):
                self._flaw(Flaw.LEFT_OUT, uid)
        return in_order([*self._events, *self._taken.values()]), series

    def problems(self) -> tuple[str, ...]:
        """What could not be read, as codes with a title; no more than ``MOST_PROBLEMS``. To be asked after ``all``."""
        for name in sorted(self._zones.unknown):
            self._problem("unknown_zone", name)
        return tuple(islice(self._problems, MOST_PROBLEMS))

    def flaws(self) -> Flaws:
        """How many events, rules or zones each flaw is about. To be asked after ``all``."""
        found = {**self._flaws, Flaw.ZONE: self._zones.unknown}
        return tuple((flaw, len(found[flaw])) for flaw in Flaw if found.get(flaw))

    def cut_off(self) -> None:
        """What came last is taken as far as it goes; what would have followed is not known."""
        self._problem("cut_off", "")
        self._flaw(Flaw.CUT_OFF, "")

    def _name(self, name: str, start: Start) -> str:
        """The id, or another one where several events would have the same: then ``name`` is that of a whole resource."""
        if name in self._named:
            name = occurrence_id(name, start)
        while name in self._named:
            name += "+"
        self._named.add(name)
        return name

    def _busy(self, period: BusyPeriod, name: str, uid: str) -> Iterator[Event]:
        if period.start < self._end and period.end > self._start:
            yield Event(name, self._calendar, period.start, period.end, show_as=period.show_as, uid=uid)

    def _flaw(self, flaw: Flaw, about: str) -> None:
        self._flaws.setdefault(flaw, set()).add(about)

    def _problem(self, code: str, title: str) -> None:
        self._problems[f"{code}: {title[:80]}" if title else code] = None

    def _add(self, group: Group, event: str, uid: str) -> None:
        master = group.master
        if master is None:
            # Somebody was invited to single occurrences of a series that they do not see.
            alone = [Placed(at, each.start, each) for at, each in group.changed.items() if not each.cancelled]
            self._keep_alone(self._built(alone, event, uid), group, uid)
        elif not master.cancelled:
            if group.recurs:
                self._add_series(group, EntrySeries(master, group.changed), event, uid)
            else:
                self._keep_alone(self._built([Placed(master.start, master.start, master)], event, uid), group, uid)

    def _add_series(self, group: Group, series: EntrySeries, event: str, uid: str) -> None:
        # Once even the coarse one found no room, all that follows is taken as one.
        for each in (series, series.coarse()) if not self._taken else ():
            try:
                if self._follows(each, group):
                    found = each.occurrences(self._start, self._end)
                    if self._keep(self._built(found, event, uid, series=event), group):
                        return
            except RuleError as error:
                self._problem(f"rule_{error.reason}", group.title)
            self._flaw(Flaw.COARSE, uid)
        self._flaw(Flaw.COARSE, uid)
        self._take_all(group, event, uid)

    def _follows(self, series: EntrySeries, group: Group) -> bool:
        """Whether there is time enough to follow the rules. Whoever needs too much of it takes none of it from the others."""
        needed = series.effort(self._start, self._end)
        if self._effort + needed > MOST_EFFORT:
            self._problem("rule_too_many", group.title)
        elif self._full and needed > MOST_EVENTS - len(self._events):
            self._problem("too_many_events", group.title)
        else:
            self._effort += needed
            return True
        return False

    def _keep(self, events: Iterator[Event], group: Group) -> bool:
        """Keeps the events if all find room, else none of them."""
        room = MOST_EVENTS - len(self._events)
        found = list(islice(events, room + 1))
        if len(found) > room:
            self._full = True
            self._problem("too_many_events", group.title)
            return False
        self._events += found
        return True

    def _keep_alone(self, events: Iterator[Event], group: Group, uid: str) -> None:
        """There is nothing coarser for what does not recur."""
        if not self._keep(events, group):
            self._flaw(Flaw.LEFT_OUT, uid)

    def _take_all(self, group: Group, event: str, uid: str) -> None:
        """The time from the series' first start on, in one event. One for all such series that show alike is enough."""
        master = group.master
        if master is None:
            return
        begin = max(self._start, master.place(master.start, self._zones.home_name)[0])
        known = self._taken.get((master.fields.show_as, master.fields.response))
        if begin < self._end and (known is None or begin < known.start):
            self._taken[master.fields.show_as, master.fields.response] = replace(
                master.fields, id=occurrence_id(event, begin), calendar=self._calendar, uid=uid, series=event, start=begin,
                end=self._end,
            )  # fmt: skip

    def _built(self, placed: Iterable[Placed], event: str, uid: str, series: str = "") -> Iterator[Event]:
        """Those of the occurrences that lie in the window, as events."""
        home = self._zones.home_name
        for original, start, entry, length in placed:
            begin, end, days = entry.place(start, home, length)
            if begin < self._end and (end > self._start or begin >= self._start):
                name = occurrence_id(event, original) if series or entry.recurrence is not None else event
                yield replace(
                    entry.fields, id=name, calendar=self._calendar, uid=uid, series=series, start=begin, end=end, days=days
                )

    def _text(self, group: Group) -> str:
        """The group as a calendar of its own, with the zones that it names."""
        parts = [entry.part for entry in (group.master, *group.changed.values()) if entry is not None]
        names = {
            found.parameters.get("TZID", "").strip()
            for part in parts
            for name in ("DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE")
            for found in part.all(name)
        }
        zones = [part for name in sorted(names) if (part := self._zones.own(name)) is not None]
        calendar = Component("VCALENDAR", ["VERSION:2.0", f"PRODID:{PRODUCT}"], [*zones, *parts])
        return join(calendar.text_lines())
