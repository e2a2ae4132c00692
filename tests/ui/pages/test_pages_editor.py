"""The editor of one page, pressed and typed in as an owner would, on a real workspace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app import i18n
from app.domain.choosing import open_starts
from app.domain.clock import DAY
from app.domain.errors import WorkspaceFull
from app.domain.pages import (
    Consent,
    ConsentKind,
    DayOverride,
    Fixed,
    Location,
    LocationKind,
    Mode,
    Page,
    Question,
    QuestionKind,
    Rolling,
    WeeklyHours,
)
from app.services.availability import public_host
from app.ui import theme
from app.ui.pages.editor_state import Section
from app.ui.pages.preview_form import DrawnButton
from app.ui.pages.sections.basics import BasicsSection
from app.ui.pages.sections.booking import BookingSection
from app.ui.pages.sections.confirmation import ConfirmationSection
from app.ui.pages.sections.consent import ConsentSection
from app.ui.pages.sections.form import FormSection
from app.ui.pages.sections.hours import HoursSection
from app.ui.pages.sections.limits import LimitsSection
from app.ui.pages.sections.section import SectionBody
from app.ui.widgets import Popover
from tests.services.opened import MONDAY, page
from tests.ui.pages.desk import Desk, desk, leave, strike, type_into

InLoop = Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any]


async def save(there: Desk) -> None:
    there.editor.bar.save.click()
    await there.told("Saved. Guests see it now")


# A new page


@pytest.mark.shows("PAGE-1", "URL-1", "URL-2")
def test_a_new_page_when_named_and_saved_then_stands_under_the_own_part(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            there.press("New page")
            basics = there.body(Section.BASICS, BasicsSection)
            assert basics.title.edit.hasFocus()
            assert not there.editor.bar.save.isEnabled()
            QTest.keyClicks(basics.title.edit, "Møde med Åse")
            assert basics.slug.text() == "anna/moede-med-aase"
            await there.until(lambda: basics.slug._message.text == "127.0.0.1/meetings/anna/moede-med-aase is free.")
            await save(there)
            made = (await there.workspace.pages.all())[1]
            assert (made.title, made.slug, made.on) == ("Møde med Åse", "anna/moede-med-aase", True)
            there.editor.bar.back.click()
            await there.until(lambda: not there.screen.editing)
            await there.until(lambda: there.titles() == ["Page 1", "Møde med Åse"])

    in_loop(main)


@pytest.mark.shows("URL-2")
def test_a_new_page_when_its_name_is_taken_then_gets_the_next_free_address(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            there.press("New page")
            basics = there.body(Section.BASICS, BasicsSection)
            QTest.keyClicks(basics.title.edit, "Page 1")
            await there.until(lambda: basics.slug.text() == "anna/page-1-2")
            assert basics.slug.error == ""
            QTest.keyClicks(basics.title.edit, "0")
            assert basics.slug.text() == "anna/page-10"

    in_loop(main)


def test_a_new_page_when_it_has_no_name_then_is_not_saved_and_the_name_is_asked_for(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            there.press("New page")
            basics = there.body(Section.BASICS, BasicsSection)
            QTest.keyClicks(basics.description.edit, "Hello")
            there.editor.sections[Section.BASICS].set_open(False)
            strike(there.editor.bar.discard, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
            await there.until(lambda: basics.title.error == "Give the page a name.")
            await there.until(lambda: basics.title.edit.hasFocus())
            assert basics.title.edit.accessibleDescription() == "Give the page a name."
            assert there.editor.sections[Section.BASICS].head.badge.text() == "2 to mend"
            assert basics.description.text() == "Hello"
            assert len(await there.workspace.pages.all()) == 1

    in_loop(main)


# The address


@pytest.mark.shows("URL-2")
def test_an_address_when_taken_then_the_editor_says_so_and_offers_a_free_one(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, page(1), page(2)) as there:
            await there.edit("page2")
            basics = there.body(Section.BASICS, BasicsSection)
            type_into(basics.slug, "anna/Page 1")
            assert basics.slug.text() == "anna/page-1"
            assert basics.slug.error == ""
            await there.until(lambda: basics.slug.error == "This address is taken by another page.")
            there.editor.save_requested.emit()
            assert basics.free.chip.text() == "anna/page-1-2"
            assert (await there.page("page2")).slug == "anna/page-2"
            basics.free.chip.click()
            await there.until(lambda: basics.slug._message.text.endswith("anna/page-1-2 is free."))
            await save(there)
            assert (await there.page("page2")).slug == "anna/page-1-2"

    in_loop(main)


@pytest.mark.shows("URL-2")
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("anna/book", "Aftale uses this word itself. Choose another one."),
        ("a", "Each part needs at least 2 characters."),
        ("", "Give the page an address."),
    ],
)
def test_an_address_when_it_breaks_a_rule_then_the_reason_stands_below(
    in_loop: InLoop, tmp_path: Path, typed: str, words: str
) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            basics = there.body(Section.BASICS, BasicsSection)
            type_into(basics.slug, typed)
            await there.until(lambda: basics.slug.error == words)

    in_loop(main)


# Basics


@pytest.mark.shows("PAGE-2")
def test_basics_when_changed_then_are_saved(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            basics = there.body(Section.BASICS, BasicsSection)
            type_into(basics.title, "Talk")
            type_into(basics.description, "What you need")
            basics.lengths.chips.chips()[0].click()
            basics.lengths.other.click()
            popover = next(each for each in there.screen.findChildren(Popover) if each.isVisible())
            QTest.keyClicks(QApplication.focusWidget(), "1:15")
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
            assert not popover.isVisible()
            basics.where.box.setCurrentIndex(3)
            type_into(basics.detail, "Harbour 1")
            basics.colour.box.setCurrentIndex(1)
            await save(there)
            saved = await there.page()
            assert (saved.title, saved.description, saved.colour) == ("Talk", "What you need", "heather")
            assert saved.rules.durations == (15, 30, 75)
            assert saved.location == Location(LocationKind.PLACE, "Harbour 1")
            assert saved.slug == "anna/page-1"

    in_loop(main)


def test_a_length_when_it_makes_no_sense_then_is_refused_with_the_reason(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            basics = there.body(Section.BASICS, BasicsSection)
            basics.lengths.other.click()
            QTest.keyClicks(QApplication.focusWidget(), "900")
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
            assert QApplication.focusWidget().accessibleDescription() == "Type minutes from 5 to 720."

    in_loop(main)


# Hours


@pytest.mark.shows("PAGE-2", "SYNC-3")
def test_own_hours_when_typed_and_copied_then_are_saved_with_their_zone(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, page(1, hours=None)) as there:
            await there.edit("page1")
            hours = there.body(Section.HOURS, HoursSection)
            assert hours._usual.text() == "Mon to Fri 9–17. Times are Copenhagen time."
            there.editor.sections[Section.HOURS].body.findChild(type(hours.kind))
            hours.kind.findChildren(type(hours.kind._segments[1]))[1].click()
            type_into(hours.weekly.day_parts(0)[2], "9-12, 13-16.30")
            hours.weekly.copy_day(0, (1, 2))
            hours.zone.set_value("Europe/London")
            hours.zone.chosen.emit("Europe/London")
            await save(there)
            saved = (await there.page()).hours
            assert saved is not None
            assert saved.zone == "Europe/London"
            assert saved.weekly.days[:4] == (((540, 720), (780, 990)),) * 3 + (((540, 1020),),)

    in_loop(main)


def test_hours_when_they_cannot_be_read_then_the_page_is_not_saved(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            hours = there.body(Section.HOURS, HoursSection)
            figures = hours.weekly.day_parts(0)[2]
            type_into(figures, "nine 9")
            leave(figures)
            there.editor.save_requested.emit()
            await there.until(lambda: there.editor.sections[Section.HOURS].head.badge.text() == "1 to mend")
            await there.until(figures.hasFocus)
            type_into(figures, "9-10")
            await save(there)
            saved = (await there.page()).hours
            assert saved is not None
            assert saved.weekly.days[0] == ((540, 600),)

    in_loop(main)


@pytest.mark.shows("PAGE-2")
def test_exceptions_when_added_changed_and_removed_then_are_saved(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            exceptions = there.body(Section.HOURS, HoursSection).exceptions
            exceptions.days_off.click()
            type_into(exceptions.panel.first, "21 Dec 2026")
            type_into(exceptions.panel.last, "23.12.2026")
            exceptions.panel.finish.click()
            assert exceptions.rows[0].title.text() == "Mon 21 Dec to Wed 23 Dec"
            exceptions.other.click()
            type_into(exceptions.panel.first, "2026-12-28")
            type_into(exceptions.panel.hours, "10-11")
            exceptions.panel.finish.click()
            exceptions.other.click()
            exceptions.panel.finish.click()
            await there.until(exceptions.rows[2].isVisible)
            strike(exceptions.rows[2], Qt.Key.Key_Delete)
            await save(there)
            saved = (await there.page()).hours
            assert saved is not None
            off = tuple(DayOverride(date(2026, 12, day)) for day in (21, 22, 23))
            assert saved.overrides == (*off, DayOverride(date(2026, 12, 28), ((600, 660),)))

    in_loop(main)


# Buffers and limits


@pytest.mark.shows("PAGE-2")
def test_buffers_and_limits_when_typed_then_are_saved(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            limits = there.body(Section.LIMITS, LimitsSection)
            for field, text in (
                (limits.before, "10"),
                (limits.after, "5"),
                (limits.notice, "2"),
                (limits.per_day, "4"),
                (limits.per_week, "9"),
                (limits.ahead, "45"),
            ):
                type_into(field, text)
            limits.notice.unit.box.setCurrentIndex(2)
            limits.step.box.setCurrentIndex(3)
            limits.working.click()
            assert limits.drawing.accessibleName() == "10 min free before, 30 min meeting, 5 min free after"
            await save(there)
            rules = (await there.page()).rules
            assert (rules.buffer_before, rules.buffer_after, rules.notice, rules.step) == (10, 5, 2880, 15)
            assert (rules.limits.per_day, rules.limits.per_week) == (4, 9)
            assert rules.window == Rolling(45, True)

    in_loop(main)


@pytest.mark.shows("PAGE-2")
def test_fixed_dates_when_typed_then_are_saved_and_a_past_one_is_refused(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            limits = there.body(Section.LIMITS, LimitsSection)
            limits.kind._segments[1].click()
            type_into(limits.first, "1.9.2026")
            type_into(limits.last, "30 Sep 2026")
            leave(limits.last)
            assert limits.last.error == "This date is over."
            type_into(limits.last, "30 Nov 2026")
            await save(there)
            assert (await there.page()).rules.window == Fixed(date(2026, 9, 1), date(2026, 11, 30))

    in_loop(main)


def test_a_date_when_picked_from_the_month_by_keyboard_then_stands_in_the_field(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, page(1)) as there:
            await there.edit("page1")
            limits = there.body(Section.LIMITS, LimitsSection)
            limits.kind._segments[1].click()
            limits.first.pick.click()
            month = QApplication.focusWidget()
            QTest.keyClick(month, Qt.Key.Key_PageDown)
            QTest.keyClick(month, Qt.Key.Key_Right)
            QTest.keyClick(month, Qt.Key.Key_Down)
            QTest.keyClick(month, Qt.Key.Key_Return)
            assert limits.first.edit.text() == "Mon 9 Nov 2026"

    in_loop(main)


@pytest.mark.parametrize(
    ("typed", "words"), [("ten", "Type a whole number."), ("2000", "Type 1440 or less."), ("", "Fill this in.")]
)
def test_a_figure_when_it_cannot_be_meant_then_the_reason_comes_on_leaving_the_field(
    in_loop: InLoop, tmp_path: Path, typed: str, words: str
) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            limits = there.body(Section.LIMITS, LimitsSection)
            type_into(limits.before, typed)
            assert limits.before.error == ""
            leave(limits.before)
            assert limits.before.error == words
            assert limits.before.text() == typed
            type_into(limits.before, "15")
            assert limits.before.error == ""

    in_loop(main)


# Booking, form, consent


@pytest.mark.shows("PAGE-2")
def test_approval_when_chosen_then_guests_send_requests_and_the_preview_says_so(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            booking = there.body(Section.BOOKING, BookingSection)
            assert not booking._holds_row.isVisible()
            booking.mode.radio(Mode.APPROVAL).click()
            booking.holds.click()
            type_into(booking.cutoff, "4")
            button = there.editor.preview.form.findChildren(DrawnButton)[-1]
            assert button._text == "Send the request"
            confirmation = there.body(Section.CONFIRMATION, ConfirmationSection)
            type_into(confirmation.thanks, "Thank you")
            await save(there)
            saved = await there.page()
            assert (saved.mode, saved.holds, saved.cutoff, saved.thanks) == (Mode.APPROVAL, True, 240, "Thank you")

    in_loop(main)


QUESTIONS = (Question("a", "What about?", QuestionKind.LONG_TEXT), Question("b", "How many?", QuestionKind.NUMBER))


@pytest.mark.shows("PAGE-3")
def test_a_question_when_added_then_is_saved_with_its_answers(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, page(1, questions=QUESTIONS)) as there:
            await there.edit("page1")
            form = there.body(Section.FORM, FormSection)
            form.add.click()
            QTest.keyClicks(QApplication.focusWidget(), "Which day?")
            form.panel.kind.box.setCurrentIndex(5)
            form.panel.choices.add.click()
            QTest.keyClicks(QApplication.focusWidget(), "Monday")
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
            form.panel.finish.click()
            assert form.rows[form.draft.questions[2].id].title.text() == "Which day?"
            there.editor.save_requested.emit()
            await there.until(lambda: form.panel._choices_field.error == "Add at least two answers.")
            form.panel.choices.add.click()
            QTest.keyClicks(QApplication.focusWidget(), "Friday")
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
            form.panel.required.click()
            form.panel.finish.click()
            type_into(form.guests, "2")
            await save(there)
            saved = await there.page()
            assert saved.questions[2] == replace(
                saved.questions[2], label="Which day?", kind=QuestionKind.DROPDOWN, required=True, choices=("Monday", "Friday")
            )
            assert saved.guests_max == 2

    in_loop(main)


@pytest.mark.shows("PAGE-3", "DESK-5")
def test_questions_when_moved_and_removed_by_keyboard_then_follow_and_undo_brings_back(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, page(1, questions=QUESTIONS)) as there:
            await there.edit("page1")
            form = there.body(Section.FORM, FormSection)
            await there.until(form.rows["b"].isVisible)
            strike(form.rows["b"], Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
            assert [each.id for each in form.draft.questions] == ["b", "a"]
            assert form.frame.lines.indexOf(form.rows["b"]) < form.frame.lines.indexOf(form.rows["a"])
            strike(form.rows["b"], Qt.Key.Key_Delete)
            assert [each.id for each in form.draft.questions] == ["a"]
            there.press("Undo")
            assert [each.id for each in form.draft.questions] == ["b", "a"]
            await save(there)
            assert [each.id for each in (await there.page()).questions] == ["b", "a"]

    in_loop(main)


def test_a_question_when_its_changing_is_cancelled_then_is_as_before(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, page(1, questions=QUESTIONS)) as there:
            await there.edit("page1")
            form = there.body(Section.FORM, FormSection)
            await there.until(form.rows["a"].isVisible)
            strike(form.rows["a"], Qt.Key.Key_Return)
            QTest.keyClicks(QApplication.focusWidget(), " Really")
            assert form.rows["a"].title.text() == "What about? Really"
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
            assert form.draft.questions == QUESTIONS
            assert there.screen.editing
            form.add.click()
            form.panel.cancel.click()
            assert form.draft.questions == QUESTIONS

    in_loop(main)


@pytest.mark.shows("PAGE-3")
def test_consent_when_asked_for_then_begins_with_a_usual_text(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            consent = there.body(Section.CONSENT, ConsentSection)
            consent.kind.radio(ConsentKind.TICK).click()
            text = "Anna may keep my answers to prepare and hold the meeting."
            assert consent.text.text() == text
            type_into(consent.link, "example.com")
            leave(consent.link)
            assert consent.link.error == "Type a whole address, such as https://example.com."
            type_into(consent.link, "https://example.com/privacy")
            await save(there)
            assert (await there.page()).consent == Consent(ConsentKind.TICK, text, "https://example.com/privacy")

    in_loop(main)


# The preview


@pytest.mark.shows("PAGE-1")
def test_the_preview_when_the_page_is_saved_already_then_shows_the_times_that_guests_see(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            choose = there.editor.preview.choose
            await there.until(lambda: choose.slots.texts)
            starts = await there.workspace.availability.starts("page1", 30, MONDAY, MONDAY + DAY)
            wording = i18n.current()
            assert list(choose.slots.texts) == [wording.time(i18n.local(start, "Europe/Copenhagen")) for start in starts]
            assert choose._day.text() == "Monday 12 October"

    in_loop(main)


@pytest.mark.shows("PAGE-1")
@pytest.mark.parametrize("mode", list(Mode))
def test_the_preview_when_compared_with_the_public_page_then_has_its_texts_and_times(
    in_loop: InLoop, tmp_path: Path, mode: Mode
) -> None:
    async def main() -> None:
        rules = replace(page(1).rules, durations=(30, 45), notice=120)
        asked = page(1, mode=mode, rules=rules, hours=None, questions=QUESTIONS, consent=Consent(ConsentKind.NOTICE, "x"))
        async with desk(tmp_path, asked) as there:
            await there.edit("page1")
            await there.until(lambda: there.editor.preview.choose.slots.texts)
            state = there.editor._previewed
            assert state is not None
            (public,), _redirects = await there.workspace.availability.public_pages()
            assert state.page == replace(public, free={})
            assert state.starts == tuple(open_starts(public, public.free[30].unpack(), MONDAY))
            settings = there.workspace.settings.current
            assert replace(state.host, origin="", hosts=()) == replace(
                public_host(settings, "", await there.workspace.pages.all()), hosts=(), default_slug=""
            )

    in_loop(main)


@pytest.mark.shows("PAGE-1")
def test_the_preview_when_hours_are_typed_then_follows_before_saving(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            choose = there.editor.preview.choose
            await there.until(lambda: "16:30" in choose.slots.texts)
            hours = there.body(Section.HOURS, HoursSection)
            type_into(hours.weekly.day_parts(0)[2], "10-11")
            await there.until(lambda: choose.slots.texts == ("10:00", "10:30"))
            basics = there.body(Section.BASICS, BasicsSection)
            type_into(basics.title, "Other name")
            assert choose._host._title.text() == "Other name"
            assert (await there.page()).hours == page().hours

    in_loop(main)


def test_the_preview_when_its_times_take_a_moment_then_shows_their_shapes(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            go_on = asyncio.Event()
            whole = there.workspace.availability.preview

            async def slowly(page: Page, duration: int) -> tuple[int, ...]:
                await go_on.wait()
                return await whole(page, duration)

            there.workspace.availability.preview = slowly  # type: ignore[method-assign]
            await there.edit("page1")
            slots = there.editor.preview.choose.slots
            assert not slots.loading, "nothing flashes"
            await there.until(lambda: slots.loading)
            assert slots.sizeHint().height() > 60
            assert not there.editor.preview.choose.message.isVisible()
            go_on.set()
            await there.until(lambda: slots.texts)
            assert not slots.loading

    in_loop(main)


def test_the_preview_when_the_page_has_no_hours_then_says_that_it_has_no_times(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            choose = there.editor.preview.choose
            await there.until(lambda: choose.slots.texts)
            hours = there.body(Section.HOURS, HoursSection)
            hours.weekly.set_hours(WeeklyHours())
            hours.weekly.changed.emit(WeeklyHours())
            await there.until(lambda: choose.message.isVisible() and choose.message.text() == "This page has no times")
            assert choose.slots.texts == ()
            assert hours.note.label.text() == "This page has no times. Nobody can book on it."

    in_loop(main)


@pytest.mark.shows("PAGE-1", "DESK-5")
def test_the_preview_when_used_by_keyboard_then_leads_to_the_form(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        lengths = replace(page(1), rules=replace(page(1).rules, durations=(30, 60)))
        async with desk(tmp_path, lengths) as there:
            await there.edit("page1")
            preview = there.editor.preview
            await there.until(lambda: preview.choose.slots.texts)
            preview.choose.lengths.chips()[1].click()
            await there.until(lambda: preview.choose.slots.texts[-1] == "16:00")
            strike(preview.choose.month, Qt.Key.Key_Right)
            assert preview.choose.month.accessibleName().endswith("Tuesday 13 October, 15 free times")
            strike(preview.choose.month, Qt.Key.Key_Return)
            assert preview.choose._day.text() == "Tuesday 13 October"
            strike(preview.choose.slots, Qt.Key.Key_Right)
            strike(preview.choose.slots, Qt.Key.Key_Return)
            preview.choose.proceed.click()
            assert preview.form._head._title.text() == "Tue 13 Oct, 09:30"

    in_loop(main)


# Leaving, saving, changing elsewhere


@pytest.mark.parametrize(
    ("answer", "open_after", "title"),
    [("keep", True, "Page 1"), ("", True, "Page 1"), ("discard", False, "Page 1"), ("save", False, "Talk")],
)
def test_leaving_when_something_is_not_saved_then_asks(
    in_loop: InLoop, tmp_path: Path, answer: str, open_after: bool, title: str
) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            editor = await there.edit("page1")
            basics = there.body(Section.BASICS, BasicsSection)
            type_into(basics.title, "Talk")
            strike(basics.title.edit, Qt.Key.Key_Escape)
            question = await there.asked()
            question.close_with(answer)
            await there.until(lambda: not question.isVisible())
            await there.until(lambda: there.screen.editing is open_after)
            assert basics.title.text() == "Talk" or not open_after
            assert (await there.page()).title == title
            assert editor.bar.save.isEnabled() is open_after or not open_after

    in_loop(main)


def test_leaving_when_everything_is_saved_then_asks_nothing(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            seen: list[bool] = []
            there.screen.editing_changed.connect(seen.append)
            await there.edit("page1")
            assert await there.controller.leave()
            assert seen == [True, False]
            assert await there.controller.leave()

    in_loop(main)


def test_leaving_with_save_when_the_page_is_not_right_then_goes_on_editing(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            basics = there.body(Section.BASICS, BasicsSection)
            type_into(basics.title, " ")
            there.editor.bar.back.click()
            (await there.asked()).close_with("save")
            await there.until(lambda: basics.title.error == "Give the page a name.")
            assert there.screen.editing

    in_loop(main)


def test_discard_when_pressed_then_brings_back_what_is_saved_and_can_be_undone(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            basics = there.body(Section.BASICS, BasicsSection)
            type_into(basics.title, "Talk")
            assert there.editor.bar.status.text() == "Unsaved changes"
            there.editor.bar.discard.click()
            assert basics.title.text() == "Page 1"
            assert there.editor.bar.status.text() == "Everything is saved"
            there.press("Undo")
            assert basics.title.text() == "Talk"

    in_loop(main)


class FullDisk:
    """Pages that cannot be written until there is room; everything else goes through."""

    def __init__(self, whole: Any) -> None:
        self._whole = whole
        self.full = True

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)

    async def save(self, page: Page, base: Page | None = None) -> Page:
        if self.full:
            raise WorkspaceFull("no room")
        found: Page = await self._whole.save(page, base)
        return found


def test_saving_when_it_fails_then_nothing_is_lost_and_it_can_be_tried_again(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            basics = there.body(Section.BASICS, BasicsSection)
            type_into(basics.title, "Talk")
            disk = FullDisk(there.workspace.pages)
            there.workspace.pages = disk  # type: ignore[assignment]
            there.editor.bar.save.click()
            await there.until(there.editor.fault.isVisible)
            assert there.editor.bar.status.text() == "Not saved. Nothing you typed is lost."
            assert basics.title.text() == "Talk"
            disk.full = False
            there.editor.fault.button("save").click()
            await there.told("Saved. Guests see it now")
            assert not there.editor.fault.isVisible()
            assert (await there.page()).title == "Talk"

    in_loop(main)


def test_a_page_when_changed_elsewhere_then_untouched_fields_follow_and_clashes_are_said(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            basics = there.body(Section.BASICS, BasicsSection)
            type_into(basics.title, "Mine")
            stored = await there.page()
            await there.workspace.pages.set_on("page1", False)
            await there.workspace.pages.save(replace(stored, colour="moss"))
            await there.until(lambda: basics.colour.value() == "moss")
            assert basics.title.text() == "Mine"
            assert there.editor.bar.on.text() == "Paused"
            assert not there.editor.notice.isVisible()
            await there.workspace.pages.save(replace(stored, title="Theirs"))
            await there.until(there.editor.notice.isVisible)
            assert basics.title.text() == "Mine"
            there.editor.notice.button("discard").click()
            assert basics.title.text() == "Theirs"
            assert not there.editor.notice.isVisible()

    in_loop(main)


def test_a_paused_page_when_saved_then_the_toast_does_not_promise_that_guests_see_it(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, page(1, on=False)) as there:
            await there.edit("page1")
            type_into(there.body(Section.BASICS, BasicsSection).title, "Talk")
            there.editor.bar.save.click()
            await there.told("Saved. Guests see it when the page is on")

    in_loop(main)


# Language, keyboard, sizes


@pytest.mark.shows("DESK-5")
def test_the_editor_when_the_language_changes_then_speaks_it_and_keeps_what_was_typed(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            type_into(there.body(Section.BASICS, BasicsSection).title, "Talk")
            i18n.use("da")
            theme.retranslate_all()
            basics = there.body(Section.BASICS, BasicsSection)
            assert basics.title.label == "Navn"
            assert basics.title.text() == "Talk"
            assert there.editor.bar.save.text() == "Gem"
            assert there.editor.sections[Section.LIMITS].head.text() == "Pauser og grænser"

    in_loop(main)


@pytest.mark.shows("DESK-5")
def test_every_control_when_it_takes_the_keyboard_then_has_a_name(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        full = page(1, questions=QUESTIONS, consent=Consent(ConsentKind.NOTICE, "x"))
        async with desk(tmp_path, full) as there:
            await there.edit("page1")
            for card in there.editor.sections.values():
                card.set_open(True)
            there.body(Section.FORM, FormSection).open_question("a")
            there.body(Section.HOURS, HoursSection).exceptions.days_off.click()
            await there.until(lambda: there.editor.preview.choose.slots.texts)
            nameless = [
                widget
                for widget in there.screen.findChildren(type(there.screen).__mro__[1])
                if widget.isVisible()
                and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
                and widget.isEnabled()
                and not widget.focusProxy()
                and not (widget.accessibleName() or getattr(widget, "text", str)())
            ]
            assert nameless == []

    in_loop(main)


@pytest.mark.shows("DESK-5")
def test_tab_when_pressed_through_the_editor_then_goes_in_reading_order(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, page(1, questions=QUESTIONS)) as there:
            editor = await there.edit("page1")
            await there.until(lambda: editor.preview.choose.slots.texts)
            for section in (Section.CONSENT, Section.FORM, Section.HOURS, Section.BASICS):
                there.body(section, SectionBody)
            form, hours = there.body(Section.FORM, FormSection), there.body(Section.HOURS, HoursSection)
            await there.until(lambda: form.rows["b"].isVisible())
            expected = [
                editor.bar.back,
                editor.sections[Section.BASICS].head,
                there.body(Section.BASICS, BasicsSection).title.edit,
                editor.sections[Section.HOURS].head,
                hours.weekly.day_parts(0)[0],
                hours.weekly.day_parts(0)[1],
                hours.weekly.day_parts(0)[2],
                hours.zone.box,
                editor.sections[Section.LIMITS].head,
                editor.sections[Section.BOOKING].head,
                editor.sections[Section.FORM].head,
                form.rows["a"],
                form.rows["b"],
                form.add,
                editor.sections[Section.CONSENT].head,
                there.body(Section.CONSENT, ConsentSection).kind.radio(ConsentKind.NONE),
                editor.preview.zone.box,
                editor.preview.choose.month,
            ]
            editor.bar.back.setFocus()
            seen = [QApplication.focusWidget()]
            while seen[-1] is not editor.preview.choose.month and len(seen) < 80:
                QTest.keyClick(seen[-1], Qt.Key.Key_Tab)
                seen.append(QApplication.focusWidget())
            assert [widget for widget in seen if widget in expected] == expected

    in_loop(main)


class Windows(QObject):
    """Notes every window that comes up."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(type(watched).__name__)
        return False


