"""Demo data: one consultant, three pages and a few meetings, to look around in (CONTRACT 2, ``--demo``)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from app.domain.booking import BookingRequest, Visitor
from app.domain.clock import DAY, Instant
from app.domain.connections import LOCAL
from app.domain.pages import (
    Consent,
    ConsentKind,
    Hours,
    Location,
    LocationKind,
    Mode,
    Page,
    Question,
    QuestionKind,
    Rolling,
    Rules,
    WeeklyHours,
)
from app.domain.settings import FirstRun, Profile

if TYPE_CHECKING:
    from app.services.workspace import Workspace

ZONE = "Europe/Copenhagen"
OWN_PART = "anna-holm"
_BOOKED = (
    ("Maja", "Lindqvist", "maja@example.org"),
    ("Jonas", "Beck", "jonas@example.net"),
    ("Freja", "Dahl", "freja@example.org"),
)
_ASKED = (
    ("Lars", "Thomsen", "lars@example.org", "We are six people and would like to talk about our spring seminar."),
    ("Karen", "Friis", "karen@example.net", "Either day suits me. Could we meet at your office?"),
)
_TAKEN = (
    (1, 9, 0, 45, "Dentist"),
    (2, 11, 30, 30, "Bank"),
    (3, 14, 0, 60, "Accounts"),
    (6, 10, 0, 90, "Workshop"),
)


async def fill(workspace: Workspace) -> None:
    """Fills an empty workspace. The order of the pages is theirs for good."""
    current = workspace.settings.current
    profile = Profile("Anna Holm", "Organisation consultant", ZONE, current.profile.language)
    await workspace.settings.save(replace(current, profile=profile, own_part=OWN_PART, demo=True, first_run=FirstRun(4)))
    await workspace.accounts.connect_local("On this computer", ZONE)
    for page in pages(workspace.clock.now()):
        await workspace.pages.save(page)
    await _busy_times(workspace)
    await _meetings(workspace)


def pages(now: Instant) -> tuple[Page, Page, Page]:
    """Intro call: booked at once, asks only for names and e-mail. Strategy session: needs approval. Follow-up: asks and needs
    a tick."""
    every_day = WeeklyHours((((540, 720), (780, 1020)),) * 5 + ((), ()))
    intro = Page(
        id="d" * 31 + "1",
        slug=f"{OWN_PART}/intro-call",
        title="Intro call",
        description="A short first talk: what you need, and whether I can help.",
        rules=Rules((30, 60), step=15, buffer_before=0, buffer_after=10, notice=120, window=Rolling(60)),
        hours=Hours(ZONE, every_day),
        location=Location(LocationKind.VIDEO),
        guests_max=3,
        created_at=now,
    )
    strategy = Page(
        id="d" * 31 + "2",
        slug=f"{OWN_PART}/strategy",
        title="Strategy session",
        description="An hour on where you want to go and how to get there.",
        colour="heather",
        mode=Mode.APPROVAL,
        rules=Rules((60,), step=30, buffer_before=15, buffer_after=15, notice=240, window=Rolling(60)),
        location=Location(LocationKind.PLACE, "Sydhavnen 12, Copenhagen"),
        created_at=now,
    )
    follow_up = Page(
        id="d" * 31 + "3",
        slug=f"{OWN_PART}/follow-up",
        title="Follow-up",
        description="For people I have worked with: how is it going?",
        colour="moss",
        rules=Rules((30,), step=30, buffer_after=10, notice=240, window=Rolling(45)),
        location=Location(LocationKind.HOST_CALLS),
        questions=(
            Question("topic", "What would you like to talk about?", QuestionKind.LONG_TEXT, required=True),
            Question("people", "How many will take part?", QuestionKind.DROPDOWN, True, ("Only me", "Two or three", "More")),
            Question("phone", "Your phone number", QuestionKind.PHONE, required=True),
        ),
        consent=Consent(ConsentKind.TICK, "Anna may keep my answers to prepare and hold the meeting."),
        created_at=now,
    )
    return intro, strategy, follow_up


def _at(now: Instant, days: int, hour: int, minute: int) -> Instant:
    """A wall time on the ``days``-th weekday after today in the demo's zone."""
    day = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(ZONE)).date()
    while days:
        day += timedelta(days=1)
        if day.weekday() < 5:
            days -= 1
    return int(datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(ZONE)).timestamp())


async def _busy_times(workspace: Workspace) -> None:
    now = workspace.clock.now()
    for days, hour, minute, length, title in _TAKEN:
        start = _at(now, days, hour, minute)
        await workspace.accounts.add_busy(LOCAL, start, start + length * 60, title)


async def _meetings(workspace: Workspace) -> None:
    """Books through the same door as every visitor, so that the demo shows nothing that could not happen."""
    now = workspace.clock.now()
    intro, strategy, _ = pages(now)
    starts = await workspace.availability.starts(intro.id, 30, now + DAY, now + 12 * DAY)
    for number, (first, last, email) in enumerate(_BOOKED):
        wanted = starts[min(len(starts) - 1, 3 + number * 29)]
        await workspace.bookings.book(BookingRequest(intro.slug, wanted, 30, Visitor(first, last, email, ZONE)))
    wishes = await workspace.availability.starts(strategy.id, 60, now + 4 * DAY, now + 12 * DAY)
    for number, (first, last, email, message) in enumerate(_ASKED):
        first_wish, *others = wishes[number * 5 : number * 5 + 3]
        visitor = Visitor(first, last, email, ZONE)
        await workspace.bookings.book(
            BookingRequest(strategy.slug, first_wish, 60, visitor, message=message, alternatives=tuple(others))
        )
    # Nobody has to be told of what the demo made up.
    await workspace.notices.forget()
