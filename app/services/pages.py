"""Scheduling pages: made, changed, paused, deleted and brought back (PAGE-1, URL-1, URL-2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice

from app.domain.addresses import other_parts
from app.domain.clock import Clock, Instant
from app.domain.errors import InvalidFields, SlugTaken
from app.domain.events import PagesChanged
from app.domain.ids import new_id, new_token
from app.domain.merging import merged
from app.domain.pages import RESERVED, Page, PageLink, check_slug, to_slug_part
from app.domain.settings import Settings
from app.domain.zones import is_known
from app.models import links as link_rows
from app.models import pages as rows
from app.models import pictures as picture_rows
from app.models.base import Session
from app.models.database import Database
from app.models.settings import change_settings, load_settings
from app.services.announcer import Announcer
from app.services.links import hash_of
from app.services.settings import SettingsService

COLOURS = ("fjord", "heather", "moss", "amber", "brick", "slate")


class PagesService:
    """Every change is saved at once and followed by the public pages."""

    def __init__(self, database: Database, announcer: Announcer, clock: Clock, settings: SettingsService) -> None:
        self._database, self._announcer, self._clock, self._settings = database, announcer, clock, settings
        self.here, self.lan = "http://127.0.0.1", ""
        """Where the pages are on this computer, and in its network: publishing knows."""

    @property
    def origin(self) -> str:
        """Scheme, host and port of every link that is made now (URL-3)."""
        return self._settings.current.publishing.origin(self.here, self.lan)

    async def all(self) -> tuple[Page, ...]:
        return await self._database.read(rows.list_pages)

    async def get(self, page_id: str) -> Page:
        """Raises NotFound."""
        return await self._database.read(lambda session: rows.get_page(session, page_id))

    def draft(self, title: str = "") -> Page:
        """A page that is not saved yet. Its slug still has to be found free (``free_slug``)."""
        part = to_slug_part(title)
        current = self._settings.current
        slug = "/".join(each for each in (current.own_part, part) if each)
        return Page(id=new_id(), slug=slug, title=title, colour=current.appearance.colour, created_at=self._clock.now())

    async def free_slug(self, part: str, page_id: str = "") -> str:
        """A free slug under the owner's own part that begins with ``part``: itself, or with -2, -3 … behind it.
        Raises SlugTaken where all up to -999 are taken."""
        own = self._settings.current.own_part
        base = to_slug_part(part) or "meeting"
        if len(base) < 2:
            base = f"{base}-1"

        def search(session: Session) -> str:
            for number in range(1, 1000):
                tail = base if number == 1 else f"{base[:36]}-{number}"
                slug = "/".join(each for each in (own, tail) if each)
                if rows.slug_owner(session, slug) in ("", page_id):
                    return slug
            raise SlugTaken(base)

        return await self._database.read(search)

    async def check_slug(self, slug: str, page_id: str = "") -> None:
        """Raises InvalidFields for a slug that breaks the rules and SlugTaken for one that another page has or had."""
        check_slug(slug)
        owner = await self._database.read(lambda session: rows.slug_owner(session, slug))
        if owner not in ("", page_id):
            raise SlugTaken(slug)

    async def check_own_part(self, part: str) -> None:
        """For the owner's part of the addresses of pages made from now on (URL-1): raises InvalidFields where it breaks the
        rules, and SlugTaken where it is a page's whole address, now or from before: under it the pages are listed."""
        if "/" in part:
            raise InvalidFields({"slug": "form"})
        await self.check_slug(part)

    async def other_own_parts(self, part: str, count: int = 2) -> tuple[str, ...]:
        """Free own parts to offer instead of ``part``."""

        def search(session: Session) -> tuple[str, ...]:
            offered = (each for each in other_parts(part, self._settings.current.profile.name) if each not in RESERVED)
            free = (each for each in offered if not rows.slug_owner(session, each))
            return tuple(islice(dict.fromkeys(islice(free, count + 3)), count))

        return await self._database.read(search)

    async def save(self, page: Page, base: Page | None = None) -> Page:
        """Makes or changes the page, and returns it as it is stored then. Raises InvalidFields or SlugTaken; then nothing
        changed. ``base``: what ``page`` was made of; where the two are the same, what was saved meanwhile stays. Whether a
        page that is there is paused (``set_on``) and where it stands (``reorder``) is never changed by this."""
        check_slug(page.slug)

        def write(session: Session) -> tuple[Page, Settings]:
            known = {each.id: each for each in rows.list_pages(session)}
            stored = known.get(page.id)
            if stored is None:
                saved = replace(page, position=1 + max((each.position for each in known.values()), default=-1))
            else:
                saved = page if base is None else merged(base, page, stored)
                saved = replace(saved, on=stored.on, paused_at=stored.paused_at, position=stored.position)
            rows.save_page(session, saved)
            return saved, change_settings(session, lambda held: held if held.default_page else _with_default(held, saved.id))

        saved, settings = await self._database.write(write)
        self._settings.saved(settings)
        self._announcer.announce(PagesChanged())
        return saved

    async def duplicate(self, page_id: str) -> Page:
        """A copy under a free slug, paused, so that nothing appears in public before the owner looked at it."""
        page = await self.get(page_id)
        slug = await self.free_slug(page.slug.rpartition("/")[2])
        now = self._clock.now()
        return await self.save(replace(page, id=new_id(), slug=slug, on=False, paused_at=now, created_at=now))

    async def set_on(self, page_id: str, on: bool) -> None:
        """Pauses the page, or lets it go on. Raises NotFound, and InvalidFields where nobody can tell when its hours are."""
        paused_at = 0 if on else self._clock.now()

        def write(session: Session) -> None:
            page = rows.get_page(session, page_id)
            if on and page.hours is not None and not is_known(page.hours.zone):
                raise InvalidFields({"zone": "unknown_zone"})
            rows.save_page(session, replace(page, on=on, paused_at=paused_at))

        await self._database.write(write)
        self._announcer.announce(PagesChanged())

    async def delete(self, page_id: str) -> None:
        """Takes the page away; ``restore`` brings it back. Its bookings stay."""
        now = self._clock.now()

        def write(session: Session) -> Settings:
            rows.delete_page(session, page_id, now)
            heir = next((each.id for each in rows.list_pages(session)), "")
            return change_settings(session, lambda held: _with_default(held, heir) if held.default_page == page_id else held)

        self._settings.saved(await self._database.write(write))
        self._announcer.announce(PagesChanged())

    async def restore(self, page_id: str) -> None:
        """Raises SlugTaken when another page has got the address meanwhile."""
        await self._database.write(lambda session: rows.restore_page(session, page_id))
        self._announcer.announce(PagesChanged())

    async def reorder(self, ids: Iterable[str]) -> None:
        """Puts the pages in the order of ``ids``; those that are not named follow."""
        order = {page_id: position for position, page_id in enumerate(ids)}

        def write(session: Session) -> None:
            for page in rows.list_pages(session):
                position = order.get(page.id, len(order) + page.position)
                if position != page.position:
                    rows.save_page(session, replace(page, position=position))

        await self._database.write(write)
        self._announcer.announce(PagesChanged())

    # Secret links

    async def links(self, page_id: str) -> tuple[PageLink, ...]:
        """The page's secret links, newest first."""
        return await self._database.read(lambda session: link_rows.links_of(session, page_id))

    async def make_link(
        self, page_id: str, label: str = "", *, single: bool = False, expires: Instant = 0
    ) -> tuple[PageLink, str]:
        """A new secret link and its address, which nobody can read out of the workspace later. Raises NotFound."""
        page = await self.get(page_id)
        token = new_token()
        link = PageLink(new_id(), page.id, label.strip(), self._clock.now(), expires, single)
        hashed = hash_of(self._settings.salt, token)
        await self._database.write(lambda session: link_rows.add_link(session, link, hashed))
        return link, f"{self.link(page.slug)}/{token}"

    async def drop_link(self, link_id: str) -> None:
        """The link opens nothing any more."""
        await self._database.write(lambda session: link_rows.drop_link(session, link_id))

    # Pictures

    async def keep_picture(self, type_: str, body: bytes) -> str:
        """Stores a photo or logo, already small and without what a camera adds; returns its name. What no page shows is
        forgotten the next time a picture is stored."""

        def write(session: Session) -> str:
            shown = {each.picture for each in rows.list_pages(session)} | {load_settings(session)[0].appearance.picture}
            picture_rows.drop_pictures(session, shown)
            return picture_rows.keep_picture(session, type_, body)

        return await self._database.write(write)

    async def picture(self, name: str) -> tuple[str, bytes] | None:
        """Type and bytes of a stored picture."""
        return await self._database.read(lambda session: picture_rows.get_picture(session, name))

    async def make_default(self, page_id: str) -> None:
        """The page that stands for the owner where a link is wanted (URL-4). Raises NotFound."""

        def write(session: Session) -> Settings:
            rows.get_page(session, page_id)
            return change_settings(session, lambda held: _with_default(held, page_id))

        self._settings.saved(await self._database.write(write))

    def link(self, slug: str) -> str:
        """The page's address on the default domain. Made when it is needed; no link is ever stored (URL-3)."""
        return f"{self.origin}/meetings/{slug}"


def _with_default(settings: Settings, page_id: str) -> Settings:
    return replace(settings, default_page=page_id)
