"""The preview beside the real page: everything that it shows stands in the HTML that guests get, in every state of a page, with
every option, in both languages, and for guests elsewhere (CONTRACT 4)."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from starlette.testclient import TestClient

from app.domain.booking import BookingRequest, State, Visitor
from app.domain.clock import MINUTE, to_iso
from app.domain.forms import PLACE
from app.domain.ids import new_token
from app.domain.pages import (
    ClockFace,
    Consent,
    ConsentKind,
    Location,
    LocationKind,
    Mode,
    Page,
    Question,
    QuestionKind,
    Rolling,
    Rules,
)
from app.domain.public import PageState
from app.services.availability import public_host
from app.ui.pages.preview import Preview
from app.ui.pages.preview_form import DrawnButton, DrawnChoices, DrawnField
from app.ui.widgets import Label
from app.web.asgi import App
from tests.services.opened import MONDAY, page
from tests.ui.pages.desk import Desk, desk
from tests.web.fake import FakeClock, FakeLink, held
from tests.web.serving import DRAWING, KEY

InLoop = Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any]
HTML = {"accept": "text/html"}
GUEST = "America/New_York"

KINDS = tuple(
    Question(
        f"q{number}", f"Question {number} about {kind.value}", kind, required=number % 2 == 0, choices=("Red", "Green & blue"),
        help="Some help" if number == 1 else "",
    )
    for number, kind in enumerate(QuestionKind)
)  # fmt: skip
OPTIONS: dict[str, dict[str, object]] = {
    "plain": {},
    "several lengths": {"rules": Rules((15, 30, 60), step=30, notice=600, window=Rolling(20))},
    "described": {"description": "What you need,\nand whether I can <help>.", "title": "Møde & kaffe"},
    "approval": {"mode": Mode.APPROVAL, "consent": Consent(ConsentKind.TICK)},
    "all questions": {"questions": (*KINDS, Question("h", "Never seen", hidden=True, default="x")), "guests_max": 3},
    "one guest": {"guests_max": 1, "consent": Consent(ConsentKind.NOTICE, "What I keep.", "https://example.com/privacy")},
    "interest": {"consent": Consent(ConsentKind.LEGITIMATE_INTEREST)},
    "interest on a basis": {"consent": Consent(ConsentKind.LEGITIMATE_INTEREST, "Kept.", "", "Article 6(1)(b).")},
    "own clock": {"clock": ClockFace.HOURS_12, "zone_fixed": True},
    "own language": {"language": "da"},
    "afterwards": {"thanks": "Thank you & see you.", "redirect": "https://shop.example.com/next", "add_to_calendar": False},
    "not to be moved": {"may_move": False, "cutoff": 240},
    "not to be changed": {"may_move": False, "may_cancel": False, "colour": "#ffe14d"},
    "asked for, with words": {"mode": Mode.APPROVAL, "thanks": "Not said for requests", "questions": KINDS[:2]},
    "no times": {"rules": Rules((30,), notice=0, window=Rolling(0)), "hours": None},
    **{
        f"where: {kind.value}": {
            "location": Location(kind, "https://video.example.com/anna" if "link" in kind.value else "5 Elm")
        }
        for kind in LocationKind
    },
}


def plain(text: str) -> str:
    """What a person reads of a page, in one line."""
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", text, flags=re.S)
    text = html.unescape(re.sub(r"<[^>]+>", " ", re.sub(r'aria-label="([^"]*)"', r">\1<", text)))
    return squeeze(text)


def squeeze(text: str) -> str:
    return re.sub(r"\s+([.,])", r"\1", " ".join(text.split()))


class Real:
    """The public pages of a workspace as the child serves them."""

    def __init__(self, fake: FakeLink) -> None:
        self.fake = fake
        app = App(fake, KEY, fake.clock, drawing=DRAWING)
        self._client = TestClient(app, base_url="http://127.0.0.1:8000", client=("127.0.0.1", 50000))

    def read(self, path: str, **query: str) -> str:
        answer = self._client.get(path, params=query, headers=HTML)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text


async def served(there: Desk) -> Real:
    pages, _redirects = await there.workspace.availability.public_pages()
    host = public_host(there.workspace.settings.current, "http://127.0.0.1:8000", await there.workspace.pages.all())
    return Real(FakeLink(FakeClock(MONDAY), host, pages))


def labels(widget: QWidget) -> list[str]:
    """Every text that stands in a part of the preview."""
    return [each.text() for each in widget.findChildren(Label) if each.text() and each.isVisibleTo(widget)]


def assert_said(words: list[str], text: str, what: str) -> None:
    for each in words:
        assert squeeze(each).lower() in text.lower(), f"{what}: {each!r} is not on the page"


def check_choose(preview: Preview, real: Real, slug: str, query: dict[str, str], what: str) -> None:
    state = preview._state
    assert state is not None
    raw = real.read(f"/meetings/{slug}", duration=str(state.duration), **query)
    text = plain(raw)
    choose = preview.choose
    assert_said(labels(choose), text, what)
    view = choose._view
    assert view is not None
    lengths = [each.text for each in view.lengths] if len(view.lengths) > 1 else []
    names = [cell.name for week in view.month.weeks for cell in week if cell is not None]
    assert_said([*lengths, *names, *choose.slots.texts], text, what)
    if choose.slots.texts:
        assert_said([choose.proceed.text().replace("&", "")], text, what)
    shown = {to_iso(slot.start) for slot in choose.slots._slots}
    offered = set(re.findall(r'<input type="(?:radio|checkbox)" name="start" value="([^"]+)"', raw))
    assert shown == offered, f"{what}: other times than on the page"


def check_form(preview: Preview, real: Real, slug: str, query: dict[str, str], what: str) -> None:
    state = preview._state
    assert state is not None
    start = preview.choose._view.day.parts[0].slots[0].start  # type: ignore[union-attr]
    text = plain(real.read(f"/meetings/{slug}", duration=str(state.duration), start=to_iso(start), step="form", **query))
    form = preview.form
    lines = [form._fields.itemAt(number).widget() for number in range(form._fields.count())]
    drawn = [each for each in lines if isinstance(each, DrawnField | DrawnChoices)]
    assert_said([words for each in drawn for words in labels(each)], text, what)
    assert_said([each._text for each in lines if isinstance(each, DrawnButton)], text, what)
    assert_said([state.page.title, state.host.name], text, what)
    required = sum(each._required for each in drawn)
    assert text.count("*") >= required


def check_done(preview: Preview, real: Real, slug: str, zone: str, language: str, what: str) -> None:
    state = preview._state
    assert state is not None
    page = real.fake.shelf.page(slug)
    assert page is not None
    start = preview.choose._view.day.parts[0].slots[0].start  # type: ignore[union-attr]
    visitor = Visitor("Maja", "Lindqvist", "maja@example.org", zone, language)
    asked = BookingRequest(slug, start, state.duration, visitor, {PLACE: preview.done._place.text()})
    how = State.REQUESTED if page.state is PageState.REQUEST else State.WRITTEN
    token = new_token()
    booking = held(asked, page, how, start + state.duration * MINUTE)
    real.fake.bookings[token] = replace(booking, may_move=page.may_move, may_cancel=page.may_cancel)
    text = plain(real.read(f"/manage/{token}", lang=language, new="1"))
    done = preview.done
    said = [done._heading, done._thanks, done._text, done._title, done._calendar, done._state, done._onward]
    if how is State.WRITTEN:
        said += [done._place]
    words = [each.text() for each in said if each.isVisibleTo(done) and each.text()]
    if how is State.REQUESTED:
        words.remove(done._title.text())
    else:
        words += [part.strip() for part in done._day.text().split(", ")]
    assert_said(words, text, what)


async def compare(there: Desk, real: Real, asked: Page, language: str, what: str) -> None:
    preview = there.editor.preview
    state = preview._state
    assert state is not None
    spoken = asked.language or language
    for zone, tongue in (("", ""), (GUEST, "da"), ("", "en")):
        preview.zone.set_value(zone)
        preview.language.set_value(tongue)
        preview._show()
        lang = tongue or spoken
        query = {"lang": lang, **({"tz": zone} if zone else {})}
        about = f"{what}, {lang}, {zone or 'here'}"
        check_choose(preview, real, asked.slug, query, about)
        if preview.choose.slots.texts:
            check_form(preview, real, asked.slug, query, about)
            seen = (zone or state.page.zone) if not asked.zone_fixed else state.page.zone
            check_done(preview, real, asked.slug, seen, lang, about)
    preview.zone.set_value("")
    preview.language.set_value("")


def variants() -> list[Page]:
    return [
        replace(page(number), title=f"Page {number}", **options)  # type: ignore[arg-type]
        if "title" not in options
        else replace(page(number), **options)  # type: ignore[arg-type]
        for number, options in enumerate(OPTIONS.values(), 1)
    ]


@pytest.mark.shows("PAGE-1", "PAGE-2", "PAGE-3")
@pytest.mark.parametrize("language", ["en", "da"])
@pytest.mark.parametrize("offline", [False, True], ids=["connected", "offline"])
def test_the_preview_when_held_beside_the_real_page_then_says_and_offers_the_same(
    in_loop: InLoop, tmp_path: Path, language: str, offline: bool
) -> None:
    async def main() -> None:
        pages = variants()
        async with desk(tmp_path, *pages) as there:
            settings = there.workspace.settings
            profile = replace(settings.current.profile, language=language, tagline="Consultant")
            await settings.save(replace(settings.current, profile=profile))
            if offline:
                await there.workspace.accounts.set_scheduling("local", False)
            await there.until(lambda: there.controller._overview is not None and there.controller._overview.offline == offline)
            real = await served(there)
            for asked, what in zip(pages, OPTIONS, strict=True):
                there.controller.edit(asked.id)
                preview = there.editor.preview
                await there.until(
                    lambda asked=asked, preview=preview: (
                        preview._state is not None and preview._state.page.id == asked.id and preview._state.starts is not None
                    )
                )
                await compare(there, real, asked, language, what)
                assert await there.controller.leave()

    in_loop(main)


@pytest.mark.shows("PAGE-1")
@pytest.mark.parametrize("state", [PageState.PAUSED, PageState.UNAVAILABLE])
def test_the_preview_when_guests_cannot_have_the_page_now_then_says_so_below(
    in_loop: InLoop, tmp_path: Path, state: PageState
) -> None:
    async def main() -> None:
        from app.domain.connections import LOCAL, CalendarState, Lost

        async with desk(tmp_path, page(1, on=state is not PageState.PAUSED)) as there:
            if state is PageState.UNAVAILABLE:
                await there.workspace.accounts.set_state(LOCAL, CalendarState.INACTIVE, Lost.UNSHARED)
                await there.until(lambda: there.controller._overview is not None and there.controller._overview.inactive)
            (public,), _redirects = await there.workspace.availability.public_pages()
            assert public.state is state
            await there.edit("page1")
            await there.until(lambda: there.editor.preview.choose.slots.texts)
            said = there.editor.preview._said
            assert (
                said.text()
                == {
                    PageState.PAUSED: "The page is paused. Guests see it like this when you switch it on.",
                    PageState.UNAVAILABLE: "A calendar is inactive. Guests see it like this when it is back.",
                }[state]
            )
            await there.workspace.settings.switch_pages(False)
            await there.until(lambda: said.text().startswith("All pages are paused."))

    in_loop(main)
