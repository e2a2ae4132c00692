"""The calendars panel as it stands on the screen, in each state of the design and in awkward ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from app import i18n
from app.domain.calendars import ONLY_BUSY, BlockingPolicy
from app.domain.connecting import AccountChoice
from app.ui import theme, zone_list
from app.ui.settings.calendars import CalendarsPanel
from app.ui.settings.lost_cards import Help
from app.ui.settings.state import Draft, SettingsState
from app.ui.settings.view import SettingsWindow
from app.ui.widgets import Button, CheckBox, Label, SkeletonRow
from tests.ui.hearing import hear
from tests.ui.overviews import NOW
from tests.ui.settings import pictured as p


class Stage:
    """The window with a state; what is edited is shown, as the controller would."""

    def __init__(self) -> None:
        self.window = SettingsWindow(zone_list.options)
        self.window.edited.connect(self._edited)
        self.state: SettingsState = p.ALL["connected"]

    def show(self, state: SettingsState) -> CalendarsPanel:
        self.state = state
        self.window.render_state(state)
        self.window.show()
        self.window.activateWindow()
        QTest.qWaitForWindowActive(self.window)
        QApplication.processEvents()
        return self.window.calendars

    def _edited(self, draft: Draft) -> None:
        self.state = replace(self.state, draft=draft)
        self.window.render_state(self.state)

    def button(self, words: str) -> QPushButton:
        found = [each for each in self.window.findChildren(QPushButton) if each.isVisible() and each.text() == words]
        assert found, f"no button {words!r}"
        return found[0]

    def texts(self) -> list[str]:
        return [each.text() for each in self.window.calendars.findChildren(QLabel) if each.isVisible()]


@pytest.fixture
def stage(qapp: QApplication) -> Iterator[Stage]:
    i18n.use("en")
    theme.active().apply("light", 100)
    found = Stage()
    yield found
    found.window.allow_close()
    i18n.use("en")
    theme.active().apply("light", 100)


def box(stage: Stage, name: str) -> CheckBox:
    found = stage.window.findChildren(CheckBox, name)
    assert found
    return found[-1]


@pytest.mark.shows("SET-1", "SET-2", "SET-4", "CON-13")
def test_panel_when_connected_shows_account_uses_booking_calendar_and_rows(stage: Stage) -> None:
    panel = stage.show(p.ALL["connected"])
    texts = stage.texts()
    for words in ("Google Calendar", "Connected", "anna@example.com · checked 2 minutes ago", "Bookings go to"):
        assert words in texts
    assert box(stage, "sync g").isChecked()
    assert box(stage, "scheduling g").isChecked()
    assert panel.booking is not None
    assert panel.booking.value() == p.ANNA.id
    assert panel.booking.box.accessibleDescription() == "Owner"
    (rows,) = panel.lists
    assert [name for name, each in rows.boxes.items() if each.isChecked()] == ["family", "conference-room"]
    assert list(rows.boxes) == ["family", "conference-room", "holidays-in-denmark", "jonas-beck"]
    assert not rows.boxes["jonas-beck"].isEnabled()


def test_panel_when_nothing_syncs_tasks_yet_does_not_promise_it(stage: Stage) -> None:
    stage.show(p.ALL["connected"])
    assert not [words for words in stage.texts() if "task" in words.lower()]


@pytest.mark.shows("SET-6")
def test_row_when_ticked_changes_the_draft_alone(stage: Stage) -> None:
    stage.show(p.ALL["connected"])
    box(stage, "check holidays-in-denmark").click()
    assert stage.state.dirty
    assert p.HOLIDAYS.id in stage.state.draft.checked
    assert p.HOLIDAYS.id not in stage.state.base.checked
    box(stage, "check holidays-in-denmark").click()
    assert not stage.state.dirty


@pytest.mark.shows("SET-4")
def test_booking_calendar_when_another_is_chosen_is_checked_and_leaves_the_rows(stage: Stage) -> None:
    panel = stage.show(p.ALL["connected"])
    assert panel.booking is not None
    assert [option.text for option in panel.booking.box.options] == ["Anna Holm", "Family"]
    panel.booking.box.setCurrentIndex(1)
    assert stage.state.draft.booking == p.FAMILY.id
    assert p.FAMILY.id in stage.state.draft.checked
    (rows,) = panel.lists
    assert next(iter(rows.boxes)) == p.ANNA.id
    assert rows.boxes[p.ANNA.id].isChecked()


@pytest.mark.shows("SET-5")
def test_what_blocks_when_opened_has_a_switch_for_each_kind_and_the_preset(stage: Stage) -> None:
    panel = stage.show(p.ALL["connected"])
    blocks = panel.accounts["g"].blocks
    assert blocks is not None
    assert not blocks._rows["busy"].isVisible()
    blocks.fold.click()
    QApplication.processEvents()
    shown = {name: line.box.isChecked() for name, line in blocks._rows.items() if line.isVisible()}
    assert shown == {
        "busy": True,
        "out_of_office": True,
        "tentative": True,
        "unanswered": True,
        "working_elsewhere": False,
        "free": False,
    }
    blocks._rows["free"].box.click()
    assert stage.state.draft.choice("g").policy == BlockingPolicy(free=True)
    stage.button("Only busy").click()
    assert stage.state.draft.choice("g").policy == ONLY_BUSY
    assert panel.accounts["g"].blocks is blocks
    assert not blocks.only_busy.isEnabled()
    stage.button("As usual").click()
    assert not stage.state.dirty


@pytest.mark.shows("SET-2", "BOOK-3")
def test_scheduling_when_switched_off_explains_offline_mode_before_save(stage: Stage) -> None:
    stage.show(p.ALL["connected"])
    box(stage, "scheduling g").click()
    assert stage.state.draft.choice("g") == AccountChoice(scheduling=False)
    assert box(stage, "scheduling g").accessibleDescription().endswith("This is called offline mode.")


@pytest.mark.shows("SET-6")
def test_panel_when_changes_would_bring_something_says_so_until_it_is_saved(stage: Stage) -> None:
    stage.show(p.ALL["inactive"])
    assert "After Save: 3 pages check 1 more calendar." in stage.texts()
    stage.show(replace(p.ALL["inactive"], draft=p.ALL["inactive"].base))
    assert not [words for words in stage.texts() if words.startswith("After Save")]


# Trouble


@pytest.mark.shows("INACT-1", "INACT-4")
def test_inactive_calendar_when_shown_stands_first_with_reason_consequence_and_all_cures(stage: Stage) -> None:
    panel = stage.show(p.ALL["inactive"])
    text = "Kirsten Lund no longer shares it with you. Since Monday 18:20. While it is on this list, nobody can book you."
    assert text in stage.texts()
    heard = {name: hear(getattr(panel, f"{name}_requested")) for name in ("check", "ask", "remove", "help")}
    for words in ("Check again", "Ask the owner for access", "Remove calendar", "How to fix"):
        stage.button(words).click()
    assert heard["check"] == heard["ask"] == heard["remove"] == ["team-calendar"]
    (help,) = heard["help"]
    assert isinstance(help, Help)
    assert "share it with you again" in help.text
    assert "team-calendar" not in panel.lists[0].boxes


@pytest.mark.shows("CON-13", "CON-14")
def test_calendar_when_only_busy_times_are_shared_stands_last_with_the_way_to_more(stage: Stage) -> None:
    panel = stage.show(p.ALL["connected"])
    assert "Cannot be used: Jonas shares only busy times, not event details." in stage.texts()
    heard = hear(panel.help_requested)
    stage.button("How to ask for more").click()
    assert [each.letter for each in heard] == ["jonas-beck"]  # type: ignore[attr-defined]


def test_account_when_signed_out_is_one_card_with_one_cure_and_its_calendars_can_be_unticked(stage: Stage) -> None:
    panel = stage.show(p.ALL["signed-out"])
    assert "Aftale is no longer signed in. Since Monday 18:20 nobody can book you." in stage.texts()
    assert not [each for each in stage.window.findChildren(Button) if each.text() == "Remove calendar" and each.isVisible()]
    heard = hear(panel.reconnect_requested)
    stage.button("Sign in again").click()
    assert heard == ["g"]
    assert list(panel.lists[0].boxes) == ["family", "holidays-in-denmark"]


def test_calendar_when_much_vanished_at_once_asks_and_tells_the_answer(stage: Stage) -> None:
    panel = stage.show(p.ALL["doubtful"])
    assert "34 events vanished from Conference room at once" in stage.texts()
    heard: list[tuple[str, bool]] = []
    panel.doubt_settled.connect(lambda calendar, follow: heard.append((calendar, follow)))
    stage.button("Follow the calendar").click()
    stage.button("Keep what Aftale knows").click()
    assert heard == [("conference-room", True), ("conference-room", False)]


@pytest.mark.shows("SYNC-1")
def test_first_reading_when_it_goes_on_keeps_the_card_and_can_be_put_off(stage: Stage) -> None:
    panel = stage.show(p.ALL["reading"])
    card = panel.accounts["g"]
    assert "Reading your calendars for the first time: 1,250 events so far" in stage.texts()
    stage.show(replace(p.ALL["reading"], reading={"g": 2500}))
    assert "Reading your calendars for the first time: 2,500 events so far" in stage.texts()
    assert panel.accounts["g"] is card
    heard = hear(panel.stop_requested)
    stage.button("Not now").click()
    assert heard == ["g"]


def test_calendars_when_not_listed_yet_are_skeletons(stage: Stage) -> None:
    stage.show(p.state((p.GOOGLE,), ()))
    assert [each for each in stage.window.findChildren(SkeletonRow) if each.isVisible()]
    assert "There are no other calendars to check." not in stage.texts()


@pytest.mark.shows("CON-14")
def test_calendars_when_there_are_no_others_tell_how_to_make_and_share_some(stage: Stage) -> None:
    panel = stage.show(p.state((p.GOOGLE,), (p.ANNA,)))
    assert "There are no other calendars to check." in stage.texts()
    heard = hear(panel.help_requested)
    stage.button("How to make and share calendars").click()
    (help,) = heard
    assert "Create new calendar" in help.text  # type: ignore[attr-defined]
    stage.show(p.ALL["local"])
    assert not [each for each in stage.window.findChildren(Button) if each.objectName() == "how to share" and each.isVisible()]


@pytest.mark.shows("CON-7")
def test_sign_in_when_it_ends_offers_how_to_keep_it(stage: Stage) -> None:
    panel = stage.show(p.ALL["not-reached"])
    heard = hear(panel.help_requested)
    stage.button("How to keep it").click()
    (help,) = heard
    assert "Publish app" in help.text  # type: ignore[attr-defined]


# Other accounts


@pytest.mark.shows("CON-12")
def test_panel_when_two_accounts_share_the_roles_says_what_each_is_for(stage: Stage) -> None:
    panel = stage.show(p.ALL["two-accounts"])
    texts = stage.texts()
    assert "You connected two accounts in an earlier version. Both keep working." in texts
    assert "If you disconnect one, one account stays" in texts
    assert panel.accounts["g"].sync is not None
    assert panel.accounts["g"].scheduling is None
    assert panel.accounts["o"].sync is None
    assert panel.accounts["o"].scheduling is not None
    assert panel.booking is not None
    assert panel.booking.value() == p.WORK.id
    assert not [each for each in stage.window.findChildren(Button) if each.text() == "Connect a calendar" and each.isVisible()]


@pytest.mark.shows("CON-2")
def test_panel_when_there_are_several_accounts_groups_the_rows_and_uses_the_others_for_conflicts_alone(stage: Stage) -> None:
    panel = stage.show(p.ALL["several"])
    assert "Office 365 · anna.holm@example.net" in stage.texts()
    assert [list(each.boxes) for each in panel.lists] == [["family"], ["work", "room-4"]]
    assert panel.accounts["o"].sync is panel.accounts["o"].scheduling is None
    assert panel.booking is not None
    assert "Work" not in [option.text for option in panel.booking.box.options]
    heard = hear(panel.connect_requested)
    stage.button("Connect a calendar").click()
    assert heard == [True]


@pytest.mark.shows("CON-5")
def test_connect_when_email_access_is_off_says_why_and_leads_to_the_switch(stage: Stage) -> None:
    stage.show(p.ALL["not-allowed"])
    why = "Personal e-mail access is off, so no account can be connected."
    assert why in stage.texts()
    spoken = QAccessible.queryAccessibleInterface(stage.button("Connect a calendar"))
    assert spoken.text(QAccessible.Text.Description) == why
    [each for each in stage.window.findChildren(Button) if each.objectName() == "to privacy"][-1].click()
    assert stage.window.panel == "privacy"
    assert stage.window.focusWidget() is stage.window.panel_of("privacy").rows()[0][1]
    stage.window.focusWidget().click()  # type: ignore[union-attr]
    assert stage.state.draft.email_access
    assert stage.state.dirty


# Keyboard and drawing


def test_rows_when_arrows_are_pressed_are_one_stop_of_the_keyboard(stage: Stage) -> None:
    panel = stage.show(p.ALL["connected"])
    boxes = [each for each in panel.lists[0].boxes.values() if each.isEnabled()]
    assert [each for each in boxes if each.focusPolicy() & Qt.FocusPolicy.TabFocus] == boxes[:1]
    boxes[0].setFocus()
    QTest.keyClick(boxes[0], Qt.Key.Key_Down)
    assert QApplication.focusWidget() is boxes[1]
    QTest.keyClick(boxes[1], Qt.Key.Key_Space)
    assert p.ROOM.id not in stage.state.draft.checked
    QTest.keyClick(boxes[1], Qt.Key.Key_Up)
    assert QApplication.focusWidget() is boxes[0]


def test_panel_when_calendars_are_read_again_keeps_cards_and_keyboard(stage: Stage) -> None:
    panel = stage.show(p.ALL["connected"])
    card = panel.accounts["g"]
    box(stage, "sync g").setFocus()
    fresh = tuple(replace(each, read_at=NOW) for each in stage.state.calendars)
    stage.show(replace(stage.state, calendars=fresh, now=NOW + 60))
    assert panel.accounts["g"] is card
    assert "anna@example.com · checked 1 minute ago" in stage.texts()
    stage.show(replace(stage.state, calendars=(*fresh, p.calendar("New one"))))
    assert panel.accounts["g"] is not card
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.objectName() == "sync g"
    assert focused.isVisible()


@pytest.mark.shows("DESK-5")
@pytest.mark.parametrize("name", sorted(p.ALL))
def test_states_when_danish_and_large_cut_nothing_and_name_everything(stage: Stage, name: str) -> None:
    i18n.use("da")
    theme.active().apply("dark", 130)
    theme.retranslate_all()
    stage.window.resize(1092, 720)
    panel = stage.show(p.ALL[name])
    card = next(iter(panel.accounts.values()), None)
    if card is not None and card.blocks is not None:
        card.blocks.open_up(True)
    for _turn in range(3):
        QApplication.processEvents()
    assert panel.area.widget().width() <= panel.area.viewport().width()
    for label in panel.findChildren(Label):
        if label.isVisible() and label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width()), label.text()
    for button in panel.findChildren(Button):
        if button.isVisible() and button.text():
            assert button.width() >= button.sizeHint().width(), button.text()
    for control in panel.findChildren(QWidget):
        if control.isVisible() and control.focusPolicy() & Qt.FocusPolicy.TabFocus and not isinstance(control, QLabel):
            spoken = QAccessible.queryAccessibleInterface(control)
            assert spoken.text(QAccessible.Text.Name).strip(), control.objectName()
