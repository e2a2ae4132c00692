"""Secret links: whether one opens its page, decided the same for a look and inside the booking's transaction (PAGE-2)."""

from __future__ import annotations

from app.domain.clock import Instant
from app.domain.ids import token_hash
from app.domain.pages import Page, PageLink
from app.models import links as rows
from app.models.base import Session

PURPOSE = "page link"


def hash_of(salt: bytes, token: str) -> bytes:
    return token_hash(salt, PURPOSE, token)


def find(session: Session, salt: bytes, page: Page, token: str) -> PageLink | None:
    """The link, if it is one of this page."""
    found = rows.link_by_hash(session, hash_of(salt, token))
    return found if found is not None and found.page == page.id else None


def refusal(page: Page, token: str, link: PageLink | None, now: Instant) -> str:
    """Why the page does not open: ``not_found``, ``link_spent``, ``link_expired``; empty where it does."""
    if link is None:
        return "not_found" if token or page.secret else ""
    if link.single and link.booking:
        return "link_spent"
    return "link_expired" if link.expires and now >= link.expires else ""
