"""Secret links: ``/meetings/<slug>/<token>`` opens a page that nobody else finds, once or until a day (PAGE-2).

The child knows no link: it asks the program each time, and tells whoever guesses no more than that nothing is there.
"""

from __future__ import annotations

import re

from app import wire
from app.domain.booking import Refused
from app.domain.public import PublicPage
from app.web.limits import Kind, Rates
from app.web.link import Link, ParentSilent
from app.web.pages import Pages
from app.web.receiving import Refusal
from app.web.visit import Visit

_ADDRESS = re.compile(r"([a-z0-9-]+(?:/[a-z0-9-]+)?)/([A-Za-z0-9_-]{43})(?:/(slots|book|message))?")
"""No part of a slug is as long as a token."""


def parse(rest: str) -> tuple[str, str, str] | None:
    """Slug, token and what follows, of an address below ``/meetings/`` that is a secret link."""
    found = _ADDRESS.fullmatch(rest)
    return (found[1], found[2], found[3] or "") if found else None


class SecretLinks:
    """One for all visitors."""

    def __init__(self, link: Link, rates: Rates, pages: Pages) -> None:
        self._link, self._rates, self._pages = link, rates, pages

    async def page(self, visit: Visit, slug: str, token: str) -> PublicPage:
        """The page behind the link. Raises Refusal when it opens nothing (any more), or nobody can tell."""
        if not visit.direct:
            wait = self._rates.wait(Kind.BAD_TOKEN, visit.address)
            if wait:
                raise Refusal(self._pages.too_many(visit, wait))
        try:
            found = await self._link.ask(wire.LinkFor(slug, token))
        except ParentSilent:
            raise Refusal(self._pages.silent(visit)) from None
        if isinstance(found, Refused) and found.error in ("link_spent", "link_expired"):
            raise Refusal(self._pages.link_over(visit, found.error))
        page = self._link.shelf.page(found.slug) if isinstance(found, wire.Opens) else None
        if page is None:
            wait = 0 if visit.direct else self._rates.note_bad_token(visit.address)
            raise Refusal(self._pages.too_many(visit, wait) if wait else self._pages.not_found(visit))
        return page
