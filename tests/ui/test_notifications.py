"""What visitors do arrives at the desktop's notification service, none lost, none twice, and none too thick."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from app import i18n
from app.domain.booking import LeftMessage
from app.domain.clock import MINUTE
from app.domain.connections import CalendarState, Lost
from app.domain.notices import Notice, NoticeKind
from app.services.workspace import Workspace
from app.ui import notice_desk
from app.ui.notice_desk import NoticeDesk, folded, summary_words
from app.ui.runtime.notifier import Notifier
from tests.servers.notifications import Running, StrictService, dunst, screen, session_bus, strict_service
from tests.services.opened import StandingClock, at, furnished, open_workspace, wish

pytestmark = [pytest.mark.desktop, pytest.mark.shows("DESK-3")]


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch):
    with session_bus() as address:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address["DBUS_SESSION_BUS_ADDRESS"])
        yield address


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


async def until(true, seconds: float = 10.0) -> None:
    """Waits until the condition holds."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.005)


class Acts:
    """What the owner answered."""

    def __init__(self) -> None:
        self.done: list[tuple[str, Notice]] = []

    def __call__(self, action: str, notice: Notice) -> None:
        self.done.append((action, notice))


@asynccontextmanager
async def told(workspace: Workspace, acts: Acts) -> AsyncIterator[NoticeDesk]:
    """The workspace at work, its notices shown."""
    notifier = Notifier()
    desk = NoticeDesk(workspace, notifier, acts)
    workspace.run()
    desk.start()
    try:
        yield desk
    finally:
        desk.stop()
        await notifier.close()
        await workspace.close()


async def knock(workspace: Workspace, name: str, email: str = "") -> None:
    """Somebody wants to book while the pages are off."""
    slug = (await workspace.pages.all())[0].slug
    await workspace.bookings.leave_message(LeftMessage(slug, name, email or f"{name.lower()}@example.org"))


async def shown(running: Running, count: int) -> list[str]:
    await until(lambda: len(running.service.told) >= count)
    return [each.title for each in running.service.told]


async def all_shown(workspace: Workspace) -> None:
    async with asyncio.timeout(10):
        while await workspace.notices.pending():
            await asyncio.sleep(0.005)


def test_book_when_the_desk_is_open_tells_who_and_when(in_loop, bus, clock, workspace_folder):
    async def main() -> StrictService:
        running, acts = await strict_service(bus), Acts()
        workspace = await furnished(workspace_folder, clock)
        async with told(workspace, acts):
            await workspace.bookings.book(wish(at(14, 10)))
            await shown(running, 1)
            running.service.press(running.service.told[0])
            await until(lambda: acts.done)
            await all_shown(workspace)
        await running.stop()
        assert [(action, notice.kind) for action, notice in acts.done] == [("open", NoticeKind.BOOKED)]
        return running.service

    (notice,) = in_loop(main).told
    assert (notice.title, notice.body) == ("Booked: Page 1", "Ida Winther, Wed 14 Oct, 10:00 to 10:30")
    assert notice.actions["open"] == "Open"


def test_request_when_accept_is_pressed_on_the_notice_comes_back_with_the_booking(in_loop, bus, clock, workspace_folder):
    async def main() -> list[tuple[str, str]]:
        running, acts = await strict_service(bus), Acts()
        workspace = await furnished(workspace_folder, clock)
        await workspace.accounts.set_scheduling("local", False)
        async with told(workspace, acts):
            await workspace.bookings.book(wish(at(14, 10)))
            await shown(running, 1)
            running.service.press(running.service.told[0], "accept")
            await until(lambda: acts.done)
            (booking,) = await workspace.bookings.list()
        await running.stop()
        return [(action, notice.target == booking.id) for action, notice in acts.done]

    assert in_loop(main) == [("accept", True)]


def test_book_when_the_desk_was_closed_is_told_at_the_next_start_once(in_loop, bus, clock, workspace_folder):
    async def main() -> list[str]:
        workspace = await furnished(workspace_folder, clock)
        await workspace.bookings.book(wish(at(14, 10)))
        await workspace.close()
        running = await strict_service(bus)
        for _ in range(2):
            workspace = await open_workspace(workspace_folder, clock)
            async with told(workspace, Acts()):
                await shown(running, 1)
                await all_shown(workspace)
        await running.stop()
        return [each.title for each in running.service.told]

    assert in_loop(main) == ["Booked: Page 1"]


@pytest.mark.logs("notices have to wait")
def test_book_when_the_service_refuses_stays_until_it_takes_it(in_loop, bus, clock, workspace_folder, monkeypatch):
    monkeypatch.setattr(notice_desk, "LOOK_AGAIN", 0.05)

    async def main() -> None:
        running = await strict_service(bus)
        workspace = await furnished(workspace_folder, clock)
        running.service.mute = True
        async with told(workspace, Acts()):
            await workspace.bookings.book(wish(at(14, 10)))
            await asyncio.sleep(0.3)
            assert len(await workspace.notices.pending()) == 1
            running.service.mute = False
            await shown(running, 1)
            await all_shown(workspace)
            assert len(running.service.told) == 1
        await running.stop()

    in_loop(main)


