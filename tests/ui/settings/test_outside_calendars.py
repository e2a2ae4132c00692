"""The calendars panel on a real workspace with an account that is kept elsewhere: what waits for Save, what happens at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app.domain.calendars import ONLY_BUSY
from app.domain.connections import CalendarState, ProviderKind, Role, booking_calendar
from app.domain.events import SyncProgressed
from app.domain.settings import Privacy
from app.ui.connect.view import ConnectWindow
from app.ui.settings.calendar_help import HelpWithLetter
from app.ui.widgets import CheckBox, Label, Toast
from tests.services.opened import at
from tests.ui.outside import instead_of_local, put
from tests.ui.settings import pictured as p
from tests.ui.settings.test_settings_window import InLoop, Room, room

pytestmark = pytest.mark.qt_log_ignore("does not support raise")
READ = at(12, 8) - 120
FRESH = {each.id: replace(each, read_at=READ) for each in (*p.USUAL, p.WORK)}
ANNA, FAMILY, HOLIDAYS = FRESH[p.ANNA.id], FRESH[p.FAMILY.id], FRESH[p.HOLIDAYS.id]
LOST = replace(FRESH[p.LOST.id], since=at(11, 18, 20))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Links that were handed to the system, which takes them all."""
    found: list[str] = []

    def take(url: QUrl) -> bool:
        found.append(url.toString(QUrl.ComponentFormattingOption.FullyEncoded))
        return True

    monkeypatch.setattr(QDesktopServices, "openUrl", take)
    return found


async def with_google(r: Room, *calendars: Any) -> None:
    """Google Calendar is the only account, with ``calendars`` or the usual ones, and shown."""
    await instead_of_local(r.workspace, p.GOOGLE, *(calendars or (ANNA, FAMILY, HOLIDAYS, FRESH[p.JONAS.id])))
    await r.until(lambda: set(r.window.calendars.accounts) == {"g"})


def box(r: Room, name: str) -> CheckBox:
    return r.window.findChildren(CheckBox, name)[-1]


def texts(r: Room) -> list[str]:
    return [each.text() for each in r.window.findChildren(QLabel) if each.isVisible()]


async def stored(r: Room) -> dict[str, Any]:
    return {each.id: each for each in await r.workspace.accounts.calendars()}


