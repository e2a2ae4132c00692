"""The program and its real public child: pages follow at once, and a child that dies comes back on the same address."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import socket
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from app import wire
from app.domain.booking import Answer, BookingRequest
from app.domain.clock import SystemClock, to_iso
from app.domain.errors import PortTaken
from app.domain.overview import Reachability
from app.domain.pages import Picture
from app.domain.reaching import Serving
from app.domain.settings import Reach
from app.models.peek import last_place
from app.paths import database_file
from app.services import publishing, reach_watch
from app.services.child import listen
from app.services.counts import Counts
from app.services.workspace import Workspace
from tests.services.opened import StandingClock, furnished, open_workspace, page

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(90)]
PATIENCE = 20.0


class Now(StandingClock):
    """The computer's clock, for the child has no other."""

    def now(self) -> int:
        return SystemClock().now()


@pytest.fixture
async def published(tmp_path: Path) -> AsyncIterator[Workspace]:
    workspace = await furnished(tmp_path, Now(), page(1))
    workspace.run()
    await workspace.publishing.start(0)
    yield workspace
    await workspace.close()


async def until(found: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not found():
            await asyncio.sleep(0.02)


async def get(workspace: Workspace, path: str) -> httpx2.Response:
    async with httpx2.AsyncClient(timeout=PATIENCE) as client:
        return await client.get(f"{workspace.publishing.url}{path}")


async def slots(workspace: Workspace) -> list[str]:
    now = workspace.clock.now()
    days = f"from={to_iso(now)[:10]}&to={to_iso(now + 20 * 86400)[:10]}"
    answer = await get(workspace, f"/meetings/anna/page-1/slots?{days}&duration=30")
    assert answer.status_code == 200, answer.text
    return list(answer.json()["slots"])


@pytest.mark.shows("PUB-1", "PAGE-1")
async def test_visitors_see_the_new_title_when_the_owner_saves_it(published: Workspace) -> None:
    await published.pages.save(page(1, title="A quite different title"))
    await published.publishing.settled()
    async with asyncio.timeout(PATIENCE):
        while "A quite different title" not in (await get(published, "/meetings/anna/page-1")).text:
            await asyncio.sleep(0.02)


@pytest.mark.shows("PUB-2")
async def test_page_is_back_on_the_same_address_when_the_child_was_killed(published: Workspace) -> None:
    before, url = await slots(published), published.publishing.url
    first = published.publishing.child_pid
    os.kill(first, signal.SIGKILL)
    await until(lambda: published.publishing.child_pid not in (0, first) and published.publishing.state == "live")
    assert published.publishing.url == url
    assert await slots(published) == before


@pytest.mark.shows("PUB-2")
async def test_visitor_waits_instead_of_being_refused_when_the_child_is_just_starting_again(published: Workspace) -> None:
    os.kill(published.publishing.child_pid, signal.SIGKILL)
    answer = await get(published, "/healthz")
    assert answer.status_code == 200


async def test_address_is_the_same_when_the_program_starts_again(tmp_path: Path) -> None:
    workspace = await furnished(tmp_path, Now(), page(1))
    await workspace.publishing.start()
    url = workspace.publishing.url
    await workspace.publishing.stop()
    await workspace.publishing.start()
    assert workspace.publishing.url == url
    assert workspace.settings.current.publishing.port == int(url.rpartition(":")[2])
    await workspace.close()


async def test_another_port_is_found_when_the_last_one_is_taken_but_not_when_it_was_asked_for(tmp_path: Path) -> None:
    workspace = await furnished(tmp_path, Now(), page(1))
    with listen(0) as other:
        taken = int(other.getsockname()[1])
        current = workspace.settings.current
        await workspace.settings.save(replace(current, publishing=replace(current.publishing, port=taken)))
        with pytest.raises(PortTaken):
            await workspace.publishing.start(taken)
        await workspace.publishing.start()
        assert not workspace.publishing.url.endswith(f":{taken}")
        assert (await get(workspace, "/healthz")).status_code == 200
    await workspace.close()


@pytest.mark.shows("DATA-1", "S11")
async def test_child_gets_no_secret_by_its_command_line_or_environment(
    published: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = Path(f"/proc/{published.publishing.child_pid}")
    command = (child / "cmdline").read_text()
    environment = (child / "environ").read_text()
    assert "--pages" in command
    assert str(published.folder) not in command + environment
    assert "AFTALE" not in environment


@pytest.mark.shows("PAGE-2")
async def test_picture_and_secret_link_when_made_then_the_child_has_them_also_after_it_was_killed(published: Workspace) -> None:
    name = await published.pages.keep_picture("image/jpeg", b"\xff\xd8\xff picture")
    saved = await published.pages.get("page1")
    await published.pages.save(replace(saved, secret=True, picture=name, picture_kind=Picture.PHOTO))
    _, address = await published.pages.make_link("page1", single=True)
    path = address.removeprefix(published.publishing.url)
    await published.publishing.settled()
    assert (await get(published, "/meetings/anna/page-1")).status_code == 404
    before = published.publishing.child_pid
    os.kill(before, signal.SIGKILL)
    await until(lambda: published.publishing.child_pid not in (0, before) and published.publishing.state == "live")
    answer = await get(published, path)
    assert answer.status_code == 200
    assert f"/picture/{name}" in answer.text
    assert (await get(published, f"/picture/{name}")).content == b"\xff\xd8\xff picture"
    start = (await get(published, f"{path}/slots")).json()["slots"][0]
    sent = {"start": start, "duration": 30, "first_name": "Ida", "last_name": "W", "email": "ida@example.org"}
    async with httpx2.AsyncClient(timeout=PATIENCE) as client:
        booked = await client.post(f"{published.publishing.url}{path}/book", json=sent)
    assert booked.status_code == 201
    assert (await get(published, path)).status_code == 410


async def reaching(workspace: Workspace, **changes: object) -> None:
    """Saves how the pages are published and waits until it holds."""
    current = workspace.settings.current
    await workspace.settings.save(replace(current, publishing=replace(current.publishing, **changes)))
    await workspace.publishing.settled()


def lan_url(workspace: Workspace) -> str:
    standing = workspace.publishing.standing()
    return f"http://{standing.lan[0]}:{standing.port}"


async def status_at(url: str, **headers: str) -> int:
    """The status that a visitor gets, 0 where nobody takes the call."""
    async with httpx2.AsyncClient(timeout=PATIENCE) as client:
        try:
            return (await client.get(url, headers=headers)).status_code
        except httpx2.ConnectError:
            return 0


@pytest.mark.shows("PUB-1", "PUB-2")
async def test_pages_when_published_on_the_network_then_others_there_reach_them_and_the_state_is_live(
    published: Workspace,
) -> None:
    served, path = published.publishing, "/meetings/anna/page-1"
    assert await status_at(lan_url(published) + path) == 0, "loopback only until the owner wants more"
    await reaching(published, reach=Reach.NETWORK)
    assert await status_at(lan_url(published) + path) == 200
    assert (await get(published, path)).status_code == 200, "this computer reaches them as before"
    await until(lambda: served.standing().serving is Serving.LIVE)
    assert served.reach() == (Reachability.LIVE, lan_url(published))
    assert published.pages.link("anna/page-1") == lan_url(published) + path
    assert await status_at(lan_url(published) + path, host="evil.example") == 421
    assert await status_at(lan_url(published) + path, host=f"{socket.gethostname()}.local:8000") == 200
    await reaching(published, reach=Reach.COMPUTER)
    assert await status_at(lan_url(published) + path) == 0
    assert served.reach() == (Reachability.COMPUTER_ONLY, served.url)
    assert (await get(published, path)).status_code == 200


@pytest.mark.shows("PUB-1")
async def test_reach_when_another_program_has_the_port_in_the_network_then_all_stays_and_the_reason_is_told(
    published: Workspace,
) -> None:
    standing = published.publishing.standing()
    with listen(standing.port, standing.lan[0]):
        await reaching(published, reach=Reach.NETWORK)
        found = published.publishing.standing()
        assert (found.reach, found.reason, found.serving) == ("computer", "port_taken", Serving.LIVE)
        assert published.publishing.reach()[0] is Reachability.COMPUTER_ONLY
        assert (await get(published, "/healthz")).status_code == 200
    await published.publishing.settled()
    assert published.publishing.standing().reach == "network", "and it is tried again"
    assert await status_at(f"{lan_url(published)}/healthz") == 200


@pytest.mark.shows("PUB-1")
async def test_visitors_when_the_reach_changes_under_them_then_each_is_answered(published: Workspace) -> None:
    """Somebody is always asking while the socket is exchanged; nobody is refused, and nobody is cut off."""
    answered, stop = [], asyncio.Event()

    async def visit() -> None:
        while not stop.is_set():
            async with httpx2.AsyncClient(timeout=PATIENCE) as client:
                answer = await client.get(f"{published.publishing.url}/healthz", headers={"connection": "close"})
                answered.append(answer.status_code)

    visitors = [asyncio.ensure_future(visit()) for _ in range(4)]
    for reach in (Reach.NETWORK, Reach.COMPUTER, Reach.NETWORK, Reach.COMPUTER):
        await reaching(published, reach=reach)
    before = len(answered)
    await until(lambda: len(answered) > before + 3)
    stop.set()
    await asyncio.gather(*visitors)
    assert set(answered) == {200}
    with pytest.raises(PortTaken):
        listen(published.publishing.standing().port)


@pytest.mark.shows("PUB-1")
async def test_reach_when_the_program_starts_again_then_it_is_the_same(tmp_path: Path) -> None:
    workspace = await furnished(tmp_path, Now(), page(1))
    workspace.run()
    await workspace.publishing.start()
    await reaching(workspace, reach=Reach.NETWORK)
    url = lan_url(workspace)
    await workspace.publishing.restart()
    assert await status_at(f"{url}/healthz") == 200
    await workspace.close()
    port, reach = last_place(database_file(tmp_path))
    assert (f":{port}" in url, reach) == (True, "network")


async def one_too_many(workspace: Workspace) -> None:
    """Somebody tries manage links until they may not any more."""
    await reaching(workspace, reach=Reach.NETWORK)
    for number in range(10):
        assert (await get(workspace, f"/manage/{str(number) * 43}")).status_code == 404
    assert await is_limited(workspace)
    counts = workspace.publishing._counts
    await until(lambda: len(counts.lines) == 20)


async def is_limited(workspace: Workspace) -> bool:
    return (await get(workspace, f"/manage/{'a' * 43}")).status_code == 429


@pytest.mark.shows("S5")
async def test_limits_when_the_child_is_killed_or_begun_anew_then_they_go_on_where_they_were(published: Workspace) -> None:
    await one_too_many(published)
    first = published.publishing.child_pid
    os.kill(first, signal.SIGKILL)
    await until(lambda: published.publishing.child_pid not in (0, first) and published.publishing.state == "live")
    assert await is_limited(published)
    await published.publishing.restart()
    assert await is_limited(published)
    await reaching(published, reach=Reach.PROXY)
    assert await is_limited(published)


@pytest.mark.shows("S5", "DATA-1")
async def test_limits_when_the_program_starts_again_then_they_go_on_and_no_address_was_kept(
    tmp_path: Path,
) -> None:
    workspace = await furnished(tmp_path, Now(), page(1))
    await workspace.publishing.start(0)
    await one_too_many(workspace)
    await workspace.close()
    kept = sqlite3.connect(database_file(tmp_path))
    names = {name for (name,) in kept.execute("SELECT name FROM counted")}
    kept.close()
    assert len(names) == 2
    assert not names & {"127.0.0.1", hashlib.sha256(b"127.0.0.1").hexdigest()[:32]}
    workspace = await open_workspace(tmp_path, Now())
    await workspace.publishing.start(0)
    assert await is_limited(workspace)
    await workspace.close()


async def test_counts_when_a_day_has_passed_then_they_are_forgotten(tmp_path: Path) -> None:
    clock = StandingClock()
    workspace = await furnished(tmp_path, clock, page(1))
    counts, database = Counts(), workspace.database
    for name in ("one", "two"):
        counts.add(wire.Counted("booking", name, clock.now()))
        await counts.save(database, clock)
        clock.at += 20 * 3600
    assert [each.name for each in counts.lines] == ["one", "two"]
    await counts.save(database, clock)
    again = Counts()
    await again.load(database, clock)
    assert [each.name for each in counts.lines] == [each.name for each in again.lines] == ["two"]
    await workspace.close()


@pytest.mark.shows("PUB-1", "BOOK-2")
async def test_guest_when_booking_while_the_reach_changes_then_is_still_answered_and_booked_once(
    published: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, go_on, book = asyncio.Event(), asyncio.Event(), published.bookings.book

    async def slow(request: BookingRequest, until: int = 0) -> Answer:
        asked.set()
        await go_on.wait()
        return await book(request, until)

    monkeypatch.setattr(published.bookings, "book", slow)
    before = published.publishing.child_pid
    sent = {
        "start": (await slots(published))[0],
        "duration": 30,
        "first_name": "Ida",
        "last_name": "W",
        "email": "i@example.org",
    }
    async with httpx2.AsyncClient(timeout=PATIENCE) as client:
        booking = asyncio.ensure_future(client.post(f"{published.publishing.url}/meetings/anna/page-1/book", json=sent))
        await asked.wait()
        await reaching(published, reach=Reach.NETWORK)
        assert published.publishing.child_pid not in (0, before)
        assert await status_at(f"{lan_url(published)}/healthz") == 200, "the next one serves already"
        go_on.set()
        assert (await booking).status_code == 201
    assert len(await published.bookings.list()) == 1
    assert sent["start"] not in await slots(published)
    await until(lambda: not Path(f"/proc/{before}").exists())


@pytest.mark.shows("PUB-1", "PUB-2")
async def test_network_when_the_computer_gets_another_address_there_then_links_and_the_watch_follow(
    published: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach_watch, "BEAT", 0.05)
    await reaching(published, reach=Reach.NETWORK)
    await until(lambda: published.publishing.standing().serving is Serving.LIVE)
    for module in (publishing, reach_watch):
        monkeypatch.setattr(module, "lan_addresses", lambda: ("127.0.0.5",))
    new = f"http://127.0.0.5:{published.publishing.standing().port}"
    await until(lambda: published.pages.link("anna/page-1") == f"{new}/meetings/anna/page-1")
    await published.publishing.settled()
    assert await status_at(f"{new}/meetings/anna/page-1") == 200
    await until(lambda: published.publishing.standing().serving is Serving.LIVE)
    assert [each.domain for each in published.domains.checks] == ["127.0.0.5"]
    for module in (publishing, reach_watch):
        monkeypatch.setattr(module, "lan_addresses", lambda: ())
    await until(lambda: published.publishing.standing().serving is Serving.NOT_REACHED)
    assert published.publishing.standing().reason == "no_network"


@pytest.mark.shows("PUB-2")
async def test_last_visit_when_somebody_looks_then_is_known_also_after_the_child_was_killed(published: Workspace) -> None:
    assert published.publishing.standing().last_visit == 0
    began = published.clock.now()
    assert (await get(published, "/meetings/anna/page-1")).status_code == 200
    await until(lambda: published.publishing.standing().last_visit >= began)
    first = published.publishing.child_pid
    os.kill(first, signal.SIGKILL)
    await until(lambda: published.publishing.child_pid not in (0, first) and published.publishing.state == "live")
    assert published.publishing.standing().last_visit >= began
