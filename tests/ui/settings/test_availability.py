"""The availability panel on a real workspace: exceptions, public holidays, journeys, limits; by keyboard, with wrong input."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from holidays.registry import COUNTRIES
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from app import i18n
from app.domain.availability import Reason, Why
from app.domain.pages import Limits, WeeklyHours
from app.domain.settings import Availability, Holidays, Journey, Language, Spell
from app.services.availability import Explained
from app.ui.settings.availability import AvailabilityPanel
from app.ui.settings.availability_form import EntryForm
from app.ui.settings.availability_spells import SpellForm
from app.ui.settings.availability_travel import JourneyForm
from app.ui.settings.availability_words import days_words, hours_words, journey_follows
from app.ui.settings.countries import country_names
from app.ui.why.reasons import Goal, Way, reason_words, way_of
from app.ui.widgets import hours_text, reading_order
from tests.ui.overviews import INTRO
from tests.ui.settings.test_settings_window import InLoop, Room, room

pytestmark = [pytest.mark.qt_log_ignore("does not support raise"), pytest.mark.shows("PAGE-2", "SET-6")]

ALWAYS = WeeklyHours((((540, 1020),),) * 7)
STUDY = Spell(date(2026, 11, 2), date(2026, 11, 6), name="Study week")
NOVEMBER_9 = date(2026, 11, 9)
SUMMER = Spell(date(2026, 7, 6), date(2026, 7, 24), name="Summer")


async def opened(r: Room, availability: Availability | None = None) -> AvailabilityPanel:
    """The panel, with what is saved; it is Monday 12 October 2026."""
    if availability is not None:
        await r.workspace.settings.save(replace(r.workspace.settings.current, availability=availability))
        await r.until(lambda: r.controller.state is not None and r.controller.state.base.availability == availability)
    r.window.show_panel("availability")
    panel = r.window.panel_of("availability")
    assert isinstance(panel, AvailabilityPanel)
    return panel


async def save(r: Room) -> Availability:
    r.window.save_requested.emit()
    await r.until(lambda: r.footer() == "Everything is saved")
    return r.workspace.settings.current.availability


def write(field: QWidget, text: str) -> None:
    """Types into an input in place of what stands there."""
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, text)


def dates(form: EntryForm, first: str, last: str) -> None:
    write(form.first.edit, first)
    write(form.last.edit, last)


def spell_form(panel: AvailabilityPanel) -> SpellForm:
    form = panel.spells.form
    assert isinstance(form, SpellForm)
    return form


def titles(panel: AvailabilityPanel) -> list[str]:
    return [line.accessibleName() for line in panel.spells.rows.values()]


# Exceptions


def test_days_off_when_added_and_saved_then_are_kept_with_their_name(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await opened(r)
            panel.spells.add.click()
            form = spell_form(panel)
            assert titles(panel) == ["Day off, Tue 13 October · closed"]
            write(form.name.edit, "Study week")
            dates(form, "2 Nov 2026", "6 Nov 2026")
            assert titles(panel) == ["Study week, Mon 2 to Fri 6 November · closed"]
            QTest.keyClick(form.last.edit, Qt.Key.Key_Return)
            assert panel.spells.form is None
            assert r.window.focusWidget() is panel.spells.rows[0]
            assert (await save(r)).spells == (STUDY,)

    in_loop(main)


def test_other_hours_when_typed_then_are_kept_and_wrong_ones_are_not(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await opened(r, Availability(spells=(STUDY,)))
            panel.spells.rows[0].opened.emit()
            form = spell_form(panel)
            form.kind.segments()[1].click()
            write(form.hours.edit, "9 to noon")
            r.window.save_requested.emit()
            assert r.footer() == "Write hours like 9-12, 13-17."
            assert form.hours.error == "Write hours like 9-12, 13-17."
            assert r.workspace.settings.current.availability.spells == (STUDY,)
            write(form.hours.edit, "18-21")
            assert form.hours.error == ""
            assert titles(panel) == ["Study week, Mon 2 to Fri 6 November · 18:00 to 21:00"]
            assert (await save(r)).spells == (replace(STUDY, ranges=((1080, 1260),)),)

    in_loop(main)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2 Nov 2026", "soon", "Write a date like 24 Dec 2026, or pick one."),
        ("2 Nov 2026", "1 Nov 2026", "The last day is before the first. Choose a later one."),
        ("2 Nov 2026", "2 Nov 2028", "That is longer than two years. Choose an earlier day."),
    ],
)
def test_dates_when_they_cannot_be_kept_then_the_field_says_what_to_do(
    in_loop: InLoop, tmp_path: Path, first: str, last: str, words: str
) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await opened(r, Availability(spells=(STUDY,)))
            panel.spells.rows[0].opened.emit()
            form = spell_form(panel)
            dates(form, first, last)
            form.finish.click()
            assert panel.spells.form is form
            assert form.last.error == words
            assert r.footer() == words
            panel.spells.rows[0].removed.emit()
            assert r.footer() == "Unsaved changes"
            assert (await save(r)).spells == ()

    in_loop(main)


def test_first_day_when_moved_behind_the_last_then_takes_it_along(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await opened(r, Availability(spells=(STUDY,)))
            panel.spells.rows[0].opened.emit()
            form = spell_form(panel)
            write(form.first.edit, "24 Dec 2026")
            form.first.edit.editingFinished.emit()
            assert form.last.day == date(2026, 12, 24)
            assert titles(panel) == ["Study week, Thu 24 December · closed"]

    in_loop(main)


def test_exceptions_when_they_overlap_then_are_merged_and_a_toast_says_so(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await opened(r, Availability(spells=(STUDY,)))
            panel.spells.add.click()
            form = spell_form(panel)
            dates(form, "5 Nov 2026", "10 Nov 2026")
            form.finish.click()
            await r.told("The days overlapped and were merged. Study week: Mon 2 to Tue 10 November · closed")
            assert titles(panel) == ["Study week, Mon 2 to Tue 10 November · closed"]
            assert (await save(r)).spells == (replace(STUDY, last=date(2026, 11, 10)),)

    in_loop(main)


def test_exceptions_when_saved_while_a_form_is_open_then_do_not_overlap_and_typing_on_takes_nothing_away(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await opened(r, Availability(spells=(STUDY, Spell(NOVEMBER_9, NOVEMBER_9, ((600, 720),), "Talk"))))
            panel.spells.rows[0].opened.emit()
            form = spell_form(panel)
            write(form.last.edit, "9 Nov 2026")
            assert len(titles(panel)) == 2
            write(form.last.edit, "7 Nov 2026")
            assert (await save(r)).spells[1].name == "Talk"
            write(form.last.edit, "12 Nov 2026")
            assert (await save(r)).spells == (replace(STUDY, last=date(2026, 11, 12)),)

    in_loop(main)


def test_exceptions_when_over_then_are_folded_away_until_asked_for(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await opened(r, Availability(spells=(SUMMER, STUDY)))
            assert titles(panel) == ["Study week, Mon 2 to Fri 6 November · closed"]
            assert panel.spells.fold.text() == "1 past exception"
            panel.spells.fold.click()
            assert titles(panel)[1] == "Summer, Mon 6 to Fri 24 July · closed"

    in_loop(main)


def test_exceptions_when_only_the_keyboard_is_used_then_can_be_opened_and_removed(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await opened(r, Availability(spells=(STUDY,)))
            line = panel.spells.rows[0]
            QTest.keyClick(line, Qt.Key.Key_Return)
            assert panel.spells.form is not None
            QTest.keyClick(panel.spells.rows[0], Qt.Key.Key_Return)
            assert panel.spells.form is None
            QTest.keyClick(panel.spells.rows[0], Qt.Key.Key_Delete)
            assert (await save(r)).spells == ()

    in_loop(main)


def test_tab_when_a_form_is_open_then_goes_from_its_row_through_its_fields_to_the_next_row(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await opened(r, Availability(spells=(STUDY, replace(STUDY, first=NOVEMBER_9, last=NOVEMBER_9, name=""))))
            panel.spells.rows[0].opened.emit()
            form, order = spell_form(panel), reading_order.stops(r.window)
            expected = [panel.spells.add, panel.spells.rows[0], panel.spells.rows[0].bin, form.name.edit, form.first.edit]
            at = order.index(panel.spells.add)
            assert order[at : at + len(expected)] == expected
            assert order.index(form.finish) < order.index(panel.spells.rows[1]) < order.index(panel.holidays.country.box)

    in_loop(main)


def test_open_form_when_the_language_changes_then_speaks_it(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await opened(r, Availability(spells=(STUDY,)))
            panel.spells.rows[0].opened.emit()
            panel.edit(lambda draft: replace(draft, appearance=replace(draft.appearance, language=Language.DANISH)))
            await r.until(lambda: spell_form(panel).first.label == "Fra")
            assert titles(panel) == ["Study week, Man. 2. til fre. 6. november · lukket"]
            assert spell_form(panel).first.edit.text() == "man. 2. nov. 2026"

    in_loop(main)


def danish(panel: AvailabilityPanel) -> None:
    panel.edit(lambda draft: replace(draft, appearance=replace(draft.appearance, language=Language.DANISH)))


def test_open_form_when_it_cannot_be_kept_and_the_language_changes_then_keeps_what_is_typed_and_its_error(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await opened(r, Availability(spells=(STUDY,)))
            panel.spells.rows[0].opened.emit()
            form = spell_form(panel)
            write(form.name.edit, "Travelling")
            write(form.first.edit, "3 Nov 2026")
            write(form.last.edit, "soon")
            form.kind.segments()[1].click()
            write(form.hours.edit, "9 till noon")
            r.window.save_requested.emit()
            await r.until(lambda: bool(form.last.error))
            danish(panel)
            await r.until(lambda: spell_form(panel).first.label == "Fra")
            form = spell_form(panel)
            typed = [each.text() for each in (form.name.edit, form.first.edit, form.last.edit, form.hours.edit)]
            assert typed == ["Travelling", "tirs. 3. nov. 2026", "soon", "9 till noon"]
            assert form.hours.isVisible()
            unread = "Skriv en dato som 24. dec. 2026, eller vælg en."
            assert (form.last.error, r.footer()) == (unread, unread)
            write(form.last.edit, "6. nov. 2026")
            write(form.hours.edit, "9-12")
            kept = Spell(date(2026, 11, 3), date(2026, 11, 6), ((540, 720),), "Travelling")
            assert r.controller.state is not None
            assert (r.controller.state.draft.availability.spells, r.controller.state.troubles) == ((kept,), ())

    in_loop(main)


@pytest.mark.parametrize("spells", [(), (SUMMER,)])
def test_hours_when_there_are_none_at_all_then_an_amber_line_says_so(
    in_loop: InLoop, tmp_path: Path, spells: tuple[Spell, ...]
) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await opened(r, Availability(WeeklyHours(), spells=spells))
            assert panel.none.isVisible()
            assert panel.none.text.startswith("You have no hours")
            panel.hours.changed.emit(ALWAYS)
            assert not panel.none.isVisible()

    in_loop(main)


# Public holidays


def test_holidays_when_the_guess_is_taken_then_are_read_listed_and_kept_but_those_worked_on(
    in_loop: InLoop, tmp_path: Path
) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await opened(r)
            assert panel.holidays.guess.text() == "Take public holidays off: Denmark"
            panel.holidays.guess.click()
            assert r.footer() == "The public holidays are being read. Save again in a moment."
            await r.until(lambda: panel.holidays.rows)
            assert len(panel.holidays.rows) == 12
            assert not panel.holidays.guess.isVisible()
            assert not panel.holidays.region.isVisible()
            christmas = panel.holidays.rows[date(2026, 12, 25)]
            assert christmas.accessibleName() == "Christmas Day, Fri 25 December"
            christmas.box.click()
            kept = (await save(r)).holidays
            assert (kept.country, kept.working) == ("DK", (date(2026, 12, 25),))
            assert date(2026, 12, 26) in kept.days_off
            assert date(2026, 12, 25) not in kept.days_off

    in_loop(main)


def test_regions_when_the_country_has_some_then_can_be_chosen(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await opened(r)
            panel.holidays.picked.emit("DE", "")
            await r.until(lambda: panel.holidays.region.isVisible())
            assert "Bayern" in [each.text for each in panel.holidays.region.box.options]
            panel.holidays.region.chosen.emit("BY")
            await r.until(lambda: date(2027, 1, 6) in panel.holidays.rows)
            assert (await save(r)).holidays.region == "BY"

    in_loop(main)


def test_holidays_when_none_are_wanted_any_more_then_nothing_of_them_is_kept(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            danish = await r.workspace.holidays.read(Holidays("DK"), "Europe/Copenhagen", "en")
            panel = await opened(r, Availability(holidays=danish))
            panel.holidays.picked.emit("SE", "")
            panel.holidays.picked.emit("DK", "")
            await r.until(lambda: r.footer() == "Everything is saved")
            panel.holidays.picked.emit("", "")
            assert panel.holidays.rows == {}
            assert (await save(r)).holidays == Holidays()

    in_loop(main)


def test_countries_when_listed_then_are_all_that_are_known_in_both_languages() -> None:
    known = {code for _, code, *_ in COUNTRIES.values()}
    i18n.use("en")
    english = country_names()
    i18n.use("da")
    danish = country_names()
    i18n.use("en")
    assert english.keys() == danish.keys() == known
    assert (english["DK"], danish["DK"], danish["DE"], danish["GL"]) == ("Denmark", "Danmark", "Tyskland", "Grønland")
    assert len(set(english.values())) == len(set(danish.values())) == len(known)


# Journeys


def test_journey_when_added_then_says_what_follows_and_is_kept(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await opened(r)
            panel.journeys.add.click()
            form = panel.journeys.form
            assert isinstance(form, JourneyForm)
            dates(form, "3 May 2027", "9 May 2027")
            form.finish.click()
            assert form.zone.error == "Choose a place whose clock is not your usual one."
            assert r.footer() == "Choose a place whose clock is not your usual one."
            form.zone.box.setCurrentIndex([each.value for each in form.zone.box.options].index("Asia/Tokyo"))
            assert form.note.text == (
                "Your hours are read as Tokyo time from 3 to 9 May. Guests elsewhere see the right times."
            )
            form.finish.click()
            assert [line.accessibleName() for line in panel.journeys.rows.values()] == ["Tokyo, Mon 3 to Sun 9 May 2027"]
            assert (await save(r)).journeys == (Journey(date(2027, 5, 3), date(2027, 5, 9), "Asia/Tokyo"),)

    in_loop(main)


def test_journey_when_half_typed_and_the_language_changes_then_stays_as_it_is(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await opened(r)
            panel.journeys.add.click()
            form = panel.journeys.form
            assert isinstance(form, JourneyForm)
            form.zone.box.setCurrentIndex([each.value for each in form.zone.box.options].index("Asia/Tokyo"))
            dates(form, "3 May 2027", "someday")
            danish(panel)
            await r.until(lambda: panel.journeys.form is not form)
            again = panel.journeys.form
            assert isinstance(again, JourneyForm)
            assert (again.first.day, again.last.edit.text(), again.zone.value()) == (date(2027, 5, 3), "someday", "Asia/Tokyo")
            assert not panel.journeys.finish()

    in_loop(main)


# Limits


def test_limits_when_typed_then_are_kept_and_wrong_ones_say_what_to_do(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            panel = await opened(r)
            day, week = (panel.limits.fields[name].edit for name in ("per_day", "per_week"))
            write(day, "0")
            write(week, "20")
            assert r.footer() == "Write a number from 1 to 99, or leave the field empty."
            r.window.save_requested.emit()
            assert r.workspace.settings.current.availability.limits == Limits()
            write(day, "4")
            assert (await save(r)).limits == Limits(4, 20)
            write(day, "")
            QTest.keyClick(day, Qt.Key.Key_Backspace)
            assert (await save(r)).limits == Limits(None, 20)

    in_loop(main)


# Finding, and words


@pytest.mark.shows("PAGE-4")
@pytest.mark.parametrize(
    ("why", "source", "name", "english", "danish"),
    [
        (Why.AWAY, "spell:2026-11-02", "Study", "You are off then: “Study”.", "Du har fri: “Study”."),
        (Why.AWAY, "spell:2026-11-02", "", "It is a day off that you took for all pages.", ""),
        (Why.HOLIDAY, "holiday:2026-12-25", "Juledag", "It is a public holiday: Juledag.", "Det er en helligdag: Juledag."),
        (Why.OUTSIDE_HOURS, "spell:2026-11-02", "Late", "It lies outside the hours of “Late”.", ""),
        (
            Why.OUTSIDE_HOURS,
            "journey:Asia/Tokyo",
            "Asia/Tokyo",
            "It lies outside your hours, which are read on the clock of Tokyo then.",
            "",
        ),
    ],
)
def test_reason_when_something_departs_then_names_it_and_leads_to_the_panel(
    why: Why, source: str, name: str, english: str, danish: str
) -> None:
    found = Explained(Reason(why, source), name)
    for language, words in (("en", english), ("da", danish)):
        i18n.use(language)
        assert words in ("", reason_words(found, i18n.current(), "Europe/Copenhagen"))
    i18n.use("en")
    assert way_of(found.reason, INTRO) == Way(Goal.SETTINGS, "availability")


@pytest.mark.parametrize("wanted", ["public holidays", "when i travel", "limits over", "exceptions", "days off"])
def test_find_a_setting_when_asked_for_then_leads_to_the_panel(in_loop: InLoop, tmp_path: Path, wanted: str) -> None:
    async def main() -> None:
        async with room(tmp_path) as r:
            QTest.keyClicks(r.window._search, wanted)
            assert r.window.panel == "availability"

    in_loop(main)


def test_words_when_days_and_hours_are_said_then_are_those_of_the_language() -> None:
    today = date(2026, 10, 12)
    i18n.use("en")
    assert days_words(date(2026, 12, 21), date(2027, 1, 3), today) == "Mon 21 December to Sun 3 January 2027"
    assert hours_words(((0, 90), (1320, 1440))) == "00:00 to 01:30, 22:00 to 24:00"
    one = Journey(date(2027, 5, 3), date(2027, 5, 3), "Asia/Tokyo")
    assert journey_follows(one).startswith("On 3 May your hours are read as Tokyo time.")
    i18n.use("da")
    assert days_words(date(2026, 10, 29), date(2026, 10, 29), today) == "Tors. 29. oktober"
    assert hours_words(((1080, 1440),)) == "18.00 til 24.00"
    assert journey_follows(replace(one, last=date(2027, 6, 2))).startswith("Fra 3. maj til 2. juni læses dine tider")
    i18n.use("en")
    assert hours_text.parse("9-12, 13-17") == ((540, 720), (780, 1020))
