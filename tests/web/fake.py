"""A program for the pages to talk to, written by hand: it books, refuses, moves and cancels in memory, as promised by ``Link``.

It is used instead of the real one wherever a test looks at the pages. ``Anna`` is the owner of the pictures of the design.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from app import wire
from app.domain.availability import nearest
from app.domain.booking import BookingRequest, LeftMessage, ManagedBooking, Promised, Refused, State, Taken, Visitor
from app.domain.clock import MINUTE, Instant, from_iso
from app.domain.forms import answered
from app.domain.ids import new_token
from app.domain.pages import Consent, ConsentKind, Hours, Location, LocationKind, Question, QuestionKind, Rolling
from app.domain.public import FreeStarts, PageState, PublicHost, PublicPage
from app.web.link import Answered, ParentSilent, Shelf
from app.web.link import Question as Asking

ZONE = "Europe/Copenhagen"
NOW = from_iso("2026-10-13T07:41:00Z")
REMEMBERED = {"first_name": "Maja", "last_name": "Lindqvist", "email": "maja@example.org"}
ICS = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:{uid}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


class FakeClock:
    """A clock that goes when it is told to."""

    def __init__(self, now: Instant = NOW) -> None:
        self.at = now

    def now(self) -> Instant:
        return self.at


class FakeTicks:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


class FakeLink:
    """See the module. ``script``: answers that come before its own; an exception among them is raised."""

    def __init__(self, clock: FakeClock, host: PublicHost, pages: Sequence[PublicPage]) -> None:
        self.shelf = Shelf()
        self.clock = clock
        self.silent = self.stale = False
        self.asked: list[Asking] = []
        self.script: deque[Answered | Exception] = deque()
        self.bookings: dict[str, ManagedBooking] = {}
        self.messages: list[LeftMessage] = []
        self.links: dict[str, str] = {}
        """Tokens of secret links: the slug that each opens, or why it opens nothing."""
        self.counted = {"views": 0, "bots": 0, "refused": 0}
        self.noted: list[wire.Counted] = []
        self.remembered: tuple[wire.Counted, ...] = ()
        self._answers: dict[str, tuple[str, Answered]] = {}
        self.shelf.take(wire.HostLine(1, host))
        for page in pages:
            self.push(page)

    def push(self, page: PublicPage) -> None:
        self.shelf.take(wire.PageLine(1, page))

    def change(self, slug: str, change: Callable[[PublicPage], PublicPage]) -> None:
        page = self.shelf.page(slug)
        assert page is not None
        self.push(change(page))

    def set_host(self, **changes: object) -> None:
        assert self.shelf.host is not None
        self.shelf.take(wire.HostLine(1, replace(self.shelf.host, **changes)))  # type: ignore[arg-type]

    def count(self, *, views: int = 0, bots: int = 0, refused: int = 0) -> None:
        for name, more in (("views", views), ("bots", bots), ("refused", refused)):
            self.counted[name] += more

    def remember(self, kind: str, address: str) -> None:
        self.noted.append(wire.Counted(kind, address, self.clock.now()))

    async def ask(self, what: Asking) -> Answered:
        return self.answer(what)

    def answer(self, what: Asking) -> Answered:
        if self.silent:
            raise ParentSilent(asked=False)
        self.asked.append(what)
        if self.script:
            found = self.script.popleft()
            if isinstance(found, Exception):
                raise found
            return found
        match what:
            case BookingRequest():
                return self._book(what)
            case LeftMessage():
                self.messages.append(what)
                return wire.Left()
            case wire.LinkFor():
                found = self.links.get(what.token, "not_found")
                return wire.Opens(found) if self.shelf.page(found) else Refused(found)
            case wire.WhoIs():
                known = what.kept.startswith("known-") and what.host == "127.0.0.1"
                return wire.Remembered(dict(REMEMBERED) if known else {})
        booking = self.bookings.get(what.token)
        if booking is None:
            return Refused("not_found")
        match what:
            case wire.FileFor():
                return wire.File(ICS.format(uid=booking.uid))
            case wire.CancelIt(token=token):
                self.bookings[token] = replace(booking, state=State.CANCELLED, can_change=False, why_not="cancelled")
                return self.bookings[token]
            case wire.MoveIt(token=token, start=start):
                return self._move(token, booking, start)
        return booking

    def hold(self, token: str) -> None:
        """There is a confirmed booking behind this token."""
        page = self.shelf.pages[0]
        visitor = Visitor("Maja", "Lindqvist", "maja@example.org", ZONE)
        request = BookingRequest(page.slug, at(date(2026, 10, 15), "09:40"), 30, visitor)
        self.bookings[token] = held(request, page, State.CONFIRMED, request.start + 30 * MINUTE)

    def starts(self, slug: str, duration: int) -> Sequence[Instant]:
        page = self.shelf.page(slug)
        assert page is not None
        return self.shelf.starts(page, duration, self.clock.now())

    def _book(self, request: BookingRequest) -> Answered:
        if request.key in self._answers:
            body, answer = self._answers[request.key]
            return answer if body == request.body else Refused("invalid", {"key": "used_for_another_body"})
        page = self.shelf.page(request.slug)
        assert page is not None
        if page.state in (PageState.PAUSED, PageState.UNAVAILABLE):
            return Refused(page.state.value)
        free = self.starts(request.slug, request.duration)
        if request.start <= self.clock.now():
            return Refused("invalid", {"start": "past"})
        if request.start not in free:
            return Taken(tuple(nearest(free, request.start)))
        state = State.CONFIRMED if page.state is PageState.BOOK else State.REQUESTED
        token = new_token()
        end = request.start + request.duration * MINUTE
        self.bookings[token] = held(request, page, state, end)
        if state is State.CONFIRMED:
            self.take_time(request.start, end)
        answer = Promised(state, request.start, end, token, "b1", "known-1" if request.remember else "")
        if self.links.get(request.link):
            self.links[request.link] = "link_spent"
        if request.key:
            self._answers[request.key] = (request.body, answer)
        return answer

    def _move(self, token: str, booking: ManagedBooking, start: Instant) -> Answered:
        length = (booking.end - booking.start) // MINUTE
        free = self.starts(booking.slug, length)
        if start not in free:
            return Taken(tuple(nearest(free, start)))
        self.bookings[token] = replace(booking, start=start, end=start + length * MINUTE, sequence=booking.sequence + 1)
        self.take_time(start, start + length * MINUTE)
        return self.bookings[token]

    def take_time(self, start: Instant, end: Instant) -> None:
        """Nothing is free on any page from ``start`` to ``end`` any more."""
        for page in self.shelf.pages:
            free = {
                duration: FreeStarts.pack(tuple(at for at in packed.unpack() if at >= end or at + duration * MINUTE <= start))
                for duration, packed in page.free.items()
            }
            self.push(replace(page, free=free))


def held(request: BookingRequest, page: PublicPage, state: State, end: Instant) -> ManagedBooking:
    return ManagedBooking(
        slug=page.slug,
        title=page.title,
        host="Anna Holm",
        start=request.start,
        end=end,
        state=state,
        visitor=request.visitor,
        zone=page.zone,
        location=answered(page.location, request.answers),
        sequence=0,
        uid="b1@aftale",
        created_at=NOW,
        changed_at=NOW,
        alternatives=request.alternatives,
        message=request.message,
        thanks=page.thanks,
    )


# Anna's pages


def at(day: date, clock: str, zone: str = ZONE) -> Instant:
    hour, minute = map(int, clock.split(":"))
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(zone)).timestamp())


FREE_DAYS = (14, 15, 16, 19, 20, 21, 26, 27, 28, 30)
TIMES = ("09:00", "09:40", "10:20", "11:00", "13:00", "13:40", "14:20", "15:00", "15:40")


def october() -> tuple[Instant, ...]:
    """The free times of the pictures, and some in November."""
    found = []
    for day in FREE_DAYS:
        times = TIMES[1:] if day == 14 else TIMES[:5] if day == 16 else TIMES
        found += [at(date(2026, 10, day), clock) for clock in times]
    found += [at(date(2026, 11, day), clock) for day in (3, 4, 5, 10) for clock in TIMES]
    return tuple(found)


def anna(**changes: object) -> PublicHost:
    host = PublicHost(
        name="Anna Holm",
        tagline="Organisation consultant",
        zone=ZONE,
        origin="http://127.0.0.1:8000",
        default_slug="anna/intro",
        own_part="anna",
    )
    return replace(host, **changes)  # type: ignore[arg-type]


def intro(**changes: object) -> PublicPage:
    """*Intro call*: booked at once."""
    page = PublicPage(
        id="p1",
        slug="anna/intro",
        title="Intro call",
        description="A short first talk: what you need, and whether I can help.",
        state=PageState.BOOK,
        durations=(15, 30),
        zone=ZONE,
        notice=60,
        window=Rolling(40),
        hours=Hours(ZONE),
        free={15: FreeStarts.pack(october()), 30: FreeStarts.pack(october())},
        location=Location(LocationKind.VIDEO, "https://video.example.com/anna"),
    )
    return replace(page, **changes)  # type: ignore[arg-type]


def workshop(**changes: object) -> PublicPage:
    """*Workshop*: requests, with every kind of question and a tick."""
    questions = (
        Question("topic", "What would you like to talk about?", QuestionKind.LONG_TEXT, required=True),
        Question("company", "Company", QuestionKind.TEXT),
        Question("people", "How many will take part?", QuestionKind.NUMBER, help="A guess is enough."),
        Question("how", "How did you find me?", QuestionKind.CHOICE, choices=("A friend", "Search")),
        Question("which", "Which topics?", QuestionKind.SEVERAL, choices=("Plans", "People", "Money")),
        Question("size", "How big is the company?", QuestionKind.DROPDOWN, choices=("1 to 9", "10 or more")),
        Question("by", "When must it be done?", QuestionKind.DATE),
        Question("mobile", "Your number", QuestionKind.PHONE),
        Question("terms", "I know the terms", QuestionKind.TICK, required=True),
    )
    page = intro(
        id="p2", slug="anna/workshop", title="Workshop", state=PageState.REQUEST, durations=(30,), position=1, guests_max=3,
        questions=questions, consent=Consent(ConsentKind.TICK), free={30: FreeStarts.pack(october())}, offline=True,
    )  # fmt: skip
    return replace(page, **changes)


def lunch(**changes: object) -> PublicPage:
    """*Lunch*: requests without any question, in one place."""
    page = intro(
        id="p3", slug="anna/lunch", title="Lunch", state=PageState.REQUEST, durations=(30,), position=2, colour="moss",
        location=Location(LocationKind.PLACE, "Café Havn, Strandgade 4"), free={30: FreeStarts.pack(october())},
    )  # fmt: skip
    return replace(page, **changes)


def link(*pages: PublicPage, **host: object) -> FakeLink:
    return FakeLink(FakeClock(), anna(**host), pages or (intro(), workshop(), lunch()))
