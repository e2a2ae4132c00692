"""What a real server said (recorded exchanges, ``AFTALE_JUDGES``) is read right, even where the schema says otherwise."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from app.domain.calendars import Days, ShowAs
from app.domain.connections import Access, Lost
from app.domain.errors import AccessLost, Conflict
from app.providers.exchange.calls import Line
from app.providers.exchange.errors import translated
from app.providers.exchange.folders import folder_of
from app.providers.exchange.greeting import read_greeting
from app.providers.exchange.items import read_item
from app.providers.exchange.mapping import Home
from app.providers.exchange.recurrence import rule_of
from app.providers.exchange.subscribing import Envelopes, read_news
from app.providers.exchange.walking import signal
from app.providers.exchange.writing import Manners, create
from app.providers.exchange.xml import MESSAGES, TYPES
from tests.providers.contract import ZONE, at, timed
from tests.providers.exchange.worlds import EXCHANGES, EwsWorld
from tests.servers.ews.replay import Replay
from tests.servers.ews.serving import serving

SERIES_UID = "c6d459bb8987704aba6bf435a7de798a"

pytestmark = pytest.mark.anyio


@pytest.fixture
async def world(anyio_backend: str) -> AsyncIterator[EwsWorld]:
    replay = Replay.of(EXCHANGES)
    with serving(tls=True, replay=replay) as server:
        made = EwsWorld(own=True, server=server)
        made.replay = replay
        yield made
        await made.close()


def answers() -> list[Path]:
    return sorted(EXCHANGES.glob("*.json"))


@pytest.mark.shows("SYNC-2")
def test_items_when_a_real_server_tells_them_then_every_one_is_read() -> None:
    found = []
    for path in answers():
        body = json.loads(path.read_text(encoding="utf-8"))["response_body"] or ""
        if path.name.startswith(("20", "21", "22")):
            continue
        root = etree.fromstring(body.encode())
        for element in root.iter(f"{{{TYPES}}}CalendarItem"):
            item = read_item(element)
            assert item.id
            if item.recurrence is not None:
                day, rule = rule_of(item.recurrence)
                found.append((day.year, rule.every))
    assert (2026, "WEEKLY") in found


def test_greeting_when_a_real_server_answers_then_its_version_is_known() -> None:
    class Answer:
        content = json.loads(answers()[0].read_text(encoding="utf-8"))["response_body"].encode()

    met = read_greeting(Answer())
    assert met is not None
    assert (met.build, met.schema(), met.too_old) == ((15, 0, 847, 4040), "Exchange2013_SP1", False)


@pytest.mark.shows("CON-13")
async def test_calendars_when_a_real_server_lists_folders_then_the_calendars_are_found(world: EwsWorld) -> None:
    world.replay.pin("02")
    found = await world.provider.calendars()
    main = next(each for each in found if each.primary)
    assert (main.name, main.access) == ("Calendar", Access.OWNER)


@pytest.mark.shows("SYNC-2", "SYNC-3")
async def test_view_when_a_real_server_leaves_a_series_as_it_is_then_its_occurrences_are_there(world: EwsWorld) -> None:
    found = await world.provider.read_window("folder", at("2026-10-01 00:00"), at("2026-11-30 00:00"))
    weekly = [each for each in found if each.uid.endswith(SERIES_UID)]
    assert [each.start for each in weekly] == [at(f"2026-{day} 09:00") for day in ("10-12", "10-19", "10-26", "11-02")]
    assert len({each.series for each in weekly}) == 1
    off = next(each for each in found if each.title == "Off")
    assert (off.days, off.show_as) == (Days(date(2026, 11, 26), date(2026, 11, 28)), ShowAs.OUT_OF_OFFICE)
    assert next(each for each in found if each.title == "Intro call").start == at("2026-11-25 09:00")
    assert all(not each.title for each in found if each.private)


@pytest.mark.shows("INACT-1")
async def test_refusals_when_a_real_server_says_them_then_they_mean_the_same(world: EwsWorld) -> None:
    world.replay.pin("23")
    world.replay.pin("24")
    line = Line(world.keys)
    with pytest.raises(AccessLost) as lost, translated("account", "folder"):
        folder_of(line, "folder")
    assert lost.value.reason == Lost.UNSHARED
    draft = create("folder", timed("k", "2026-11-26 09:00"), Home(world.email, ZONE), Manners())
    with pytest.raises(Conflict), translated("account", "folder", write=True):
        line.one("CreateItem", draft)
    line.close()


@pytest.mark.shows("SYNC-1")
async def test_signal_when_a_real_server_gives_it_then_changes_are_noticed(world: EwsWorld) -> None:
    line = Line(world.keys)
    world.replay.pin("17")
    first = signal(line, "folder", "")
    world.replay.pin("19")
    second = signal(line, "folder", first.state)
    assert first.state != second.state
    assert second.changed
    assert not second.ended
    line.close()


@pytest.mark.shows("SYNC-2")
def test_notifications_when_a_real_server_tells_them_then_the_change_is_heard_and_the_end() -> None:
    (path,) = (each for each in answers() if each.name.startswith("21"))
    body = json.loads(path.read_text(encoding="utf-8"))["response_body"].encode()
    envelopes, news = Envelopes(), []
    for begin in range(0, len(body), 1000):
        for document in envelopes.feed(body[begin : begin + 1000]):
            (message,) = etree.fromstring(document).iter(f"{{{MESSAGES}}}GetStreamingEventsResponseMessage")
            news.append(read_news(message))
    assert [bool(each.changed) for each in news] == [False, True, False]
    assert [each.closed for each in news] == [False, False, True]
    assert not any(each.lost for each in news)
