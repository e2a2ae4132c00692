"""Scheduling pages, and the addresses they had before (PAGE-1, URL-1, URL-2).

The database keeps the rules of addresses as well: their form, that no two pages share one, and that an old address still
leads to the page that had it, as long as that page is there.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Row, Select, delete, select, update
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError

from app.domain.clock import Instant
from app.domain.errors import InvalidFields, NotFound, SlugTaken
from app.domain.pages import Page
from app.domain.plain import from_plain, to_plain
from app.domain.zones import is_known
from app.models.base import Session, store, table
from app.models.slugs import FORM, RESERVED_WORDS, SLUG_TAKEN, guard
from app.models.types import document, dump, load, maybe_number, number, text

_STANDS = "deleted_at IS NULL"

page = table(
    "page",
    text("id", default=None, primary_key=True),
    text("slug", default=None),
    text("title"),
    number("position", default=0),
    document("options"),
    number("created_at", default=0),
    maybe_number("deleted_at"),
    CheckConstraint(FORM, name="slug_form").ddl_if(dialect="sqlite"),
    CheckConstraint(RESERVED_WORDS, name="slug_reserved").ddl_if(dialect="sqlite"),
    Index("page_slug", "slug", unique=True, sqlite_where=sql(_STANDS), postgresql_where=sql(_STANDS)),
)
"""``options``: everything else that the owner set, as JSON."""

slug_redirect = table(
    "slug_redirect",
    text("slug", default=None, primary_key=True),
    text("page", ForeignKey("page.id", ondelete="CASCADE"), default=None),
    Index("slug_redirect_of", "page"),
)
guard(slug_redirect)

_COLUMNS = ("id", "slug", "title", "position", "created_at")
_STANDING = select(page).where(sql(_STANDS))


def list_pages(session: Session) -> tuple[Page, ...]:
    """The pages in the owner's order."""
    statement = _STANDING.order_by(page.c.position, page.c.created_at, page.c.id)
    return tuple(_from_row(row) for row in session.execute(statement))


def get_page(session: Session, page_id: str) -> Page:
    """Raises NotFound, also for a deleted page."""
    return _one(session, _STANDING.where(page.c.id == page_id))


def page_by_slug(session: Session, slug: str) -> Page:
    """The page that has this address now. Raises NotFound."""
    return _one(session, _STANDING.where(page.c.slug == slug))


def save_page(session: Session, saved: Page) -> None:
    """Adds the page or changes it; a changed slug leads on from the old one, and taking back an old one ends its redirect.

    Raises SlugTaken, InvalidFields (``slug``: ``form`` or ``reserved``); then nothing changed.
    """
    if slug_owner(session, saved.slug) not in ("", saved.id):
        raise SlugTaken(saved.slug)
    old = session.execute(select(page.c.slug).where(page.c.id == saved.id)).scalar()
    options = {name: value for name, value in to_plain(saved).items() if name not in _COLUMNS}
    values = {
        "id": saved.id,
        "slug": saved.slug,
        "title": saved.title,
        "position": saved.position,
        "options": dump(options),
        "created_at": saved.created_at,
    }
    try:
        store(session, page, values)
    except IntegrityError as error:
        raise _told(saved.slug, error) from None
    # What led here before, from this page or from one that is deleted, is no redirect any more.
    session.execute(delete(slug_redirect).where(slug_redirect.c.slug == saved.slug))
    if old is not None and old != saved.slug:
        store(session, slug_redirect, {"slug": old, "page": saved.id})


def delete_page(session: Session, page_id: str, at: Instant) -> None:
    """Takes the page away; it can be restored. Its addresses are free then. Raises NotFound."""
    found = session.execute(update(page).where(page.c.id == page_id).values(deleted_at=at)).rowcount
    if found == 0:
        raise NotFound("page")


def restore_page(session: Session, page_id: str) -> None:
    """Brings a deleted page back. Raises NotFound, and SlugTaken when its address is another page's by now."""
    slug = session.execute(select(page.c.slug).where(page.c.id == page_id)).scalar()
    if slug is None:
        raise NotFound("page")
    if slug_owner(session, slug) not in ("", page_id):
        raise SlugTaken(slug)
    taken = select(page.c.slug).where(sql(_STANDS))
    session.execute(delete(slug_redirect).where(slug_redirect.c.page == page_id, slug_redirect.c.slug.in_(taken)))
    session.execute(update(page).where(page.c.id == page_id).values(deleted_at=None))


def redirects(session: Session) -> dict[str, str]:
    """Addresses from before, with the address that each leads to."""
    statement = select(slug_redirect.c.slug, page.c.slug).join(page, page.c.id == slug_redirect.c.page).where(sql(_STANDS))
    return dict(session.execute(statement).all())


def slug_owner(session: Session, slug: str) -> str:
    """The id of the page that has this address, or had it and still leads on from it; empty when it is free."""
    now = session.execute(select(page.c.id).where(page.c.slug == slug, sql(_STANDS))).scalar()
    if now is not None:
        return str(now)
    before = select(page.c.id).join(slug_redirect, slug_redirect.c.page == page.c.id)
    return str(session.execute(before.where(slug_redirect.c.slug == slug, sql(_STANDS))).scalar() or "")


def _told(slug: str, error: IntegrityError) -> Exception:
    why = str(error.orig)
    for name, reason in (("slug_form", "form"), ("slug_reserved", "reserved")):
        if name in why:
            return InvalidFields({"slug": reason})
    return SlugTaken(slug) if SLUG_TAKEN in why or "page.slug" in why else error


def _one(session: Session, statement: Select[Any]) -> Page:
    row = session.execute(statement).first()
    if row is None:
        raise NotFound("page")
    return _from_row(row)


def _from_row(row: Row[Any]) -> Page:
    return _read(row.options, *(getattr(row, name) for name in _COLUMNS))


@lru_cache(1024)
def _read(options: str, *columns: Any) -> Page:
    """A page as it is stored. Kept, because all pages are read for every screen and hardly one of them changes."""
    found = from_plain(Page, {**load(options), **dict(zip(_COLUMNS, columns, strict=True))})
    if found.hours is None or is_known(found.hours.zone):
        return found
    # Nobody can tell when its hours are, until the owner has chosen another time zone.
    return replace(found, on=False, paused_at=found.paused_at or found.created_at)
