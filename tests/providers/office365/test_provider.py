"""What Graph does beyond what all providers promise."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.calendars import Days, Response, ShowAs
from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.connections import Access, Lost
from app.domain.errors import AccessLost, Conflict, NotFound, RateLimited, SignInExpired, Unreachable
from app.providers.office365 import api as api_module
from app.providers.office365 import reading
from app.providers.office365.api import Api
from app.providers.office365.mapping import OUR_TRANSACTIONS
from app.providers.office365.places import Places
from app.providers.office365.tokens import Session
from tests.providers.contract import END, START, ZONE, all_day, at, seen, timed
from tests.providers.office365.exchanges import answer, answering
from tests.providers.office365.worlds import GraphWorld, as_outlook
from tests.servers.graph.faults import Kind

pytestmark = pytest.mark.anyio


@pytest.fixture
async def own(anyio_backend: str) -> Any:
    """A world whose calendar is the person's own."""
    made = GraphWorld(own=True)
    yield made
    made.user.open.set()
    await made.close()


async def counted(world: GraphWorld, call: Callable[[], Any]) -> tuple[Any, int]:
    """What a call brings, and how many requests it made."""
    before = world.user.requests
    return await call(), world.user.requests - before


async def followed(world: GraphWorld) -> str:
    """The token of a calendar whose changes are followed by now."""
    first = await world.provider.changes(world.calendar, "", START, END)
    return (await world.provider.changes(world.calendar, first.token, START, END)).token


# Calendars


@pytest.mark.shows("CON-13")
async def test_calendars_when_roles_differ_then_each_has_its_access(world: GraphWorld) -> None:
    roles = {
        "freeBusyRead": Access.FREE_BUSY,
        "limitedRead": Access.DETAILS,
        "read": Access.DETAILS,
        "write": Access.EDIT,
        "delegateWithoutPrivateEventAccess": Access.EDIT,
        "delegateWithPrivateEventAccess": Access.EDIT,
    }
    service = world.server.service
    for role in roles:
        shared = service.add_calendar(world.other.email, role).id
        service.insert(shared, as_outlook(timed(role, world.clock.now() + DAY)))
        service.share(shared, world.email, role)
    found = {each.name: each for each in await world.provider.calendars()}
    assert {name: found[name].access for name in roles} == roles
    assert {found[name].owner for name in roles} == {world.other.email}
    assert {found[name].owner_name for name in roles} == {"Bo Lind"}
    assert [(each.name, each.access, each.owner, each.zone) for each in found.values() if each.primary] == [
        ("Calendar", Access.OWNER, "", ZONE)
    ]


@pytest.mark.shows("CON-13")
async def test_calendars_when_there_are_more_than_a_page_holds_then_all_are_listed(own: GraphWorld) -> None:
    for number in range(120):
        own.server.service.add_calendar(own.email, f"Project {number}")
    assert len(await own.provider.calendars()) == 122


@pytest.mark.shows("SYNC-3")
async def test_calendars_when_the_settings_may_not_be_read_then_all_else_works(own: GraphWorld) -> None:
    await own.add(all_day("whole", "2026-10-25"))
    provider = own.connect(own.credentials("User.Read", "Calendars.ReadWrite", "Calendars.ReadWrite.Shared"))
    assert {each.zone for each in await provider.calendars()} == {"UTC"}
    (found,) = await provider.read_window(own.calendar, START, END)
    # Its own zone tells where the day lies.
    assert (found.days, found.start) == (Days(date(2026, 10, 25), date(2026, 10, 26)), at("2026-10-25 00:00"))


@pytest.mark.shows("INACT-1", "CON-3")
async def test_calls_when_the_mailbox_is_no_longer_in_the_cloud_then_it_is_the_sign_in_that_ended(world: GraphWorld) -> None:
    world.user.mailbox = False
    try:
        with pytest.raises(SignInExpired) as expired:
            await world.provider.calendars()
        assert expired.value.detail == "no_mailbox"
    finally:
        world.user.mailbox = True


# Reading


