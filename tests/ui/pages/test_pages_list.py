"""The list of scheduling pages on a real workspace."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QPoint, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.errors import WorkspaceFull
from app.domain.overview import Overview
from app.ui.pages.card import PageCardView
from app.ui.pages.qr_code import QrPopover
from app.ui.widgets import MenuPopup
from app.ui.widgets.qr import modules
from app.ui.widgets.select_list import OptionPopover
from tests.services.opened import at, page, wish
from tests.ui.pages.desk import Desk, desk, strike

InLoop = Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any]
TWO = (page(1), page(2, colour="moss"))


def choose(there: Desk, page_id: str, entry: str) -> None:
    there.screen.list.card(page_id).more.click()
    menu = next(each for each in there.screen.findChildren(MenuPopup) if each.isVisible())
    there.press(entry, menu)


@pytest.mark.shows("PAGE-1")
def test_the_list_when_opened_then_shows_every_page_with_its_words(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, *TWO) as there:
            first = there.screen.list.card("page1")
            assert first.accessibleName() == "Page 1"
            assert first.accessibleDescription() == "30 min · video call · every day"
            assert first.switch.isChecked()
            assert there.screen.list._line.text() == "2 pages at 127.0.0.1/meetings/anna"

    in_loop(main)


@pytest.mark.shows("PAGE-1")
def test_a_page_when_switched_off_then_is_paused_and_says_since_when(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, *TWO) as there:
            card = there.screen.list.card("page2")
            QTest.keyClick(card.switch, Qt.Key.Key_Space)
            await there.until(lambda: card._foot_note.text() == "Paused by you on 12 October")
            assert not (await there.page("page2")).on
            QTest.keyClick(card.switch, Qt.Key.Key_Space)
            await there.until(lambda: card._foot_note.text() == "Nothing booked this month")
            assert (await there.page("page2")).on

    in_loop(main)


@pytest.mark.shows("PAGE-1", "DESK-5")
def test_a_page_when_deleted_then_is_asked_about_once_and_comes_back_with_undo(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, *TWO) as there:
            choose(there, "page1", "Delete…")
            question = await there.asked()
            assert question.windowTitle() == "Delete Page 1?"
            question.button("delete").click()
            await there.told("Page 1 deleted")
            await there.until(lambda: there.titles() == ["Page 2"])
            there.press("Undo")
            await there.until(lambda: there.titles() == ["Page 1", "Page 2"])
            assert (await there.page("page1")).slug == "anna/page-1"

    in_loop(main)


def test_a_page_when_deleting_is_refused_then_stays(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, *TWO) as there:
            for answer in ("keep", ""):
                choose(there, "page1", "Delete…")
                question = await there.asked()
                question.close_with(answer)
                await there.until(lambda question=question: not question.isVisible())  # type: ignore[misc]
            assert [each.id for each in await there.workspace.pages.all()] == ["page1", "page2"]

    in_loop(main)


@pytest.mark.shows("PAGE-1", "URL-2")
def test_a_page_when_duplicated_then_the_copy_is_paused_under_a_free_address(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, *TWO) as there:
            choose(there, "page2", "Duplicate")
            await there.told("The copy is paused until you switch it on")
            await there.until(lambda: there.titles() == ["Page 1", "Page 2", "Copy of Page 2"])
            copy = (await there.workspace.pages.all())[2]
            assert (copy.slug, copy.on, copy.colour) == ("anna/page-2-2", False, "moss")
            there.press("Edit", there.toast())
            await there.until(lambda: there.screen.editing)
            assert there.editor._editing is not None
            assert there.editor._editing.draft.title == "Copy of Page 2"

    in_loop(main)


def test_a_new_page_when_begun_as_a_copy_then_opens_in_the_editor(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, *TWO) as there:
            there.screen.list.new_card.click()
            there.press("Copy of Page 1")
            await there.until(lambda: there.screen.editing)
            assert (await there.workspace.pages.all())[2].title == "Copy of Page 1"

    in_loop(main)


@pytest.mark.shows("URL-4")
def test_a_page_when_made_default_then_carries_the_badge(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, *TWO) as there:
            first, second = (there.screen.list.card(each) for each in ("page1", "page2"))
            assert first._badge.isVisible()
            choose(there, "page2", "Use as default")
            await there.told("Page 2 is your default page now")
            await there.until(lambda: second._badge.isVisible() and not first._badge.isVisible())
            assert there.workspace.settings.current.default_page == "page2"

    in_loop(main)


@pytest.mark.shows("PAGE-1", "DESK-5")
def test_pages_when_moved_by_keyboard_then_keep_their_order(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, *TWO, page(3)) as there:
            strike(there.screen.list.card("page1").edit, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
            await there.until(lambda: there.titles() == ["Page 2", "Page 1", "Page 3"])
            choose(there, "page3", "Move up")
            await there.until(lambda: there.titles() == ["Page 2", "Page 3", "Page 1"])
            assert [each.id for each in await there.workspace.pages.all()] == ["page2", "page3", "page1"]
            cards = [there.screen.list.card(each) for each in ("page2", "page3", "page1")]
            await there.until(
                lambda: [(card.y(), card.x()) for card in cards] == sorted((card.y(), card.x()) for card in cards)
            )

    in_loop(main)


@pytest.mark.shows("URL-7")
def test_all_pages_when_paused_then_say_so_and_come_back_as_they_were(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, page(1), page(2, on=False)) as there:
            there.press("Pause all")
            await there.until(lambda: there.screen.list.banner.isVisible())
            assert not there.workspace.settings.current.pages_on
            there.screen.list.banner.button("resume").click()
            await there.until(lambda: not there.screen.list.banner.isVisible())
            assert [each.on for each in await there.workspace.pages.all()] == [True, False]

    in_loop(main)


def test_the_link_when_copied_then_stands_on_the_clipboard(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, *TWO) as there:
            there.screen.list.card("page2").copy.click()
            await there.told("Link copied")
            assert QGuiApplication.clipboard().text() == "http://127.0.0.1/meetings/anna/page-2"

    in_loop(main)


class Browser(QObject):
    """Takes what would be opened in a browser."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.seen.append(url.toString())


