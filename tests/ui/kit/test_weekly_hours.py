"""Weekly hours: typed, dragged, and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.pages import WeeklyHours, check_ranges
from app.ui import theme
from app.ui.widgets import WeeklyHoursEditor, hours_text
from tests.ui.hearing import hear

MORNING, AFTERNOON = (540, 720), (780, 1020)
WEEK = WeeklyHours(((MORNING, AFTERNOON),) * 5 + ((), ()))


@pytest.mark.parametrize(
    ("text", "ranges"),
    [
        ("9-12, 13-17", (MORNING, AFTERNOON)),
        ("9–12,13–17", (MORNING, AFTERNOON)),
        ("09.00 til 12.00 og 13 til 17", (MORNING, AFTERNOON)),
        ("9:30 to 12:15", ((570, 735),)),
        ("13-17; 9-12", (MORNING, AFTERNOON)),
        ("9-12, 11-14", ((540, 840),)),
        ("0-24", ((0, 1440),)),
        ("", ()),
        ("closed", ()),
    ],
)
def test_hours_when_typed_are_understood(text: str, ranges: tuple[tuple[int, int], ...]) -> None:
    assert hours_text.parse(text) == ranges


@pytest.mark.parametrize("text", ["9", "12-9", "9-25", "9-12-13", "nine to 5", "9.75-10", "9-12 13-17x"])
def test_hours_when_nonsense_is_typed_are_refused(text: str) -> None:
    assert hours_text.parse(text) is None


@given(st.lists(st.tuples(st.integers(0, 1440), st.integers(0, 1440)).filter(lambda pair: pair[0] < pair[1]), max_size=6))
def test_hours_when_written_and_read_again_are_the_same(ranges: list[tuple[int, int]]) -> None:
    joined = hours_text.join(ranges)
    check_ranges(joined)
    assert hours_text.parse(hours_text.write(joined)) == joined


@pytest.fixture
def editor(qapp: QApplication) -> Iterator[WeeklyHoursEditor]:
    theme.active().apply("light", 100)
    found = WeeklyHoursEditor(WEEK, zone="Europe/Copenhagen")
    found.resize(560, 340)
    found.show()
    found.activateWindow()
    QTest.qWaitForWindowActive(found)
    yield found
    found.close()
    found.deleteLater()


def test_editor_when_figures_are_typed_changes_the_day(editor: WeeklyHoursEditor) -> None:
    heard = hear(editor.changed)
    _, track, figures = editor.day_parts(1)
    figures.setFocus()
    figures.selectAll()
    QTest.keyClicks(figures, "10-14")
    assert editor.hours().days[1] == ((600, 840),)
    assert track.ranges() == ((600, 840),)
    assert heard[-1].days[0] == (MORNING, AFTERNOON)


def test_editor_when_figures_cannot_be_read_says_how_and_keeps_the_hours(editor: WeeklyHoursEditor) -> None:
    figures = editor.day_parts(1)[2]
    figures.setFocus()
    figures.selectAll()
    QTest.keyClicks(figures, "soon")
    figures.selectAll()
    QTest.keyClicks(figures, "9-")
    QTest.keyClick(figures, Qt.Key.Key_Return)
    assert not editor.valid()
    assert figures.accessibleDescription() == "Write hours like 9-12, 13-17."


def test_editor_when_a_day_is_unticked_and_ticked_again_has_its_hours_back(editor: WeeklyHoursEditor) -> None:
    box = editor.day_parts(0)[0]
    QTest.mouseClick(box, Qt.MouseButton.LeftButton)
    assert editor.hours().days[0] == ()
    QTest.mouseClick(box, Qt.MouseButton.LeftButton)
    assert editor.hours().days[0] == (MORNING, AFTERNOON)


def test_editor_when_dragged_on_an_empty_track_makes_a_block_in_quarters(editor: WeeklyHoursEditor) -> None:
    track = editor.day_parts(5)[1]
    wide = track.width()
    start, end = round(wide * 3 / 12) + 1, round(wide * 5 / 12) + 1
    QTest.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(start, 12))
    QTest.mouseMove(track, QPoint(end, 12))
    assert editor._bubble.isVisible()
    QTest.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(end, 12))
    assert editor.hours().days[5] == ((600, 720),)
    assert not editor._bubble.isVisible()


def test_editor_when_an_edge_is_dragged_never_passes_its_neighbour(editor: WeeklyHoursEditor) -> None:
    track = editor.day_parts(0)[1]
    edge = round(track.block_place(0).right())
    QTest.mousePress(track, Qt.MouseButton.LeftButton, pos=QPoint(edge - 1, 12))
    QTest.mouseMove(track, QPoint(track.width() - 4, 12))
    QTest.mouseRelease(track, Qt.MouseButton.LeftButton, pos=QPoint(track.width() - 4, 12))
    assert editor.hours().days[0] == ((540, 1020),)


def test_editor_when_driven_by_keyboard_moves_stretches_and_deletes(editor: WeeklyHoursEditor) -> None:
    track = editor.day_parts(0)[1]
    track.setFocus()
    QTest.keyClick(track, Qt.Key.Key_Right)
    QTest.keyClick(track, Qt.Key.Key_Return)
    QTest.keyClick(track, Qt.Key.Key_Left)
    assert editor.hours().days[0] == ((525, 705), AFTERNOON)
    QTest.keyClick(track, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert editor.hours().days[0] == ((525, 720), AFTERNOON)
    QTest.keyClick(track, Qt.Key.Key_Return)
    QTest.keyClick(track, Qt.Key.Key_Right)
    QTest.keyClick(track, Qt.Key.Key_Delete)
    assert editor.hours().days[0] == ((525, 720),)
    QTest.keyClick(track, Qt.Key.Key_Down)
    assert QApplication.focusWidget() is editor.day_parts(1)[1]


def test_editor_when_tab_is_pressed_stops_once_at_boxes_tracks_and_figures(editor: WeeklyHoursEditor) -> None:
    stops = [widget for day in range(7) for widget in editor.day_parts(day) if widget.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert len(stops) == 3


def test_editor_when_monday_is_copied_gives_its_hours_to_the_others(editor: WeeklyHoursEditor) -> None:
    editor.set_hours(WeeklyHours(((MORNING,), (), (), (), (), (), ())))
    menu = editor.open_copy_menu(editor)
    menu.rows()[0].click()
    assert editor.hours().days == ((MORNING,),) * 5 + ((), ())


def test_editor_when_hours_lie_outside_the_track_widens_it(editor: WeeklyHoursEditor) -> None:
    editor.set_hours(WeeklyHours((((300, 1380),), (), (), (), (), (), ())))
    place = editor.day_parts(0)[1].block_place(0)
    assert place.left() >= 0
    assert place.right() <= editor.day_parts(0)[1].width() + 1
