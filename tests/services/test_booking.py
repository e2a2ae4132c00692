"""Booking as a visitor and the owner see it, on a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.booking import AttemptKind, LeftMessage, ManagedBooking, Promised, Refused, State, Taken
from app.domain.clock import DAY
from app.domain.connections import CalendarState, Lost
from app.domain.errors import NotFound, SlotTaken, StateConflict
from app.domain.events import Attempted, Booked, Cancelled, Requested, Rescheduled, Written
from app.domain.notices import NoticeKind
from app.domain.pages import Limits, Location, LocationKind, Mode, Question
from app.domain.settings import Availability
from app.services.workspace import Workspace
from tests.services.opened import MONDAY, StandingClock, at, furnished, open_workspace, page, settle, wish

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def workspace(tmp_path: Path, clock: StandingClock) -> AsyncIterator[Workspace]:
    opened = await furnished(tmp_path, clock, page(1), page(2, mode=Mode.APPROVAL))
    yield opened
    await opened.close()


async def promised(workspace: Workspace, request) -> Promised:  # type: ignore[no-untyped-def]
    answer = await workspace.bookings.book(request)
    assert isinstance(answer, Promised), answer
    return answer


@pytest.mark.shows("BOOK-1", "BOOK-4", "SYNC-4")
async def test_booking_becomes_one_event_when_the_outbox_has_run(workspace: Workspace) -> None:
    heard: list[object] = []
    for kind in (Booked, Written):
        workspace.announcer.subscribe(kind, heard.append)
    answer = await promised(workspace, wish(at(13, 10), message="About the spring"))
    await settle(workspace)
    assert [type(fact) for fact in heard] == [Booked, Written]
    booking = await workspace.bookings.get(answer.booking)
    assert booking.state is State.WRITTEN
    provider = await workspace.accounts.provider("local")
    events = await provider.read_window("local", at(13, 9), at(13, 12))
    assert [(event.start, event.end, event.booking) for event in events] == [(at(13, 10), at(13, 10, 30), booking.id)]
    assert "Ida Winther" in events[0].title
    assert "About the spring" in events[0].description
    assert events[0].attendees == ("ida@example.org",)


@pytest.mark.shows("BOOK-2")
async def test_second_visitor_gets_nearest_times_when_the_slot_is_gone(workspace: Workspace) -> None:
    await promised(workspace, wish(at(13, 10)))
    answer = await workspace.bookings.book(wish(at(13, 10), email="other@example.org"))
    assert isinstance(answer, Taken)
    assert answer.nearest == (at(13, 9), at(13, 9, 30), at(13, 10, 30), at(13, 11), at(13, 11, 30), at(13, 12))


@pytest.mark.parametrize(
    ("start", "duration", "fields"),
    [
        (at(13, 10, 7), 30, {"start": "not_offered"}),
        (at(13, 20), 30, {"start": "not_offered"}),
        (at(11, 10), 30, {"start": "past"}),
        (at(13, 10) + 90 * DAY, 30, {"start": "not_offered"}),
        (at(13, 10), 45, {"duration": "not_offered"}),
    ],
)
@pytest.mark.shows("BOOK-2")
async def test_visitor_is_told_what_is_wrong_when_the_time_was_never_on_offer(
    workspace: Workspace, start: int, duration: int, fields: dict[str, str]
) -> None:
    answer = await workspace.bookings.book(replace(wish(start), duration=duration))
    assert isinstance(answer, Refused)
    assert answer.error == "invalid"
    assert answer.fields.keys() == fields.keys()
    assert await workspace.bookings.list() == ()


@pytest.mark.shows("BOOK-2")
async def test_page_is_not_found_when_the_slug_is_unknown(workspace: Workspace) -> None:
    assert await workspace.bookings.book(wish(at(13, 10), slug="anna/nothing")) == Refused("not_found")


@pytest.mark.shows("PAGE-2")
async def test_day_is_full_when_its_limit_is_reached_over_all_pages(workspace: Workspace) -> None:
    current = workspace.settings.current
    await workspace.settings.save(replace(current, availability=Availability(limits=Limits(per_day=2))))
    await promised(workspace, wish(at(13, 10)))
    await promised(workspace, wish(at(13, 12)))
    answer = await workspace.bookings.book(wish(at(13, 14)))
    assert isinstance(answer, Taken)
    assert all(not at(13, 0) <= start < at(14, 0) for start in answer.nearest)


@pytest.mark.shows("PAGE-2")
async def test_buffer_of_the_neighbour_counts_when_it_is_the_larger_one(workspace: Workspace) -> None:
    wide = page(3)
    await workspace.pages.save(replace(wide, rules=replace(wide.rules, buffer_before=0, buffer_after=45)))
    await promised(workspace, wish(at(13, 10), slug="anna/page-3"))
    starts = await workspace.availability.starts("page1", 30, at(13, 9), at(13, 13))
    assert starts == (at(13, 9), at(13, 9, 30), at(13, 11, 30), at(13, 12), at(13, 12, 30))


@pytest.mark.shows("BOOK-2", "R12")
async def test_time_is_refused_when_the_owner_put_an_event_there_meanwhile(workspace: Workspace) -> None:
    await workspace.accounts.add_busy("local", at(13, 10), at(13, 11), "Dentist")
    assert isinstance(await workspace.bookings.book(wish(at(13, 10, 30))), Taken)


@pytest.mark.shows("R10")
async def test_same_answer_comes_back_when_the_same_key_is_sent_again(workspace: Workspace) -> None:
    request = wish(at(13, 10), key="k" * 20, body="digest")
    answers = await asyncio.gather(*(workspace.bookings.book(request) for _ in range(20)))
    assert len(set(map(repr, answers))) == 1
    assert len(await workspace.bookings.list()) == 1
    other = await workspace.bookings.book(replace(request, body="another digest"))
    assert other == Refused("invalid", {"key": "used_for_another_body"})


@pytest.mark.shows("R10")
async def test_key_is_forgotten_when_a_day_has_passed(workspace: Workspace, clock: StandingClock) -> None:
    request = wish(at(14, 10), key="k" * 20, body="digest")
    await promised(workspace, request)
    clock.at += DAY + 60
    assert isinstance(await workspace.bookings.book(request), Taken)


@pytest.mark.shows("BOOK-3")
async def test_request_leaves_the_calendar_alone_until_the_owner_accepts(workspace: Workspace) -> None:
    requested: list[Requested] = []
    workspace.announcer.subscribe(Requested, requested.append)
    answer = await promised(workspace, wish(at(13, 10), slug="anna/page-2"))
    assert answer.state is State.REQUESTED
    await settle(workspace)
    provider = await workspace.accounts.provider("local")
    assert await provider.read_window("local", at(13, 0), at(14, 0)) == ()
    await workspace.bookings.accept(answer.booking)
    await settle(workspace)
    assert len(await provider.read_window("local", at(13, 0), at(14, 0))) == 1
    assert (await workspace.bookings.get(answer.booking)).state is State.WRITTEN
    assert len(requested) == 1


@pytest.mark.shows("BOOK-3")
async def test_owner_cannot_accept_a_time_that_was_taken_since(workspace: Workspace) -> None:
    asked = await promised(workspace, wish(at(13, 10), slug="anna/page-2", alternatives=(at(13, 12),)))
    await promised(workspace, wish(at(13, 10)))
    with pytest.raises(SlotTaken):
        await workspace.bookings.accept(asked.booking, at(13, 10))
    overview = await workspace.overview.load()
    assert [(each.start, each.free) for each in overview.requests[0].wishes] == [(at(13, 10), False), (at(13, 12), True)]
    accepted = await workspace.bookings.accept(asked.booking, at(13, 12))
    assert accepted.start == at(13, 12)
    with pytest.raises(StateConflict):
        await workspace.bookings.accept(asked.booking)


@pytest.mark.shows("BOOK-3")
async def test_owner_cannot_accept_a_time_that_nobody_asked_for(workspace: Workspace) -> None:
    asked = await promised(workspace, wish(at(13, 10), slug="anna/page-2"))
    with pytest.raises(NotFound):
        await workspace.bookings.accept(asked.booking, at(13, 15))


@pytest.mark.shows("BOOK-3")
async def test_visitors_ask_when_no_calendar_is_connected(tmp_path: Path, clock: StandingClock) -> None:
    workspace = await furnished(tmp_path, clock)
    await workspace.accounts.disconnect("local")
    answer = await promised(workspace, wish(at(13, 10), alternatives=(at(13, 11), at(13, 12))))
    assert answer.state is State.REQUESTED
    accepted = await workspace.bookings.accept(answer.booking, at(13, 11))
    assert accepted.state is State.CONFIRMED
    await workspace.accounts.connect_local("On this computer", "Europe/Copenhagen")
    await settle(workspace)
    assert (await workspace.bookings.get(answer.booking)).state is State.WRITTEN
    await workspace.close()


@pytest.mark.shows("BOOK-3")
async def test_request_is_not_promised_when_a_suggested_time_is_not_on_offer(workspace: Workspace) -> None:
    answer = await workspace.bookings.book(wish(at(13, 10), slug="anna/page-2", alternatives=(at(13, 3),)))
    assert answer == Refused("invalid", {"alternatives": "not_offered"})


@pytest.mark.shows("BOOK-1")
async def test_request_expires_when_all_its_times_have_passed(workspace: Workspace, clock: StandingClock) -> None:
    asked = await promised(workspace, wish(at(13, 10), slug="anna/page-2"))
    await workspace.bookings.expire_requests()
    assert (await workspace.bookings.get(asked.booking)).state is State.REQUESTED
    clock.at = at(13, 10, 1)
    await workspace.bookings.expire_requests()
    assert (await workspace.bookings.get(asked.booking)).state is State.EXPIRED


@pytest.mark.shows("PAGE-2")
async def test_request_keeps_its_time_from_others_when_the_page_holds_requests(workspace: Workspace) -> None:
    await workspace.pages.save(page(2, mode=Mode.APPROVAL, holds=True))
    await promised(workspace, wish(at(13, 10), slug="anna/page-2"))
    assert isinstance(await workspace.bookings.book(wish(at(13, 10))), Taken)


@pytest.mark.shows("BOOK-6", "BOOK-5")
async def test_visitor_moves_the_booking_when_the_new_time_is_free(workspace: Workspace) -> None:
    moved: list[Rescheduled] = []
    workspace.announcer.subscribe(Rescheduled, moved.append)
    answer = await promised(workspace, wish(at(13, 10)))
    await settle(workspace)
    found = await workspace.bookings.move_by_token(answer.manage, at(14, 11))
    assert isinstance(found, ManagedBooking)
    assert (found.start, found.sequence) == (at(14, 11), 1)
    await settle(workspace)
    provider = await workspace.accounts.provider("local")
    events = await provider.read_window("local", at(13, 0), at(15, 0))
    assert [event.start for event in events] == [at(14, 11)]
    assert isinstance(await workspace.bookings.book(wish(at(13, 10))), Promised)
    assert len(moved) == 1
    same = await workspace.bookings.look_up(answer.manage)
    assert isinstance(same, ManagedBooking)
    assert same.uid == found.uid


@pytest.mark.shows("BOOK-6")
async def test_booking_stays_as_it_was_when_the_new_time_is_taken(workspace: Workspace) -> None:
    first = await promised(workspace, wish(at(13, 10)))
    await promised(workspace, wish(at(13, 11)))
    answer = await workspace.bookings.move_by_token(first.manage, at(13, 11))
    assert isinstance(answer, Taken)
    found = await workspace.bookings.look_up(first.manage)
    assert isinstance(found, ManagedBooking)
    assert (found.start, found.sequence) == (at(13, 10), 0)


@pytest.mark.shows("BOOK-6")
async def test_booking_may_move_by_less_than_its_length_when_only_it_is_in_the_way(workspace: Workspace) -> None:
    half = page(1)
    await workspace.pages.save(replace(half, rules=replace(half.rules, step=15)))
    first = await promised(workspace, wish(at(13, 10)))
    assert isinstance(await workspace.bookings.move_by_token(first.manage, at(13, 10, 15)), ManagedBooking)


@pytest.mark.shows("BOOK-6", "BOOK-1")
async def test_time_is_free_and_the_event_gone_when_the_visitor_cancels(workspace: Workspace) -> None:
    heard: list[Cancelled] = []
    workspace.announcer.subscribe(Cancelled, heard.append)
    answer = await promised(workspace, wish(at(13, 10)))
    await settle(workspace)
    found = await workspace.bookings.cancel_by_token(answer.manage, "We have to wait")
    assert isinstance(found, ManagedBooking)
    assert found.state is State.CANCELLED
    await workspace.bookings.cancel_by_token(answer.manage)
    assert len(heard) == 1
    assert isinstance(await workspace.bookings.book(wish(at(13, 10))), Promised)
    await settle(workspace)
    provider = await workspace.accounts.provider("local")
    assert len(await provider.read_window("local", at(13, 0), at(14, 0))) == 1
    assert await workspace.bookings.move_by_token(answer.manage, at(13, 12)) == Refused("state")


@pytest.mark.shows("BOOK-6", "PAGE-2")
async def test_visitor_comes_too_late_when_the_cut_off_has_passed(workspace: Workspace, clock: StandingClock) -> None:
    await workspace.pages.save(page(1, cutoff=240))
    answer = await promised(workspace, wish(at(13, 10)))
    clock.at = at(13, 6, 1)
    found = await workspace.bookings.look_up(answer.manage)
    assert isinstance(found, ManagedBooking)
    assert (found.can_change, found.why_not) == (False, "too_late")
    assert await workspace.bookings.cancel_by_token(answer.manage) == Refused("too_late")
    assert await workspace.bookings.move_by_token(answer.manage, at(14, 10)) == Refused("too_late")


@pytest.mark.shows("BOOK-5")
async def test_link_tells_nothing_when_it_is_guessed_or_a_week_too_old(workspace: Workspace, clock: StandingClock) -> None:
    answer = await promised(workspace, wish(at(13, 10)))
    for guess in ("", "x", answer.manage[:-1], answer.manage + "A", answer.manage.swapcase()):
        assert await workspace.bookings.look_up(guess) == Refused("not_found")
    clock.at = at(13, 10, 31) + 7 * DAY
    assert await workspace.bookings.look_up(answer.manage) == Refused("not_found")


@pytest.mark.shows("URL-7", "INACT-3")
async def test_attempt_is_kept_and_told_once_when_pages_are_off(workspace: Workspace) -> None:
    heard: list[Attempted] = []
    workspace.announcer.subscribe(Attempted, heard.append)
    await workspace.settings.switch_pages(False)
    for _ in range(3):
        assert await workspace.bookings.book(wish(at(13, 10))) == Refused("paused")
    overview = await workspace.overview.load()
    blocked = [each for each in overview.attempts if each.kind is AttemptKind.BLOCKED]
    assert [(each.name, each.times, each.reason) for each in blocked] == [("Ida Winther", 3, "paused")]
    pending = await workspace.notices.pending()
    assert [notice.kind for notice in pending] == [NoticeKind.ATTEMPT]
    await workspace.settings.switch_pages(True)
    assert isinstance(await workspace.bookings.book(wish(at(13, 10))), Promised)


@pytest.mark.shows("URL-7")
async def test_pages_come_back_by_themselves_when_the_pause_is_over(workspace: Workspace, clock: StandingClock) -> None:
    await workspace.settings.switch_pages(False, until=clock.at + 3600)
    await workspace.settings.wake_up()
    assert not workspace.settings.current.pages_on
    clock.at += 3600
    await workspace.settings.wake_up()
    assert workspace.settings.current.pages_on


@pytest.mark.shows("INACT-1", "INACT-2", "INACT-4")
async def test_nobody_books_when_a_checked_calendar_is_inactive(workspace: Workspace) -> None:
    await workspace.accounts.set_state("local", CalendarState.INACTIVE, Lost.UNSHARED)
    assert await workspace.bookings.book(wish(at(13, 10))) == Refused("unavailable")
    overview = await workspace.overview.load()
    assert [calendar.lost for calendar in overview.inactive] == [Lost.UNSHARED]
    assert overview.free_today == ()
    await workspace.bookings.leave_message(LeftMessage("anna/page-1", "Bo", "bo@example.org", "Tuesday morning"))
    await workspace.accounts.check_again("local")
    assert isinstance(await workspace.bookings.book(wish(at(13, 10))), Promised)


@pytest.mark.shows("BOOK-2")
async def test_all_is_there_when_the_workspace_is_opened_again(tmp_path: Path, clock: StandingClock) -> None:
    workspace = await furnished(tmp_path, clock)
    answer = await promised(workspace, wish(at(13, 10)))
    await workspace.close()
    again = await open_workspace(tmp_path, clock)
    found = await again.bookings.look_up(answer.manage)
    assert isinstance(found, ManagedBooking)
    await settle(again)
    assert (await again.bookings.get(answer.booking)).state is State.WRITTEN
    assert isinstance(await again.bookings.book(wish(at(13, 10))), Taken)
    await again.close()


@pytest.mark.shows("PAGE-4")
async def test_reasons_name_rule_and_event_when_a_time_is_not_offered(workspace: Workspace) -> None:
    await workspace.accounts.add_busy("local", at(13, 10), at(13, 11), "Dentist")
    reasons = await workspace.availability.explain("page1", at(13, 10), 30)
    assert [reason.why for reason in reasons] == ["busy"]
    assert reasons[0].source.startswith("event:local:")
    assert await workspace.availability.explain("page1", at(13, 11), 30) == ()
    assert {reason.why for reason in await workspace.availability.explain("page1", MONDAY - DAY, 30)} >= {"past"}


@pytest.mark.shows("URL-1", "URL-2")
async def test_old_address_still_books_when_the_slug_was_changed(workspace: Workspace) -> None:
    await workspace.pages.save(page(1, slug="anna/renamed"))
    assert isinstance(await workspace.bookings.book(wish(at(13, 10), slug="anna/page-1")), Promised)


@pytest.mark.shows("BOOK-6")
async def test_old_time_is_free_at_once_when_the_move_is_not_in_the_calendar_yet(workspace: Workspace) -> None:
    answer = await promised(workspace, wish(at(13, 10)))
    await settle(workspace)
    await workspace.bookings.move_by_token(answer.manage, at(14, 11))
    assert isinstance(await workspace.bookings.book(wish(at(13, 10))), Promised)


@pytest.mark.shows("BOOK-3")
async def test_owner_cannot_accept_twice_when_the_first_yes_is_written(workspace: Workspace) -> None:
    asked = await promised(workspace, wish(at(13, 10), slug="anna/page-2"))
    await workspace.bookings.accept(asked.booking)
    await settle(workspace)
    with pytest.raises(StateConflict):
        await workspace.bookings.accept(asked.booking)


@pytest.mark.shows("BOOK-3")
async def test_first_free_wish_is_accepted_when_the_owner_names_none(workspace: Workspace) -> None:
    asked = await promised(workspace, wish(at(13, 10), slug="anna/page-2", alternatives=(at(13, 12), at(13, 14))))
    await promised(workspace, wish(at(13, 10)))
    accepted = await workspace.bookings.accept(asked.booking)
    assert accepted.start == at(13, 12)


@pytest.mark.shows("BOOK-3", "SET-2")
async def test_meeting_accepted_offline_is_written_when_scheduling_is_switched_on_again(workspace: Workspace) -> None:
    await workspace.accounts.set_scheduling("local", False)
    asked = await promised(workspace, wish(at(13, 10)))
    await workspace.bookings.accept(asked.booking)
    await settle(workspace)
    assert (await workspace.bookings.get(asked.booking)).state is State.CONFIRMED
    await workspace.accounts.set_scheduling("local", True)
    await settle(workspace)
    assert (await workspace.bookings.get(asked.booking)).state is State.WRITTEN


@pytest.mark.shows("BOOK-4", "PAGE-2")
async def test_event_says_where_when_the_visitor_was_asked_for_a_number(workspace: Workspace) -> None:
    question = Question("topic", "What would you like to talk about?")
    await workspace.pages.save(page(1, location=Location(LocationKind.HOST_CALLS), questions=(question,)))
    answers = {"phone": "+45 12 34 56 78", "topic": "Spring"}
    await promised(workspace, wish(at(13, 10), answers=answers))
    await settle(workspace)
    provider = await workspace.accounts.provider("local")
    (event,) = await provider.read_window("local", at(13, 0), at(14, 0))
    assert event.location == "+45 12 34 56 78"
    assert "What would you like to talk about?: Spring" in event.description
