"""The controls of the kit under keyboard, mouse and screen reader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import Shiboken

from app.ui import theme
from app.ui.widgets import (
    Banner,
    Block,
    Button,
    Card,
    CheckBox,
    ChipGroup,
    ChoiceRow,
    DayRibbon,
    Dialog,
    IconButton,
    Label,
    MenuPopup,
    Option,
    Popover,
    Question,
    RibbonDay,
    ScrollArea,
    Segmented,
    Select,
    Switch,
    TextArea,
    TextField,
    Toast,
    clear,
    column,
    toast,
)
from app.ui.widgets.base import FocusRing
from app.ui.widgets.buttons import SPINNER_AFTER
from app.ui.widgets.select_list import OptionPopover
from tests.ui.hearing import hear

CITIES = [Option(name, name.capitalize()) for name in ("copenhagen", "paris", "rome")]


@pytest.fixture
def window(qapp: QApplication) -> Iterator[QWidget]:
    theme.active().apply("light", 100)
    FocusRing.keyboard = False
    found = QWidget()
    column(margins=(24, 24, 24, 24), gap=12, on=found)
    found.resize(480, 400)
    found.show()
    found.activateWindow()
    QTest.qWaitForWindowActive(found)
    yield found
    found.close()
    found.deleteLater()


def add(window: QWidget, *widgets: QWidget) -> None:
    layout = window.layout()
    assert layout is not None
    for widget in widgets:
        layout.addWidget(widget)
    QApplication.processEvents()


def ring(window: QWidget) -> FocusRing | None:
    shown = [each for each in window.findChildren(FocusRing) if each.isVisible()]
    return shown[0] if shown else None


# Focus


def test_focus_ring_when_tab_is_pressed_stands_around_the_control(window: QWidget) -> None:
    first, second = Button("One"), Button("Two")
    add(window, first, second)
    first.setFocus(Qt.FocusReason.MouseFocusReason)
    assert ring(window) is None
    QTest.keyClick(first, Qt.Key.Key_Tab)
    found = ring(window)
    assert found is not None
    assert found.geometry().contains(second.geometry())
    assert found.geometry().width() == second.width() + 10


def test_focus_ring_when_the_mouse_presses_is_not_shown(window: QWidget) -> None:
    first, second = Button("One"), Button("Two")
    add(window, first, second)
    first.setFocus(Qt.FocusReason.TabFocusReason)
    assert ring(window) is not None
    QTest.mouseClick(second, Qt.MouseButton.LeftButton)
    assert ring(window) is None


def test_focus_ring_when_the_content_scrolls_goes_along(window: QWidget) -> None:
    content = QWidget()
    lines = column(margins=(20, 20, 20, 20), gap=10, on=content)
    buttons = [Button(str(number)) for number in range(20)]
    for button in buttons:
        lines.addWidget(button)
    area = ScrollArea(content)
    add(window, area)
    buttons[2].setFocus(Qt.FocusReason.TabFocusReason)
    found = ring(window)
    assert found is not None
    assert found.parentWidget() is content
    area.verticalScrollBar().setValue(40)
    assert found.geometry().center() == buttons[2].geometry().center()


# Buttons


def test_button_when_busy_swallows_presses_and_keeps_its_width(window: QWidget, qtbot: QtBot) -> None:
    button = Button("Book the meeting", "primary")
    add(window, button)
    pressed = hear(button.clicked)
    before = button.sizeHint()
    button.set_busy(True)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert pressed == []
    assert button.sizeHint() == before
    assert button.text() == "Book the meeting"
    spinner = button._spinner
    assert spinner is not None
    assert not spinner.shown
    qtbot.waitUntil(lambda: spinner.shown, timeout=20 * SPINNER_AFTER)
    button.set_busy(False)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert len(pressed) == 1


def test_icon_button_when_read_aloud_has_the_name_of_its_tool_tip(window: QWidget) -> None:
    button = IconButton("copy", "Copy my link")
    add(window, button)
    spoken = QAccessible.queryAccessibleInterface(button)
    assert spoken.text(QAccessible.Text.Name) == "Copy my link" == button.toolTip()


@pytest.mark.parametrize("kind", ["small", "normal", "large"])
def test_button_when_any_size_is_a_large_enough_target(window: QWidget, kind: str) -> None:
    assert Button("X", size=kind).sizeHint().height() >= 32  # type: ignore[arg-type]


# Inputs


def test_text_field_when_it_has_an_error_says_it_to_all(window: QWidget) -> None:
    field = TextField("Your part of the address", required=True, help="Letters and digits")
    add(window, field)
    spoken = QAccessible.queryAccessibleInterface(field.edit)
    assert spoken.text(QAccessible.Text.Name) == "Your part of the address, required"
    assert spoken.text(QAccessible.Text.Description) == "Letters and digits"
    field.set_error("Already in use. Try anna-holm.")
    assert spoken.text(QAccessible.Text.Description) == "Already in use. Try anna-holm."
    field.set_error("")
    assert spoken.text(QAccessible.Text.Description) == "Letters and digits"


def test_text_field_when_set_from_outside_does_not_say_that_a_person_typed(window: QWidget) -> None:
    field = TextField("Name")
    add(window, field)
    heard = hear(field.changed)
    field.committed.connect(heard.append)
    field.set_text("Anna")
    assert heard == []
    field.edit.setFocus()
    QTest.keyClicks(field.edit, "!")
    assert heard == ["Anna!"]
    QTest.keyClick(field.edit, Qt.Key.Key_Return)
    assert heard == ["Anna!", "Anna!"]


def test_text_area_when_tab_is_pressed_is_left(window: QWidget) -> None:
    area, after = TextArea("Message"), Button("Send")
    add(window, area, after)
    area.edit.setFocus()
    QTest.keyClicks(area.edit, "hello")
    QTest.keyClick(area.edit, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is after
    assert area.text() == "hello"


def test_select_when_opened_by_keyboard_chooses_with_arrows_and_enter(window: QWidget) -> None:
    select = Select("City", CITIES, "paris")
    add(window, select)
    heard = hear(select.chosen)
    select.box.setFocus()
    select.box.showPopup()
    popup = window.findChild(OptionPopover)
    assert popup is not None
    QTest.keyClick(popup.list, Qt.Key.Key_Down)
    QTest.keyClick(popup.list, Qt.Key.Key_Return)
    assert heard == ["rome"]
    assert select.value() == "rome"
    assert QApplication.focusWidget() is select.box


def test_select_when_an_option_is_not_possible_cannot_be_chosen(window: QWidget) -> None:
    options = [Option(1, "10:00"), Option(2, "14:30", possible=False, reason="Taken")]
    select = Select("", options, 1)
    add(window, select)
    select.box.showPopup()
    popup = window.findChild(OptionPopover)
    assert popup is not None
    place = popup.list.visualRect(popup.list.model().index(1, 0)).center()
    QTest.mouseClick(popup.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert select.value() == 1
    popup.close()


def test_select_when_it_is_long_can_be_searched(window: QWidget) -> None:
    select = Select("Zone", [Option(number, f"City {number}") for number in range(40)], 0)
    add(window, select)
    select.box.showPopup()
    popup = window.findChild(OptionPopover)
    assert popup is not None
    assert popup._search is not None
    QTest.keyClicks(popup._search, "37")
    QTest.keyClick(popup._search, Qt.Key.Key_Return)
    assert select.value() == 37


def test_select_when_the_wheel_turns_over_it_keeps_its_value(window: QWidget) -> None:
    select = Select("City", CITIES, "paris")
    add(window, select)
    QTest.keyClick(select.box, Qt.Key.Key_Escape)
    assert select.value() == "paris"


# Choices


def test_switch_when_space_is_pressed_toggles_and_is_read_as_a_check_box(window: QWidget) -> None:
    switch = Switch("Scheduling pages are on")
    add(window, switch)
    heard = hear(switch.toggled)
    switch.set_on(True)
    assert heard == []
    switch.setFocus()
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert heard == [False]
    spoken = QAccessible.queryAccessibleInterface(switch)
    assert spoken.role() == QAccessible.Role.CheckBox
    assert spoken.text(QAccessible.Text.Name) == "Scheduling pages are on"


def test_check_box_when_its_text_is_pressed_is_ticked(window: QWidget) -> None:
    box = CheckBox("Calendar sync")
    add(window, box)
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(box.width() - 5, box.height() // 2))
    assert box.isChecked()


def test_chips_when_one_is_taken_strike_it_through_and_refuse_it(window: QWidget) -> None:
    chips = ChipGroup([Option(1, "Wed 14 Oct, 10:00"), Option(2, "Thu 15 Oct, 14:30", possible=False, reason="Taken")], 1)
    add(window, chips)
    heard = hear(chips.chosen)
    struck = chips.chips()[1]
    QTest.mouseClick(struck, Qt.MouseButton.LeftButton)
    assert heard == []
    assert chips.value() == 1
    assert struck.toolTip() == "Taken"
    assert struck.accessibleName() == "Thu 15 Oct, 14:30, Taken"


def test_chips_when_several_can_be_chosen_tell_them_all(window: QWidget) -> None:
    chips = ChipGroup([Option(15, "15 min"), Option(30, "30 min"), Option(60, "60 min")], (30,), several=True)
    add(window, chips)
    heard = hear(chips.chosen)
    QTest.mouseClick(chips.chips()[2], Qt.MouseButton.LeftButton)
    assert heard == [(30, 60)]


def test_segmented_when_an_arrow_is_pressed_chooses_the_next(window: QWidget) -> None:
    views = Segmented([Option(1, "Choose"), Option(2, "Form"), Option(3, "Done")], 1, name="View")
    add(window, views)
    heard = hear(views.chosen)
    first = views._segments[0]
    first.setFocus()
    QTest.keyClick(first, Qt.Key.Key_Right)
    assert heard == [2]


def test_choice_row_when_made_shows_no_window_of_its_own(qapp: QApplication) -> None:
    shown: list[str] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
                shown.append(type(watched).__name__)
            return False

    watch = Watch()
    qapp.installEventFilter(watch)
    try:
        row = ChoiceRow(CheckBox(), "Calendar sync", "Shows your meetings in Aftale.")
        question = Question(None, "Leave?", "What you changed is lost.", (("go", "Leave", "danger"),))
    finally:
        qapp.removeEventFilter(watch)
    assert shown == []
    assert "Shows your meetings in Aftale." in [label.text() for label in row.findChildren(QLabel) if label.isVisibleTo(row)]
    row.deleteLater()
    question.deleteLater()


# Surfaces and what floats


def test_label_when_a_person_typed_markup_shows_it_as_it_is(window: QWidget) -> None:
    label = Label("<b>Anna</b> &amp; <script>")
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert QAccessible.queryAccessibleInterface(label).text(QAccessible.Text.Name) == "<b>Anna</b> &amp; <script>"


def test_label_when_wrapped_takes_the_height_of_its_lines(window: QWidget) -> None:
    label = Label("Since Monday 18:20 your pages say that booking is temporarily unavailable.", "small", wrap=True)
    assert label.heightForWidth(600) == 19
    assert label.heightForWidth(200) == 19 * 3


def test_label_when_cut_tells_the_rest_in_its_tool_tip(window: QWidget) -> None:
    label = Label("Workshop planning with Sofie Rask and her colleagues")
    holder = Card()
    holder.body.addWidget(label)
    holder.setFixedWidth(140)
    add(window, holder)
    middle = QPointF(label.rect().center())
    QApplication.sendEvent(label, QEnterEvent(middle, middle, middle))
    assert label.toolTip() == label.text()


def test_banner_when_shown_is_read_as_an_alert_and_tells_which_button(window: QWidget) -> None:
    banner = Banner("amber", "Nobody can book you", "2 people have tried.", [("fix", "Check again", "primary")])
    add(window, banner)
    heard = hear(banner.action_requested)
    banner.button("fix").click()
    assert heard == ["fix"]
    spoken = QAccessible.queryAccessibleInterface(banner)
    assert spoken.role() == QAccessible.Role.AlertMessage
    assert spoken.text(QAccessible.Text.Name) == "Nobody can book you"


def test_popover_when_escape_or_a_press_beside_closes_and_gives_the_keyboard_back(window: QWidget) -> None:
    button = Button("Open")
    add(window, button)
    button.setFocus()
    for close in ("escape", "beside"):
        popover = Popover(button, name="Status", width=200)
        popover.body.addWidget(Button("Inside"))
        popover.open_at(button)
        assert popover.isVisible()
        assert window.rect().contains(popover.geometry())
        if close == "escape":
            QTest.keyClick(popover, Qt.Key.Key_Escape)
        else:
            QTest.mouseClick(popover.parentWidget(), Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
        assert not popover.isVisible()
        assert QApplication.focusWidget() is button


def test_popover_when_tab_is_pressed_keeps_the_keyboard_inside(window: QWidget) -> None:
    button, other = Button("Open"), Button("Behind")
    add(window, button, other)
    popover = Popover(button, width=200)
    inside = [Button("One"), Button("Two")]
    for each in inside:
        popover.body.addWidget(each)
    popover.open_at(button)
    assert QApplication.focusWidget() is inside[0]
    QTest.keyClick(inside[0], Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is inside[1]
    QTest.keyClick(inside[1], Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is inside[0]
    popover.close()


def test_menu_when_used_by_keyboard_takes_an_entry(window: QWidget) -> None:
    button = Button("More")
    add(window, button)
    taken: list[str] = []
    menu = MenuPopup(button, name="More")
    menu.add("Duplicate", lambda: taken.append("duplicate"))
    menu.add("Not now", lambda: taken.append("never"), possible=False)
    menu.add("Delete", lambda: taken.append("delete"), danger=True)
    menu.open_at(button)
    first = menu.rows()[0]
    assert QAccessible.queryAccessibleInterface(first).role() == QAccessible.Role.MenuItem
    QTest.keyClick(first, Qt.Key.Key_Down)
    assert QApplication.focusWidget() is menu.rows()[2]
    QTest.keyClick(menu.rows()[2], Qt.Key.Key_Return)
    assert taken == ["delete"]
    assert not menu.isVisible()


def test_toast_when_another_comes_takes_its_place(window: QWidget) -> None:
    done: list[str] = []
    toast(window, "Link copied")
    toast(window, "Page deleted", action="Undo", call=lambda: done.append("undo"))
    QApplication.processEvents()
    shown = [each for each in window.findChildren(Toast) if each.isVisible()]
    assert [each.accessibleName() for each in shown] == ["Page deleted"]
    button = shown[0].button
    assert button is not None
    button.click()
    assert done == ["undo"]
    assert not shown[0].isVisible()


# Dialogs


def test_question_when_enter_is_pressed_gives_the_primary_answer(window: QWidget, qtbot: object) -> None:
    question = Question(
        window,
        "Save changes?",
        "",
        (("stay", "Keep editing", "ghost"), ("discard", "Discard", "secondary"), ("save", "Save", "primary")),
    )
    question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    question.open()
    QTest.keyClick(question, Qt.Key.Key_Return)
    assert question.answer == "save"


def test_question_when_escape_is_pressed_gives_no_answer(window: QWidget) -> None:
    question = Question(
        window, "Remove it?", "It stays where it is.", (("keep", "Keep it", "secondary"), ("go", "Remove", "danger"))
    )
    question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    question.open()
    QTest.keyClick(question, Qt.Key.Key_Escape)
    assert question.answer == ""


def test_question_when_a_word_is_written_enter_makes_a_line(window: QWidget) -> None:
    question = Question(window, "Decline?", "", (("go", "Decline", "danger"),), word="A word to Lars")
    question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    question.open()
    area = question.findChild(TextArea)
    assert area is not None
    area.edit.setFocus()
    QTest.keyClicks(area.edit, "Sorry")
    QTest.keyClick(area.edit, Qt.Key.Key_Return)
    assert question.answer == ""
    assert question.isVisible()
    question.button("go").click()
    assert (question.answer, question.said()) == ("go", "Sorry")


@pytest.mark.parametrize("size", [100, 130])
@pytest.mark.parametrize("word", ["", "A word to Lars"])
def test_question_when_shown_cuts_neither_its_text_nor_its_buttons(window: QWidget, size: int, word: str) -> None:
    theme.active().apply("light", size)
    answers = (("help", "Show me how", "ghost"), ("stay", "Keep the calendar", "secondary"), ("go", "Disconnect", "danger"))
    try:
        for count in range(3, 60, 2):
            text = " ".join(("meetings", "stay", "in", "calendars")[number % 4] for number in range(count))
            question = Question(window, "Disconnect this calendar, and all that is in it?", text, answers, word=word)
            question.open()
            QApplication.processEvents()
            for label in question.findChildren(Label):
                if label.isVisible():
                    assert label.height() >= label.heightForWidth(label.width()), (count, label.text())
            for button in question.findChildren(Button):
                assert button.width() >= button.sizeHint().width(), (count, button.text())
            question.close()
    finally:
        theme.active().apply("light", 100)


def test_dialog_when_it_has_buttons_gives_each_a_mnemonic_of_its_own(window: QWidget) -> None:
    dialog = Dialog(window, "Settings")
    texts = [dialog.add_button(key, words).text() for key, words in (("a", "Save"), ("b", "Save as"), ("c", "Cancel"))]
    texts = [dialog.button(key).text() for key in "abc"]
    marks = [text[text.index("&") + 1].lower() for text in texts]
    assert len(set(marks)) == 3
    dialog.deleteLater()


# The day ribbon


@pytest.mark.qt_log_ignore("does not support raise")
def test_ribbon_when_arrows_are_pressed_tells_each_block_in_words(window: QWidget) -> None:
    day = RibbonDay(
        (Block(510, 555, "08:30 to 09:15, Dentist"), Block(600, 630, "10:00 to 10:30, Intro call", "fjord")), (), 581
    )
    ribbon = DayRibbon(day)
    add(window, ribbon)
    ribbon.setFocus()
    spoken = QAccessible.queryAccessibleInterface(ribbon)
    assert spoken.role() == QAccessible.Role.List
    assert [spoken.child(at).text(QAccessible.Text.Name) for at in range(spoken.childCount())] == [
        "08:30 to 09:15, Dentist",
        "10:00 to 10:30, Intro call",
    ]
    QTest.keyClick(ribbon, Qt.Key.Key_Right)
    QTest.keyClick(ribbon, Qt.Key.Key_Right)
    assert ribbon.accessibleDescription() == "10:00 to 10:30, Intro call"


def test_ribbon_when_the_day_is_longer_widens(window: QWidget) -> None:
    assert DayRibbon(RibbonDay()).span() == (8, 18)
    assert DayRibbon(RibbonDay((Block(390, 420, "early"), Block(1230, 1290, "late")))).span() == (6, 22)


def test_clear_when_called_leaves_no_widget_behind(window: QWidget) -> None:
    layout = column()
    holder = QWidget()
    holder.setLayout(layout)
    layout.addWidget(QLabel("one"))
    clear(layout)
    assert layout.count() == 0
    assert not any(child.isVisible() for child in holder.findChildren(QLabel))


def test_select_when_what_is_chosen_is_cut_tells_it_in_its_tool_tip(window: QWidget) -> None:
    select = Select("Server", [Option(1, "Find the version automatically"), Option(2, "2019")], 1)
    select.setFixedWidth(140)
    add(window, select)
    middle = QPointF(select.box.rect().center())
    QApplication.sendEvent(select.box, QEnterEvent(middle, middle, middle))
    assert select.box.toolTip() == "Find the version automatically"
    select.set_value(2)
    QApplication.sendEvent(select.box, QEnterEvent(middle, middle, middle))
    assert select.box.toolTip() == ""


def test_popover_when_its_buttons_need_more_than_its_width_is_wider(window: QWidget) -> None:
    button = Button("Open")
    add(window, button)
    popover = Popover(button, width=200)
    wide = Button("A button that says rather a lot about itself")
    popover.body.addWidget(wide)
    popover.open_at()
    assert wide.width() >= wide.sizeHint().width()
    assert window.rect().contains(popover.geometry())
    popover.close()


def test_popover_when_what_opened_it_is_gone_closes_all_the_same(window: QWidget) -> None:
    anchor = Button("More")
    add(window, anchor)
    anchor.setFocus()
    popover = Popover(anchor, name="More")
    popover.open_at(anchor)
    Shiboken.delete(anchor)
    popover.close()
    assert not popover.isVisible()
