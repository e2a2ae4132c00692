"""What screen readers find in painted controls, and what they are told unasked."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleInterface,
    QAccessibleValueChangeEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app import i18n
from app.domain.pages import WeeklyHours
from app.ui import theme
from app.ui.messages import Status
from app.ui.status_chip import StatusChip
from app.ui.widgets import (
    Banner,
    Block,
    Button,
    CheckBox,
    ChipGroup,
    DayRibbon,
    Landscape,
    MenuPopup,
    Option,
    RibbonDay,
    Segmented,
    Select,
    Spinner,
    Switch,
    TextField,
    WeeklyHoursEditor,
    column,
    select,
    speaking,
)

MORNING, AFTERNOON = (540, 720), (780, 1020)
Said = list[tuple[str, str]]


@pytest.fixture
def window(qapp: QApplication) -> Iterator[QWidget]:
    i18n.use("en")
    theme.active().apply("light", 100)
    found = QWidget()
    column(margins=(24, 24, 24, 24), gap=12, on=found)
    found.resize(640, 480)
    found.show()
    found.activateWindow()
    QTest.qWaitForWindowActive(found)
    yield found
    found.close()
    found.deleteLater()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Said:
    """Kind and words of everything that a screen reader is told."""
    heard: Said = []

    def hear(event: QAccessibleEvent) -> None:
        thing = event.object()
        assert isinstance(thing, QWidget)
        if isinstance(event, QAccessibleAnnouncementEvent):
            heard.append(("announcement", event.message()))
        elif isinstance(event, QAccessibleValueChangeEvent):
            heard.append(("value", str(event.value())))
        else:
            heard.append((event.type().name, thing.accessibleName()))

    monkeypatch.setattr(speaking, "send", hear)
    monkeypatch.setattr(select, "send", hear)
    return heard


def add(window: QWidget, widget: QWidget) -> QAccessibleInterface:
    layout = window.layout()
    assert layout is not None
    layout.addWidget(widget)
    QApplication.processEvents()
    return QAccessible.queryAccessibleInterface(widget)


def name(spoken: QAccessibleInterface) -> str:
    return spoken.text(QAccessible.Text.Name)


@pytest.mark.shows("DESK-5")
@pytest.mark.qt_log_ignore("This plugin does not support raise", extend=True)
def test_ribbon_when_read_is_a_list_of_what_the_day_holds(window: QWidget, said: Said) -> None:
    day = RibbonDay((Block(510, 555, "08:30 to 09:15, busy"), Block(600, 630, "10:00 to 10:30, Intro call", "fjord")))
    ribbon = DayRibbon(day)
    spoken = add(window, ribbon)
    assert spoken.role() == QAccessible.Role.List
    children = [spoken.child(index) for index in range(spoken.childCount())]
    assert [(each.role(), name(each)) for each in children] == [
        (QAccessible.Role.ListItem, "08:30 to 09:15, busy"),
        (QAccessible.Role.ListItem, "10:00 to 10:30, Intro call"),
    ]
    ribbon.setFocus()
    QTest.keyClick(ribbon, Qt.Key.Key_Right)
    QTest.keyClick(ribbon, Qt.Key.Key_Right)
    assert said[-2:] == [("Focus", "08:30 to 09:15, busy"), ("Focus", "10:00 to 10:30, Intro call")]


@pytest.mark.shows("DESK-5")
def test_weekly_hours_when_read_are_lists_of_their_blocks(window: QWidget) -> None:
    editor = WeeklyHoursEditor(WeeklyHours(((MORNING, AFTERNOON),) + ((),) * 6))
    spoken = add(window, editor)
    assert (spoken.role(), name(spoken)) == (QAccessible.Role.List, "Weekly hours")
    box, track, figures = editor.day_parts(0)
    monday = QAccessible.queryAccessibleInterface(track)
    assert monday.role() == QAccessible.Role.List
    assert [name(monday.child(index)) for index in range(monday.childCount())] == ["09:00 to 12:00", "13:00 to 17:00"]
    day = QAccessible.queryAccessibleInterface(box)
    assert (day.role(), name(day), day.state().checked) == (QAccessible.Role.CheckBox, "Monday", 1)
    assert name(QAccessible.queryAccessibleInterface(figures)) == "Hours on Monday"
    editor.set_hours(WeeklyHours())
    QApplication.sendPostedEvents()
    assert [each for each in track.findChildren(QWidget) if each.isVisible()] == []


@pytest.mark.shows("DESK-5")
def test_weekly_hours_when_a_block_is_moved_by_key_say_where_it_is(window: QWidget, said: Said) -> None:
    editor = WeeklyHoursEditor(WeeklyHours(((MORNING, AFTERNOON),) + ((),) * 6))
    add(window, editor)
    track = editor.day_parts(0)[1]
    track.setFocus()
    QTest.keyClick(track, Qt.Key.Key_Right)
    assert said[-1] == ("Focus", "09:00 to 12:00")
    QTest.keyClick(track, Qt.Key.Key_Return)
    QTest.keyClick(track, Qt.Key.Key_Right)
    assert said[-1] == ("announcement", "09:15 to 12:15")


@pytest.mark.shows("DESK-5")
def test_chips_and_switches_when_read_tell_role_name_and_state(window: QWidget) -> None:
    lengths = ChipGroup([Option(15, "15 min"), Option(30, "30 min")], 30, name="How long?")
    spoken = add(window, lengths)
    assert (spoken.role(), name(spoken)) == (QAccessible.Role.Grouping, "How long?")
    chosen = QAccessible.queryAccessibleInterface(lengths.chips()[1])
    assert (chosen.role(), chosen.state().checked) == (QAccessible.Role.RadioButton, 1)
    several = ChipGroup([Option(1, "Monday")], (), several=True, name="Days")
    add(window, several)
    assert QAccessible.queryAccessibleInterface(several.chips()[0]).role() == QAccessible.Role.CheckBox
    views = Segmented([Option(1, "Choose"), Option(2, "Form")], 2, name="View")
    assert name(add(window, views)) == "View"
    assert QAccessible.queryAccessibleInterface(views.segments()[1]).state().checked == 1
    switch = add(window, Switch("Scheduling pages are on", checked=True))
    assert (switch.role(), name(switch), switch.state().checked) == (QAccessible.Role.CheckBox, "Scheduling pages are on", 1)


@pytest.mark.shows("DESK-5")
def test_fields_when_read_tell_name_value_and_what_is_wrong(window: QWidget, said: Said) -> None:
    field, city = TextField("Your name", required=True), Select("City", [Option("a", "Copenhagen"), Option("b", "Paris")], "b")
    field.set_text("Anna")
    field.set_error("Write your name.")
    add(window, field)
    spoken = QAccessible.queryAccessibleInterface(field.edit)
    assert spoken.role() == QAccessible.Role.EditableText
    assert (name(spoken), spoken.text(QAccessible.Text.Value)) == ("Your name, required", "Anna")
    assert spoken.text(QAccessible.Text.Description) == "Write your name."
    add(window, city)
    said.clear()
    box = QAccessible.queryAccessibleInterface(city.box)
    assert (box.role(), name(box), box.text(QAccessible.Text.Value)) == (QAccessible.Role.ComboBox, "City", "Paris")
    QTest.keyClick(city.box, Qt.Key.Key_Up)
    assert said == [("value", "Copenhagen")]


@pytest.mark.shows("DESK-5")
def test_menu_when_a_screen_reader_presses_an_entry_does_it(window: QWidget) -> None:
    button, taken = Button("More"), []
    add(window, button)
    menu = MenuPopup(button, name="More")
    menu.add("Duplicate", lambda: taken.append("duplicate"))
    menu.open_at(button)
    gc.collect()
    entry = QAccessible.queryAccessibleInterface(menu.rows()[0])
    assert (entry.role(), name(entry)) == (QAccessible.Role.MenuItem, "Duplicate")
    actions = entry.actionInterface()
    assert actions is not None
    actions.doAction(actions.actionNames()[0])
    assert taken == ["duplicate"]


def test_decoration_when_read_is_passed_over(window: QWidget) -> None:
    picture, spinner = add(window, Landscape()), add(window, Spinner("Looking for your server"))
    assert picture.state().invisible == 1
    assert (name(spinner), spinner.state().busy) == ("Looking for your server", 1)


@pytest.mark.shows("DESK-5")
def test_what_changes_unasked_is_said(window: QWidget, said: Said) -> None:
    field = TextField("Your part of the address")
    add(window, field)
    field.set_valid("anna-holm is free on both of your domains.")
    field.set_valid("anna-holm is free on both of your domains.")
    field.set_error("holm is taken on book.example.net.")
    assert said == [
        ("announcement", "anna-holm is free on both of your domains."),
        ("announcement", "holm is taken on book.example.net."),
    ]
    banner = Banner("danger", "Your pages cannot be reached")
    add(window, banner)
    banner.show_words("Your pages cannot be reached", "Next try in 20 seconds.")
    assert said[2:] == [("Alert", "Your pages cannot be reached")]


@pytest.mark.shows("DESK-5")
def test_status_chip_when_the_status_changes_says_it(window: QWidget, said: Said) -> None:
    chip = StatusChip()
    add(window, chip)
    for words in ("Only on this computer", "Only on this computer", "Paused. No new bookings"):
        chip.show_status(Status("local", words, "", on=True, spoken=words))
    assert said == [("announcement", "Paused. No new bookings")]


def test_check_box_when_ticked_is_pressed_with_its_words(window: QWidget) -> None:
    box = CheckBox("Calendar sync")
    spoken = add(window, box)
    actions = spoken.actionInterface()
    assert actions is not None
    actions.doAction("Toggle" if "Toggle" in actions.actionNames() else actions.actionNames()[0])
    assert box.isChecked()
