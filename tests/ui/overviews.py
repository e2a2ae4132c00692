"""Overviews to draw: the days of the design's pictures, and others that are awkward. Tuesday 13 October 2026, 09:41 in
Copenhagen."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from app.domain.booking import Attempt, AttemptKind, Booking, State, Visitor
from app.domain.clock import Instant
from app.domain.connections import Account, Calendar, CalendarState, Lost, ProviderKind
from app.domain.overview import (
    FailedWrite,
    Meeting,
    OpenRequest,
    Overview,
    PageSummary,
    Reachability,
    Upstream,
    UpstreamChange,
    Wish,
)
from app.domain.pages import Location, LocationKind, Page, Rules
from app.domain.public import PageState

ZONE = "Europe/Copenhagen"


def at(day: int, hour: int, minute: int = 0, month: int = 10) -> Instant:
    return int(datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo(ZONE)).timestamp())


NOW = at(13, 9, 41)
VIDEO = Location(LocationKind.LINK, "https://video.example.com/anna")
PHONE = Location(LocationKind.HOST_CALLS)
OFFICE = Location(LocationKind.PLACE, "Your office, Sydhavnen")

INTRO = Page("p1", "anna-holm/intro-call", "Intro call", colour="fjord", rules=Rules((15, 30)))
STRATEGY = Page("p2", "anna-holm/strategy", "Strategy session", colour="heather", rules=Rules((60,)))
FOLLOW_UP = Page("p3", "anna-holm/follow-up", "Follow-up", colour="moss", rules=Rules((30,)))
PAGES = tuple(PageSummary(page, PageState.BOOK, f"/meetings/{page.slug}") for page in (INTRO, STRATEGY, FOLLOW_UP))

LOCAL = Account("local", ProviderKind.LOCAL, "On this computer")
CALENDAR = Calendar("local", "local", "On this computer", ZONE, booking=True)
TEAM = Calendar("team", "local", "Team calendar", ZONE, state=CalendarState.INACTIVE, lost=Lost.UNSHARED, since=at(12, 18, 20))


def meeting(day: int, start: tuple[int, int], minutes: int, title: str, who: str, colour: str, place: Location) -> Meeting:
    begin = at(day, *start)
    mail = f"{who.split()[0].lower()}@example.org"
    return Meeting(f"booking:{title}{who}", title, begin, begin + minutes * 60, colour, who, mail, place, f"b-{who}", title)


def busy(day: int, start: tuple[int, int], minutes: int, title: str = "Dentist") -> Meeting:
    begin = at(day, *start)
    return Meeting(f"event:{begin}", title, begin, begin + minutes * 60, event_only=True)


MEETINGS = (
    busy(13, (8, 30), 45),
    meeting(13, (10, 0), 30, "Intro call", "Maja Lindqvist", "fjord", VIDEO),
    busy(13, (11, 0), 30),
    meeting(13, (13, 0), 60, "Strategy session", "Jonas Beck", "heather", PHONE),
    meeting(13, (15, 30), 30, "Follow-up", "Freja Dahl", "moss", OFFICE),
    busy(13, (16, 30), 45),
    meeting(14, (9, 0), 30, "Intro call", "Emil Krogh", "fjord", VIDEO),
    meeting(14, (11, 0), 60, "Workshop planning", "Sofie Rask", "heather", OFFICE),
    meeting(15, (14, 0), 60, "Strategy session", "Noor Haddad", "heather", OFFICE),
    meeting(22, (10, 0), 30, "Intro call", "Lise Bang", "fjord", VIDEO),
)


def request(name: str, page: Page, minutes: int, made: Instant, wishes: tuple[Wish, ...], message: str = "") -> OpenRequest:
    first, last = name.split()
    host = "org" if first == "Lars" else "net"
    booking = Booking(
        id=f"r-{first.lower()}",
        page=page.id,
        slug=page.slug,
        title=page.title,
        start=wishes[0].start,
        end=wishes[0].start + minutes * 60,
        state=State.REQUESTED,
        visitor=Visitor(first, last, f"{first.lower()}@example.{host}", ZONE),
        zone=ZONE,
        created_at=made,
        changed_at=made,
        uid=f"{first}@aftale",
        message=message,
    )
    return OpenRequest(booking, wishes)


LARS = request(
    "Lars Thomsen",
    INTRO,
    30,
    at(11, 20, 14),
    (Wish(at(14, 10), True), Wish(at(16, 9), True), Wish(at(15, 14, 30), False)),
)
KAREN = request("Karen Friis", STRATEGY, 60, at(12, 9, 2), (Wish(at(15, 13), True),))
ATTEMPTS = (
    Attempt(
        "a1",
        at(13, 9, 22),
        AttemptKind.BLOCKED,
        "p1",
        "Intro call",
        "Ida Winther",
        "ida@example.org",
        at(15, 10, 20),
        "unavailable",
    ),
    Attempt("a2", at(13, 8, 57), AttemptKind.BLOCKED, "p2", "Strategy session", reason="unavailable"),
    Attempt("a3", at(12, 16, 10), AttemptKind.BOOKED, "p1", "Strategy session", "Noor Haddad", "noor@example.org", at(15, 14)),
    Attempt("a4", at(12, 11, 5), AttemptKind.MOVED, "p1", "Intro call", "Emil Krogh", "emil@example.org", at(14, 9)),
    Attempt("a5", at(11, 20, 14), AttemptKind.REQUESTED, "p1", "Intro call", "Lars Thomsen", "lars@example.org", at(14, 10)),
)

NORMAL = Overview(
    now=NOW,
    zone=ZONE,
    owner="Anna Holm",
    tagline="Organisation consultant",
    meetings=MEETINGS,
    free_today=((at(13, 11, 40), at(13, 12, 50)), (at(13, 14, 10), at(13, 15, 20))),
    requests=(LARS, KAREN),
    attempts=ATTEMPTS[2:],
    pages=PAGES,
    accounts=(LOCAL,),
    calendars=(CALENDAR,),
    reach=Reachability.COMPUTER_ONLY,
    address="127.0.0.1:8765",
    link="http://127.0.0.1:8765/meetings/anna-holm/intro-call",
    ever_booked=True,
)
INACTIVE = replace(
    NORMAL,
    free_today=(),
    attempts=ATTEMPTS,
    calendars=(CALENDAR, TEAM),
    inactive=(TEAM,),
    blocked_since_inactive=2,
    reach=Reachability.LIVE,
    address="meet.example.com",
)
OFFLINE = replace(
    NORMAL,
    meetings=(meeting(15, (9, 0), 30, "Intro call", "Ida Winther", "fjord", VIDEO),),
    free_today=(),
    requests=(
        replace(
            LARS,
            booking=replace(LARS.booking, message="We are six people and would like to talk about our spring seminar."),
            wishes=(Wish(at(14, 10), True), Wish(at(16, 9), True)),
        ),
        request(
            "Emil Krogh",
            STRATEGY,
            60,
            at(11, 19, 2),
            (Wish(at(15, 13), True), Wish(at(19, 10), True), Wish(at(16, 9), False)),
            "Either day suits me. Could we meet at your office?",
        ),
    ),
    attempts=(
        Attempt("a1", at(11, 20, 14), AttemptKind.REQUESTED, "p1", "Intro call", "Lars Thomsen", "lars@example.org"),
        Attempt("a2", at(11, 19, 2), AttemptKind.REQUESTED, "p2", "Strategy session", "Emil Krogh", "emil@example.net"),
        Attempt("a3", at(12, 8, 30), AttemptKind.ACCEPTED, "p1", "Intro call", "Ida Winther", "ida@example.org"),
    ),
    accounts=(),
    calendars=(),
    offline=True,
)
EMPTY = replace(NORMAL, meetings=(), requests=(), attempts=(), free_today=(), ever_booked=False)
PAUSED = replace(NORMAL, pages_on=False, paused_until=at(15, 8))
DOWN = replace(NORMAL, reach=Reachability.NOT_REACHED)
SCHEDULING_OFF = replace(OFFLINE, accounts=(LOCAL,), calendars=(CALENDAR,), scheduling_off=True)
GONE = replace(OFFLINE, requests=(replace(LARS, wishes=(Wish(at(14, 10), False), Wish(at(16, 9), False))),))
WORST = replace(INACTIVE, reach=Reachability.NOT_REACHED, offline=True, failed_writes=("b1", "b2"))


# Calendars that are kept elsewhere

GOOGLE = Account("g", ProviderKind.GOOGLE, "Anna Holm", "anna@example.com")
ANNA = Calendar("g-anna", "g", "Anna Holm", ZONE, booking=True, main=True, read_at=NOW - 60)
FAMILY = Calendar("g-family", "g", "Family", ZONE, read_at=NOW - 60)
LOST = {"state": CalendarState.INACTIVE, "since": at(12, 18, 20)}
OUTSIDE = replace(NORMAL, accounts=(GOOGLE,), calendars=(ANNA, FAMILY), reach=Reachability.LIVE, address="meet.example.com")
SIGNED_OUT = replace(
    OUTSIDE,
    accounts=(replace(GOOGLE, signed_out=True),),
    calendars=(replace(ANNA, lost=Lost.SIGN_IN, **LOST), replace(FAMILY, lost=Lost.SIGN_IN, **LOST)),
    inactive=(replace(ANNA, lost=Lost.SIGN_IN, **LOST), replace(FAMILY, lost=Lost.SIGN_IN, **LOST)),
    free_today=(),
    blocked_since_inactive=1,
)
TWO_LOST = replace(
    OUTSIDE,
    inactive=(replace(FAMILY, lost=Lost.REMOVED, **LOST), replace(TEAM, account="g", owner_name="Kirsten Lund")),
    free_today=(),
)
STALE = replace(OUTSIDE, calendars=(replace(ANNA, read_at=at(13, 8, 55), failing_since=at(13, 8, 56)), FAMILY), mails_waiting=2)
DOUBT = replace(
    OUTSIDE,
    accounts=(replace(GOOGLE, sign_in_ends=at(14, 16)),),
    calendars=(ANNA, replace(FAMILY, doubt=34)),
)


def booked(name: str, page: Page, start: Instant, minutes: int, state: State = State.CONFIRMED) -> Booking:
    return replace(request(name, page, minutes, start, (Wish(start, True),)).booking, state=state)


MAJA = booked("Maja Lindqvist", INTRO, at(14, 10), 30)
TROUBLED = replace(
    OUTSIDE,
    failed_writes=(MAJA.id,),
    failures=(FailedWrite(MAJA, "Conflict", NOW, (at(14, 11), at(14, 13, 30), at(15, 9))),),
    upstream=(
        UpstreamChange("u1", Upstream.DELETED, booked("Emil Krogh", INTRO, at(14, 9), 30, State.CANCELLED), NOW - 60),
        UpstreamChange("u2", Upstream.MOVED, booked("Sofie Rask", STRATEGY, at(14, 11), 60), NOW - 30, at(14, 14)),
        UpstreamChange("u3", Upstream.MOVED, booked("Noor Haddad", STRATEGY, at(15, 14), 60), NOW - 20, wanted=at(15, 9)),
        UpstreamChange(
            "u4", Upstream.DECLINED, booked("Lise Bang", INTRO, at(22, 10), 30), NOW - 10, who=("lise@example.net",)
        ),
    ),
    mails_waiting=1,
)

ALL = {
    "normal": NORMAL,
    "inactive": INACTIVE,
    "offline": OFFLINE,
    "empty": EMPTY,
    "paused": PAUSED,
    "down": DOWN,
    "scheduling-off": SCHEDULING_OFF,
    "gone": GONE,
    "worst": WORST,
    "signed-out": SIGNED_OUT,
    "two-lost": TWO_LOST,
    "stale": STALE,
    "no-network": replace(STALE, network=False),
    "out-of-reach": replace(NORMAL, reach=Reachability.NOT_REACHED, way="proxy", address="meet.example.com"),
    "doubt": DOUBT,
    "troubled": TROUBLED,
}
