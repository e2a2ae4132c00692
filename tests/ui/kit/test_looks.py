"""Forced colours, whole pixels, the order of Tab, and the gallery that shows them all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from app.ui import contrast, theme
from app.ui.tokens import Palette
from app.ui.widgets import Badge, Button, Dialog, IconButton, ScrollArea, TextField, column, reading_order, row
from app.ui.widgets.base import draw_rounded

ROOT = Path(__file__).resolve().parents[3]
ON_WHAT = (
    ("text", "surface"),
    ("text", "canvas"),
    ("text_muted", "sidebar"),
    ("text_faint", "sunken"),
    ("accent", "surface"),
    ("accent_text", "accent_soft"),
    ("amber_text", "amber_soft"),
    ("danger", "surface"),
    ("danger_text", "danger_soft"),
    ("success_text", "success_soft"),
    ("on_accent", "accent"),
    ("on_danger", "danger"),
    ("on_tooltip", "tooltip"),
    ("border", "surface"),
    ("border_button", "surface"),
    ("border_strong", "surface"),
    ("focus", "canvas"),
)


@pytest.fixture(autouse=True)
def as_before(qapp: QApplication) -> Iterator[None]:
    theme.active().apply("light", 100)
    yield
    theme.active().force_contrast(None)
    theme.active().apply("light", 100)


@pytest.mark.shows("DESK-5")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_when_used_are_strong_everywhere(scheme: str) -> None:
    theme.active().apply(scheme)
    theme.active().force_contrast(True)
    colours = theme.colours()
    weak = {
        pair: round(contrast.ratio(getattr(colours, pair[0]), getattr(colours, pair[1])), 1)
        for pair in ON_WHAT
        if contrast.ratio(getattr(colours, pair[0]), getattr(colours, pair[1])) < 7
    }
    assert weak == {}
    assert QApplication.palette().color(QPalette.ColorRole.WindowText) == colours.text


def test_forced_colours_when_the_system_has_strong_ones_are_those(qapp: QApplication) -> None:
    system = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, "#000000"),
        (QPalette.ColorRole.WindowText, "#FFFF00"),
        (QPalette.ColorRole.Highlight, "#00FFFF"),
        (QPalette.ColorRole.HighlightedText, "#000000"),
    ):
        system.setColor(role, QColor(colour))
    assert contrast.strong(system)
    found: Palette[QColor] = contrast.forced(system, dark=True)
    assert (found.surface.name(), found.text.name(), found.accent.name()) == ("#000000", "#ffff00", "#00ffff")
    system.setColor(QPalette.ColorRole.WindowText, QColor("#555555"))
    assert not contrast.strong(system)


@pytest.mark.shows("DESK-5")
def test_forced_colours_when_something_is_filled_draw_an_outline_too(qapp: QApplication) -> None:
    badge = Badge("Blocked", "danger")
    badge.resize(badge.sizeHint())
    middle = badge.width() // 2
    assert badge.grab().toImage().pixelColor(middle, 0) == theme.colours().danger_soft
    theme.active().force_contrast(True)
    assert badge.grab().toImage().pixelColor(middle, 0) == theme.colours().text


@pytest.mark.shows("DESK-5")
def test_forced_colours_when_a_button_is_pressed_can_be_read(qapp: QApplication) -> None:
    theme.active().force_contrast(True)
    for kind in ("primary", "secondary", "soft", "ghost", "quiet", "danger", "danger_outline", "dashed"):
        button = Button("Save", kind)  # type: ignore[arg-type]
        button.setDown(True)
        fill, _outline, words = button._colours()
        assert fill is not None
        assert contrast.ratio(fill, words) >= 7, kind
    icon = IconButton("copy", "Copy")
    icon.resize(icon.sizeHint())
    icon.setDown(True)
    picture = icon.grab().toImage()
    shades = {picture.pixelColor(x, y).rgb() for x in range(32) for y in range(32)}
    assert {theme.colours().accent.rgb(), theme.colours().on_accent.rgb()} <= shades


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_a_hairline_when_drawn_at_any_scale_fills_whole_pixels(qapp: QApplication, ratio: float) -> None:
    picture = QImage(round(41 * ratio), round(31 * ratio), QImage.Format.Format_ARGB32)
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(QPointF(3, 3))
    draw_rounded(painter, QRectF(0, 0, 35, 25), 6, None, QColor("black"))
    painter.end()
    middle = picture.height() // 2
    shades = [picture.pixelColor(x, middle).lightness() for x in range(picture.width())]
    assert [each for each in shades if 8 < each < 247] == []
    assert sum(each < 128 for each in shades) == 2 * int(ratio)


def test_tab_when_parts_were_made_in_another_order_goes_as_one_reads(qapp: QApplication) -> None:
    dialog = Dialog(None, "Order")
    last, first, second = Button("Last"), Button("First"), Button("Second")
    inner = QWidget()
    grid = QGridLayout(inner)
    cells = {place: TextField(str(place)) for place in ((1, 1), (0, 1), (1, 0), (0, 0))}
    for (line, at), field in cells.items():
        grid.addWidget(field, line, at)
    area = ScrollArea(inner)
    holder = row()
    dialog.body.addWidget(area)
    dialog.body.addLayout(holder)
    dialog.add_button("", "Cancel")
    dialog.body.addWidget(last)
    for button in (first, second):
        holder.addWidget(button)
    dialog.show()
    dialog.activateWindow()
    QTest.qWaitForWindowActive(dialog)
    wanted = [cells[0, 0].edit, cells[0, 1].edit, cells[1, 0].edit, cells[1, 1].edit, first, second, last, dialog.button("")]
    assert reading_order.stops(dialog) == wanted
    wanted[0].setFocus()
    walked = []
    for _stop in wanted:
        focused = QApplication.focusWidget()
        assert focused is not None
        walked.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert walked == wanted
    assert QApplication.focusWidget() is wanted[0]
    QTest.keyClick(wanted[0], Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is wanted[-1]
    dialog.close()


def test_tab_when_it_comes_to_what_is_scrolled_away_brings_it_into_view(qapp: QApplication) -> None:
    dialog = Dialog(None, "Long")
    inner = QWidget()
    lines = column(gap=10, on=inner)
    buttons = [Button(str(number)) for number in range(30)]
    for button in buttons:
        lines.addWidget(button)
    area = ScrollArea(inner)
    dialog.body.addWidget(area)
    dialog.add_button("", "Close")
    dialog.resize(400, 300)
    dialog.show()
    dialog.activateWindow()
    QTest.qWaitForWindowActive(dialog)
    dialog.button("").setFocus()
    QTest.keyClick(dialog.button(""), Qt.Key.Key_Backtab)
    assert QApplication.focusWidget() is buttons[-1]
    assert not buttons[-1].visibleRegion().isEmpty()
    dialog.close()


@pytest.mark.parametrize("options", [(), ("--dark", "--size", "130", "--language", "da"), ("--contrast", "--sheet")])
def test_gallery_when_asked_for_a_picture_draws_every_component(tmp_path: Path, options: tuple[str, ...]) -> None:
    file = tmp_path / "gallery.png"
    command = [sys.executable, "-m", "app.ui.gallery", *options, "--save", str(file)]
    environment = {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": "1", "PATH": "/usr/bin", "HOME": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    picture = QImage(str(file))
    assert picture.width() >= 1104
    assert picture.height() > (800 if "--sheet" in options else 3000)