@pytest.mark.shows("SYNC-1")
async def test_read_window_when_there_are_more_events_than_a_page_holds_then_all_are_read(world: GraphWorld) -> None:
    for number in range(1100):
        await world.add(timed(f"k{number}", START + number * 20 * MINUTE, 15))
    await seen(world, START, START + DAY)
    found, requests = await counted(world, lambda: seen(world))
    assert (len(found), requests) == (1100, 2)


@pytest.mark.shows("SYNC-1")
async def test_changes_when_nothing_happened_then_it_is_one_small_request(world: GraphWorld) -> None:
    for number in range(30):
        await world.add(timed(f"k{number}", START + number * HOUR))
    token = (await world.provider.changes(world.calendar, "", START, END)).token
    # The second reading begins the delta, so that the first need not wait for that.
    told = await world.provider.changes(world.calendar, token, START, END)
    assert (told.full, told.events, told.gone) == (False, (), ())
    token = told.token
    for _ in range(3):
        told, requests = await counted(world, lambda token=token: world.provider.changes(world.calendar, token, START, END))
        assert (told.full, told.events, told.gone, requests) == (False, (), (), 1)
        token = told.token


@pytest.mark.shows("SYNC-1")
async def test_changes_when_something_happened_before_the_delta_began_then_it_is_told(world: GraphWorld) -> None:
    event = await world.add(timed("a", "2026-10-20 09:00"))
    token = (await world.provider.changes(world.calendar, "", START, END)).token
    await world.remove(event)
    told = await world.provider.changes(world.calendar, token, START, END)
    assert (told.full, told.events) == (True, ())


@pytest.mark.shows("SYNC-1")
async def test_changes_when_the_delta_tells_what_does_not_touch_the_window_then_nothing_is_told(world: GraphWorld) -> None:
    await world.add(timed("a", "2026-10-20 09:00"))
    far = await world.add(timed("b", END + 30 * DAY))
    token = await followed(world)
    await world.change(far, timed("b", END + 31 * DAY))
    told, requests = await counted(world, lambda: world.provider.changes(world.calendar, token, START, END))
    assert (told.full, told.events, told.gone, requests) == (False, (), (), 2)


@pytest.mark.shows("SYNC-1", "R14")
async def test_changes_when_exchange_gives_up_on_the_delta_then_the_window_is_read_each_time(world: GraphWorld) -> None:
    event = await world.add(timed("a", "2026-10-20 09:00"))
    token = (await world.provider.changes(world.calendar, "", START, END)).token
    world.faults.add(Kind.ERROR_504)
    told, requests = await counted(world, lambda: world.provider.changes(world.calendar, token, START, END))
    assert (told.full, told.events, requests) == (False, (), 2)
    world.faults.add(Kind.ERROR_504)
    await world.remove(event)
    told = await world.provider.changes(world.calendar, told.token, START, END)
    assert (told.full, told.events) == (True, ())


@pytest.mark.shows("SYNC-1")
async def test_changes_when_something_happened_then_the_window_is_told(world: GraphWorld) -> None:
    event = await world.add(timed("a", "2026-10-20 09:00"))
    token = await followed(world)
    await world.change(event, timed("a", "2026-10-21 09:00"))
    told, requests = await counted(world, lambda: world.provider.changes(world.calendar, token, START, END))
    assert (told.full, [each.start for each in told.events], requests) == (True, [at("2026-10-21 09:00")], 2)


@pytest.mark.shows("SYNC-1")
async def test_changes_when_the_window_moves_day_by_day_then_the_delta_is_not_walked_again(world: GraphWorld) -> None:
    for number in range(250):
        await world.add(timed(f"k{number}", START + number * HOUR))
    token = await followed(world)
    for day in range(1, 4):
        told, requests = await counted(
            world,
            lambda day=day, token=token: world.provider.changes(world.calendar, token, START + day * DAY, END + day * DAY),
        )
        assert (told.full, requests) == (True, 2)
        assert told.events == await seen(world, START + day * DAY, END + day * DAY)
        token = told.token
    told = await world.provider.changes(world.calendar, token, START + 90 * DAY, END + 90 * DAY)
    assert (told.full, told.events) == (True, ())


