"""What Google does beyond what all providers promise."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from app.domain.calendars import Event, Response, ShowAs
from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.connections import Access, Lost
from app.domain.errors import AccessLost, Conflict, NotFound, RateLimited, SignInExpired, Unreachable
from app.providers.google import provider as provider_module
from app.providers.google.tokens import EVENTS, LIST, OWN_CALENDARS
from tests.providers.contract import END, START, at, seen, timed
from tests.providers.google.worlds import GoogleWorld
from tests.servers.google.faults import Kind

pytestmark = pytest.mark.anyio


# Reading


@pytest.mark.shows("SYNC-1")
async def test_read_window_when_there_are_more_events_than_a_page_holds_then_all_are_read(world: GoogleWorld) -> None:
    for number in range(2600):
        world.server.service.put_raw(
            world.calendar,
            start={"dateTime": "2026-10-20T09:00:00+02:00"},
            end={"dateTime": "2026-10-20T09:30:00+02:00"},
            summary=f"Event {number}",
            etag="",
        )
    before = world.user.requests
    told = await world.provider.changes(world.calendar, "", START, END)
    assert len(told.events) == 2600
    assert world.user.requests - before == 2
    assert (await world.provider.changes(world.calendar, told.token, START, END)).events == ()


@pytest.mark.shows("SYNC-1")
async def test_read_window_when_pages_are_short_or_empty_then_the_rest_is_read_too(world: GoogleWorld) -> None:
    for number in range(7):
        await world.add(timed(f"k{number}", START + number * DAY))
    world.server.service.most_a_page = 2
    try:
        assert len(await seen(world)) == 7
        assert len(await world.provider.calendars()) == 2
    finally:
        world.server.service.most_a_page = 2500


@pytest.mark.shows("SYNC-1")
async def test_changes_when_a_first_reading_is_long_then_each_page_is_told_while_the_next_is_on_its_way(
    world: GoogleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.server.service, "most_a_page", 3)
    for number in range(7):
        await world.add(timed(f"k{number}", START + number * DAY))
    early, before = [], world.user.requests

    async def store(events: tuple[Event, ...]) -> None:
        early.append(events)
        async with asyncio.timeout(5):
            while world.user.requests - before < min(len(early) + 1, 3):
                await asyncio.sleep(0)

    told = await world.provider.changes(world.calendar, "", START, END, store)
    assert [len(each) for each in early] == [3, 3, 1]
    assert sorted(event.id for each in early for event in each) == sorted(each.id for each in told.events)
    await world.provider.changes(world.calendar, told.token, START, END, store)
    assert len(early) == 3


async def test_changes_when_a_page_cannot_be_stored_then_the_error_comes_through_and_nothing_more_is_asked_for(
    world: GoogleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.server.service, "most_a_page", 2)
    for number in range(7):
        await world.add(timed(f"k{number}", START + number * DAY))
    before = world.user.requests

    async def store(_: tuple[Event, ...]) -> None:
        raise KeyError("planted")

    with pytest.raises(KeyError, match="planted"):
        await world.provider.changes(world.calendar, "", START, END, store)
    assert world.user.requests - before <= 2
    assert len(await seen(world)) == 7


@pytest.mark.shows("SYNC-1", "R17")
async def test_changes_when_google_has_forgotten_the_token_then_everything_is_told(world: GoogleWorld) -> None:
    await world.add(timed("a", "2026-10-20 09:00"))
    token = (await world.provider.changes(world.calendar, "", START, END)).token
    world.server.service.forget_tokens(world.calendar)
    told = await world.provider.changes(world.calendar, token, START, END)
    assert told.full
    assert told.events == await seen(world)


@pytest.mark.shows("SYNC-1")
async def test_changes_when_single_events_changed_then_only_they_are_told(world: GoogleWorld) -> None:
    kept, removed = await world.add(timed("a", "2026-10-20 09:00")), await world.add(timed("b", "2026-10-21 09:00"))
    token = (await world.provider.changes(world.calendar, "", START, END)).token
    added = await world.add(timed("c", "2026-10-22 09:00"))
    await world.remove(removed)
    told = await world.provider.changes(world.calendar, token, START, END)
    assert (told.full, [each.id for each in told.events], told.gone) == (False, [added], (removed,))
    assert kept in [each.id for each in await seen(world)]


@pytest.mark.shows("INACT-1", "R16")
async def test_first_read_when_access_is_lost_between_two_pages_then_it_says_so(
    world: GoogleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        await world.add(timed(f"k{number}", START + number * DAY))
    pages: list[str] = []
    real = provider_module._next_page

    def unshared_meanwhile(query: dict[str, str | int], token: str) -> bool:
        pages.append(token)
        world.unshare()
        return real(query, token)

    monkeypatch.setattr(provider_module, "_next_page", unshared_meanwhile)
    monkeypatch.setattr(provider_module, "PAGE_SIZE", 2)
    with pytest.raises(AccessLost) as lost:
        await seen(world)
    assert lost.value.reason == Lost.REMOVED
    assert len(pages) == 1


@pytest.mark.shows("CON-13")
async def test_calendars_when_roles_differ_then_each_has_its_access_also_one_nobody_knows(world: GoogleWorld) -> None:
    roles = {
        "owner": Access.OWNER,
        "writer": Access.EDIT,
        "writerWithoutPrivateAccess": Access.EDIT,
        "reader": Access.DETAILS,
        "freeBusyReader": Access.FREE_BUSY,
        "curator": Access.DETAILS,
    }
    with world.server.unrecorded():
        for role in roles:
            world.server.service.share(
                world.server.service.add_calendar(world.other.email, role, "Asia/Tokyo").id, world.email, role
            )
        found = {each.name: each for each in await world.provider.calendars()}
    assert {name: found[name].access for name in roles} == roles
    assert found["reader"].zone == "Asia/Tokyo"
    assert [each.id for each in found.values() if each.primary] == [world.email]


@pytest.mark.shows("CON-13")
async def test_calendars_when_they_belong_to_others_then_it_says_to_whom(world: GoogleWorld) -> None:
    service = world.server.service
    service.share(world.other.email, world.email, "reader")
    holidays = service.add_public("da.danish#holiday@group.v.calendar.google.com", "Helligdage i Danmark", world.email)
    found = {each.id: (each.owner, each.owner_name) for each in await world.provider.calendars()}
    assert found == {
        world.email: ("", ""),
        world.other.email: (world.other.email, "Bo"),
        world.calendar: (world.other.email, "Bo"),
        holidays.id: ("", ""),
    }


async def test_read_window_when_a_calendars_id_has_signs_of_addresses_then_it_is_the_right_calendar(world: GoogleWorld) -> None:
    holidays = world.server.service.add_public("da.danish#holiday%2F?x@group.v.calendar.google.com", "Helligdage", world.email)
    world.server.service.insert(
        holidays.id, {"summary": "Juleaften", "start": {"date": "2026-10-24"}, "end": {"date": "2026-10-25"}}
    )
    assert [each.title for each in await world.provider.read_window(holidays.id, START, END)] == ["Juleaften"]


@pytest.mark.shows("SYNC-3")
async def test_read_window_when_private_events_are_read_then_nothing_but_their_time_is_kept(world: GoogleWorld) -> None:
    start, end = {"dateTime": "2026-10-20T09:00:00+02:00"}, {"dateTime": "2026-10-20T10:00:00+02:00"}
    world.server.service.put_raw(
        world.calendar, start=start, end=end, visibility="private", summary="Doctor", location="Clinic", description="x"
    )
    (found,) = await seen(world)
    assert (found.private, found.title, found.location, found.description) == (True, "", "", "")
    assert found.start == at("2026-10-20 09:00")


# Writing


@pytest.mark.shows("SYNC-4")
async def test_create_when_the_owner_deletes_it_again_and_again_then_each_time_another_id_is_taken(world: GoogleWorld) -> None:
    draft, ids = timed("k", "2026-10-20 09:00"), set()
    for _ in range(3):
        made = await world.provider.create(world.calendar, draft)
        ids.add(made.id)
        await world.remove(made.id)
    assert len(ids) == 3
    made = await world.provider.create(world.calendar, draft)
    world.server.service.purge_deleted(world.calendar)
    assert await (await world.again()).find(world.calendar, "k") == made


@pytest.mark.shows("SYNC-4")
async def test_create_when_two_programs_race_then_the_one_who_comes_second_finds_the_event_of_the_first(
    world: GoogleWorld,
) -> None:
    draft = timed("k", "2026-10-20 09:00")
    programs = [await world.again() for _ in range(6)]
    made = await asyncio.gather(*(each.create(world.calendar, draft) for each in programs))
    assert len({each.id for each in made}) == 1
    assert [what for what, _ in world.user.writes] == ["insert"]


async def test_update_when_guests_have_answered_then_their_answers_stay_and_all_are_told(world: GoogleWorld) -> None:
    draft = timed("k", "2026-10-20 09:00", attendees=("ase@example.com", "ib@example.com"))
    made = await world.provider.create(world.calendar, draft)
    world.server.service.answer_invitation(world.calendar, made.id, "ase@example.com", "accepted")
    moved = replace(draft, start=draft.start + HOUR, end=draft.end + HOUR, attendees=("ase@example.com", "eva@example.com"))
    await world.provider.update(world.calendar, made.id, moved)
    guests = {each["email"]: each["responseStatus"] for each in world.held.events[made.id]["attendees"]}
    assert guests == {"ase@example.com": "accepted", "eva@example.com": "needsAction"}
    await world.provider.delete(world.calendar, made.id)
    mails = [what for what, calendar, _event, _guests in world.server.api.mails if calendar == world.calendar]
    assert mails == ["invited", "updated", "cancelled"]


async def test_update_when_nothing_differs_then_nothing_is_written(world: GoogleWorld) -> None:
    draft = timed("k", "2026-10-20 09:00", description="a <b> & c", location="Room 1", attendees=("ase@example.com",))
    made = await world.provider.create(world.calendar, draft)
    assert await world.provider.update(world.calendar, made.id, draft) == made
    assert [what for what, _ in world.user.writes] == ["insert"]


async def test_update_when_a_guest_answers_meanwhile_then_both_changes_stand(world: GoogleWorld) -> None:
    draft = timed("k", "2026-10-20 09:00", attendees=("ase@example.com",))
    made = await world.provider.create(world.calendar, draft)
    real, raced = world.provider._item, []

    async def item(calendar: str, event: str) -> object:
        found = await real(calendar, event)
        if not raced:
            world.server.service.answer_invitation(calendar, event, "ase@example.com", "accepted")
            raced.append(event)
        return found

    world.provider._item = item  # type: ignore[assignment, method-assign]
    more = replace(draft, attendees=("ase@example.com", "eva@example.com"))
    assert (await world.provider.update(world.calendar, made.id, more)).attendees == more.attendees
    guests = {each["email"]: each["responseStatus"] for each in world.held.events[made.id]["attendees"]}
    assert guests == {"ase@example.com": "accepted", "eva@example.com": "needsAction"}


async def test_description_when_it_has_signs_of_html_then_google_shows_them_as_they_were_typed(world: GoogleWorld) -> None:
    text = '<a href="https://evil.example">R&D</a>'
    made = await world.provider.create(world.calendar, timed("k", "2026-10-20 09:00", description=text))
    assert made.description == text
    assert "<" not in world.held.events[made.id]["description"]


@pytest.mark.parametrize("pending", [0, 1, 2])
async def test_create_when_a_video_meeting_is_wanted_then_its_link_is_the_location(
    world: GoogleWorld, pending: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_module, "LINK_WAITS", (0.01, 0.01, 0.01))
    world.user.pending_links = pending
    made = await world.provider.create(world.calendar, timed("k", "2026-10-20 09:00", online=True))
    assert made.location.startswith("https://meet.google.com/")
    assert await seen(world) == (made,)


async def test_create_when_the_calendar_makes_no_video_links_then_it_is_refused_for_good(world: GoogleWorld) -> None:
    world.held.meet = False
    with world.server.unrecorded(), pytest.raises(Conflict):
        await world.provider.create(world.calendar, timed("k", "2026-10-20 09:00", online=True))


async def test_busy_when_asked_then_google_says_what_blocks_and_a_lost_calendar_is_told(world: GoogleWorld) -> None:
    await world.add(timed("a", "2026-10-20 09:00"))
    await world.add(timed("b", "2026-10-20 09:30"))
    await world.add(timed("free", "2026-10-21 09:00", show_as=ShowAs.FREE))
    nine = at("2026-10-20 09:00")
    assert await world.provider.busy(world.calendar, START, END) == ((nine, nine + 90 * MINUTE),)
    world.unshare()
    with pytest.raises(AccessLost):
        await world.provider.busy(world.calendar, START, END)


async def test_task_calendar_when_asked_again_then_there_is_one_and_it_can_be_written_with_the_smallest_right(
    world: GoogleWorld,
) -> None:
    provider = world.connect(world.tokens(LIST, OWN_CALENDARS))
    world.faults.add(Kind.LOSE, writes_only=True)
    with pytest.raises(Unreachable):
        await provider.task_calendar("Aftale tasks", "Europe/Copenhagen")
    made = await provider.task_calendar("Aftale tasks", "Europe/Copenhagen")
    assert await provider.task_calendar("Other name", "Europe/Copenhagen") == made
    assert (made.name, made.zone, made.access) == ("Aftale tasks", "Europe/Copenhagen", Access.OWNER)
    assert (await provider.create(made.id, timed("t", "2026-10-20 09:00"))).title == "Event t"


async def test_series_when_all_occurrences_are_gone_then_it_is_not_found(world: GoogleWorld) -> None:
    draft = timed("k", "2026-10-13 09:00", rrule="FREQ=WEEKLY;COUNT=2")
    await world.provider.create(world.calendar, draft)
    for each in await seen(world):
        await world.provider.delete(world.calendar, each.id)
    with pytest.raises(NotFound):
        await world.provider.find(world.calendar, "k")


# Sign-in


async def test_calls_when_the_access_token_is_old_then_one_of_many_refreshes_it(world: GoogleWorld) -> None:
    world.server.consents.expire_access(world.email)
    before = world.server.consents.token_calls
    await asyncio.gather(*(seen(world) for _ in range(8)))
    assert world.server.consents.token_calls - before == 1
    assert world.kept[-1].access == world.provider._api.session.tokens.access


@pytest.mark.shows("R15")
async def test_calls_when_the_sign_in_is_over_then_google_is_asked_once(world: GoogleWorld) -> None:
    world.sign_out()
    before = world.server.consents.token_calls
    for _ in range(5):
        with pytest.raises(SignInExpired) as expired:
            await seen(world)
        assert expired.value.detail == "invalid_grant"
    assert world.server.consents.token_calls - before == 1


async def test_calls_when_google_refuses_every_token_then_each_tries_twice_and_no_more(world: GoogleWorld) -> None:
    world.faults.add(Kind.UNAUTHORIZED, times=2)
    before = world.server.consents.token_calls
    with pytest.raises(SignInExpired):
        await seen(world)
    assert world.server.consents.token_calls - before == 1
    assert await seen(world) == ()


async def test_calls_when_a_right_was_not_given_then_it_asks_to_sign_in_again(world: GoogleWorld) -> None:
    only_list = world.connect(world.tokens(LIST))
    assert await only_list.calendars()
    with pytest.raises(SignInExpired) as expired:
        await only_list.read_window(world.calendar, START, END)
    assert expired.value.detail == "insufficientPermissions"
    no_list = world.connect(world.tokens(EVENTS))
    with pytest.raises(SignInExpired):
        await no_list.calendars()


@pytest.mark.parametrize(
    ("kind", "wait", "seconds"),
    [(Kind.LIMIT_403, None, 15), (Kind.DAILY_403, None, 3600), (Kind.LIMIT_429, 7, 7), (Kind.ERROR_503, 9, 9)],
)
async def test_calls_when_google_asks_to_wait_then_the_calendar_stays_active(
    world: GoogleWorld, kind: Kind, wait: int | None, seconds: float
) -> None:
    world.faults.add(kind, wait=wait)
    with pytest.raises(RateLimited) as limited:
        await seen(world)
    assert limited.value.retry_after == seconds
    assert await seen(world) == ()


@pytest.mark.parametrize("kind", [Kind.DROP, Kind.HALF, Kind.LOSE, Kind.HTML, Kind.ERROR_500, Kind.ERROR_503])
async def test_calls_when_the_answer_is_no_answer_then_it_is_a_passing_fault(world: GoogleWorld, kind: Kind) -> None:
    event = await world.add(timed("a", "2026-10-20 09:00"))
    for call in (seen(world), world.provider.calendars(), world.provider.create(world.calendar, timed("k", START))):
        world.faults.add(kind)
        with pytest.raises(Unreachable):
            await call
    assert event in [each.id for each in await seen(world)]


@pytest.mark.parametrize("kind", [Kind.HALF, Kind.LOSE])
async def test_read_window_when_half_of_a_long_packed_answer_comes_then_it_is_a_passing_fault(
    world: GoogleWorld, kind: Kind
) -> None:
    for number in range(300):
        await world.add(timed(f"k{number}", START + number * HOUR))
    world.faults.add(kind)
    with pytest.raises(Unreachable):
        await seen(world)
    assert len(await seen(world)) == 300


async def test_response_when_the_owner_was_invited_then_it_is_the_owners_answer(world: GoogleWorld) -> None:
    times = {"start": {"dateTime": "2026-10-20T09:00:00+02:00"}, "end": {"dateTime": "2026-10-20T10:00:00+02:00"}}
    guests = [{"email": "other@example.com", "responseStatus": "accepted", "organizer": True}]
    for said in ("accepted", "declined", "tentative", "needsAction"):
        mine = {"email": world.calendar, "self": True, "responseStatus": said}
        world.server.service.put_raw(
            world.calendar, **times, summary=said, attendees=[*guests, mine], organizer={"email": "other@example.com"}
        )
    found = {each.title: each.response for each in await seen(world)}
    assert found == {
        "accepted": Response.ACCEPTED,
        "declined": Response.DECLINED,
        "tentative": Response.TENTATIVE,
        "needsAction": Response.UNANSWERED,
    }