@pytest.mark.shows("SET-1", "SET-4", "SET-5", "SET-6")
def test_choices_when_saved_are_kept_together_and_what_follows_is_said(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await with_google(r)
            box(r, "check holidays-in-denmark").click()
            box(r, "sync g").click()
            card = r.window.calendars.accounts["g"]
            assert card.blocks is not None
            card.blocks.only_busy.click()
            profile: Any = r.window.panel_of("appearance")
            profile._set_profile("tagline", "Coach")
            await r.until(lambda: "After Save: 1 page checks 1 more calendar." in texts(r))
            before = await stored(r)
            assert not before[HOLIDAYS.id].checked
            r.button("Save").click()
            await r.told("Saved. 1 page now checks 1 more calendar.")
            await r.until(lambda: r.footer() == "Everything is saved")
            after = await stored(r)
            assert after[HOLIDAYS.id].checked
            (account,) = await r.workspace.accounts.accounts()
            assert not account.sync
            assert account.policy == ONLY_BUSY
            assert r.workspace.settings.current.profile.tagline == "Coach"

    in_loop(main)


@pytest.mark.shows("SET-6")
def test_choices_when_one_cannot_be_saved_leave_everything_as_it_was(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await with_google(r)
            profile: Any = r.window.panel_of("appearance")
            profile._set_profile("tagline", "Coach")
            box(r, "sync g").click()
            panel = r.window.calendars
            panel.edit(lambda draft: replace(draft, booking=HOLIDAYS.id))
            r.button("Save").click()
            await r.until(lambda: "Bookings cannot be written into this calendar" in r.footer())
            (account,) = await r.workspace.accounts.accounts()
            assert account.sync
            assert r.workspace.settings.current.profile.tagline == ""
            assert r.button("Save").isEnabled()
            assert not r.button("Save").busy  # type: ignore[attr-defined]
            r.controller._minute.timeout.emit()
            assert "Bookings cannot be written into this calendar" in r.footer()
            box(r, "sync g").click()
            assert r.footer() == "Unsaved changes"

    in_loop(main)


@pytest.mark.shows("SET-6")
def test_ticks_when_the_window_is_left_are_asked_about_and_forgotten(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await with_google(r)
            box(r, "check holidays-in-denmark").click()
            r.window.close()
            question = await r.question()
            question.button("discard").click()
            await r.until(lambda: r.controller.window is None)
            assert not (await stored(r))[HOLIDAYS.id].checked

    in_loop(main)


@pytest.mark.shows("INACT-4")
def test_inactive_calendar_when_removed_is_gone_at_once_and_comes_back_with_undo(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await with_google(r, ANNA, LOST)
            r.button("Remove calendar").click()
            await r.told("Team calendar is no longer checked")
            await r.until(lambda: r.window._state and not r.window._state.inactive)
            assert not (await stored(r))[LOST.id].checked
            assert not box(r, "check team-calendar").isChecked()
            [each for each in r.window.findChildren(Toast) if each.isVisible()][-1].button.click()  # type: ignore[union-attr]
            await r.until(lambda: r.window._state and r.window._state.inactive)
            assert (await stored(r))[LOST.id].checked

    in_loop(main)


@pytest.mark.shows("INACT-4")
def test_booking_calendar_when_to_be_removed_is_asked_about_first(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            lost = replace(ANNA, state=CalendarState.INACTIVE, lost=LOST.lost, since=LOST.since)
            await with_google(r, lost, FAMILY)
            r.button("Remove calendar").click()
            question = await r.question()
            question.button("keep").click()
            await asyncio.sleep(0.02)
            assert (await stored(r))[ANNA.id].booking

    in_loop(main)


@pytest.mark.shows("INACT-4")
def test_inactive_calendar_when_its_owner_is_asked_gets_a_ready_letter(
    in_loop: InLoop, tmp_path: Path, opened: list[str]
) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await with_google(r, ANNA, LOST)
            r.button("Ask the owner for access").click()
            (link,) = opened
            assert link.startswith("mailto:kirsten@example.com?subject=Access%20to%20the%20calendar")
            text = unquote(link)
            assert "Hi Kirsten," in text
            assert "Would you share it with anna@example.com, with all event details?" in text
            assert text.endswith("Anna Holm")

    in_loop(main)


@pytest.mark.shows("CON-14")
def test_help_when_more_access_is_wanted_tells_how_and_writes_to_the_owner(
    in_loop: InLoop, tmp_path: Path, opened: list[str]
) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await with_google(r)
            r.button("How to ask for more").click()
            (popover,) = r.window.findChildren(HelpWithLetter)
            assert any("See all event details" in each.text() for each in popover.findChildren(QLabel))
            r.button("Write to Jonas", popover).click()
            assert opened[0].startswith("mailto:jonas@example.com?")

    in_loop(main)


def test_doubt_when_the_owner_keeps_what_is_known_is_over(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await with_google(r, ANNA, replace(FAMILY, doubt=34))
            r.button("Keep what Aftale knows").click()
            await r.told("Aftale keeps what it knows")
            await r.until(lambda: r.window._state and not r.window._state.doubtful)
            assert (await stored(r))[FAMILY.id].doubt == 0

    in_loop(main)


@pytest.mark.shows("CON-11")
def test_account_when_disconnected_asks_once_and_leads_to_the_provider(
    in_loop: InLoop, tmp_path: Path, opened: list[str]
) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await with_google(r)
            r.button("Disconnect").click()
            question = await r.question()
            assert question.windowTitle() == "Disconnect Google Calendar?"
            QApplication.processEvents()
            for label in question.findChildren(Label):
                assert label.height() >= label.heightForWidth(label.width()), label.text()
            r.button("Also take the permission back at Google", question).click()
            assert opened == ["https://myaccount.google.com/connections"]
            assert question.isVisible()
            question.button("disconnect").click()
            await r.told("Disconnected. Your pages take requests now.")
            await r.until(lambda: r.window._state and not r.window._state.accounts)
            assert await r.workspace.accounts.calendars() == ()

    in_loop(main)


@pytest.mark.shows("CON-12")
def test_accounts_of_an_earlier_version_when_one_is_disconnected_leave_one_that_does_everything(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await with_google(r, replace(ANNA, booking=False))
            await put(r.workspace, replace(p.GOOGLE, role=Role.SYNC))
            await put(r.workspace, replace(p.OFFICE, primary=True, role=Role.BOOKING), replace(FRESH[p.WORK.id], booking=True))
            await r.until(lambda: r.window._state and r.window._state.shared_roles)
            r.window.calendars.accounts["o"].leave.click()
            question = await r.question()
            question.button("disconnect").click()
            await r.told("Disconnected")
            await r.until(lambda: r.window._state and len(r.window._state.accounts) == 1)
            (account,) = await r.workspace.accounts.accounts()
            assert account.role is Role.BOTH
            target = booking_calendar((account,), await r.workspace.accounts.calendars())
            assert target is not None
            assert target.id == ANNA.id
            card = r.window.calendars.accounts["g"]
            assert card.sync is not None
            assert card.scheduling is not None

    in_loop(main)


@pytest.mark.shows("SYNC-6")
def test_age_when_a_minute_passes_moves_on_without_reading(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await with_google(r)
            assert "anna@example.com · checked 2 minutes ago" in texts(r)
            clock: Any = r.workspace.clock
            clock.at += 180
            r.controller._minute.timeout.emit()
            assert "anna@example.com · checked 5 minutes ago" in texts(r)

    in_loop(main)


@pytest.mark.shows("SYNC-1")
def test_first_reading_when_it_goes_on_is_counted_over_all_calendars(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await with_google(r, replace(ANNA, read_at=0), replace(FAMILY, read_at=0))
            assert "Reading your calendars for the first time" in texts(r)
            for calendar, events in ((ANNA.id, 250), (FAMILY.id, 40)):
                r.workspace.announcer.announce(SyncProgressed("g", calendar, events))
            await r.until(lambda: "Reading your calendars for the first time: 290 events so far" in texts(r))

    in_loop(main)


@pytest.mark.shows("CON-3")
def test_connect_when_pressed_opens_the_dialog_over_the_settings(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            r.button("Connect a calendar").click()
            await r.until(lambda: any(each.isVisible() for each in r.window.findChildren(ConnectWindow)))
            r.window.findChildren(ConnectWindow)[0].reject()

    in_loop(main)


@pytest.mark.shows("INACT-4")
def test_account_when_signed_in_to_again_opens_the_dialog_over_the_settings(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            await with_google(r)
            await put(r.workspace, replace(p.GOOGLE, signed_out=True))
            await r.until(lambda: r.window._state and r.window._state.signed_out)
            r.button("Sign in again").click()
            await r.until(lambda: any(each.isVisible() for each in r.window.findChildren(ConnectWindow)))
            r.window.findChildren(ConnectWindow)[0].reject()

    in_loop(main)


@pytest.mark.shows("CON-3")
def test_settings_when_an_account_was_connected_give_way_to_the_dashboard(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            heard: list[object] = []
            r.controller.connected.connect(heard.append)
            profile: Any = r.window.panel_of("appearance")
            profile._set_profile("tagline", "Coach")
            r.controller._account_connected(p.GOOGLE)
            assert r.controller.window is not None
            profile._set_profile("tagline", "")
            r.controller._account_connected(p.GOOGLE)
            assert r.controller.window is None
            assert heard == [p.GOOGLE, p.GOOGLE]

    in_loop(main)


@pytest.mark.shows("CON-5")
def test_email_access_when_switched_off_waits_for_save(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            current = r.workspace.settings.current
            await r.workspace.settings.save(replace(current, privacy=Privacy(True, True)))
            await r.until(lambda: r.window._state and r.window._state.base.email_access)
            r.window.show_panel("privacy")
            panel = r.window.panel_of("privacy")
            switch: Any = panel.rows()[0][1]
            QTest.keyClick(switch, Qt.Key.Key_Space)
            assert r.workspace.settings.current.privacy.email_access
            r.button("Save").click()
            await r.told("Saved")
            assert r.workspace.settings.current.privacy == Privacy(False, True)
            assert not r.workspace.connecting.allowed
            r.window.show_panel("calendars")
            await r.until(lambda: "Personal e-mail access is off, so no account can be connected." in texts(r))

    in_loop(main)


def test_local_calendar_when_another_is_primary_keeps_its_files(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            local = next(each for each in await r.workspace.accounts.accounts() if each.provider is ProviderKind.LOCAL)
            await put(r.workspace, replace(local, primary=False))
            await put(r.workspace, p.GOOGLE, ANNA)
            await r.until(lambda: len(r.window.calendars.accounts) == 2)
            assert r.button("Export…").isVisible()
            assert "Only checked for conflicts" in texts(r)

    in_loop(main)
