"""Pages and their addresses as they are stored: one address, one page, also for addresses from before (URL-2)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as some
from sqlalchemy import create_engine, insert, text
from sqlalchemy.exc import IntegrityError

from app.domain.errors import InvalidFields, NotFound, SlugTaken
from app.domain.pages import (
    RESERVED,
    Consent,
    ConsentKind,
    DayOverride,
    Fixed,
    Hours,
    Limits,
    Location,
    LocationKind,
    Mode,
    Question,
    QuestionKind,
    Rules,
    check_slug,
)
from app.models import pages
from tests.models.made import NOON, page

pytestmark = pytest.mark.anyio


@pytest.fixture
async def ask(database):
    async def run(function, *arguments):
        return await database.write(lambda session: function(session, *arguments))

    return run


@pytest.mark.shows("PAGE-1")
async def test_a_page_when_stored_comes_back_as_it_was(ask):
    full = page(
        description="Æ\nø", colour="brick", mode=Mode.APPROVAL, holds=True,
        rules=Rules((30, 60), 15, 5, 10, 60, Fixed(date(2026, 1, 1), date(2026, 2, 1)), Limits(3, None)),
        hours=Hours("Asia/Tokyo", overrides=(DayOverride(date(2026, 12, 24), ((540, 720),)), DayOverride(date(2026, 12, 25)))),
        location=Location(LocationKind.LINK, "https://example.org/room"),
        questions=(Question("q1", "Why?", QuestionKind.CHOICE, True, ("a", "b"), "help"),),
        consent=Consent(ConsentKind.TICK, "I agree", "https://example.org"), guests_max=3, cutoff=120, thanks="Tak",
        calendars=("local",), on=False, paused_at=NOON, secret=True, position=4,
    )  # fmt: skip
    plain = page("anna/other", position=2)
    await ask(pages.save_page, full)
    await ask(pages.save_page, plain)
    assert await ask(pages.get_page, full.id) == full
    assert await ask(pages.page_by_slug, full.slug) == full
    assert await ask(pages.list_pages) == (plain, full)
    changed = replace(full, title="Other", rules=Rules(), questions=(), on=True, position=0)
    await ask(pages.save_page, changed)
    assert await ask(pages.list_pages) == (changed, plain)


@pytest.mark.shows("URL-1")
async def test_a_slug_when_changed_leads_on_from_every_old_one(ask):
    first = page("anna/one")
    for slug in ("anna/one", "anna/two", "anna/three"):
        await ask(pages.save_page, replace(first, slug=slug))
    assert await ask(pages.redirects) == {"anna/one": "anna/three", "anna/two": "anna/three"}
    assert await ask(pages.slug_owner, "anna/one") == first.id
    with pytest.raises(NotFound):
        await ask(pages.page_by_slug, "anna/one")


@pytest.mark.shows("URL-1")
async def test_an_old_slug_when_taken_back_is_no_redirect_any_more(ask):
    first = page("anna/one")
    for slug in ("anna/one", "anna/two", "anna/one"):
        await ask(pages.save_page, replace(first, slug=slug))
    assert await ask(pages.redirects) == {"anna/two": "anna/one"}
    assert (await ask(pages.page_by_slug, "anna/one")).id == first.id


@pytest.mark.shows("URL-2")
@pytest.mark.parametrize("wanted", ["anna/one", "anna/two"])
async def test_a_slug_when_another_page_has_or_had_it_is_taken(ask, wanted):
    first, second = page("anna/one"), page("anna/other")
    await ask(pages.save_page, first)
    await ask(pages.save_page, replace(first, slug="anna/two"))
    await ask(pages.save_page, second)
    with pytest.raises(SlugTaken):
        await ask(pages.save_page, page(wanted))
    with pytest.raises(SlugTaken):
        await ask(pages.save_page, replace(second, slug=wanted, title="Changed"))
    assert await ask(pages.get_page, second.id) == second
    assert len(await ask(pages.list_pages)) == 2


@pytest.mark.shows("URL-2")
@pytest.mark.parametrize("old", ["anna/one", "anna/two"])
async def test_addresses_when_their_page_is_deleted_are_free_for_others(ask, old):
    first = page("anna/one")
    await ask(pages.save_page, first)
    await ask(pages.save_page, replace(first, slug="anna/two"))
    await ask(pages.delete_page, first.id, NOON)
    with pytest.raises(NotFound):
        await ask(pages.get_page, first.id)
    assert await ask(pages.list_pages) == ()
    assert await ask(pages.redirects) == {}
    assert await ask(pages.slug_owner, old) == ""
    await ask(pages.save_page, page(old))
    if old == "anna/two":
        with pytest.raises(SlugTaken):
            await ask(pages.restore_page, first.id)
    else:
        await ask(pages.restore_page, first.id)
        assert await ask(pages.redirects) == {}


@pytest.mark.shows("PAGE-1")
async def test_a_page_when_restored_is_as_it_was_with_its_old_addresses(ask):
    first = page("anna/one")
    await ask(pages.save_page, first)
    moved = replace(first, slug="anna/two")
    await ask(pages.save_page, moved)
    await ask(pages.delete_page, first.id, NOON)
    await ask(pages.restore_page, first.id)
    assert await ask(pages.list_pages) == (moved,)
    assert await ask(pages.redirects) == {"anna/one": "anna/two"}
    for unknown in (pages.restore_page, lambda session, name: pages.delete_page(session, name, NOON)):
        with pytest.raises(NotFound):
            await ask(unknown, "unknown")


@pytest.mark.shows("URL-2")
async def test_addresses_when_written_by_any_statement_stay_unique(ask):
    first, second, gone = page("anna/one"), page("anna/other"), page("anna/gone")
    for each in (first, second, gone, replace(first, slug="anna/two")):
        await ask(pages.save_page, each)
    await ask(pages.delete_page, gone.id, NOON)
    forbidden = [
        ("INSERT INTO page (id, slug) VALUES ('x', 'anna/two')", {}),
        ("INSERT INTO page (id, slug) VALUES ('x', 'anna/one')", {}),
        ("UPDATE page SET slug = 'anna/one' WHERE id = :id", {"id": second.id}),
        ("UPDATE page SET slug = 'anna/one', deleted_at = NULL WHERE id = :id", {"id": gone.id}),
        ("INSERT INTO slug_redirect VALUES ('anna/other', :id)", {"id": first.id}),
        ("UPDATE slug_redirect SET slug = 'anna/other'", {}),
        ("UPDATE slug_redirect SET page = 'nobody'", {}),
    ]
    for statement, values in forbidden:
        with pytest.raises(IntegrityError):
            await ask(lambda session, statement=statement, values=values: session.execute(text(statement), values))
    assert await ask(pages.redirects) == {"anna/one": "anna/two"}


@pytest.mark.shows("URL-2")
@pytest.mark.parametrize(
    ("slug", "why"), [("Anna", "form"), ("anna/", "form"), ("anna/slots", "reserved"), ("book", "reserved")]
)
async def test_a_slug_when_it_breaks_the_rules_is_refused_by_the_database(ask, slug, why):
    with pytest.raises(InvalidFields) as invalid:
        await ask(pages.save_page, page(slug))
    assert invalid.value.fields == {"slug": why}


PARTS = some.one_of(some.text("ab0-", max_size=42), some.sampled_from(sorted(RESERVED)), some.text("aA/ .-_é\n*[", max_size=4))
SLUGS = some.one_of(PARTS, some.builds("{}/{}".format, PARTS, PARTS), some.builds("{}/{}/{}".format, PARTS, PARTS, PARTS))
DATABASE = create_engine("sqlite://").connect()
pages.page.create(DATABASE)


@pytest.mark.shows("URL-2")
@given(SLUGS)
@example("ab")
@example("a/bc")
@example("ab/c")
@example("a" * 40)
@example("a" * 41)
@example("ab/" + "a" * 40)
@example("ab/" + "a" * 41)
@example("anna/well-known")
@example("slots/anna")
def test_the_rules_of_slugs_are_the_same_in_the_database_and_in_the_domain(slug):
    try:
        check_slug(slug)
        allowed = True
    except InvalidFields:
        allowed = False
    try:
        DATABASE.execute(insert(pages.page), {"id": "x", "slug": slug})
        stored = True
    except IntegrityError:
        stored = False
    DATABASE.rollback()
    assert stored is allowed
