"""The dialog on a real workspace, from the choice to the first reading."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.domain.clock import DAY
from app.domain.connections import LOCAL, ProviderKind
from app.domain.errors import InvalidFields, RateLimited, SignInFailed, Unreachable
from app.ui.connect.confirm import StepsPopover
from app.ui.connect.forms import SignInForm
from app.ui.connect.shared import PrivacyDialog
from app.ui.connect.state import Page
from app.ui.widgets import CheckBox, TextField
from app.ui.widgets.buttons import plain
from tests.ui.connect.desk import CLIENT, JANE, Desk, InLoop, desk

pytestmark = pytest.mark.qt_log_ignore("does not support raise")


# Choosing


@pytest.mark.shows("CON-1", "CON-3")
def test_first_page_when_it_opens_offers_what_can_be_connected(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, local=False) as d:
            await d.open()
            rows = [row.accessibleName() for row in d.window.choose.rows.values()]
            assert rows == ["Google", "Office 365", "On this computer"]
            first = d.window.choose.rows[ProviderKind.GOOGLE]
            assert d.window.focusWidget() is first
            QTest.keyClick(first, Qt.Key.Key_Down)
            assert d.window.focusWidget() is d.window.choose.rows[ProviderKind.OFFICE365]
            d.press("Not now: use offline mode")
            await d.until(lambda: d.closed)
            assert not d.connected

    in_loop(main)


def test_first_page_when_bookings_are_taken_already_offers_no_offline_mode(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as d:
            await d.open()
            assert list(d.window.choose.rows) == [ProviderKind.GOOGLE, ProviderKind.OFFICE365]
            assert not d.window.buttons["offline"].isVisible()

    in_loop(main)


@pytest.mark.shows("CON-5")
def test_access_when_it_was_never_asked_for_is_kept_as_soon_as_it_is_switched(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, allowed=False, asked=False) as d:
            await d.open()
            switch = d.window.choose.access.switch
            assert switch.isVisible()
            assert "It never reads your e-mail." in switch.accessibleDescription()
            d.press("Google")
            assert not d.window.main_button.isEnabled()
            d.press("Back")
            switch.click()
            await d.until(lambda: d.workspace.connecting.allowed)
            assert d.workspace.settings.current.privacy.asked
            d.press("Google")
            assert d.window.main_button.isEnabled()

    in_loop(main)


@pytest.mark.shows("CON-5")
def test_access_when_it_was_refused_says_why_and_leads_to_the_setting(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, allowed=False) as d:
            await d.open(ProviderKind.GOOGLE)
            assert not d.window.main_button.isEnabled()
            assert d.window.main_button.accessibleDescription() == "Personal e-mail access is off"
            assert not d.window.shared.access.switch.isVisible()
            await d.workspace.connecting.allow(True)
            assert d.window.main_button.isEnabled()
            await d.workspace.connecting.allow(False)
            wanted: list[bool] = []
            d.controller.privacy_requested.connect(lambda: wanted.append(d.controller.window is None))
            d.press("Open Data and privacy")
            assert wanted == [True]

    in_loop(main)


# What is shared


@pytest.mark.shows("CON-4")
def test_disclosure_when_it_is_read_and_left_has_asked_nothing_and_kept_nothing(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as d:
            await d.open()
            d.press("Google")
            assert "Please read this before Google asks for your consent." in d.texts()
            assert [box.text() for box in d.window.findChildren(CheckBox) if box.isVisible() and box.isChecked()] == [
                "Calendar sync",
                "Meeting scheduling pages",
            ]
            d.press("Privacy in detail")
            (detail,) = d.window.findChildren(PrivacyDialog)
            assert detail.isVisible()
            detail.button("close").click()
            QTest.keyClick(d.window, Qt.Key.Key_Escape)
            await d.until(lambda: d.closed)
            assert (d.google.asked, d.opened) == (0, [])
            assert await d.nothing_kept()

    in_loop(main)


@pytest.mark.shows("CON-2", "CON-4")
def test_disclosure_when_another_account_is_the_primary_one_promises_only_to_look(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as d:
            await d.sign_in()
            d.press("Yes, use it")
            await d.until(lambda: d.connected)
            await d.open(ProviderKind.OFFICE365)
            assert "Your bookings go to jane@example.com. This account is only checked for conflicts." in d.texts()
            assert not d.window.shared.sync.isVisible()

    in_loop(main)


# Waiting for the browser


@pytest.mark.shows("CON-3")
def test_waiting_when_the_page_was_lost_opens_it_again_or_gives_its_link(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as d:
            d.has_browser = False
            await d.wait_for_browser()
            await d.until(lambda: "Your browser did not open" in d.texts())
            assert d.window.waiting.ring.turning or d.window.waiting.ring.isVisible()
            d.has_browser = True
            d.press("Open the page again")
            assert d.opened == ["https://accounts.example.com/consent?number=1"] * 2
            assert "Your browser did not open" not in d.texts()
            d.press("Copy the link")
            assert QGuiApplication.clipboard().text() == d.opened[0]
            spoken = [line.accessibleName() for line in d.window.waiting.lines.values()]
            assert spoken[:3] == [
                "Open the page in your browser: done",
                "Sign in at Google and agree: now",
                "See who signed in: not yet",
            ]

    in_loop(main)


@pytest.mark.shows("CON-4")
@pytest.mark.parametrize("how", ["cancel", "escape", "close"])
def test_waiting_when_it_is_given_up_ends_the_wait_and_keeps_nothing(in_loop: InLoop, tmp_path: Path, how: str) -> None:
    async def main() -> None:
        async with desk(tmp_path) as d:
            await d.wait_for_browser()
            if how == "cancel":
                d.press("Cancel")
                assert d.page is Page.SHARED
                d.controller.close()
            elif how == "escape":
                QTest.keyClick(d.window, Qt.Key.Key_Escape)
            else:
                d.window.close()
            await d.until(lambda: d.closed)
            d.google.answer.set_result(JANE)
            assert await d.nothing_kept()
            assert not d.connected

    in_loop(main)


@pytest.mark.shows("CON-4")
def test_sign_in_when_it_comes_as_the_window_closes_is_given_back(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as d:
            await d.wait_for_browser()
            d.google.service.gate.clear()
            d.google.answer.set_result(JANE)
            await d.until(lambda: "Almost there" in d.texts())
            d.window.close()
            d.google.service.gate.set()
            await d.until(lambda: d.google.given_back == [JANE.secret])
            assert await d.nothing_kept()

    in_loop(main)


@pytest.mark.shows("CON-4")
def test_consent_when_it_was_refused_leads_back_to_what_is_shared(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as d:
            await d.wait_for_browser()
            d.google.answer.set_result(SignInFailed("refused", "access_denied"))
            await d.reach(Page.SHARED)
            assert "Google says that you did not agree" in d.texts()
            assert await d.nothing_kept()
            d.press("Continue to Google")
            await d.until(lambda: d.google.asked == 2)

    in_loop(main)


FAILURES = [
    (SignInFailed("time_out"), "Nobody signed in within five minutes", "Try again"),
    (SignInFailed("client", "invalid_client"), "Google does not accept the client", "Check the client"),
    (
        SignInFailed("rights", "https://www.googleapis.com/auth/calendar.events"),
        "See and change events in your calendars",
        "Try again",
    ),
    (SignInFailed("no_mailbox"), "This account has no calendar that Aftale may read", "Try again"),
    (SignInFailed("no_refresh"), "Google gave no lasting sign-in", "Try again"),
    (Unreachable("", "ConnectError"), "See whether this computer is online, then try again.", "Try again"),
    (Unreachable("", "503 backendError"), "Google does not answer as it should", "Try again"),
    (RateLimited("", 30), "Google asks Aftale to wait", "Try again"),
]


@pytest.mark.shows("CON-3", "CON-6")
@pytest.mark.parametrize(("error", "words", "cure"), FAILURES, ids=lambda each: str(each)[:20])
def test_sign_in_when_it_fails_says_why_and_offers_the_cure(
    in_loop: InLoop, tmp_path: Path, error: SignInFailed, words: str, cure: str
) -> None:
    async def main() -> None:
        async with desk(tmp_path) as d:
            await d.wait_for_browser()
            d.google.answer.set_result(error)
            await d.reach(Page.FAILED)
            assert words in d.texts()
            assert await d.nothing_kept()
            d.press(cure)
            if cure == "Try again":
                await d.until(lambda: d.google.asked == 2)
                assert d.page is Page.WAITING
            else:
                assert d.page is Page.CLIENT

    in_loop(main)


@pytest.mark.shows("CON-10")
def test_sign_in_when_the_keyring_is_locked_asks_nobody_and_says_what_to_do(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, locked=True) as d:
            await d.open(ProviderKind.GOOGLE)
            d.press("Continue to Google")
            await d.reach(Page.FAILED)
            assert "Unlock your system’s keyring" in d.texts()
            assert (d.google.asked, d.opened) == (0, [])

    in_loop(main)


# Is this the one?


@pytest.mark.shows("CON-3", "CON-13")
def test_question_when_somebody_signed_in_lists_what_becomes_readable(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as d:
            await d.sign_in()
            texts = d.texts()
            assert "Connected as jane@example.com. Is this the one?" in texts
            assert "Bookings then go to Jane Doe." in texts
            assert "These 3 calendars become readable" in texts
            for words in ("Jane Doe", "Owner", "Team calendar", "Can edit", "Jonas Berg", "Free/busy only"):
                assert words in texts
            assert "Cannot be used: Jonas shares only busy times, not event details." in texts
            assert await d.nothing_kept()
            d.press("How to see all event details")
            assert "See all event details" in d.texts()
            d.press("Open the page")
            assert d.opened[-1].startswith("https://calendar.google.com/")
            (popover,) = d.window.findChildren(StepsPopover)
            QTest.keyClick(d.window.focusWidget(), Qt.Key.Key_Escape)
            assert not popover.isVisible()
            assert d.page is Page.CONFIRM

    in_loop(main)


@pytest.mark.shows("CON-4")
@pytest.mark.parametrize("how", ["no", "close"])
def test_question_when_it_is_the_wrong_account_gives_the_sign_in_back(in_loop: InLoop, tmp_path: Path, how: str) -> None:
    async def main() -> None:
        async with desk(tmp_path) as d:
            await d.sign_in()
            if how == "no":
                d.press("No, another account")
                assert d.page is Page.SHARED
            else:
                d.window.close()
            await d.until(lambda: d.google.given_back == [JANE.secret])
            assert await d.nothing_kept()
            assert not d.connected

    in_loop(main)


@pytest.mark.shows("CON-4")
def test_question_when_the_window_below_is_gone_gives_the_sign_in_back(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as d:
            below = QWidget()
            d.controller.open(below, ProviderKind.GOOGLE)
            await d.until(lambda: d.controller.window is not None)
            d.press("Continue to Google")
            await d.until(lambda: d.opened)
            d.google.answer.set_result(JANE)
            await d.reach(Page.CONFIRM)
            below.deleteLater()
            await d.until(lambda: d.google.given_back == [JANE.secret])
            assert d.controller.window is None
            assert await d.nothing_kept()

    in_loop(main)


@pytest.mark.shows("CON-3", "SET-2")
def test_account_when_it_is_the_one_is_kept_as_ticked_and_told_once_the_window_is_closed(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        async with desk(tmp_path) as d:
            open_then: list[bool] = []
            d.controller.connected.connect(lambda _account: open_then.append(d.controller.window is not None))
            await d.open(ProviderKind.GOOGLE)
            d.window.shared.sync.click()
            d.press("Continue to Google")
            await d.until(lambda: d.opened)
            d.google.answer.set_result(JANE)
            await d.reach(Page.CONFIRM)
            QTest.keyClick(d.window, Qt.Key.Key_Return)
            await d.until(lambda: d.connected)
            assert open_then == [False]
            assert [each.email for each in d.connected] == ["jane@example.com"]
            stored = next(each for each in await d.accounts() if each.provider is ProviderKind.GOOGLE)
            assert (stored.primary, stored.sync, stored.scheduling) == (True, False, True)
            assert len(await d.secrets()) == 1
            assert d.closed == [True]

    in_loop(main)


@pytest.mark.shows("CON-7")
def test_question_when_the_client_is_in_testing_counts_down_and_shows_the_cure(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as d:
            await d.sign_in(replace(JANE, ends=d.clock.now() + 7 * DAY - 60))
            assert "This sign-in ends in 6 days and 23 hours" in d.texts()
            assert "Monday 19 October" in d.texts()
            d.press("Open the Audience page")
            assert d.opened[-1] == "https://console.cloud.google.com/auth/audience"

    in_loop(main)


@pytest.mark.shows("CON-6")
def test_question_when_it_is_a_shared_mailbox_refuses_it_as_the_primary_account(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as d:
            await d.sign_in(replace(JANE, shared=True))
            assert "This is a shared mailbox" in d.texts()
            d.press("Yes, use it")
            await d.until(lambda: d.connected)
            stored = {each.id: each.primary for each in await d.accounts()}
            assert stored[LOCAL]
            assert not stored[d.connected[0].id]

    in_loop(main)


# The first reading


@pytest.mark.shows("SYNC-1")
@pytest.mark.parametrize("how", ["wait", "background", "stop"])
def test_first_reading_when_it_goes_on_is_counted_and_can_be_left(in_loop: InLoop, tmp_path: Path, how: str) -> None:
    async def main() -> None:
        async with desk(tmp_path) as d:
            await d.sign_in()
            gate = d.google.service.gate
            gate.clear()
            d.press("Yes, use it")
            await d.reach(Page.READING)
            account = d.window.state.account
            assert account is not None
            assert "jane@example.com is connected" in d.texts()
            assert "0 events read" in d.texts()
            if how == "wait":
                heard: list[str] = []
                window = d.window
                window.finished.connect(lambda _code: heard.append(window.reading.count.text()))
                gate.set()
                await d.until(lambda: d.connected)
                assert heard == ["3 events read"]
            else:
                d.press("Go on in the background" if how == "background" else "Stop")
                await d.until(lambda: d.connected)
            assert [each.id for each in d.connected] == [account.id]
            gate.set()
            await d.workspace.sync.now(account.id)
            own = next(each for each in await d.workspace.accounts.calendars() if each.remote == "own")
            assert own.read_at > 0

    in_loop(main)


# An OAuth client of one's own


async def at_the_client(d: Desk) -> None:
    await d.open(ProviderKind.GOOGLE)
    d.press("Continue to Google")
    await d.reach(Page.CLIENT)


@pytest.mark.shows("CON-7")
def test_client_when_there_is_none_is_made_step_by_step_and_checked_while_it_is_typed(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, client=False) as d:
            await at_the_client(d)
            assert d.google.asked == 0
            d.press("Open the page for step 1")
            assert d.opened == ["https://console.cloud.google.com/projectcreate"]
            field, secret = (d.window.client.fields[name] for name in ("client_id", "client_secret"))
            QTest.keyClicks(field.edit, "AIzaSy")
            assert field.error == "This is an API key. Aftale needs the client ID, under Clients."
            assert secret.error == ""
            field.edit.clear()
            QTest.keyClicks(field.edit, CLIENT["client_id"])
            assert field.error == ""
            d.press("Continue to Google")
            assert secret.error == "Copy the client secret. It stands beside the client ID."
            assert d.google.asked == 0
            secret.edit.setFocus()
            QTest.keyClicks(secret.edit, CLIENT["client_secret"])
            QTest.keyClick(secret.edit, Qt.Key.Key_Return)
            await d.until(lambda: d.google.asked == 1)
            assert d.google.client == CLIENT
            assert await d.secrets() == ["client:google"]
            d.controller.close()
            await d.until(lambda: d.closed)
            await d.open(ProviderKind.GOOGLE)
            d.press("Continue to Google")
            await d.reach(Page.WAITING)

    in_loop(main)


@pytest.mark.shows("CON-7")
def test_client_when_its_file_is_dropped_fills_the_fields_or_says_what_is_wrong_with_it(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        async with desk(tmp_path, client=False) as d:
            await at_the_client(d)
            good, web = tmp_path / "client_secret.json", tmp_path / "web.json"
            web.write_text(json.dumps({"web": CLIENT}))
            good.write_text(json.dumps({"installed": CLIENT}))
            drop(d, web)
            await d.until(lambda: "This client is of the type Web application." in d.texts())
            drop(d, tmp_path / "gone.json")
            await d.until(lambda: "The file cannot be read." in d.texts())
            drop(d, good)
            await d.until(lambda: d.window.client.values() == CLIENT)
            assert "The file cannot be read." not in d.texts()
            d.press("Continue to Google")
            await d.until(lambda: d.google.client == CLIENT)

    in_loop(main)


def drop(d: Desk, file: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file))])
    at, none = QPointF(5, 5), Qt.KeyboardModifier.NoModifier
    event = QDropEvent(at, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, none)
    d.window.client.file.dropEvent(event)


# On this computer


def test_calendar_on_this_computer_when_it_is_wanted_needs_only_a_name(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, local=False, allowed=False) as d:
            await d.open()
            d.press("On this computer")
            d.press("Continue")
            form = d.window.form.form
            assert form is not None
            name = form.first()
            QTest.keyClick(name, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            QTest.keyClick(name, Qt.Key.Key_Delete)
            d.press("Make the calendar")
            assert "Please fill this in." in d.texts()
            assert not await d.accounts()
            QTest.keyClicks(name, "My meetings")
            QTest.keyClick(name, Qt.Key.Key_Return)
            await d.until(lambda: d.connected)
            assert [each.name for each in await d.accounts()] == ["My meetings"]

    in_loop(main)


# Signing in again


@pytest.mark.shows("CON-11", "INACT-4")
def test_reconnecting_when_it_is_the_same_person_tells_the_account(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as d:
            await d.sign_in()
            d.press("Yes, use it")
            await d.until(lambda: d.connected)
            account = d.connected[0]
            d.controller.reconnect(d.parent, account)
            await d.until(lambda: d.google.asked == 2)
            assert d.window.windowTitle() == "Sign in again"
            assert "Sign in there as jane@example.com and agree." in d.texts()
            d.google.answer.set_result(replace(JANE, email="bo@example.com"))
            await d.reach(Page.FAILED)
            assert "You signed in as bo@example.com. Sign in as jane@example.com to reconnect it." in d.texts()
            d.press("Try again")
            await d.until(lambda: d.google.asked == 3)
            d.google.answer.set_result(JANE)
            await d.until(lambda: d.reconnected)
            assert [each.id for each in d.reconnected] == [account.id]
            assert len(d.connected) == 1

    in_loop(main)


def test_already_connected_account_when_it_signs_in_leads_to_the_settings(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as d:
            await d.sign_in()
            d.press("Yes, use it")
            await d.until(lambda: d.connected)
            d.opened.clear()
            await d.wait_for_browser()
            d.google.answer.set_result(JANE)
            await d.reach(Page.FAILED)
            assert "jane@example.com is connected already" in d.texts()
            wanted: list[bool] = []
            d.controller.settings_requested.connect(lambda: wanted.append(True))
            d.press("Open Settings")
            assert wanted == [True]
            assert d.google.given_back == []

    in_loop(main)


# A form


@pytest.fixture
def exchange_form(monkeypatch: pytest.MonkeyPatch) -> None:
    """A form for Exchange as its module would bring it: one file, named after the kind."""

    class Form(SignInForm):
        def __init__(self) -> None:
            super().__init__()
            self.email = TextField("E-mail", required=True)
            self.body.addWidget(self.email)

        def words(self) -> tuple[str, str, str]:
            return "Sign in to Exchange", "", "Connect"

        def retranslate(self) -> None:
            pass

        def fields(self) -> dict[str, str]:
            return {"email": self.email.text()}

        def show_problems(self, problems: Mapping[str, str]) -> None:
            self.email.set_error(problems.get("email", ""))

        def first(self) -> QWidget:
            return self.email.edit

    name = "app.ui.connect.forms.exchange"
    module = ModuleType(name)
    module.__spec__ = ModuleSpec(name, None)
    module.Form = Form  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, name, module)


@pytest.mark.shows("CON-8")
def test_form_when_a_kind_has_one_takes_the_place_of_the_browser(in_loop: InLoop, tmp_path: Path, exchange_form: None) -> None:
    async def main() -> None:
        async with desk(tmp_path, kinds=(ProviderKind.EXCHANGE,)) as d:
            exchange = d.connectors[ProviderKind.EXCHANGE]
            await d.open()
            d.press("Exchange")
            assert "The password would allow more. Aftale uses only the calendar" in d.texts()
            d.press("Continue")
            form = d.window.form.form
            assert form is not None
            QTest.keyClicks(form.first(), "jane@example.com")
            d.press("Connect")
            await d.until(lambda: exchange.asked == 1)
            assert (d.page, exchange.client) == (Page.FORM, {"email": "jane@example.com"})
            d.press("Cancel")
            await d.until(lambda: "Back" in [plain(each.text()) for each in d.window.buttons.values() if each.isVisible()])
            d.press("Connect")
            await d.until(lambda: exchange.asked == 2)
            exchange.answer.set_result(InvalidFields({"email": "form"}))
            await d.until(lambda: "form" in d.texts())
            d.press("Connect")
            await d.until(lambda: exchange.asked == 3)
            exchange.answer.set_result(Unreachable("", "ConnectError"))
            await d.until(lambda: "Your Exchange server cannot be reached" in d.texts())
            assert d.page is Page.FORM
            d.press("Try again")
            await d.until(lambda: exchange.asked == 4)
            exchange.answer.set_result(JANE)
            await d.reach(Page.CONFIRM)
            d.press("Yes, use it")
            await d.until(lambda: d.connected)
            d.controller.reconnect(d.parent, d.connected[0])
            await d.reach(Page.FORM)
            assert exchange.asked == 4
            d.press("Connect")
            await d.until(lambda: exchange.asked == 5)
            exchange.answer.set_result(JANE)
            await d.until(lambda: d.reconnected)

    in_loop(main)
