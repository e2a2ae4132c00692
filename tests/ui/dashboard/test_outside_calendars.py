"""The dashboard on a real workspace whose calendar is kept elsewhere: cures, refused writes, changes made in the calendar."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from app.domain.booking import Promised, State
from app.domain.connections import LOCAL, Account, Calendar, CalendarState, Lost, ProviderKind
from app.models import accounts as account_rows
from app.models import calendars as event_rows
from app.models.base import Session
from app.providers.memory import MemoryAccount, MemoryProvider
from app.services.following import Following
from app.ui.connect.view import ConnectWindow
from app.ui.widgets import Toast
from tests.services.opened import ZONE, at, furnished, settle, wish
from tests.ui.dashboard.test_dashboard_controller import Dash, InLoop, dash, opened
from tests.ui.hearing import hear
from tests.ui.outside import instead_of_local, put

__all__ = ["opened"]
GOOGLE = Account("g", ProviderKind.GOOGLE, "Anna Holm", "anna@example.com")
ANNA = Calendar("g-anna", "g", "Anna Holm", ZONE, booking=True, main=True, read_at=at(12, 8))
FAMILY = Calendar("g-family", "g", "Family", ZONE, read_at=at(12, 8))
LOST = replace(FAMILY, state=CalendarState.INACTIVE, lost=Lost.REMOVED, since=at(11, 18))


def texts(d: Dash) -> list[str]:
    return [each.text() for each in d.view.findChildren(QLabel) if each.isVisible()]


async def stored(d: Dash, calendar: str) -> Calendar:
    return next(each for each in await d.workspace.accounts.calendars() if each.id == calendar)


@pytest.mark.shows("CON-3")
def test_account_when_it_was_just_connected_is_greeted_once(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path) as d:
            assert d.banners() == []
            await put(d.workspace, GOOGLE, ANNA)
            await d.until(lambda: d.banners() == ["Google Calendar is connected"])
            heard = hear(d.watch.changed)
            await put(d.workspace, GOOGLE, replace(ANNA, read_at=at(12, 9)))
            await d.until(lambda: heard)
            assert d.banners() == ["Google Calendar is connected"]

    in_loop(main)


@pytest.mark.shows("INACT-4")
def test_inactive_calendar_when_removed_opens_the_pages_at_once_and_undo_brings_it_back(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        async with dash(tmp_path) as d:
            await instead_of_local(d.workspace, GOOGLE, ANNA, LOST)
            title = "Nobody can book you: access to Family was lost"
            await d.until(lambda: title in d.banners())
            d.press("Remove calendar")
            await d.until(lambda: title not in d.banners())
            assert d.toasts() == ["Family is no longer checked"]
            assert not (await stored(d, FAMILY.id)).checked
            answer = await d.workspace.bookings.book(wish(at(12, 15)))
            assert isinstance(answer, Promised)
            [each for each in d.window.findChildren(Toast) if each.isVisible()][-1].button.click()  # type: ignore[union-attr]
            await d.until(lambda: title in d.banners())
            assert (await stored(d, FAMILY.id)).checked

    in_loop(main)


@pytest.mark.shows("INACT-4")
def test_calendars_when_all_are_checked_again_put_the_pages_back(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path) as d:
            await instead_of_local(d.workspace, GOOGLE, ANNA, LOST, replace(LOST, id="g-team", name="Team"))
            await d.until(lambda: "Nobody can book you: access to 2 calendars was lost" in d.banners())
            wanted = hear(d.controller.settings_requested)
            d.press("Show the calendars")
            assert wanted == ["calendars"]
            d.press("Check again")
            await d.until(lambda: d.banners() == ["Connected"])
            assert (await stored(d, "g-team")).state is CalendarState.ACTIVE

    in_loop(main)


@pytest.mark.shows("INACT-4")
@pytest.mark.parametrize("about", ["g", FAMILY.id])
def test_signed_out_account_when_its_cure_is_pressed_begins_to_sign_in(in_loop: InLoop, tmp_path: Path, about: str) -> None:
    async def main() -> None:
        async with dash(tmp_path) as d:
            lost = replace(LOST, lost=Lost.SIGN_IN)
            account = replace(GOOGLE, signed_out=about == "g")
            await instead_of_local(d.workspace, account, ANNA, lost)
            await d.until(lambda: any(each.startswith("Nobody can book you") for each in d.banners()))
            d.press("Sign in again" if about == "g" else "Reconnect")
            await d.until(lambda: any(each.isVisible() for each in d.window.findChildren(ConnectWindow)))
            d.window.findChildren(ConnectWindow)[0].reject()
            d.controller.reconnect(about)
            await d.until(lambda: any(each.isVisible() for each in d.window.findChildren(ConnectWindow)))
            d.window.findChildren(ConnectWindow)[-1].reject()

    in_loop(main)


def test_doubt_when_the_owner_keeps_what_is_known_goes_away(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path) as d:
            await instead_of_local(d.workspace, GOOGLE, ANNA, replace(FAMILY, doubt=12))
            title = "12 events vanished from Family at once"
            await d.until(lambda: title in d.banners())
            d.press("Keep what Aftale knows")
            await d.until(lambda: title not in d.banners())
            assert (await stored(d, FAMILY.id)).doubt == 0

    in_loop(main)


# What the calendar refused


@asynccontextmanager
async def refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Dash, MemoryAccount, str]]:
    """A dashboard with a booking that its calendar did not take."""
    service = MemoryAccount("local")
    service.add_calendar("local", "Calendar", ZONE)

    async def with_service(*given: object) -> object:
        return await furnished(*given, provider=MemoryProvider(service))  # type: ignore[arg-type]

    monkeypatch.setattr("tests.ui.dashboard.test_dashboard_controller.furnished", with_service)
    async with dash(folder) as d:
        answer = await d.workspace.bookings.book(wish(at(14, 10)))
        assert isinstance(answer, Promised)
        service.refuse_writes()
        await settle(d.workspace)
        service.heal()
        title = "Not in your calendar: Page 1 with Ida Winther"
        await d.until(lambda: title in texts(d))
        yield d, service, answer.booking


REFUSED = pytest.mark.logs("a calendar refused a write for good")


@REFUSED
@pytest.mark.shows("SYNC-4", "BOOK-2")
def test_refused_write_when_another_time_is_taken_moves_the_booking_and_is_written(
    in_loop: InLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: list[str]
) -> None:
    async def main() -> None:
        async with refused(tmp_path, monkeypatch) as (d, _service, booking):
            d.press("Wed 14 Oct, 10:30")
            await d.until(lambda: d.toasts() == ["Moved to Wed 14 Oct, 10:30"])
            await settle(d.workspace)
            found = await d.workspace.bookings.get(booking)
            assert (found.start, found.state) == (at(14, 10, 30), State.WRITTEN)
            await d.until(lambda: not d.view._failures.isVisible())
            [each for each in d.window.findChildren(Toast) if each.isVisible()][-1].button.click()  # type: ignore[union-attr]
            assert opened[0].startswith("mailto:ida@example.org")

    in_loop(main)


@REFUSED
@pytest.mark.shows("SYNC-4")
def test_refused_write_when_tried_again_is_written(in_loop: InLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with refused(tmp_path, monkeypatch) as (d, _service, booking):
            d.press("Try again")
            await d.until(lambda: d.toasts() == ["Aftale tries again now"])
            await settle(d.workspace)
            assert (await d.workspace.bookings.get(booking)).state is State.WRITTEN
            await d.until(lambda: not d.view._failures.isVisible())

    in_loop(main)


@REFUSED
def test_refused_write_when_the_other_time_is_gone_says_so_at_the_meeting(
    in_loop: InLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        async with refused(tmp_path, monkeypatch) as (d, _service, booking):
            d.watch.detach()
            await d.workspace.bookings.book(wish(at(14, 10, 30), email="bo@example.org"))
            d.press("Wed 14 Oct, 10:30")
            await d.until(lambda: any(each.startswith("That time is not free any more") for each in texts(d)))
            assert (await d.workspace.bookings.get(booking)).start == at(14, 10)

    in_loop(main)


# What was changed in the calendar itself


async def deleted_upstream(d: Dash) -> str:
    """A booking whose event the owner deleted in the calendar, as a reading found it."""
    answer = await d.workspace.bookings.book(wish(at(14, 10)))
    assert isinstance(answer, Promised)
    await settle(d.workspace)
    d.clock.at += 120

    def read(session: Session) -> None:
        event = event_rows.find_event_by_booking(session, LOCAL, answer.booking)
        assert event is not None
        event_rows.delete_events(session, LOCAL, (event.id,))
        calendar = next(each for each in account_rows.list_calendars(session) if each.id == LOCAL)
        fresh = replace(calendar, read_at=d.clock.at)
        Following(d.clock)(session, fresh, (), (event.id,), False, {event.id: event})

    await d.workspace.database.write(read)
    d.watch.reload()
    await d.until(lambda: "You deleted Page 1 with Ida Winther in your calendar" in texts(d))
    return answer.booking


@pytest.mark.shows("SYNC-5")
@pytest.mark.parametrize(
    ("pressed", "after"),
    [("Tell Ida", "1 e-mail will be sent when mail is set up"), ("Not needed", "")],
)
def test_deleted_meeting_when_answered_lets_the_letter_go_or_drops_it(
    in_loop: InLoop, tmp_path: Path, pressed: str, after: str
) -> None:
    async def main() -> None:
        async with dash(tmp_path) as d:
            booking = await deleted_upstream(d)
            assert (await d.workspace.bookings.get(booking)).state is State.CANCELLED
            d.press(pressed)
            await d.until(lambda: not d.view._changes.isVisible())
            assert d.view._state is not None
            assert d.view._state.mails == after
            assert d.toasts() == (["The e-mail will be sent when mail is set up"] if after else [])

    in_loop(main)


@pytest.mark.shows("SYNC-6")
def test_stale_calendar_when_tried_again_is_read_and_the_line_goes(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path) as d:
            await instead_of_local(d.workspace, GOOGLE, replace(ANNA, read_at=at(12, 7), failing_since=at(12, 7)))
            await d.until(lambda: "Calendar last read 07:00. Until it is read again, bookings become requests." in texts(d))
            d.press("Try again")
            await d.until(lambda: not d.view.header.read.busy)

    in_loop(main)


def test_dashboard_when_the_services_go_and_come_back_does_everything_once(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with dash(tmp_path) as d:
            d.controller.detach()
            d.controller.attach(d.workspace)
            d.watch.reload()
            booking = await deleted_upstream(d)
            calls: list[str] = []
            real: Callable[[str, bool], object] = d.workspace.bookings.settle_upstream

            async def counted(change: str, tell: bool) -> None:
                calls.append(change)
                await real(change, tell)  # type: ignore[misc]

            d.workspace.bookings.settle_upstream = counted  # type: ignore[method-assign]
            d.press("Not needed")
            await d.until(lambda: not d.view._changes.isVisible())
            assert len(calls) == 1
            assert booking

    in_loop(main)