def test_attempts_when_many_come_within_a_minute_are_told_once_and_let_bookings_pass(
    in_loop, bus, clock, workspace_folder, monkeypatch
):
    monkeypatch.setattr(notice_desk, "PACE", 0.6)

    async def main() -> list[str]:
        running = await strict_service(bus)
        workspace = await furnished(workspace_folder, clock)
        async with told(workspace, Acts()):
            loop = asyncio.get_running_loop()
            await workspace.settings.switch_pages(False)
            await knock(workspace, "Ida")
            await shown(running, 1)
            begun = loop.time()
            for name in ("Lars", "Karen", "Noor"):
                await knock(workspace, name)
            await workspace.settings.switch_pages(True)
            await workspace.bookings.book(wish(at(14, 10)))
            await shown(running, 2)
            assert loop.time() - begun < 0.5
            titles = await shown(running, 3)
            assert loop.time() - begun > 0.5
            await all_shown(workspace)
        await running.stop()
        assert len(running.service.told) == 3
        return titles

    assert in_loop(main) == ["Someone could not book you", "Booked: Page 1", "3 people could not book you"]


def test_notices_when_much_gathered_for_long_come_as_one_summary(in_loop, bus, clock, workspace_folder):
    async def main() -> StrictService:
        workspace = await furnished(workspace_folder, clock)
        for hour in (9, 10, 11):
            await workspace.bookings.book(wish(at(14, hour), email=f"guest{hour}@example.org"))
        await workspace.settings.switch_pages(False)
        for name in ("Ida", "Lars"):
            await knock(workspace, name)
        await workspace.close()
        clock.at += 60 * MINUTE
        running, acts = await strict_service(bus), Acts()
        workspace = await open_workspace(workspace_folder, clock)
        async with told(workspace, acts):
            await shown(running, 1)
            await all_shown(workspace)
            running.service.press(running.service.told[0])
            await until(lambda: acts.done)
        await running.stop()
        assert [(action, notice.target) for action, notice in acts.done] == [("open", "")]
        return running.service

    (notice,) = in_loop(main).told
    assert (notice.title, notice.body) == ("While you were away", "3 meetings booked\n2 people could not book you")


def test_calendar_when_access_is_lost_is_told_with_its_fix(in_loop, bus, clock, workspace_folder):
    async def main() -> StrictService:
        running = await strict_service(bus)
        workspace = await furnished(workspace_folder, clock)
        async with told(workspace, Acts()):
            await workspace.accounts.set_state("local", CalendarState.INACTIVE, Lost.SIGN_IN)
            await shown(running, 1)
        await running.stop()
        return running.service

    (notice,) = in_loop(main).told
    assert notice.title == "Nobody can book you: access to On this computer was lost"
    assert (notice.actions["fix"], notice.urgency) == ("Fix it", 2)


def test_notices_when_the_owner_does_not_want_them_are_not_shown(in_loop, bus, clock, workspace_folder):
    async def main() -> list[str]:
        running = await strict_service(bus)
        workspace = await furnished(workspace_folder, clock)
        current = workspace.settings.current
        await workspace.settings.save(replace(current, notify=replace(current.notify, booked=False)))
        async with told(workspace, Acts()):
            await workspace.bookings.book(wish(at(14, 10)))
            await workspace.settings.switch_pages(False)
            await knock(workspace, "Ida")
            await shown(running, 1)
        await running.stop()
        return [each.title for each in running.service.told]

    assert in_loop(main) == ["Someone could not book you"]


def test_book_when_dunst_is_the_desktop_stands_in_its_list(in_loop, bus, clock, workspace_folder, tmp_path):
    with screen() as display, dunst(tmp_path / "dunst", bus, display) as service:

        async def main() -> None:
            workspace = await furnished(workspace_folder, clock)
            async with told(workspace, Acts()):
                await workspace.bookings.book(wish(at(14, 10)))
                await all_shown(workspace)

        in_loop(main)
        service.ask("close-all")
        (entry,) = service.history()
    assert (entry["appname"], entry["summary"]) == ("Aftale", "Booked: Page 1")
    assert entry["body"] == "Ida Winther, Wed 14 Oct, 10:00 to 10:30"


def attempt(number: int, email: str = "", **rest: object) -> Notice:
    return Notice(f"n{number}", NoticeKind.ATTEMPT, number, email=email, **rest)


def test_folded_when_the_same_person_tries_twice_counts_them_once():
    one = folded([attempt(1, "ida@example.org"), attempt(2, "ida@example.org")])
    assert (one.id, one.count) == ("n2", 1)
    several = folded([attempt(1, "ida@example.org"), attempt(2, "ida@example.org"), attempt(3), attempt(4, calendar="Team")])
    assert (several.count, several.calendar) == (3, "")
    assert folded([attempt(1, calendar="Team"), attempt(2, calendar="Team")]).calendar == "Team"


def test_summary_words_when_all_kinds_gathered_counts_each_in_both_languages():
    notices = [Notice(kind.value, kind, 0, count=2) for kind in NoticeKind]
    try:
        for language in i18n.LANGUAGES:
            i18n.use(language)
            words = summary_words(notices)
            assert len(words.text.splitlines()) == len(NoticeKind)
            assert "{" not in words.text
    finally:
        i18n.use("en")
