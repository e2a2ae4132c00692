"""The dashboard as it stands on the screen: intents, keyboard, names, and no text cut off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QWidget

from app import i18n
from app.ui import theme
from app.ui.dashboard.rows import MeetingLine
from app.ui.dashboard.state import build
from app.ui.dashboard.view import DashboardView
from app.ui.main_window import MainWindow, Screen
from app.ui.widgets import Banner, Button, Label
from tests.ui import overviews as o
from tests.ui.hearing import hear


class Stage:
    def __init__(self) -> None:
        self.window = MainWindow()
        self.view = DashboardView()
        self.window.add_screen(Screen("meetings", "nav_meetings", lambda: i18n._("Meetings"), lambda: self.view))
        self.window.add_screen(Screen("pages", "nav_pages", lambda: i18n._("Scheduling pages"), QWidget))
        self.window.resize(1120, 720)

    def show(self, name: str) -> DashboardView:
        state = build(o.ALL[name])
        self.view.set_live(True)
        self.view.render_state(state)
        self.window.show_status(state.status, state.link)
        self.window.set_live(True)
        self.window.set_count("meetings", len(state.requests))
        self.window.show()
        self.window.activateWindow()
        QTest.qWaitForWindowActive(self.window)
        QApplication.processEvents()
        return self.view

    def button(self, words: str, at: int = 0) -> Button:
        found = [
            each for each in self.window.findChildren(Button) if each.isVisible() and each.text().replace("&", "") == words
        ]
        return found[at]


@pytest.fixture
def stage(qapp: QApplication) -> Iterator[Stage]:
    i18n.use("en")
    theme.active().apply("light", 100)
    found = Stage()
    yield found
    found.window.close()
    found.window.deleteLater()
    i18n.use("en")
    theme.active().apply("light", 100)


# Intents


def test_request_when_accepted_tells_the_chosen_time(stage: Stage) -> None:
    view = stage.show("offline")
    heard: list[tuple[str, object]] = []
    view.accept_requested.connect(lambda booking, start: heard.append((booking, start)))
    card = view._wide_requests.view_of("r-lars")
    assert card is not None
    QTest.mouseClick(card._chips.chips()[1], Qt.MouseButton.LeftButton)
    button = stage.button("Accept Fri 16 Oct")
    button.click()
    assert heard == [("r-lars", o.at(16, 9))]
    assert button.busy


def test_request_when_it_failed_says_why_and_can_be_tried_again(stage: Stage) -> None:
    view = stage.show("offline")
    stage.button("Accept Wed 14 Oct").click()
    view.request_failed("r-lars", "That time is not free any more.")
    QApplication.processEvents()
    assert any(label.text() == "That time is not free any more." and label.isVisible() for label in view.findChildren(Label))
    assert not stage.button("Accept Wed 14 Oct").busy


def test_request_when_a_new_state_comes_keeps_what_was_chosen(stage: Stage) -> None:
    view = stage.show("offline")
    card = view._wide_requests.view_of("r-lars")
    assert card is not None
    QTest.mouseClick(card._chips.chips()[1], Qt.MouseButton.LeftButton)
    view.render_state(build(replace(o.OFFLINE, requests=o.OFFLINE.requests[:1])))
    card = view._wide_requests.view_of("r-lars")
    assert card is not None
    assert card._chips.value() == o.at(16, 9)


def test_request_when_its_times_are_gone_offers_another_time_first(stage: Stage) -> None:
    view = stage.show("gone")
    heard = hear(view.suggest_requested)
    assert not [each for each in stage.window.findChildren(Button) if each.isVisible() and each.text().startswith("Accept")]
    stage.button("Suggest another time").click()
    assert heard == ["r-lars"]


def test_side_requests_when_answer_is_pressed_open_that_one(stage: Stage) -> None:
    view = stage.show("normal")
    stage.button("Answer").click()
    QApplication.processEvents()
    declined = hear(view.decline_requested)
    stage.button("Decline").click()
    assert declined == ["r-karen"]


@pytest.mark.shows("INACT-4")
def test_banner_when_a_cure_is_pressed_tells_fault_and_cure(stage: Stage) -> None:
    view = stage.show("inactive")
    heard: list[tuple[str, str]] = []
    view.fix_requested.connect(lambda fault, action: heard.append((fault, action)))
    stage.button("Check again").click()
    stage.button("Remove calendar").click()
    assert heard == [("calendar:team", "check"), ("calendar:team", "remove")]
    assert stage.button("Check again").busy
    view.fix_ended("calendar:team")
    assert not stage.button("Check again").busy


def test_banners_when_there_are_many_show_two_and_the_rest_on_request(stage: Stage) -> None:
    view = stage.show("worst")
    assert len([each for each in view.findChildren(Banner) if each.isVisible()]) == 2
    stage.button("2 more").click()
    QApplication.processEvents()
    assert len([each for each in view.findChildren(Banner) if each.isVisible()]) == 4


def test_attempt_when_write_is_pressed_tells_which(stage: Stage) -> None:
    view = stage.show("inactive")
    heard = hear(view.write_about_attempt_requested)
    stage.button("Write to Ida").click()
    assert heard == ["a1"]


def test_pages_card_when_a_link_is_copied_tells_its_path(stage: Stage) -> None:
    view = stage.show("offline")
    heard = hear(view.copy_page_requested)
    view.findChild(QAbstractButton, "copy p2").click()
    assert heard == ["/meetings/anna-holm/strategy"]


def test_first_day_when_its_buttons_are_pressed_leads_to_the_page(stage: Stage) -> None:
    view = stage.show("empty")
    steps, copied = hear(view.step_requested), hear(view.copy_link_requested)
    stage.button("Open my page").click()
    stage.button("Book yourself once").click()
    stage.button("Copy my link").click()
    assert steps == ["book", "book"]
    assert copied == [True]


def test_meeting_when_pressed_opens_and_its_menu_names_it(stage: Stage) -> None:
    view = stage.show("normal")
    opened = hear(view.open_requested)
    line = view.lines()[1]
    QTest.mouseClick(line, Qt.MouseButton.LeftButton, pos=QPoint(100, 30))
    assert opened == ["b-Jonas Beck"]
    menus: list[object] = []
    view.menu_requested.connect(lambda row, point: menus.append(row))
    assert line.more is not None
    line.more.click()
    assert [row.booking for row in menus] == ["b-Jonas Beck"]  # type: ignore[attr-defined]


def test_meeting_when_it_is_soon_can_be_joined(stage: Stage) -> None:
    view = stage.show("normal")
    heard = hear(view.join_requested)
    stage.button("Join").click()
    assert heard == ["https://video.example.com/anna"]


def test_dashboard_when_the_services_are_not_there_yet_lets_nothing_be_pressed(stage: Stage) -> None:
    view = stage.show("offline")
    view.set_live(False)
    for words in ("Accept Wed 14 Oct", "Copy my link", "Connect a calendar"):
        assert not stage.button(words).isEnabled()
    view.set_live(True)
    assert stage.button("Accept Wed 14 Oct").isEnabled()


# Keyboard


def test_agenda_when_arrows_are_pressed_goes_through_the_rows_of_all_days(stage: Stage) -> None:
    view = stage.show("normal")
    lines = view.lines()
    stops = [line for line in lines if line.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert stops == [lines[0]]
    lines[0].setFocus(Qt.FocusReason.TabFocusReason)
    opened = hear(view.open_requested)
    for _ in range(3):
        focused = QApplication.focusWidget()
        assert isinstance(focused, MeetingLine)
        QTest.keyClick(focused, Qt.Key.Key_Down)
    assert QApplication.focusWidget() is lines[3]
    QTest.keyClick(lines[3], Qt.Key.Key_Return)
    assert opened == ["b-Emil Krogh"]


def test_dashboard_when_a_minute_passes_keeps_the_keyboard_where_it_is(stage: Stage) -> None:
    view = stage.show("normal")
    view.lines()[1].setFocus(Qt.FocusReason.TabFocusReason)
    view.render_state(build(replace(o.NORMAL, now=o.NOW + 60)))
    QApplication.processEvents()
    focused = QApplication.focusWidget()
    assert isinstance(focused, MeetingLine)
    assert focused.state.booking == "b-Jonas Beck"


def test_dashboard_when_only_the_clock_moved_draws_the_cards_anew_only_where_words_changed(stage: Stage) -> None:
    view = stage.show("normal")
    before = list(view._boxes)
    view.render_state(build(replace(o.NORMAL, now=o.NOW - 3600 * 2)))
    later = list(view._boxes)
    view.render_state(build(replace(o.NORMAL, now=o.NOW - 3600 * 2 + 60)))
    assert before != later
    assert list(view._boxes) == later


# Names


def named(widget: QWidget) -> bool:
    spoken = QAccessible.queryAccessibleInterface(widget)
    return bool(spoken is not None and spoken.text(QAccessible.Text.Name).strip())


@pytest.mark.shows("DESK-5")
@pytest.mark.parametrize("name", sorted(o.ALL))
def test_controls_when_read_aloud_all_have_a_name(stage: Stage, name: str) -> None:
    stage.show(name)
    controls = [
        each
        for each in stage.window.findChildren(QWidget)
        if each.isVisible() and each.focusPolicy() != Qt.FocusPolicy.NoFocus and not isinstance(each, QLabel)
    ]
    assert len(controls) > 5
    assert [type(each).__name__ for each in controls if not named(each)] == []


# Nothing cut off


@pytest.mark.shows("DESK-5")
@pytest.mark.parametrize("name", sorted(o.ALL))
@pytest.mark.parametrize("width", [880, 1120])
def test_texts_when_danish_and_large_are_not_cut(stage: Stage, name: str, width: int) -> None:
    i18n.use("da")
    theme.active().apply("light", 130)
    theme.retranslate_all()
    stage.window.resize(width, 720)
    view = stage.show(name)
    content = view.area.widget()
    assert content.width() <= view.area.viewport().width()
    for label in stage.window.findChildren(Label):
        if label.isVisible() and label.wordWrap():
            assert label.height() >= label.heightForWidth(label.width()), label.text()
    for button in stage.window.findChildren(Button):
        if button.isVisible() and button.text():
            assert button.width() >= button.sizeHint().width() - 8, button.text()
    for field in stage.window.findChildren(QLineEdit):
        assert field.height() >= 36


# Calendars that are kept elsewhere


@pytest.mark.shows("SYNC-4")
def test_refused_write_when_another_time_is_pressed_tells_which_and_waits(stage: Stage) -> None:
    view = stage.show("troubled")
    moves: list[tuple[str, object]] = []
    view.move_requested.connect(lambda booking, start: moves.append((booking, start)))
    stage.button("Wed 14 Oct, 13:30").click()
    assert moves == [(o.MAJA.id, o.at(14, 13, 30))]
    assert not stage.button("Try again").isEnabled()
    view.failure_ended(o.MAJA.id, "That time is not free any more.")
    QApplication.processEvents()
    assert any(each.text() == "That time is not free any more." and each.isVisible() for each in view.findChildren(Label))
    retried, written = hear(view.retry_requested), hear(view.write_to_requested)
    stage.button("Try again").click()
    stage.button("Write to Maja").click()
    assert retried == written == [o.MAJA.id]


@pytest.mark.shows("SYNC-5")
def test_change_in_the_calendar_when_answered_tells_the_answer(stage: Stage) -> None:
    view = stage.show("troubled")
    answers: list[tuple[str, bool]] = []
    view.change_settled.connect(lambda change, tell: answers.append((change, tell)))
    stage.button("Tell Emil").click()
    stage.button("Not needed", 1).click()
    stage.button("Hide").click()
    assert answers == [("u1", True), ("u2", False), ("u3", False)]


@pytest.mark.shows("SYNC-6")
def test_stale_calendar_when_tried_again_waits_until_it_is_over(stage: Stage) -> None:
    view = stage.show("stale")
    heard = hear(view.read_requested)
    stage.button("Try again").click()
    assert heard == [True]
    assert stage.button("Try again").busy
    view.read_ended()
    assert not stage.button("Try again").busy
    stage.show("normal")
    assert not [each for each in stage.window.findChildren(Button) if each.text() == "Try again" and each.isVisible()]


@pytest.mark.shows("DESK-5")
@pytest.mark.parametrize(
    ("size", "width", "one"), [(100, 1120, False), (100, 940, True), (130, 1120, True), (130, 1300, False)]
)
def test_side_column_when_text_is_large_goes_below_sooner(stage: Stage, size: int, width: int, one: bool) -> None:
    theme.active().apply("light", size)
    stage.window.resize(width, 720)
    view = stage.show("normal")
    QApplication.processEvents()
    side = view._side_requests.mapTo(view, QPoint(0, 0))
    assert (side.y() > view.lines()[-1].mapTo(view, QPoint(0, 0)).y()) is one
    card = view._side_requests.view_of("r-lars")
    assert card is not None
    assert card.accept is not None
    assert card.accept.width() >= card.accept.sizeHint().width()


def test_notice_when_it_leads_to_a_question_about_a_booking_gives_that_the_keyboard(stage: Stage) -> None:
    view = stage.show("troubled")
    assert view.show_trouble(o.MAJA.id)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert focused.objectName().startswith(f"move {o.MAJA.id}")
    assert view.show_trouble("r-emil")
    assert not view.show_trouble("r-lars")


def test_my_pages_when_there_are_many_shows_the_first_and_leads_to_the_rest(stage: Stage) -> None:
    many = tuple(replace(o.PAGES[0], page=replace(o.INTRO, id=f"p{number}", title=f"Page {number}")) for number in range(200))
    view = stage.show("normal")
    view.render_state(build(replace(o.ALL["normal"], pages=many)))
    QApplication.processEvents()
    shown = [
        label.text() for label in view._pages.findChildren(Label) if label.isVisible() and label.text().startswith("Page ")
    ]
    assert shown == [f"Page {number}" for number in range(6)]
    heard = hear(view.pages_requested)
    stage.button("194 more").click()
    assert len(heard) == 1
