"""What the dashboard says, in words, for each state of the day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app import i18n
from app.domain.overview import Reachability
from app.domain.pages import Location, LocationKind
from app.ui.dashboard.state import DashboardState, build
from tests.ui import overviews as o


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    i18n.use("en")
    yield
    i18n.use("en")


def kinds(state: DashboardState) -> list[tuple[str, str]]:
    return [(banner.id.partition(":")[0], banner.kind) for banner in state.banners]


def test_dashboard_when_the_day_is_normal_shows_days_rows_and_the_next_meeting() -> None:
    state = build(o.NORMAL)
    assert state.subtitle == "Tuesday 13 October · 3 meetings today"
    assert [day.title for day in state.days] == ["Today", "Tomorrow", "Thursday"]
    assert [day.title for day in state.later] == ["Thursday"]
    first = state.days[0].rows[0]
    assert (first.time, first.end, first.title) == ("10:00", "10:30", "Intro call with Maja Lindqvist")
    assert (first.soon, first.join) == ("in 19 min", "https://video.example.com/anna")
    assert (state.days[0].rows[2].place_icon, state.days[0].rows[2].place) == ("where_place", "Your office, Sydhavnen")
    assert state.banners == ()
    assert state.status.spoken == "Only on this computer"


def test_ribbon_when_the_day_has_other_events_shows_them_grey_and_tells_them() -> None:
    ribbon = build(o.NORMAL).days[0].ribbon
    assert ribbon is not None
    assert [(block.start, block.colour) for block in ribbon.blocks][:2] == [(510, ""), (600, "fjord")]
    assert ribbon.blocks[0].words == "08:30 to 09:15, Dentist"
    assert ribbon.now == 581
    assert ribbon.free == ((700, 770), (850, 920))


def test_rows_when_a_meeting_is_over_are_past_and_offer_no_link() -> None:
    state = build(replace(o.NORMAL, now=o.at(13, 10, 45)))
    assert [row.past for row in state.days[0].rows] == [True, False, False]
    assert state.days[0].rows[0].join == ""
    assert state.days[0].rows[1].soon == ""


def test_rows_when_the_calendar_has_not_taken_the_meeting_yet_say_so() -> None:
    meeting = replace(o.MEETINGS[3], written=False)
    row = build(replace(o.NORMAL, meetings=(meeting,))).days[0].rows[0]
    assert row.note == "Not in your calendar yet"
    assert row.spoken.endswith("Not in your calendar yet")


@pytest.mark.shows("INACT-1", "INACT-4")
def test_dashboard_when_a_calendar_is_inactive_says_the_consequence_first_and_offers_the_cures() -> None:
    state = build(o.INACTIVE)
    banner = state.banners[0]
    assert banner.title == "Nobody can book you: access to Team calendar was lost"
    assert banner.text == "Since Monday 18:20 your pages say that booking is temporarily unavailable. 2 people have tried."
    assert [words for _, words, _ in banner.actions] == ["Check again", "Remove calendar", "How to fix"]
    assert banner.about == "team"
    assert "no longer shared with you" in banner.help
    assert (state.status.dot, state.status.warning) == ("amber", "Nobody can book")
    assert state.days[0].ribbon is not None
    assert state.days[0].ribbon.free == ()


@pytest.mark.shows("BOOK-3")
def test_dashboard_when_offline_puts_requests_in_the_main_column() -> None:
    state = build(o.OFFLINE)
    assert kinds(state) == [("offline", "accent")]
    assert state.requests_in_main
    assert state.subtitle == "Tuesday 13 October · 2 requests to answer"
    first, second = state.requests
    assert (first.page, first.length, first.email, first.when) == ("Intro call", "30 min", "lars@example.org", "Sun 20:14")
    assert [wish.text for wish in first.wishes] == ["Wed 14 Oct, 10:00", "Fri 16 Oct, 09:00"]
    assert first.wishes[0].accept == "Accept Wed 14 Oct"
    assert [wish.free for wish in second.wishes] == [True, True, False]
    assert [day.title for day in state.days] == ["Thursday"]


def test_dashboard_when_scheduling_is_switched_off_offers_to_switch_it_on() -> None:
    banner = build(o.SCHEDULING_OFF).banners[0]
    assert [action for action, _, _ in banner.actions] == ["scheduling", "help"]


def test_request_when_all_its_times_are_gone_cannot_be_accepted() -> None:
    request = build(o.GONE).requests[0]
    assert not request.possible
    assert request.first_free == 0


def test_dashboard_when_nothing_ever_happened_shows_the_first_steps() -> None:
    state = build(o.EMPTY)
    assert state.first_day
    assert state.days == ()
    assert [(step.title, step.done) for step in state.steps] == [
        ("Your calendar is connected", True),
        ("Your first page is ready", True),
        ("Book yourself once", False),
    ]
    assert state.subtitle == "Tuesday 13 October"


def test_first_steps_when_no_calendar_and_no_page_is_there_lead_to_them() -> None:
    state = build(replace(o.EMPTY, offline=True, accounts=(), calendars=(), pages=(), link=""))
    assert [step.action for step in state.steps] == ["calendar", "page", ""]


def test_dashboard_when_all_meetings_are_over_is_not_the_first_day_again() -> None:
    state = build(replace(o.EMPTY, ever_booked=True))
    assert not state.first_day
    assert [(day.title, day.empty) for day in state.days] == [("Today", "No meetings today")]


@pytest.mark.shows("URL-7")
def test_dashboard_when_paused_says_until_when_and_offers_to_switch_on() -> None:
    state = build(o.PAUSED)
    assert kinds(state) == [("paused", "neutral")]
    assert "again Thu 15 Oct, 08:00" in state.banners[0].text
    assert (state.status.first, state.status.second, state.status.on) == ("Paused", "until Thu 15 Oct", False)


def test_dashboard_when_several_faults_come_together_names_the_worst_first() -> None:
    state = build(o.WORST)
    assert kinds(state) == [("server", "danger"), ("calendar", "amber"), ("writes", "amber"), ("offline", "accent")]
    assert state.status.dot == "danger"


@pytest.mark.parametrize(
    ("changes", "dot", "spoken"),
    [
        ({"reach": Reachability.LIVE, "address": "meet.example.com"}, "success", "Live at meet.example.com"),
        ({"reach": Reachability.COMPUTER_ONLY}, "local", "Only on this computer"),
        ({"reach": Reachability.STARTING}, "connecting", "Starting your pages"),
        ({"reach": Reachability.NOT_REACHED}, "danger", "Not reached, trying again"),
        ({"offline": True}, "accent", "Offline mode. Requests only"),
        ({"pages_on": False}, "paused", "Paused. No new bookings"),
        ({"inactive": (o.TEAM,)}, "amber", "Only on this computer. Nobody can book"),
    ],
)
def test_status_when_the_pages_change_says_how_bookable_the_owner_is(changes: dict[str, object], dot: str, spoken: str) -> None:
    status = build(replace(o.NORMAL, **changes)).status  # type: ignore[arg-type]
    assert (status.dot, status.spoken) == (dot, spoken)


@pytest.mark.shows("INACT-3")
def test_attempts_when_listed_say_who_wanted_what_and_offer_to_write() -> None:
    rows = build(o.INACTIVE).attempts
    assert rows[0].title == "Blocked today 09:22"
    assert rows[0].text == "Ida Winther wanted Intro call, Thu 15 Oct, 10:20"
    assert rows[0].write == "Write to Ida"
    assert rows[1].text == "Someone wanted Strategy session and left no name"
    assert rows[1].write == ""
    assert rows[2].title == "Booked Mon 16:10"


@pytest.mark.shows("DESK-5")
def test_dashboard_when_danish_uses_danish_words_and_dates() -> None:
    i18n.use("da")
    state = build(o.INACTIVE)
    assert state.subtitle == "Tirsdag den 13. oktober · 3 møder i dag"
    assert state.banners[0].title == "Ingen kan booke dig: adgangen til Team calendar er mistet"
    assert state.banners[0].text == (
        "Siden mandag kl. 18.20 har dine sider sagt, at man ikke kan booke lige nu. 2 personer har prøvet."
    )
    assert state.requests[0].wishes[0].text == "ons. 14. okt. kl. 10.00"
    assert [day.title for day in state.days] == ["I dag", "I morgen", "Torsdag"]
    assert state.days[0].rows[0].title == "Intro call med Maja Lindqvist"


def test_dashboard_when_built_twice_from_the_same_is_equal() -> None:
    for overview in o.ALL.values():
        assert build(overview) == build(overview)


def test_dashboard_when_a_meeting_began_yesterday_stands_under_today() -> None:
    night = replace(o.MEETINGS[3], start=o.at(12, 23), end=o.at(13, 11))
    state = build(replace(o.NORMAL, meetings=(night,)))
    assert state.days[0].title == "Today"
    assert state.days[0].rows[0].soon == "now"
    assert state.days[0].ribbon is not None
    assert (state.days[0].ribbon.blocks[0].start, state.days[0].ribbon.blocks[0].end) == (0, 660)


@pytest.mark.shows("BOOK-5", "S3")
def test_place_that_a_guest_wrote_is_shown_and_no_link_to_press() -> None:
    first = next(each for each in o.NORMAL.meetings if each.location == o.VIDEO)
    theirs = Location(LocationKind.ASK, "https://elsewhere.example.com/meet")
    meetings = tuple(replace(each, location=theirs) if each == first else each for each in o.NORMAL.meetings)
    row = next(row for row in build(replace(o.NORMAL, meetings=meetings)).days[0].rows if row.title.startswith(first.title))
    assert row.place == "https://elsewhere.example.com/meet"
    assert row.join == ""