def test_a_page_when_opened_then_goes_to_the_browser(in_loop: InLoop, tmp_path: Path) -> None:
    browser = Browser()
    QDesktopServices.setUrlHandler("http", browser, "open")

    async def main() -> None:
        async with desk(tmp_path, *TWO) as there:
            choose(there, "page1", "Open in browser")
            assert browser.seen == ["http://127.0.0.1/meetings/anna/page-1"]

    try:
        in_loop(main)
    finally:
        QDesktopServices.unsetUrlHandler("http")


def test_the_list_when_somebody_books_then_counts_it(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, *TWO) as there:
            await there.workspace.bookings.book(wish(at(13, 9)))
            note = there.screen.list.card("page1")._foot_note
            await there.until(lambda: note.text() == "1 booked this month")

    in_loop(main)


def test_the_list_when_out_of_sight_then_is_read_again_on_return(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, *TWO) as there:
            there.screen.hide()
            await there.workspace.pages.save(page(3))
            assert there.titles() == ["Page 1", "Page 2"]
            there.screen.show()
            await there.until(lambda: there.titles() == ["Page 1", "Page 2", "Page 3"])

    in_loop(main)


def test_the_list_when_it_has_no_page_then_offers_to_make_one(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, page(1)) as there:
            await there.workspace.pages.delete("page1")
            await there.until(lambda: there.screen.list.empty.isVisible())
            assert not there.screen.list.new_card.isVisible()
            there.screen.list.empty.button("new").click()
            assert there.screen.editing

    in_loop(main)


class FailingOverview:
    """An overview that cannot be read until it is mended."""

    def __init__(self, whole: Any) -> None:
        self._whole = whole
        self.broken = True

    async def load(self) -> Overview:
        if self.broken:
            raise WorkspaceFull("no room")
        found: Overview = await self._whole.load()
        return found


