"""What visitors do arrives at the desktop's notification service, none lost, none twice, and none too thick."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from app import i18n
from app.domain.booking import LeftMessage
from app.domain.clock import DAY, HOUR, MINUTE
from app.domain.connections import LOCAL, CalendarState, Lost
from app.domain.events import ServerChanged
from app.domain.notices import Notice, NoticeKind, Way
from app.domain.settings import QuietHours
from app.models.notices import add_notice
from app.services import notices as notices_service
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


# Every kind, once


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_notice_of_each_kind_is_told_once_and_a_click_leads_to_what_it_is_about(in_loop, bus, clock, workspace_folder, kind):
    async def main() -> None:
        running, acts = await strict_service(bus), Acts()
        workspace = await furnished(workspace_folder, clock)
        notice = Notice(
            "n1", kind, clock.at, "it", "Intro call", "Ida", "ida@example.org", at(14, 10), at(14, 11), calendar="Team"
        )
        async with told(workspace, acts):
            await workspace.database.write(lambda session: add_notice(session, notice))
            workspace.announcer.announce(ServerChanged("failed"))
            await shown(running, 1)
            await all_shown(workspace)
            workspace.announcer.announce(ServerChanged("failed"))
            running.service.press(running.service.told[0])
            await until(lambda: acts.done)
            assert len(running.service.told) == 1
            assert [(action, about.kind, about.target) for action, about in acts.done] == [("open", kind, "it")]
        await running.stop()

    in_loop(main)


# Sound


def test_booking_when_sound_is_wanted_sounds_and_a_cancelled_one_does_not(in_loop, bus, clock, workspace_folder):
    async def main() -> list[str]:
        running = await strict_service(bus, capabilities=("actions", "body", "sound"))
        workspace = await furnished(workspace_folder, clock)
        async with told(workspace, Acts()):
            await workspace.bookings.book(wish(at(14, 10)))
            await shown(running, 1)
            (booking,) = await workspace.bookings.list()
            await workspace.database.write(
                lambda session: add_notice(session, Notice("n", NoticeKind.CANCELLED, clock.at, booking.id))
            )
            workspace.announcer.announce(ServerChanged("live"))
            await shown(running, 2)
        await running.stop()
        return [each.sound for each in running.service.told]

    assert in_loop(main) == ["message-new-instant", ""]


def test_booking_when_the_desktop_has_no_sound_rings_the_bell(in_loop, bus, clock, workspace_folder):
    async def main() -> None:
        rung: list[bool] = []
        running = await strict_service(bus)
        notifier = Notifier(bell=lambda: rung.append(True))
        workspace = await furnished(workspace_folder, clock)
        desk = NoticeDesk(workspace, notifier, Acts())
        workspace.run()
        desk.start()
        await workspace.bookings.book(wish(at(14, 10)))
        await shown(running, 1)
        await until(lambda: rung)
        current = workspace.settings.current
        await workspace.settings.save(replace(current, notify=replace(current.notify, sounds=frozenset())))
        await workspace.bookings.book(wish(at(14, 11)))
        await shown(running, 2)
        await all_shown(workspace)
        assert rung == [True]
        desk.stop()
        await notifier.close()
        await workspace.close()
        await running.stop()

    in_loop(main)


# Quiet


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits is looked at again at once, and a jump of the clock makes nobody wait."""
    monkeypatch.setattr(notices_service, "LOOK_AGAIN", 0.05)
    monkeypatch.setattr(notice_desk, "GATHER", 0.05)


async def still_waits(workspace: Workspace, count: int) -> None:
    """The service has looked at what waits, several times."""
    await asyncio.sleep(0.2)
    assert len(await workspace.notices.pending()) == count


def test_notices_when_in_a_meeting_wait_until_it_is_over_and_faults_do_not(in_loop, bus, clock, workspace_folder, soon):
    async def main() -> list[str]:
        running = await strict_service(bus)
        workspace = await furnished(workspace_folder, clock)
        await workspace.accounts.add_busy(LOCAL, clock.at - HOUR, clock.at + HOUR, "Board meeting")
        async with told(workspace, Acts()):
            await workspace.bookings.book(wish(at(14, 10)))
            await still_waits(workspace, 1)
            assert running.service.told == []
            await workspace.accounts.set_state(LOCAL, CalendarState.INACTIVE, Lost.SIGN_IN)
            await shown(running, 1)
            await still_waits(workspace, 1)
            clock.at += HOUR
            await shown(running, 2)
            await all_shown(workspace)
        await running.stop()
        return [each.title for each in running.service.told]

    assert in_loop(main) == ["Nobody can book you: access to On this computer was lost", "Booked: Page 1"]