def test_the_editor_when_opened_then_no_other_window_flashes(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, page(1, questions=QUESTIONS, consent=Consent(ConsentKind.TICK, "x"))) as there:
            windows = Windows()
            QApplication.instance().installEventFilter(windows)  # type: ignore[union-attr]
            await there.edit("page1")
            for card in there.editor.sections.values():
                card.set_open(True)
            there.body(Section.FORM, FormSection).open_question("a")
            there.editor.preview.go_to_step(1)
            await there.until(lambda: there.editor.preview.choose.slots.texts)
            QApplication.instance().removeEventFilter(windows)  # type: ignore[union-attr]
            assert windows.seen == []

    in_loop(main)


@pytest.mark.shows("DESK-5")
@pytest.mark.parametrize("language", ["en", "da"])
def test_the_editor_when_texts_are_large_then_fits_the_smallest_window(in_loop: InLoop, tmp_path: Path, language: str) -> None:
    async def main() -> None:
        i18n.use(language)
        async with desk(tmp_path, page(1, questions=QUESTIONS), size=(816, 600)) as there:
            theme.active().apply("dark", 130)
            await there.edit("page1")
            for card in there.editor.sections.values():
                card.set_open(True)
            await there.until(lambda: there.editor.preview.choose.slots.texts)
            content = there.editor.area.widget()
            assert content.minimumSizeHint().width() <= there.editor.area.viewport().width()
            theme.active().apply("light", 100)

    in_loop(main)
