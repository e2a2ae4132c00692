"""What the public child was told, so that only news are sent, and a new child can be told everything."""

from __future__ import annotations

import base64
from collections.abc import Iterable

from app import wire
from app.domain.public import PublicHost, PublicPage
from app.services.pages import PagesService


class Pushed:
    """``revision`` grows with every change that is sent."""

    def __init__(self, pages: PagesService) -> None:
        self._pages = pages
        self.revision = 0
        self._host: PublicHost | None = None
        self._redirects: dict[str, str] = {}
        self._known: dict[str, PublicPage] = {}
        self._pictures: dict[str, wire.PictureLine] = {}

    async def news(self, host: PublicHost, redirects: dict[str, str], pages: tuple[PublicPage, ...]) -> list[wire.Line]:
        """The lines that bring a child from what it knows to this."""
        return await self._new_pictures(pages) + self._news(host, redirects, {page.slug: page for page in pages})

    async def _new_pictures(self, pages: Iterable[PublicPage]) -> list[wire.Line]:
        """Pictures go before the pages that show them; each is sent once."""
        wanted = {page.picture for page in pages if page.picture}
        self._pictures = {name: line for name, line in self._pictures.items() if name in wanted}
        fresh: list[wire.Line] = []
        for name in sorted(wanted - set(self._pictures)):
            found = await self._pages.picture(name)
            if found is not None:
                type_, body = found
                line = wire.PictureLine(0, name, type_, base64.b64encode(body).decode())
                self._pictures[name] = line
                fresh.append(line)
        return fresh

    def _news(self, host: PublicHost, redirects: dict[str, str], pages: dict[str, PublicPage]) -> list[wire.Line]:
        lines: list[wire.Line] = []
        gone = [slug for slug in self._known if slug not in pages]
        changed = [page for slug, page in pages.items() if self._known.get(slug) != page]
        if not gone and not changed and (host, redirects) == (self._host, self._redirects):
            return lines
        self.revision += 1
        if (host, redirects) != (self._host, self._redirects):
            lines.append(wire.HostLine(self.revision, host, redirects))
        lines += [wire.PageGone(self.revision, slug) for slug in gone]
        lines += [wire.PageLine(self.revision, page) for page in changed]
        self._host, self._redirects, self._known = host, redirects, pages
        return lines

    def everything(self) -> list[wire.Line]:
        """All that a new child has to know, and all that it ever knows."""
        if self._host is None:
            return []
        greeting: list[wire.Line] = [wire.HostLine(self.revision, self._host, self._redirects), *self._pictures.values()]
        return greeting + [wire.PageLine(self.revision, page) for page in self._known.values()]