def test_notices_when_a_booked_meeting_goes_on_wait_too_and_come_as_one_summary(in_loop, bus, clock, workspace_folder, soon):
    async def main() -> list[tuple[str, str]]:
        running = await strict_service(bus)
        workspace = await furnished(workspace_folder, clock)
        await workspace.bookings.book(wish(at(12, 10)))
        await workspace.notices.forget()
        clock.at = at(12, 10, 5)
        async with told(workspace, Acts()):
            for hour in (9, 10, 11, 12):
                await workspace.bookings.book(wish(at(14, hour)))
            await still_waits(workspace, 4)
            clock.at = at(12, 10, 30)
            await shown(running, 1)
            await all_shown(workspace)
        await running.stop()
        return [(each.title, each.body) for each in running.service.told]

    assert in_loop(main) == [("While you were away", "4 meetings booked")]


def test_notices_when_the_day_is_only_marked_or_the_switch_is_off_do_not_wait(in_loop, bus, clock, workspace_folder):
    async def main() -> None:
        running = await strict_service(bus)
        workspace = await furnished(workspace_folder, clock)
        await workspace.accounts.add_busy(LOCAL, at(12, 0), at(13, 0), "Conference")
        async with told(workspace, Acts()):
            await workspace.bookings.book(wish(at(14, 10)))
            await shown(running, 1)
            await workspace.accounts.add_busy(LOCAL, clock.at - HOUR, clock.at + HOUR, "Board meeting")
            await workspace.bookings.book(wish(at(14, 11)))
            await still_waits(workspace, 1)
            current = workspace.settings.current
            await workspace.settings.save(replace(current, notify=replace(current.notify, quiet_in_meetings=False)))
            await shown(running, 2)
        await running.stop()

    in_loop(main)


def test_notices_when_quiet_hours_are_on_wait_for_the_morning_also_over_a_restart(in_loop, bus, clock, workspace_folder, soon):
    async def main() -> list[str]:
        running = await strict_service(bus)
        workspace = await furnished(workspace_folder, clock)
        current = workspace.settings.current
        await workspace.settings.save(replace(current, notify=replace(current.notify, quiet_hours=QuietHours(on=True))))
        clock.at = at(12, 23)
        async with told(workspace, Acts()):
            await workspace.bookings.book(wish(at(14, 10)))
            await still_waits(workspace, 1)
        workspace = await open_workspace(workspace_folder, clock)
        async with told(workspace, Acts()):
            await still_waits(workspace, 1)
            clock.at = at(13, 7)
            await shown(running, 1)
            await all_shown(workspace)
        await running.stop()
        return [each.title for each in running.service.told]

    assert in_loop(main) == ["Booked: Page 1"]


def test_notices_when_the_computer_slept_are_gathered_into_one(in_loop, bus, clock, workspace_folder, monkeypatch):
    monkeypatch.setattr(notice_desk, "GATHER", 0.5)

    async def main() -> list[tuple[str, str]]:
        running = await strict_service(bus)
        workspace = await furnished(workspace_folder, clock)
        async with told(workspace, Acts()):
            await workspace.bookings.book(wish(at(14, 9)))
            await shown(running, 1)
            await all_shown(workspace)
            clock.at += DAY
            for hour in (10, 11, 12, 13):
                await workspace.bookings.book(wish(at(14, hour)))
            await shown(running, 2)
            await all_shown(workspace)
            assert len(running.service.told) == 2
        await running.stop()
        return [(each.title, each.body) for each in running.service.told][1:]

    assert in_loop(main) == [("While you were away", "4 meetings booked")]


# The test message


def test_test_message_when_sent_says_where_it_went(in_loop, bus, clock, workspace_folder):
    async def main() -> None:
        running = await strict_service(bus)
        workspace = await furnished(workspace_folder, clock)
        async with told(workspace, Acts()):
            teller = workspace.notices.teller
            assert await teller.way() is Way.DESKTOP
            assert await teller.test() is Way.DESKTOP
            (one,) = running.service.told
            assert one.title == "This is how Aftale tells you"
            running.service.inhibited = True
            assert await teller.test() is Way.HELD
            running.service.mute = True
            assert await teller.test() is Way.NONE
        assert workspace.notices.teller is None
        await running.stop()

    in_loop(main)


def test_test_message_when_nothing_shows_notices_says_so(in_loop, bus, clock, workspace_folder):
    async def main() -> None:
        workspace = await furnished(workspace_folder, clock)
        async with told(workspace, Acts()):
            assert await workspace.notices.teller.test() is Way.NONE

    in_loop(main)


def test_test_message_when_dunst_is_paused_is_held_back(in_loop, bus, clock, workspace_folder, tmp_path):
    with screen() as display, dunst(tmp_path / "dunst", bus, display) as service:

        async def main() -> list[Way]:
            workspace = await furnished(workspace_folder, clock)
            async with told(workspace, Acts()):
                teller = workspace.notices.teller
                ways = [await teller.test()]
                await asyncio.get_running_loop().run_in_executor(None, service.ask, "set-paused", "true")
                return [*ways, await teller.test()]

        assert in_loop(main) == [Way.DESKTOP, Way.HELD]


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
