"""Options of a page as the program follows them: secret links, consent, invitations, rules for changes, remembered visitors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.booking import BookingRequest, ManagedBooking, Promised, Refused, Visitor
from app.domain.calendars import Event
from app.domain.clock import DAY
from app.domain.connections import ProviderKind
from app.domain.errors import NotFound
from app.domain.pages import Consent, ConsentKind, Invite, Location, LocationKind, Page, Question
from app.models import accounts as account_rows
from app.models import calendars as calendar_rows
from app.models.database import Session
from app.services import remembering
from app.services.drafts import event_draft
from app.services.invitation import booking_ics
from app.services.workspace import Workspace
from tests.services.opened import StandingClock, at, furnished, page, settle, wish

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture
async def workspace(tmp_path: Path, clock: StandingClock) -> AsyncIterator[Workspace]:
    opened = await furnished(tmp_path, clock, page(1), page(2))
    yield opened
    await opened.close()


async def options(workspace: Workspace, **changes: object) -> Page:
    return await workspace.pages.save(replace(await workspace.pages.get("page1"), **changes))  # type: ignore[arg-type]


async def promised(workspace: Workspace, request: BookingRequest) -> Promised:
    answer = await workspace.bookings.book(request)
    assert isinstance(answer, Promised), answer
    return answer


async def link(workspace: Workspace, **about: object) -> str:
    """The token of a new secret link to the first page."""
    _, address = await workspace.pages.make_link("page1", "Ida", **about)  # type: ignore[arg-type]
    return address.rpartition("/")[2]


# Secret links


@pytest.mark.shows("PAGE-2")
async def test_secret_page_when_booked_without_its_link_then_is_not_there(workspace: Workspace) -> None:
    await options(workspace, secret=True)
    assert await workspace.bookings.book(wish(at(13, 10))) == Refused("not_found")
    token = await link(workspace)
    assert await workspace.bookings.book(wish(at(13, 10), link="x" * 43)) == Refused("not_found")
    await promised(workspace, wish(at(13, 10), link=token))
    await promised(workspace, wish(at(13, 11), link=token))


@pytest.mark.shows("PAGE-2")
async def test_single_use_link_when_two_book_at_once_then_one_of_them_does(workspace: Workspace) -> None:
    await options(workspace, secret=True)
    token = await link(workspace, single=True)
    answers = await asyncio.gather(
        workspace.bookings.book(wish(at(13, 10), link=token)), workspace.bookings.book(wish(at(14, 10), link=token))
    )
    assert sorted(type(each).__name__ for each in answers) == ["Promised", "Refused"]
    assert Refused("link_spent") in answers
    assert await workspace.bookings.open_link("anna/page-1", token) == Refused("link_spent")
    (kept,) = await workspace.pages.links("page1")
    assert kept.booking in {each.booking for each in answers if isinstance(each, Promised)}


@pytest.mark.shows("PAGE-2")
async def test_single_use_link_when_the_same_form_comes_twice_then_the_answer_is_the_same(workspace: Workspace) -> None:
    token = await link(workspace, single=True)
    request = wish(at(13, 10), link=token, key="k1", body="b")
    assert await workspace.bookings.book(request) == await workspace.bookings.book(request)


@pytest.mark.shows("PAGE-2")
async def test_single_use_link_when_the_time_was_taken_then_it_is_still_good(workspace: Workspace) -> None:
    token = await link(workspace, single=True)
    await promised(workspace, wish(at(13, 10)))
    assert not isinstance(await workspace.bookings.book(wish(at(13, 10), link=token)), Promised)
    await promised(workspace, wish(at(13, 11), link=token))


@pytest.mark.shows("PAGE-2")
async def test_expiring_link_when_its_day_has_come_then_it_opens_nothing(workspace: Workspace, clock: StandingClock) -> None:
    token = await link(workspace, expires=clock.now() + DAY)
    assert await workspace.bookings.open_link("anna/page-1", token) == "anna/page-1"
    clock.at += DAY
    assert await workspace.bookings.open_link("anna/page-1", token) == Refused("link_expired")
    assert await workspace.bookings.book(wish(at(14, 10), link=token)) == Refused("link_expired")


@pytest.mark.shows("PAGE-2")
async def test_link_when_it_is_ended_or_of_another_page_then_it_is_not_there(workspace: Workspace) -> None:
    token = await link(workspace)
    assert await workspace.bookings.open_link("anna/page-2", token) == Refused("not_found")
    (kept,) = await workspace.pages.links("page1")
    await workspace.pages.drop_link(kept.id)
    assert await workspace.bookings.open_link("anna/page-1", token) == Refused("not_found")


@pytest.mark.shows("PAGE-2", "URL-1")
async def test_link_when_the_page_gets_another_address_then_it_leads_there(workspace: Workspace) -> None:
    token = await link(workspace)
    await options(workspace, slug="anna/other")
    assert await workspace.bookings.open_link("anna/page-1", token) == "anna/other"


async def test_link_when_its_page_is_unknown_then_it_cannot_be_made(workspace: Workspace) -> None:
    with pytest.raises(NotFound):
        await workspace.pages.make_link("nothing")


# Consent


@pytest.mark.shows("PAGE-3")
@pytest.mark.parametrize(
    ("consent", "sent", "kept"),
    [
        (Consent(ConsentKind.TICK, "I agree.", "https://example.com/p"), {"privacy": True},
         {"kind": "tick", "text": "I agree.", "agreed": "yes", "link": "https://example.com/p"}),
        (Consent(ConsentKind.NOTICE), {},
         {"kind": "notice", "text": "Anna keeps your answers to prepare and hold the meeting."}),
        (Consent(ConsentKind.LEGITIMATE_INTEREST, "We keep it.", basis="Article 6(1)(f)."), {},
         {"kind": "legitimate_interest", "text": "We keep it. Article 6(1)(f)."}),
        (Consent(), {}, {}),
    ],
)  # fmt: skip
async def test_consent_when_booked_then_its_very_words_and_the_time_are_kept(
    workspace: Workspace, consent: Consent, sent: dict[str, bool], kept: dict[str, str]
) -> None:
    await options(workspace, consent=consent)
    answer = await promised(workspace, wish(at(13, 10), consent=sent))
    found = (await workspace.bookings.get(answer.booking)).consent
    time = found.pop("at", "")
    assert found == kept
    assert time.endswith("Z") == bool(kept)


# Invitation


@pytest.mark.shows("PAGE-2", "BOOK-4")
async def test_invitation_when_it_has_its_own_words_then_the_event_has_them(workspace: Workspace) -> None:
    invite = Invite("{{guest}} ({{ company }})", "{{ length }} min at {{ place }}\n{{ answers }}\n{{ nothing }}")
    place = Location(LocationKind.PLACE, "Strandgade 4")
    await options(workspace, invite=invite, location=place, questions=(Question("c", "Company"),))
    answer = await promised(workspace, wish(at(13, 10), answers={"c": "Krog & Søn {{ email }}"}))
    await settle(workspace)
    (event,) = await (await workspace.accounts.provider("local")).read_window("local", at(13, 9), at(13, 12))
    assert event.title == "Ida Winther (Krog & Søn {{ email }})"
    assert event.description == "30 min at Strandgade 4\nCompany: Krog & Søn {{ email }}\n{{ nothing }}"
    assert event.booking == answer.booking


@pytest.mark.shows("PAGE-2")
async def test_online_meeting_when_the_calendar_makes_no_links_then_it_is_a_plain_video_call(workspace: Workspace) -> None:
    await options(workspace, location=Location(LocationKind.ONLINE))
    (public, _), _ = await workspace.availability.public_pages()
    assert public.location == Location(LocationKind.VIDEO)
    booking = await workspace.bookings.get((await promised(workspace, wish(at(13, 10)))).booking)
    assert booking.location == Location(LocationKind.VIDEO)
    assert not event_draft(booking, {}).online


@pytest.mark.shows("PAGE-2")
async def test_online_meeting_when_the_service_makes_the_link_then_the_visitor_gets_it_with_the_event(
    workspace: Workspace,
) -> None:
    def to_google(session: Session) -> None:
        (account,) = account_rows.list_accounts(session)
        account_rows.save_account(session, replace(account, provider=ProviderKind.GOOGLE))

    await workspace.database.write(to_google)
    await options(workspace, location=Location(LocationKind.ONLINE))
    answer = await promised(workspace, wish(at(13, 10)))
    booking = await workspace.bookings.get(answer.booking)
    assert event_draft(booking, {}).online
    link = "https://meet.google.com/abc-defg-hij"
    event = Event(
        id="e1", calendar="local", title=booking.title, start=booking.start, end=booking.end, booking=booking.id, location=link
    )
    await workspace.database.write(lambda session: calendar_rows.upsert_events(session, "local", [event]))
    managed = await workspace.bookings.look_up(answer.manage)
    assert isinstance(managed, ManagedBooking)
    assert managed.location == Location(LocationKind.ONLINE, link)


@pytest.mark.shows("BOOK-5")
async def test_place_when_the_visitor_chose_it_then_they_find_it_in_their_booking_and_calendar_file(
    workspace: Workspace,
) -> None:
    await options(workspace, location=Location(LocationKind.ASK))
    answer = await promised(workspace, wish(at(13, 10), answers={"place": " Café Å "}))
    moved = await workspace.bookings.move_by_token(answer.manage, at(13, 11))
    for managed in (moved, await workspace.bookings.look_up(answer.manage)):
        assert isinstance(managed, ManagedBooking)
        assert managed.location == Location(LocationKind.ASK, "Café Å")
        assert "LOCATION:Café Å\r\n" in booking_ics(managed, "Anna Holm", "https://meet.example.com/manage/x")


# Rules for changes


@pytest.mark.shows("PAGE-2", "BOOK-6")
async def test_changes_when_the_page_allows_none_then_both_are_refused(workspace: Workspace) -> None:
    answer = await promised(workspace, wish(at(13, 10)))
    await options(workspace, may_move=False, may_cancel=False)
    assert await workspace.bookings.cancel_by_token(answer.manage) == Refused("not_allowed")
    assert await workspace.bookings.move_by_token(answer.manage, at(13, 11)) == Refused("not_allowed")
    managed = await workspace.bookings.look_up(answer.manage)
    assert isinstance(managed, ManagedBooking)
    assert (managed.can_change, managed.may_move, managed.may_cancel) == (False, False, False)
    await options(workspace, may_cancel=True)
    assert isinstance(await workspace.bookings.cancel_by_token(answer.manage), ManagedBooking)


# Remembered visitors


@pytest.mark.shows("URL-6")
async def test_visitor_when_they_ask_for_it_then_they_are_known_on_that_host_for_a_while(
    workspace: Workspace, clock: StandingClock
) -> None:
    answer = await promised(workspace, wish(at(13, 10), remember=True, host="meet.example.com"))
    known = {"first_name": "Ida", "last_name": "Winther", "email": "ida@example.org"}
    assert workspace.bookings.recall_visitor(answer.remember, "meet.example.com") == known
    assert workspace.bookings.recall_visitor(answer.remember, "other.example.com") == {}
    assert "ida" not in answer.remember.lower()
    clock.at += remembering.KEPT_FOR
    assert workspace.bookings.recall_visitor(answer.remember, "meet.example.com") == {}


@pytest.mark.shows("URL-6")
@pytest.mark.parametrize("value", ["", "x", "====", "AAAA", "æ", "A" * 4000])
async def test_visitor_when_the_browser_holds_something_else_then_nobody_is_known(workspace: Workspace, value: str) -> None:
    assert workspace.bookings.recall_visitor(value, "meet.example.com") == {}


async def test_visitor_when_the_kept_value_was_changed_then_nobody_is_known() -> None:
    salt = bytes(32)
    kept = remembering.keep(salt, "here", Visitor("Ida", "W", "ida@example.org", "UTC"), 0)
    for at_ in range(0, len(kept) - 1, 7):
        changed = kept[:at_] + ("A" if kept[at_] != "A" else "B") + kept[at_ + 1 :]
        assert remembering.recall(salt, "here", changed, 0) == {}
    assert remembering.recall(bytes([1] * 32), "here", kept, 0) == {}


# Pictures


@pytest.mark.shows("PAGE-2")
async def test_picture_when_another_takes_its_place_then_the_old_one_is_forgotten(workspace: Workspace) -> None:
    first = await workspace.pages.keep_picture("image/png", b"first")
    await options(workspace, picture=first)
    unused = await workspace.pages.keep_picture("image/jpeg", b"second")
    third = await workspace.pages.keep_picture("image/jpeg", b"third")
    assert first.endswith(".png")
    assert await workspace.pages.picture(first) == ("image/png", b"first")
    assert await workspace.pages.picture(unused) is None
    assert await workspace.pages.picture(third) == ("image/jpeg", b"third")
