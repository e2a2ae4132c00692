"""Reasons in words and the ways to what decides, in both languages, and through the whole window (PAGE-4)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app import i18n
from app.domain.availability import Reason, Why
from app.domain.clock import from_iso
from app.domain.pages import Mode
from app.services.availability import Explained
from app.ui.pages.editor_state import Section
from app.ui.shell import Shell
from app.ui.why.popover import instant_of
from app.ui.why.reasons import Goal, Verdict, Way, answer_of, verdict_words, way_of, way_words
from tests.services.opened import StandingClock, furnished, page, wish
from tests.services.opened import at as instant

InLoop = Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any]
DAY = date(2026, 10, 12)


@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("why", list(Why))
@pytest.mark.parametrize("own", [True, False])
def test_every_reason_when_told_then_is_a_sentence_and_its_way_has_words(why: Why, language: str, own: bool) -> None:
    i18n.use(language)
    try:
        asked = page() if own else page(hours=None)
        answer = answer_of([Explained(Reason(why), "Dentist")], asked, i18n.current(), "UTC", offline=False)
        assert answer.verdict is Verdict.NOT_OFFERED
        assert answer.words.endswith(".")
        way = answer.lines[0].way
        assert (way is None) == (why is Why.PAST)
        assert way is None or way_words(way)
        if way is not None and way.goal is Goal.SECTION:
            assert Section(way.target)
    finally:
        i18n.use("en")


def test_hours_when_they_are_the_usual_ones_then_the_way_leads_to_the_settings() -> None:
    assert way_of(Reason(Why.DAY_OFF), page()) == Way(Goal.SECTION, "hours")
    assert way_of(Reason(Why.DAY_OFF), page(hours=None)) == Way(Goal.SETTINGS, "availability")
    assert way_of(Reason(Why.OUTSIDE_HOURS, "spell:2026-10-12"), page()) == Way(Goal.SETTINGS, "availability")
    assert way_of(Reason(Why.AWAY, "spell:2026-10-12"), page()) == Way(Goal.SETTINGS, "availability")
    assert way_of(Reason(Why.BUSY, "booking:b1"), page()) == Way(Goal.BOOKING, "b1")
    assert way_of(Reason(Why.BUSY, "event:work:e1"), page()) == Way(Goal.SETTINGS, "calendars")


@pytest.mark.parametrize(
    ("mode", "offline", "verdict", "goal"),
    [
        (Mode.AT_ONCE, False, Verdict.OFFERED, None),
        (Mode.APPROVAL, False, Verdict.ASKED_FOR, Goal.SECTION),
        (Mode.AT_ONCE, True, Verdict.ASKED_FOR, Goal.SETTINGS),
    ],
)
def test_a_free_time_when_guests_can_only_ask_for_it_then_that_is_said(
    mode: Mode, offline: bool, verdict: Verdict, goal: Goal | None
) -> None:
    answer = answer_of([], page(mode=mode), i18n.current(), "UTC", offline=offline)
    assert answer.verdict is verdict
    assert answer.words.startswith("It is offered: nothing stands in its way.")
    way = answer.lines[-1].way
    assert (way.goal if way is not None else None) is goal
    assert verdict_words(verdict)


@pytest.mark.parametrize(
    ("typed", "clock"),
    [
        ("10:30", "08:30"), ("10.30", "08:30"), ("9", "07:00"), ("2:15 pm", "12:15"), ("12 am", "22:00"), ("12pm", "10:00"),
        ("25", ""), ("10:60", ""), ("13 pm", ""), ("half", ""), ("", ""),
    ],
)  # fmt: skip
def test_a_time_when_typed_then_is_read_as_people_write_it(typed: str, clock: str) -> None:
    found = instant_of(DAY, typed, "Europe/Copenhagen")
    if not clock:
        assert found is None
    else:
        day = "2026-10-11" if clock == "22:00" else "2026-10-12"
        assert found == from_iso(f"{day}T{clock}:00Z")


def test_a_way_when_pressed_then_leads_through_the_whole_window(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        clock = StandingClock()
        workspace = await furnished(tmp_path, clock, page())
        shell = Shell(clock)
        shell.window.show()
        shell.attach(workspace)

        async def until(happened: Callable[[], object]) -> None:
            end = asyncio.get_running_loop().time() + 10
            while not happened():
                assert asyncio.get_running_loop().time() < end, "this never happened"
                await asyncio.sleep(0.005)

        try:
            answer = await workspace.bookings.book(wish(instant(12, 10)))
            shell.dashboard.editor_requested.emit("page1", "limits")
            await until(lambda: shell.pages is not None and shell._pages_screen is not None and shell._pages_screen.editing)
            screen = shell._pages_screen
            assert screen is not None
            assert shell.window.current == "pages"
            assert screen.editor.sections[Section.LIMITS].is_open
            shell.dashboard.editor_requested.emit("page1", "hours")
            await until(lambda: screen.editor.sections[Section.HOURS].is_open)
            assert screen.editor.sections[Section.LIMITS].is_open, "the same page stays as it was"
            wanted: list[str] = []
            shell.settings_requested.connect(wanted.append)
            screen.way_chosen.emit(Way(Goal.SETTINGS, "availability"))
            assert wanted == ["availability"]
            screen.way_chosen.emit(Way(Goal.BOOKING, answer.booking))
            await until(lambda: shell.window.current == "meetings")
        finally:
            shell.detach()
            shell.window.close()
            shell.window.deleteLater()
            await asyncio.sleep(0)
            await workspace.close()

    in_loop(main)
