"""The rules by which a copy follows a calendar that is kept elsewhere (SYNC-1, SYNC-6, INACT-1). Pure.

What of an event is kept, which span is read, what differs between the copy and an answer, when that is too much to be believed,
and how long to wait. Whoever reads and writes stands in ``services.sync``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from app.domain.calendars import Days, Event
from app.domain.clock import DAY, MINUTE, Instant
from app.domain.connections import Account, Calendar, sync_account
from app.domain.zones import day_start, local_day

SHORTEST = 62 * DAY
"""How far ahead a calendar is read at least."""
LONGEST = 1827 * DAY
"""And at most, whatever a page says: five years."""
INTERVAL, IDLE_INTERVAL = 60.0, 300.0
"""Seconds between two readings; while pages are off and nobody looks."""
FIRST_RETRY, LAST_RETRY = 5.0, 300.0
STALE_AFTER = 15 * MINUTE
"""Seconds after which a copy that cannot be read afresh turns bookings into requests (SYNC-6)."""
LAG = 5 * MINUTE
"""Seconds after a write in which a service may still show what was before."""
AHEAD_OF_CLOCK = MINUTE
"""A reading may seem this much later than the present, whose instant was taken a moment earlier."""
FEW, MANY = 5, 20
"""Fewer lost events than ``FEW`` are never asked about, more than ``MANY`` always."""
TITLE, PLACE, TEXT, PEOPLE = 300, 500, 4000, 200
"""What is kept at most: characters of a title, of a place, of a description; people."""
NAME, LONG_NAME = 1000, 10_000
"""Characters of an address or a UID; of an id, which has to stay what its service knows."""
EARLIEST, LATEST = 0, 7258118400
"""From 1970 to 2200: no event is kept as earlier or later, so that every zone can show it."""
_FIRST_DAY, _LAST_DAY = date(1970, 1, 2), date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Window:
    """The half-open span of a calendar that is copied."""

    start: Instant
    end: Instant

    def holds(self, event: Event) -> bool:
        """Whether the event overlaps; one of no length does if it lies inside (``Provider.read_window``)."""
        return event.start < self.end and (event.end > self.start or event.start >= self.start)


def window_of(now: Instant, zone: str, ends: Iterable[Instant]) -> Window:
    """From the beginning of yesterday to the farthest of ``ends``, at least two months ahead, in whole days of ``zone``: it
    changes once a day."""
    today = local_day(zone, now)
    wanted = min(max([now + SHORTEST, *ends]), now + LONGEST)
    return Window(day_start(zone, today - 1), day_start(zone, local_day(zone, wanted) + 1))


def in_use(account: Account, calendar: Calendar, accounts: Iterable[Account]) -> bool:
    """Whether the calendar is followed: it takes time away, takes bookings, or its events are of interest (SET-1)."""
    return calendar.checked or calendar.booking or keeps_details(account, calendar, accounts)


def keeps_details(account: Account, calendar: Calendar, accounts: Iterable[Account]) -> bool:
    """Whether people, place and text of its events are needed: only where meetings with contacts are followed."""
    followed = sync_account(accounts)
    return calendar.main and followed is not None and followed.id == account.id


# What is kept


def kept(event: Event, calendar: str, details: bool) -> Event:
    """What of ``event`` is stored. No words of private ones; people, place and text only with ``details`` or where the event is
    ours. Whatever its service says, it ends no earlier than it begins and no field is endless."""
    ours = bool(event.booking)
    people = (details and not event.private) or ours
    words = people and not event.private
    start = min(max(event.start, EARLIEST), LATEST)
    # Ten thousand at a time: ``replace`` would cost twice as much.
    return Event(
        storable(event.id, LONG_NAME),
        calendar,
        start,
        max(start, min(event.end, LATEST)),
        "" if event.private else storable(event.title, TITLE),
        event.days and _sane(event.days),
        event.show_as,
        event.response,
        storable(event.uid, NAME),
        storable(event.series, LONG_NAME),
        event.booking,
        storable(event.location, PLACE) if words else "",
        storable(event.description, TEXT) if words else "",
        _people(event.attendees) if people and event.attendees else (),
        event.private,
        storable(event.tag, NAME),
        storable(event.key, NAME),
        _people(event.declined) if people and event.declined else (),
        event.created,
        event.by_program,
    )


def _people(found: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(storable(each, NAME) for each in found[:PEOPLE])


def storable(text: str, most: int) -> str:
    """The beginning of ``text``; halves of characters that no encoding knows, which JSON can bring, become question marks."""
    short = text if len(text) <= most else text[:most]
    return short if short.isascii() else short.encode(errors="replace").decode()


def _sane(days: Days) -> Days:
    first = min(max(days.first, _FIRST_DAY), _LAST_DAY)
    return Days(first, max(first, min(days.end, _LAST_DAY)))


# What differs


@dataclass(frozen=True, slots=True)
class Difference:
    """What has to be done to the copy. ``safe`` only adds or renames, ``weighty`` may make time free; ``gone`` no longer exist,
    ``outside`` merely left the window. ``ours``: events of our bookings that the answer names without any difference.
    ``before``: how the changed and the gone ones stood. ``doubt``: so many are missing from the answer that nothing is gone
    before the owner agrees; they are ``missing``."""

    safe: tuple[Event, ...] = ()
    weighty: tuple[Event, ...] = ()
    gone: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    ours: tuple[Event, ...] = ()
    before: Mapping[str, Event] = field(default_factory=dict)
    doubt: int = 0
    missing: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.safe or self.weighty or self.gone or self.outside)


def compare(
    known: Mapping[str, Event],
    events: Iterable[Event],
    gone: Iterable[str],
    full: bool,
    window: Window,
) -> Difference:
    """``known``: rows of the copy, of a full answer all of them; ``events`` and ``gone`` as told, in the form that is kept."""
    safe: list[Event] = []
    weighty: list[Event] = []
    ours: list[Event] = []
    before: dict[str, Event] = {}
    told: set[str] = set()
    for event in events:
        told.add(event.id)
        was = known.get(event.id)
        if was is event or was == event:
            if event.booking:
                ours.append(event)
            continue
        if was is not None:
            before[event.id] = was
        (safe if was is None or _same_time(was, event) else weighty).append(event)
    lost: list[str] = []
    outside: list[str] = []
    for name in known.keys() - told if full else {*gone} - told:
        was = known.get(name)
        if was is not None:
            before[name] = was
            (lost if window.holds(was) else outside).append(name)
    return Difference(
        tuple(safe), tuple(weighty), tuple(sorted(lost)), tuple(sorted(outside)), tuple(ours), before
    )  # fmt: skip


def _same_time(one: Event, other: Event) -> bool:
    return (one.start, one.end, one.show_as, one.response, one.booking) == (
        other.start, other.end, other.show_as, other.response, other.booking,
    )  # fmt: skip


def guarded(found: Difference, ahead: int, now: Instant, agreed: Collection[str] = ()) -> Difference:
    """``found``, with what vanished held back where that is more than a person removes in a minute: more than ``MANY`` events
    to come, or more than half of the ``ahead`` ones that the copy knows (``FEW`` at least). An occurrence that went while
    another of its series came was moved. ``agreed``: missing ones of which the owner said that they be kept; they stay, do not
    count, and are not among ``ahead``."""
    came = Counter(series for each in found.safe if each.id not in found.before for series in _series(each))
    missing: set[str] = set()
    for name in found.gone:
        was = found.before[name]
        moved = next((series for series in _series(was) if came[series] > 0), None)
        if moved is not None:
            came[moved] -= 1
        elif was.end > now:
            missing.add(name)
    held = missing & {*agreed}
    news = missing - held
    if len(news) > MANY or (len(news) >= FEW and 2 * len(news) > ahead):
        held |= news
    else:
        news = set()
    gone = tuple(each for each in found.gone if each not in held)
    return replace(found, gone=gone, doubt=len(news), missing=frozenset(held))


def _series(event: Event) -> tuple[str, ...]:
    return (event.series,) if event.series else (event.uid,) if event.uid else ()


# When


def fresh(read_at: Instant, now: Instant) -> bool:
    """Whether a copy read at that instant may be trusted (SYNC-6). One that seems to be from the future may not: the clock was
    set back, and nobody knows how old it is."""
    return read_at > 0 and -AHEAD_OF_CLOCK <= now - read_at <= STALE_AFTER


def interval(idle: bool, chance: float) -> float:
    """Seconds until the next reading, spread by a tenth so that calendars do not meet; ``chance`` from 0 to 1."""
    return (IDLE_INTERVAL if idle else INTERVAL) * (0.9 + 0.2 * chance)


def retry(failures: int, chance: float) -> float:
    """Seconds until the next try after so many failures in a row: 5, 10 … at most five minutes, spread by a fifth."""
    doubled = FIRST_RETRY * 2.0 ** min(max(failures - 1, 0), 10)
    return min(LAST_RETRY, doubled) * (0.8 + 0.4 * chance)


def held_off(retry_after: float, chance: float) -> float:
    """Seconds to wait when the service said how long: never less, at most a twelfth more."""
    return min(max(retry_after, 1.0), float(DAY)) * (1.0 + chance / 12) + 0.05