@pytest.mark.shows("SYNC-1", "R17")
@pytest.mark.parametrize("how", ["forgotten", "410"])
async def test_changes_when_graph_has_forgotten_the_link_then_everything_is_told(world: GraphWorld, how: str) -> None:
    await world.add(timed("a", "2026-10-20 09:00"))
    token = await followed(world)
    if how == "forgotten":
        world.server.service.forget_tokens(world.calendar)
    else:
        world.faults.add(Kind.RESYNC)
    told = await world.provider.changes(world.calendar, token, START, END)
    assert told.full
    assert told.events == await seen(world)
    again = await world.provider.changes(world.calendar, told.token, START, END)
    assert (again.full, again.events) == (False, ())


async def test_changes_when_the_link_leads_elsewhere_then_nobody_there_gets_our_token(world: GraphWorld) -> None:
    token = await followed(world)
    async with answering() as elsewhere:
        link = f"{elsewhere.base}/v1.0/me/calendarView/delta?$deltatoken=x"
        forged = json.dumps({**json.loads(token), "link": link})
        assert (await world.provider.changes(world.calendar, forged, START, END)).full
        assert elsewhere.heard == []


async def test_pages_when_the_next_one_lies_elsewhere_or_is_the_same_then_they_are_not_followed(world: GraphWorld) -> None:
    async with answering() as elsewhere, answering() as here:
        session = Session("account", world.credentials(), world.clock, where=Places(here.base, world.server.base))
        for link, asked in ((f"{elsewhere.base}/v1.0/me/calendars?$skip=1", 1), (f"{here.base}/v1.0/me/calendars?$skip=1", 2)):
            page = answer("200 OK", json.dumps({"value": [], "@odata.nextLink": link}))
            here.answers[:] = [page, page, page]
            here.heard.clear()
            api = Api(session)
            with pytest.raises(ValueError, match=r"a link to somebody else|pages without an end"):
                await api.pages("me/calendars", len)
            await api.close()
            assert len(here.heard) == asked
        assert elsewhere.heard == []


@pytest.mark.shows("SYNC-2")
async def test_changes_when_one_occurrence_was_cancelled_then_it_is_gone(world: GraphWorld) -> None:
    await world.add(timed("weekly", "2026-10-13 09:00", rrule="FREQ=WEEKLY;COUNT=4"))
    token = await followed(world)
    await world.remove((await seen(world))[1].id)
    told = await world.provider.changes(world.calendar, token, START, END)
    assert (told.full, len(told.events)) == (True, 3)


async def test_event_when_it_is_moved_into_another_calendar_and_back_then_its_id_stays(own: GraphWorld) -> None:
    other = own.server.service.add_calendar(own.email, "Other").id
    event = await own.add(timed("a", "2026-10-20 09:00"))
    own.server.service.move(own.calendar, event, other)
    assert [each.id for each in await own.provider.read_window(other, START, END)] == [event]
    assert await seen(own) == ()


@pytest.mark.shows("SYNC-3")
async def test_read_window_when_private_events_are_read_then_nothing_but_their_time_is_kept(own: GraphWorld) -> None:
    body = as_outlook(timed("a", "2026-10-20 09:00", title="Doctor", location="Clinic")) | {"sensitivity": "private"}
    own.server.service.insert(own.calendar, body)
    (found,) = await seen(own)
    assert (found.private, found.title, found.location, found.start) == (True, "", "", at("2026-10-20 09:00"))


@pytest.mark.shows("SET-5")
async def test_event_when_the_owner_was_invited_then_answer_and_people_are_told(own: GraphWorld) -> None:
    guests = [own.email, "dan@example.com"]
    body = as_outlook(timed("a", "2026-10-20 09:00", show_as=ShowAs.WORKING_ELSEWHERE))
    body["attendees"] = [{"emailAddress": {"address": each}} for each in guests]
    event = str(own.server.service.insert(own.calendar, body)["id"])
    own.server.service.answer_invitation(own.calendar, event, "dan@example.com", "declined")
    organizer = {"emailAddress": {"name": "Bo", "address": "bo@example.com"}}
    answer = {"response": "declined", "time": "0001-01-01T00:00:00Z"}
    own.server.service.put_raw(own.calendar, event, isOrganizer=False, organizer=organizer, responseStatus=answer)
    (found,) = await seen(own)
    assert (found.response, found.show_as) == (Response.DECLINED, ShowAs.WORKING_ELSEWHERE)
    assert (found.attendees, found.declined) == (("bo@example.com", "dan@example.com"), ("dan@example.com",))
    own.server.service.put_raw(own.calendar, event, isCancelled=True)
    assert await seen(own) == ()


