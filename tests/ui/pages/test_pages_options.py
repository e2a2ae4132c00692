"""The options of a page in the editor: invitation, where guests go on to, language and look, secret links, why not."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.pages import ClockFace, ConsentKind, LocationKind, Picture, Question
from app.ui.pages.editor_state import Section
from app.ui.pages.preview_form import DrawnField
from app.ui.pages.sections.basics import BasicsSection
from app.ui.pages.sections.booking import BookingSection
from app.ui.pages.sections.confirmation import ConfirmationSection
from app.ui.pages.sections.consent import ConsentSection
from app.ui.pages.sections.form import FormSection
from app.ui.pages.sections.invite import InviteSection
from app.ui.pages.sections.links import LinksSection
from app.ui.pages.sections.look import LookSection
from app.ui.picture_file import MOST_BYTES, NoPictureError, shrink
from app.ui.why.reasons import Goal, Way
from app.ui.widgets import Label
from tests.services.opened import MONDAY, page
from tests.ui.pages.desk import Desk, desk, type_into

InLoop = Callable[[Callable[[], Coroutine[Any, Any, Any]]], Any]


async def save(there: Desk) -> None:
    there.editor.bar.save.click()
    await there.told("Saved. Guests see it now")


def choose(select: Any, value: object) -> None:
    """As an owner would, from the list."""
    select.set_value(value)
    select.chosen.emit(value)


@pytest.mark.shows("PAGE-2")
def test_invitation_when_tokens_are_pressed_then_they_stand_where_one_was_typing(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            invite = there.body(Section.INVITE, InviteSection)
            type_into(invite.title, "Talk with ")
            invite.tokens["guest"].click()
            assert invite.title.text() == "Talk with {{ guest }}"
            type_into(invite.body, "From ")
            invite.tokens["company"].click()
            assert invite.body.text() == "From {{ company }}"
            await save(there)
            saved = (await there.page()).invite
            assert (saved.title, saved.body) == ("Talk with {{ guest }}", "From {{ company }}")
            assert there.editor.sections[Section.INVITE].head._value == "Title and text of your own"

    in_loop(main)


@pytest.mark.shows("PAGE-2")
def test_invitation_when_a_token_is_unknown_then_the_page_is_not_saved(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            invite = there.body(Section.INVITE, InviteSection)
            type_into(invite.title, "{{ gest }}")
            there.editor.bar.save.click()
            await there.until(lambda: invite.title.error != "")
            assert invite.title.error == "One of the tokens is not known. Use those that stand below."
            assert (await there.page()).invite.title == ""

    in_loop(main)


@pytest.mark.shows("PAGE-2")
def test_redirect_when_it_is_no_https_address_then_it_is_refused_and_else_kept(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            editor = await there.edit("page1")
            confirmation = there.body(Section.CONFIRMATION, ConfirmationSection)
            confirmation.where.radio(True).click()
            type_into(confirmation.redirect, "http://example.com")
            editor.bar.save.click()
            await there.until(lambda: confirmation.redirect.error != "")
            type_into(confirmation.redirect, "https://example.com/thanks")
            confirmation.calendar.click()
            await save(there)
            saved = await there.page()
            assert (saved.redirect, saved.add_to_calendar) == ("https://example.com/thanks", False)
            await there.until(lambda: editor.preview.choose.slots.texts)
            assert editor.preview._stack.currentIndex() == 2
            shown = [label.text() for label in editor.preview.done.findChildren(Label) if not label.isHidden()]
            assert "Go on to example.com." in shown
            assert "Add it to your calendar" not in shown

    in_loop(main)


@pytest.mark.shows("PAGE-2")
def test_rules_when_changed_then_guests_may_only_do_what_is_ticked(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            booking = there.body(Section.BOOKING, BookingSection)
            booking.may_move.click()
            await save(there)
            saved = await there.page()
            assert (saved.may_move, saved.may_cancel) == (False, True)
            booking.may_cancel.click()
            assert booking.cutoff.isHidden()

    in_loop(main)


@pytest.mark.shows("PAGE-2")
def test_look_when_chosen_then_the_preview_speaks_that_language_on_that_clock(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            editor = await there.edit("page1")
            await there.until(lambda: editor.preview.choose.slots.texts)
            look = there.body(Section.LOOK, LookSection)
            choose(look.language, "da")
            choose(look.clock, ClockFace.HOURS_12)
            look.fixed.click()
            assert editor.preview.choose.proceed.text() == "Fortsæt"
            assert "9:00 am" in editor.preview.choose.slots.texts
            assert not editor.preview.zone.isEnabled()
            await save(there)
            saved = await there.page()
            assert (saved.language, saved.clock, saved.zone_fixed) == ("da", ClockFace.HOURS_12, True)
            assert there.editor.sections[Section.LOOK].head._value == "Danish · times on my clock"

    in_loop(main)


@pytest.mark.shows("PAGE-1")
def test_preview_when_the_guest_is_elsewhere_then_times_and_words_are_theirs(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            editor = await there.edit("page1")
            preview = editor.preview
            await there.until(lambda: preview.choose.slots.texts)
            here = preview.choose.slots.texts
            choose(preview.zone, "Asia/Tokyo")
            assert preview.choose.slots.texts != here
            choose(preview.language, "da")
            assert preview.choose.proceed.text() == "Fortsæt"
            choose(preview.device, "computer")
            assert preview.computer.isVisible()
            assert not preview.phone.isVisible()
            assert not preview.computer._picture.isNull()
            for step in (1, 2):
                preview.go_to_step(step)
                assert not preview.computer._picture.isNull()

    in_loop(main)


# Questions and consent


@pytest.mark.shows("PAGE-3")
def test_question_when_hidden_with_a_default_then_it_is_saved_and_not_drawn(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path, page(1, questions=(Question("a", "Lead source"),))) as there:
            editor = await there.edit("page1")
            form = there.body(Section.FORM, FormSection)
            form.open_question("a")
            type_into(form.panel.default, "website")
            drawn = [each._label.text() for each in editor.preview.form.findChildren(DrawnField)]
            assert "Lead source" in drawn
            form.panel.hidden.click()
            assert form.panel.required.isHidden()
            form.panel.finish.click()
            drawn = [
                each._label.text() for each in editor.preview.form.findChildren(DrawnField) if each.isVisibleTo(editor.preview)
            ]
            assert "Lead source" not in drawn
            await save(there)
            (question,) = (await there.page()).questions
            assert (question.hidden, question.default) == (True, "website")

    in_loop(main)


@pytest.mark.shows("PAGE-3")
def test_consent_when_it_is_a_legitimate_interest_then_its_basis_can_be_named(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            consent = there.body(Section.CONSENT, ConsentSection)
            consent.kind.radio(ConsentKind.LEGITIMATE_INTEREST).click()
            type_into(consent.basis, "Article 6(1)(f)")
            await save(there)
            assert (await there.page()).consent.basis == "Article 6(1)(f)"

    in_loop(main)


@pytest.mark.shows("PAGE-2")
def test_where_when_the_service_makes_the_link_then_nothing_is_to_be_written(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            basics = there.body(Section.BASICS, BasicsSection)
            choose(basics.where, LocationKind.ONLINE)
            assert basics.detail.isHidden()
            type_into(basics.internal, "Intro, new clients")
            await save(there)
            saved = await there.page()
            assert (saved.location.kind, saved.internal) == (LocationKind.ONLINE, "Intro, new clients")
            there.editor.bar.back.click()
            await there.until(lambda: there.titles() == ["Intro, new clients"])

    in_loop(main)


# Secret links


@pytest.mark.shows("PAGE-2")
def test_secret_link_when_made_then_it_is_copied_listed_and_can_be_ended(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            await there.edit("page1")
            links = there.body(Section.LINKS, LinksSection)
            links.secret.click()
            await save(there)
            assert (await there.page()).secret
            type_into(links.label, "Ida Winther")
            links.single.click()
            choose(links.life, 7)
            links.make.click()
            await there.told("Secret link copied. It cannot be shown again.")
            copied = QGuiApplication.clipboard().text()
            assert copied.startswith(f"{there.workspace.pages.origin}/meetings/anna/page-1/")
            await there.until(lambda: links.rows)
            (made,) = await there.workspace.pages.links("page1")
            assert (made.label, made.single) == ("Ida Winther", True)
            assert made.expires == made.created_at + 7 * 86_400
            (row,) = links.rows.values()
            assert row.accessibleName().startswith("Ida Winther, until ")
            assert await there.workspace.bookings.open_link("anna/page-1", copied.rpartition("/")[2]) == "anna/page-1"
            row.delete.click()
            await there.until(lambda: not links.rows)
            assert await there.workspace.pages.links("page1") == ()

    in_loop(main)


# Picture


def noise(size: QSize, *, clear: bool = False) -> QImage:
    """A picture that no format packs well, with something written beside it."""
    image = QImage(size, QImage.Format.Format_ARGB32)
    value = 12345
    for y in range(size.height()):
        for x in range(size.width()):
            value = (1103515245 * value + 12345) & 0x7FFFFFFF
            image.setPixelColor(x, y, QColor(value & 255, value >> 8 & 255, value >> 16 & 255, 100 if clear else 255))
    image.setText("Author", "Anna Holm, Strandgade 4")
    return image


@pytest.mark.shows("PAGE-2")
@pytest.mark.parametrize(
    ("kind", "clear", "type_"),
    [(Picture.PHOTO, False, "image/jpeg"), (Picture.LOGO, False, "image/png"), (Picture.LOGO, True, "image/png")],
)
def test_picture_when_taken_then_it_is_small_and_holds_nothing_but_its_pixels(
    tmp_path: Path, qapp: QApplication, kind: Picture, clear: bool, type_: str
) -> None:
    path = tmp_path / "photo.png"
    noise(QSize(420, 300), clear=clear).save(str(path))
    assert b"Strandgade" in path.read_bytes()
    found, body = shrink(str(path), kind)
    assert found == type_
    assert len(body) <= MOST_BYTES
    assert b"Strandgade" not in body
    image = QImage.fromData(body)
    assert not image.isNull()
    assert image.text("Author") == ""
    assert (image.width() == image.height()) == (kind is Picture.PHOTO)


def test_picture_when_the_file_is_none_then_it_is_refused(tmp_path: Path, qapp: QApplication) -> None:
    path = tmp_path / "photo.png"
    path.write_text("<svg onload='alert(1)'/>")
    with pytest.raises(NoPictureError):
        shrink(str(path), Picture.PHOTO)


@pytest.mark.shows("PAGE-2")
def test_picture_when_chosen_and_saved_then_the_public_page_has_it(in_loop: InLoop, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"

    async def main() -> None:
        noise(QSize(80, 60)).save(str(path))
        async with desk(tmp_path / "w") as there:
            editor = await there.edit("page1")
            look = there.body(Section.LOOK, LookSection)
            there.controller._editor._extras.take_picture(str(path))  # type: ignore[union-attr]
            await there.until(lambda: look.draft.picture)
            assert not look.thumb.isHidden()
            await there.until(lambda: not editor.preview.choose._host._thumb.isHidden())
            await save(there)
            saved = await there.page()
            assert saved.picture_kind is Picture.PHOTO
            pages, _ = await there.workspace.availability.public_pages()
            assert pages[0].picture == saved.picture
            assert (await there.workspace.pages.picture(saved.picture) or ("", b""))[0] == "image/jpeg"

    in_loop(main)


# Why not?


@pytest.mark.shows("PAGE-4")
def test_time_when_it_is_not_offered_then_the_preview_says_why(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            editor = await there.edit("page1")
            preview = editor.preview
            await there.until(lambda: preview.choose.slots.texts)
            preview.why.click()
            why = preview._why
            assert why is not None
            QTest.keyClicks(why.field.edit, "22:00")
            await there.until(lambda: why.words)
            assert why.words == "It lies outside the page’s hours, or does not fit into them."
            type_into(why.field, "25")
            QTest.keyClick(why.field.edit, Qt.Key.Key_Return)
            assert why.field.error == "Write a time such as 10:30."
            offered = preview.choose.slots.texts[0]
            type_into(why.field, offered)
            await there.until(lambda: why.words.startswith("It is offered"))
            assert why.verdict.text() == "Bookable"

    in_loop(main)


@pytest.mark.shows("PAGE-4")
def test_a_rule_when_it_decides_then_the_preview_leads_to_its_section(in_loop: InLoop, tmp_path: Path) -> None:
    async def main() -> None:
        async with desk(tmp_path) as there:
            editor = await there.edit("page1")
            led: list[object] = []
            there.screen.way_chosen.connect(led.append)
            await there.until(lambda: editor.preview.choose.slots.texts)
            for time, words in (("22:00", "Open Hours of the page"), ("10:10", "Open Buffers and limits of the page")):
                editor.preview.why.click()
                why = editor.preview._why
                assert why is not None
                QTest.keyClicks(why.field.edit, time)
                await there.until(lambda why=why: why.words)
                there.press(words, why)
            assert editor.sections[Section.HOURS].is_open
            assert editor.sections[Section.LIMITS].is_open
            assert editor.sections[Section.LIMITS].head.hasFocus()
            assert led == []
            await there.workspace.accounts.add_busy("local", MONDAY + 3600, MONDAY + 7200, "Dentist")
            editor.preview.why.click()
            assert editor.preview._why is not None
            QTest.keyClicks(editor.preview._why.field.edit, "9:30")
            await there.until(lambda: editor.preview._why is not None and "Dentist" in editor.preview._why.words)
            there.press("Open Calendars in Settings", editor.preview._why)
            assert led == [Way(Goal.SETTINGS, "calendars")]

    in_loop(main)
