"""A colour of the owner's own, from the field to everything that is drawn in it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app.domain import colours
from app.ui import theme
from app.ui.pages.editor_state import Section
from app.ui.pages.sections.basics import BasicsSection
from app.ui.pages.sections.colour import OWN, shift_words
from app.ui.pages.sections.palette import PalettePopover
from app.ui.widgets import ColourDot
from tests.services.opened import page
from tests.ui.pages.desk import Desk, desk, type_into

InLoop = Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any]


def dot_of(widget: QWidget) -> QColor:
    """The colour of the first dot below ``widget``, as it is painted."""
    dot = widget.findChildren(ColourDot)[0]
    image: QImage = dot.grab().toImage()
    return image.pixelColor(QPoint(image.width() // 2, image.height() // 2))


async def save(there: Desk) -> None:
    there.editor.bar.save.click()
    await there.told("Saved. Guests see it now")


@pytest.mark.shows("PAGE-2")
def test_an_own_colour_when_chosen_and_typed_then_is_saved_and_drawn_readable(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            basics = there.body(Section.BASICS, BasicsSection)
            assert not basics.own_colour.isVisible()
            basics.colour.set_value(OWN)
            basics.colour.chosen.emit(OWN)
            assert basics.own_colour.field.text() == "#2c7a89", "it begins with the colour that the page had"
            assert basics.own_colour.field.edit.hasFocus()
            QTest.keyClicks(basics.own_colour.field.edit, "FFE14D")
            assert basics.own_colour.said.text() == (
                "In light it is made darker, so that it can be read. In dark it is shown as it is."
            )
            assert dot_of(there.editor.bar) == QColor(colours.shown("#ffe14d", colours.LIGHT))
            assert there.editor.sections[Section.BASICS].head._value.endswith("#ffe14d")
            await save(there)
            assert (await there.page()).colour == "#ffe14d"
            assert basics.own_colour.field.text() == "#ffe14d"
            theme.active().apply("dark", 100)
            assert dot_of(there.editor.bar) == QColor("#ffe14d")
            there.editor.bar.back.click()
            await there.until(lambda: not there.screen.editing)
            assert dot_of(there.screen.list.card("page1")) == QColor("#ffe14d")

    in_loop(main)


def test_an_own_colour_when_half_typed_then_the_page_is_not_saved_and_keeps_its_colour(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, page(1, colour="#5b1fa8")) as there:
            await there.edit("page1")
            basics = there.body(Section.BASICS, BasicsSection)
            assert basics.colour.value() == OWN
            type_into(basics.own_colour.field, "#5b1f")
            assert there.editor.preview._state is not None
            assert there.editor.preview._state.page.colour == "#5b1fa8"
            there.editor.bar.save.click()
            await there.until(lambda: basics.own_colour.field.error == "Write a colour such as #1a5f6c.")
            assert there.editor.sections[Section.BASICS].head.badge.text() == "1 to mend"
            type_into(basics.own_colour.field, "abc")
            await save(there)
            assert (await there.page()).colour == "#aabbcc"

    in_loop(main)


def test_a_colour_when_picked_by_keyboard_or_mouse_then_stands_in_the_field(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, page(1, colour="#5b1fa8")) as there:
            await there.edit("page1")
            basics = there.body(Section.BASICS, BasicsSection)
            basics.own_colour.pick.click()
            palette = there.screen.window().findChild(PalettePopover)
            assert palette is not None
            assert palette.swatches.hasFocus()
            for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right):
                QTest.keyClick(palette.swatches, key)
            wanted = colours.palette()[2][2]
            assert palette.swatches.accessibleName() == f"Colour {wanted}"
            QTest.keyClick(palette.swatches, Qt.Key.Key_Return)
            assert basics.own_colour.field.text() == wanted
            assert basics.own_colour.sample.accessibleName() == (
                f"In light {colours.shown(wanted, colours.LIGHT)}, in dark {colours.shown(wanted, colours.DARK)}"
            )
            basics.own_colour.pick.click()
            palette = next(each for each in there.screen.window().findChildren(PalettePopover) if each.isVisible())
            QTest.mouseClick(palette.swatches, Qt.MouseButton.LeftButton, pos=palette.swatches.place((0, 4)).center())
            assert basics.own_colour.field.text() == colours.palette()[0][4]
            assert not palette.isVisible()

    in_loop(main)


def test_a_named_colour_when_chosen_again_then_the_own_one_is_gone(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, page(1, colour="#5b1fa8")) as there:
            await there.edit("page1")
            basics = there.body(Section.BASICS, BasicsSection)
            basics.colour.set_value("moss")
            basics.colour.chosen.emit("moss")
            assert not basics.own_colour.isVisible()
            await save(there)
            assert (await there.page()).colour == "moss"

    in_loop(main)


@pytest.mark.parametrize(
    ("colour", "words"),
    [
        ("#5fb4c1", "In light it is made darker, so that it can be read. In dark it is shown as it is."),
        ("#0b3d2e", "In light it is shown as it is. In dark it is made lighter, so that it can be read."),
        ("#7d7d7d", "In light it is shown as it is. In dark it is made lighter, so that it can be read."),
    ],
)
def test_what_becomes_of_a_colour_when_told_then_in_words(colour: str, words: str) -> None:
    assert shift_words(colour) == words