@pytest.mark.shows("INACT-1", "R16")
async def test_first_read_when_access_is_lost_between_two_pages_then_it_says_so(
    world: GraphWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(6):
        await world.add(timed(f"k{number}", START + number * DAY))
    await seen(world)
    monkeypatch.setattr(reading, "PAGE_SIZE", 2)
    gate = world.hold()
    running, before = asyncio.ensure_future(seen(world)), world.user.requests
    while world.user.requests == before:
        await asyncio.sleep(0.001)
    gate.set()
    while world.user.requests == before + 1:
        await asyncio.sleep(0)
    world.unshare()
    with pytest.raises(AccessLost) as lost:
        await running
    assert lost.value.reason == Lost.UNSHARED


@pytest.mark.shows("R14")
async def test_calls_when_many_are_made_at_once_then_three_are_under_way(world: GraphWorld) -> None:
    await seen(world)
    world.server.service.latency, world.user.most_running = 0.02, 0
    try:
        await asyncio.gather(*(seen(world, START + number * DAY, END) for number in range(12)))
    finally:
        world.server.service.latency = 0.0
    assert world.user.most_running == 3


# Writing


@pytest.mark.shows("SYNC-4")
async def test_create_when_the_owner_deletes_it_again_and_again_then_each_time_another_transaction_is_taken(
    world: GraphWorld,
) -> None:
    """Exchange remembers the transaction of an event that is in the bin, and answers with that."""
    draft, ids = timed("k", "2026-10-20 09:00"), set()
    for _ in range(3):
        made = await world.provider.create(world.calendar, draft)
        ids.add(made.id)
        await world.remove(made.id)
    assert len(ids) == 3
    assert await world.provider.find(world.calendar, "k") is None
    again = await (await world.again()).create(world.calendar, draft)
    assert again.id not in ids
    assert await seen(world) == (again,)
    found = world.server.service.find(world.calendar, again.id)
    assert found is not None
    assert found["transactionId"].startswith(OUR_TRANSACTIONS)


@pytest.mark.shows("SYNC-4")
async def test_create_when_guests_are_named_then_exchange_invites_them_unless_that_is_not_wanted(own: GraphWorld) -> None:
    draft = timed("k1", "2026-10-20 09:00", attendees=("ase@example.com",), description="Agenda")
    made = await own.provider.create(own.calendar, draft)
    assert made.attendees == ("ase@example.com",)
    mails = [(each.kind, each.guests) for each in own.server.service.mails if each.sender == own.email]
    assert mails == [("invited", ("ase@example.com",))]
    quiet = own.connect(invites=False)
    made = await quiet.create(own.calendar, replace(draft, key="k2"))
    assert (made.attendees, made.description) == ((), "Agenda\n\nase@example.com")
    assert await quiet.update(own.calendar, made.id, replace(draft, key="k2")) == made
    assert len([each for each in own.server.service.mails if each.sender == own.email]) == 1


@pytest.mark.shows("SYNC-4")
async def test_delete_when_the_meeting_is_ours_then_guests_get_a_word_and_else_nobody_does(own: GraphWorld) -> None:
    provider, service = own.connect(farewell="See you another time"), own.server.service
    meeting = await provider.create(own.calendar, timed("k1", "2026-10-20 09:00", attendees=("ase@example.com",)))
    alone = await provider.create(own.calendar, timed("k2", "2026-10-21 09:00"))
    await provider.delete(own.calendar, meeting.id)
    await provider.delete(own.calendar, alone.id)
    told = [(each.kind, each.comment) for each in service.mails if each.sender == own.email]
    assert told == [("invited", ""), ("cancelled", "See you another time")]
    assert [verb for verb, _ in own.user.writes] == ["insert", "insert", "cancel", "delete"]
    # Somebody else's meeting cannot be cancelled, only left.
    event = await own.add(timed("k3", "2026-10-22 09:00"))
    guest = {"type": "required", "status": {"response": "none", "time": "0001-01-01T00:00:00Z"},
             "emailAddress": {"name": "A", "address": own.email}}  # fmt: skip
    service.put_raw(own.calendar, event, isOrganizer=False, attendees=[guest])
    await provider.delete(own.calendar, event)
    assert await seen(own) == ()


@pytest.mark.shows("SYNC-4")
async def test_update_when_guests_have_answered_then_their_answers_stay(own: GraphWorld) -> None:
    draft = timed("k", "2026-10-20 09:00", attendees=("ase@example.com", "bo@example.com"))
    made = await own.provider.create(own.calendar, draft)
    own.server.service.answer_invitation(own.calendar, made.id, "ase@example.com", "declined")
    changed = await own.provider.update(own.calendar, made.id, replace(draft, attendees=("ase@example.com", "eva@example.com")))
    assert (changed.attendees, changed.declined) == (("ase@example.com", "eva@example.com"), ("ase@example.com",))


async def test_update_when_nothing_differs_then_nothing_is_written(world: GraphWorld) -> None:
    draft = timed(
        "k", "2026-10-20 09:00", title="A & B", description="one\n\ntwo\n", location="Room", attendees=("ase@example.com",)
    )
    made = await world.provider.create(world.calendar, draft)
    before = len(world.user.writes)
    assert await world.provider.update(world.calendar, made.id, draft) == made
    series = await world.provider.create(world.calendar, timed("s", "2026-10-13 09:00", rrule="FREQ=WEEKLY;COUNT=3"))
    await world.provider.update(world.calendar, series.series, timed("s", "2026-10-13 09:00", rrule="FREQ=WEEKLY;COUNT=3"))
    assert len(world.user.writes) == before + 1


@pytest.mark.shows("SYNC-2")
async def test_update_when_a_series_gets_another_rule_then_all_of_it_follows(world: GraphWorld) -> None:
    made = await world.provider.create(world.calendar, timed("s", "2026-10-13 09:00", rrule="FREQ=WEEKLY;COUNT=3"))
    draft = timed("s", "2026-10-14 15:00", 30, rrule="FREQ=DAILY;COUNT=2")
    first = await world.provider.update(world.calendar, made.series, draft)
    assert [each.start for each in await seen(world)] == [draft.start, draft.start + DAY]
    assert first.start == draft.start
    alone = await world.provider.update(world.calendar, made.series, timed("s", "2026-10-20 09:00"))
    assert await seen(world) == (alone,)


@pytest.mark.shows("SYNC-4")
async def test_update_when_an_occurrence_would_pass_its_neighbour_then_it_is_refused_for_good(world: GraphWorld) -> None:
    await world.provider.create(world.calendar, timed("s", "2026-10-13 09:00", rrule="FREQ=WEEKLY;COUNT=3"))
    before = await seen(world)
    with pytest.raises(Conflict):
        await world.provider.update(world.calendar, before[1].id, timed("", "2026-11-05 09:00"))
    assert await seen(world) == before


@pytest.mark.shows("SYNC-4")
async def test_create_when_graph_cannot_say_the_rule_then_it_is_refused_for_good(world: GraphWorld) -> None:
    with pytest.raises(Conflict):
        await world.provider.create(world.calendar, timed("s", "2026-10-30 09:00", rrule="FREQ=MONTHLY;BYMONTHDAY=30"))
    assert (await seen(world), world.user.writes) == ((), [])


async def test_series_when_all_occurrences_are_gone_then_it_is_not_found(world: GraphWorld) -> None:
    draft = timed("s", "2026-10-13 09:00", rrule="FREQ=WEEKLY;COUNT=2")
    await world.provider.create(world.calendar, draft)
    for each in await seen(world):
        await world.remove(each.id)
    with pytest.raises(NotFound):
        await world.provider.find(world.calendar, "s")


async def test_create_when_a_video_meeting_is_wanted_then_its_link_is_the_location_where_there_is_teams(
    own: GraphWorld,
) -> None:
    draft = timed("k1", "2026-10-20 09:00", online=True, description="Agenda")
    made = await own.provider.create(own.calendar, draft)
    assert made.location.startswith("https://teams.microsoft.com/")
    assert await own.provider.update(own.calendar, made.id, draft) == made
    own.held.online = ()
    without = await own.provider.create(own.calendar, replace(draft, key="k2"))
    assert (without.location, without.description) == ("", "Agenda")


# When the service is not well


@pytest.mark.shows("R14")
@pytest.mark.parametrize("kind", [Kind.ERROR_500, Kind.ERROR_503, Kind.ERROR_504, Kind.HTML, Kind.HALF, Kind.DROP, Kind.LOSE])
async def test_calls_when_the_answer_is_no_answer_then_it_is_a_passing_fault(world: GraphWorld, kind: Kind) -> None:
    await world.add(timed("a", "2026-10-20 09:00"))
    await seen(world)
    world.faults.add(kind)
    with pytest.raises(Unreachable):
        await seen(world)
    assert len(await seen(world)) == 1


@pytest.mark.shows("R14")
@pytest.mark.parametrize(
    ("kind", "wait", "expected"), [(Kind.LIMIT_429, 9, 9), (Kind.LIMIT_429, None, 15), (Kind.ERROR_503, 4, 4)]
)
async def test_calls_when_graph_asks_to_wait_then_the_calendar_stays_active(
    world: GraphWorld, kind: Kind, wait: int | None, expected: int
) -> None:
    world.faults.add(kind, wait=wait)
    with pytest.raises(RateLimited) as limited:
        await seen(world)
    assert limited.value.retry_after == expected


@pytest.mark.shows("R14")
async def test_calls_when_the_server_is_slower_than_the_limit_then_it_is_unreachable(
    world: GraphWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_module, "ANSWER", 0.2)
    provider, gate = world.connect(), world.hold()
    with pytest.raises(Unreachable) as failed:
        await asyncio.wait_for(provider.read_window(world.calendar, START, END), 5)
    assert failed.value.detail == "ReadTimeout"
    gate.set()
    assert await provider.read_window(world.calendar, START, END) == ()


@pytest.mark.shows("R15")
async def test_calls_when_the_access_token_is_old_then_one_of_many_refreshes_it_and_the_new_one_is_kept(
    world: GraphWorld,
) -> None:
    await seen(world)
    before = world.server.consents.token_calls
    world.server.consents.expire_access(world.email)
    await asyncio.gather(*(seen(world) for _ in range(5)))
    assert world.server.consents.token_calls == before + 1
    assert b"RefreshToken" in world.kept[-1]


@pytest.mark.shows("R15", "INACT-1")
async def test_calls_when_the_sign_in_is_over_then_microsoft_is_asked_once(world: GraphWorld) -> None:
    await seen(world)
    world.sign_out()
    before = world.server.consents.token_calls
    for _ in range(4):
        with pytest.raises(SignInExpired) as expired:
            await seen(world)
        assert expired.value.account == "account"
    assert world.server.consents.token_calls == before + 1


@pytest.mark.shows("R15")
async def test_calls_when_a_token_has_to_prove_more_then_another_one_is_fetched(world: GraphWorld) -> None:
    await seen(world)
    before = world.server.consents.token_calls
    world.faults.add(Kind.CLAIMS)
    assert await seen(world) == ()
    assert world.server.consents.token_calls == before + 1


@pytest.mark.shows("R15")
async def test_calls_when_graph_refuses_every_token_then_each_tries_twice_and_no_more(world: GraphWorld) -> None:
    await seen(world)
    world.faults.add(Kind.UNAUTHORIZED, 2)
    with pytest.raises(SignInExpired):
        await seen(world)
    assert await seen(world) == ()


async def test_provider_when_it_was_closed_then_it_can_be_used_again(world: GraphWorld) -> None:
    await seen(world)
    await world.provider.close()
    await world.provider.close()
    assert await seen(world) == ()