def test_the_list_when_it_cannot_be_read_then_keeps_what_it_shows_and_offers_to_try_again(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        async with desk(tmp_path, *TWO) as there:
            failing = FailingOverview(there.workspace.overview)
            there.workspace.overview = failing  # type: ignore[assignment]
            await there.workspace.pages.save(replace(page(1), title="Other"))
            await there.until(lambda: there.screen.list.fault.isVisible())
            assert there.titles() == ["Page 1", "Page 2"]
            failing.broken = False
            there.screen.list.fault.button("retry").click()
            await there.until(lambda: there.titles() == ["Other", "Page 2"])
            assert not there.screen.list.fault.isVisible()

    in_loop(main)


def test_the_list_when_ctrl_n_is_pressed_then_a_new_page_is_begun(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, *TWO) as there:
            strike(there.screen.list.new, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
            await there.until(lambda: there.screen.editing)

    in_loop(main)


# Dragging and many pages


def drag(there: Desk, page_id: str, to: QPoint, *, drop: bool = True) -> None:
    """Takes a card at its empty middle and moves it until the mouse is at ``to`` on the grid."""
    card = there.screen.list.card(page_id)
    grip = QPoint(card.width() // 2, 8)
    QTest.mousePress(card, Qt.MouseButton.LeftButton, pos=grip)
    for share in (0.2, 0.6, 1.0):
        goal = card.mapFrom(there.screen.list.grid, to)
        between = QPoint(round(grip.x() + (goal.x() - grip.x()) * share), round(grip.y() + (goal.y() - grip.y()) * share))
        QTest.mouseMove(card, between)
    if drop:
        QTest.mouseRelease(card, Qt.MouseButton.LeftButton, pos=card.mapFrom(there.screen.list.grid, to))


@pytest.mark.shows("PAGE-1")
def test_a_card_when_dragged_to_another_place_then_the_order_is_kept(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, *(page(number) for number in range(1, 5))) as there:
            last = there.screen.list.card("page4").geometry().center()
            drag(there, "page1", last)
            await there.until(lambda: there.titles() == ["Page 2", "Page 3", "Page 4", "Page 1"])
            assert [each.id for each in await there.workspace.pages.all()] == ["page2", "page3", "page4", "page1"]
            places = [there.screen.list.card(f"page{number}").pos() for number in (2, 3, 4, 1)]
            assert places == sorted(places, key=lambda at: (at.y(), at.x()))

    in_loop(main)


def test_a_card_when_its_dragging_is_given_up_then_lies_where_it_lay(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, *(page(number) for number in range(1, 5))) as there:
            before = there.screen.list.card("page1").geometry()
            drag(there, "page1", there.screen.list.card("page4").geometry().center(), drop=False)
            assert there.screen.list.card("page1").geometry() != before
            grid = QApplication.focusWidget()
            assert grid is there.screen.list.grid
            QTest.keyClick(grid, Qt.Key.Key_Escape)
            assert there.screen.list.card("page1").geometry() == before
            assert there.titles() == ["Page 1", "Page 2", "Page 3", "Page 4"]

    in_loop(main)


def test_many_pages_when_listed_then_only_the_cards_near_sight_are_made(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, *(page(number) for number in range(1, 61))) as there:
            pages = there.screen.list
            assert len(pages.findChildren(PageCardView)) <= 12
            assert "page1" in pages.grid.shown
            assert "page60" not in pages.grid.shown
            bar = pages.area.verticalScrollBar()
            await there.until(lambda: bar.maximum() > 5000)
            bar.setValue(bar.maximum())
            assert {"page59", "page60"} <= set(pages.grid.shown)
            assert "page1" not in pages.grid.shown
            assert len(pages.findChildren(PageCardView)) <= 16
            assert pages.card("page60").accessibleName() == "Page 60"
            assert pages.new_card.geometry().top() >= pages.card("page60").geometry().top()
            bar.setValue(0)
            strike(pages.card("page1").edit, Qt.Key.Key_Tab)
            assert pages.card("page1").more.hasFocus()

    in_loop(main)


def test_a_card_when_it_has_the_keyboard_then_it_stays_while_others_scroll_by(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, *(page(number) for number in range(1, 41))) as there:
            pages = there.screen.list
            edit = pages.card("page2").edit
            edit.setFocus()
            await there.until(lambda: pages.area.verticalScrollBar().maximum() > 3000)
            pages.area.verticalScrollBar().setValue(3000)
            assert edit.hasFocus()
            strike(edit, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
            await there.until(lambda: there.titles()[:3] == ["Page 1", "Page 3", "Page 2"])
            assert edit.hasFocus()
            assert not edit.visibleRegion().isEmpty(), "it is in sight again"

    in_loop(main)


def test_a_copy_when_there_are_many_pages_then_its_page_is_looked_for_by_name(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, *(page(number) for number in range(1, 13))) as there:
            there.screen.list.new_card.click()
            menu = next(each for each in there.screen.findChildren(MenuPopup) if each.isVisible())
            there.press("As a copy…", menu)
            popover = there.screen.findChild(OptionPopover)
            assert popover is not None
            search = QApplication.focusWidget()
            assert search is not None
            QTest.keyClicks(search, "Page 11")
            QTest.keyClick(search, Qt.Key.Key_Return)
            await there.until(lambda: there.screen.editing)
            assert there.editor.bar._name.text() == "Copy of Page 11"

    in_loop(main)


# The QR code


@pytest.mark.shows("PUB-3")
def test_the_qr_code_when_shown_then_leads_to_the_page_and_can_be_kept(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path / "workspace", *TWO) as there:
            choose(there, "page2", "QR code")
            popover = there.screen.window().findChild(QrPopover)
            assert popover is not None
            link = "http://127.0.0.1/meetings/anna/page-2"
            assert popover.code.accessibleName() == "QR code that leads to 127.0.0.1/meetings/anna/page-2"
            popover.keep_as(str(tmp_path / "page.png"))
            await there.told("Saved as page.png")
            image = QImage(str(tmp_path / "page.png"))
            code = modules(link)
            module = image.width() // (len(code) + 8)
            middle = [round((cell + 4.5) * module) for cell in range(len(code))]
            drawn = [tuple(image.pixelColor(x, y).lightness() < 128 for x in middle) for y in middle]
            assert drawn == list(code)
            popover.keep_as(str(tmp_path / "nowhere" / "page.png"))
            await there.told("The file could not be written.")
            popover.copy.click()
            assert QGuiApplication.clipboard().text() == link

    (tmp_path / "workspace").mkdir()
    in_loop(main)


@pytest.mark.shows("PAGE-1")
def test_cards_when_there_is_room_for_one_column_then_begin_below_the_title_and_are_all_whole(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        async with desk(tmp_path, *TWO, page(3)) as there:
            grid = there.screen.list.card("page1").parentWidget()
            tops = set()
            for width in (1120, 620):
                there.screen.window().resize(width, 700)
                await there.until(lambda: grid.height() == grid.heightForWidth(grid.width()))
                tops.add(grid.mapTo(there.screen.list, QPoint(0, 0)).y())
            assert len(tops) == 1, "a narrow window moves the first card away from the title"
            assert grid.height() > 3 * there.screen.list.card("page1").height()

    in_loop(main)
