"""What can be read by GET, and the answers that every route may need: pages, lists of free times, and what is not there."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from app import wire
from app.domain.asking import carried
from app.domain.availability import nearest
from app.domain.choosing import SUGGESTIONS
from app.domain.clock import Clock, Instant, to_iso
from app.domain.forms import questions_of
from app.domain.pages import ConsentKind
from app.domain.public import PageState, PublicPage
from app.domain.zones import day_number, day_start, local_day
from app.i18n import Wording
from app.web import answers
from app.web.address import Address, from_query, starts_in
from app.web.answers import Answer
from app.web.known import COOKIE, forget_cookie
from app.web.limits import FormTokens
from app.web.link import Link, ParentSilent
from app.web.views import Views, closed_reason
from app.web.visit import Visit

MOST_DAYS = 92
RETRY = (b"retry-after", b"30")
_EPOCH = date(1970, 1, 1)

_PROBLEMS = {
    "not_found": ("There is no page here", "The address may be mistyped, or the page is no longer there."),
    "method_not_allowed": ("This does not work here", "The page exists, but not for what was sent to it."),
    "cross_site": ("This was not sent from this page", "Nothing was saved. Please open the page itself and try again."),
    "form_token": ("This was not sent from this page", "Nothing was saved. Please open the page itself and try again."),
    "too_large": ("This is too much at once", "Nothing was saved. Please shorten your text and try again."),
    "content_type": ("This cannot be read", "Nothing was saved: only forms and JSON are read here."),
    "invalid": ("This cannot be read", "Nothing was saved. Please open the page and try again."),
    "too_many": ("Too many tries", "Please wait a while before you try again."),
    "host": ("There is no page here", "The address may be mistyped, or the page is no longer there."),
    "internal": ("Something went wrong here", "It is not your fault. Please try again in a moment."),
}


class Pages:
    """One for all visitors."""

    def __init__(self, link: Link, clock: Clock, tokens: FormTokens, views: Views) -> None:
        self._link, self._clock, self._tokens, self._views = link, clock, tokens, views

    # Pages

    def home(self, visit: Visit) -> Answer:
        """The address without a path leads to the default page, unless that opens by a link alone."""
        slug = visit.host.default_slug
        page = self._link.shelf.page(slug)
        if page is None or page.secret:
            return self.not_found(visit)
        return answers.redirect(303, f"/meetings/{slug}{visit.asked_query}")

    def find(self, slug: str) -> PublicPage | None:
        """The page with this slug now, or with it before."""
        shelf = self._link.shelf
        page = shelf.page(slug) or shelf.page(shelf.redirects.get(slug, ""))
        return None if page is None or page.secret else page

    def read(self, visit: Visit, slug: str) -> Answer | Awaitable[Answer]:
        """The page in its own language; from an old slug on to the new one; under the owner's own part all pages."""
        page = self.find(slug)
        if page is None:
            return self._listing(visit, slug)
        if page.slug != slug:
            return answers.redirect(301, f"/meetings/{page.slug}{visit.asked_query}")
        return self.show(visit.on(page), page)

    def show(self, visit: Visit, page: PublicPage) -> Answer | Awaitable[Answer]:
        """The page as it stands, for somebody who may see it."""
        if visit.has("privacy"):
            return answers.page(200, self._views.privacy(visit, page), keep=True)
        if self._link.stale:
            return self._stale(visit, page)
        if visit.wants_data:
            return answers.data(200, describe(page, visit), keep=True)
        if page.state in (PageState.PAUSED, PageState.UNAVAILABLE) or visit.has("left"):
            key = self._tokens.make(page.id, "message")
            text = self._views.closed(visit, page, closed_reason(page), key, left=visit.has("left"))
            return answers.page(200, text)
        return self._choose_or_form(visit, page)

    def _listing(self, visit: Visit, slug: str) -> Answer:
        """All pages of the host, or the only one."""
        pages = [page for page in self._link.shelf.pages if not page.secret]
        if slug != visit.host.own_part or not pages:
            return self.not_found(visit)
        if len(pages) == 1:
            return answers.redirect(303, f"/meetings/{pages[0].slug}{visit.asked_query}")
        if visit.wants_data:
            return answers.data(200, {"pages": [describe(page, visit) for page in pages]}, keep=True)
        return answers.page(200, self._views.listing(visit, pages), keep=True)

    def _choose_or_form(self, visit: Visit, page: PublicPage) -> Answer | Awaitable[Answer]:
        address, now = from_query(visit, page), self._clock.now()
        if visit.one("choose") == "zone" and not page.zone_fixed:
            text = self._views.zones(visit, page, address, now, visit.one("find")[:60], visit.words)
            return answers.page(200, text, keep=True)
        free = self.free(page, now)
        starts = starts_in(visit.query)
        if not starts:
            return answers.page(200, self._views.choose(visit, page, address, now, free), keep=True)
        most = SUGGESTIONS if page.state is PageState.REQUEST else 1
        starts = tuple(dict.fromkeys(starts))[:most]
        known = set(free[address.duration])
        if visit.has("more"):
            address = address.with_picks((*address.picks, *starts))
            return answers.page(200, self._views.choose(visit, page, address, now, free), keep=True)
        if not known.issuperset(starts):
            address = address.with_picks(start for start in starts if start in known)
            notice = visit.words.gettext("That time was just taken. These are the nearest free ones.")
            lost = next(start for start in starts if start not in known)
            near = nearest(free[address.duration], lost)
            address = _near(address, near, lost)
            text = self._views.choose(visit, page, address, now, free, notice=notice, nearest=near)
            return answers.page(200, text, keep=True)
        return self._form(visit, page, address, starts)

    def _form(self, visit: Visit, page: PublicPage, address: Address, starts: Sequence[Instant]) -> Answer | Awaitable[Answer]:
        if not (page.prefill and visit.host.prefill):
            unseen = {name for name, _ in carried(page, address.given)}
            address = replace(address, given={name: address.given[name] for name in unseen})
        elif visit.cookie(COOKIE) and not visit.has("fresh") and not visit.embed:
            return self._known_form(visit, page, address, starts)
        key = self._tokens.make(page.id, "book")
        forget = (forget_cookie(visit),) if visit.has("fresh") and visit.cookie(COOKIE) else ()
        return answers.page(200, self._views.form(visit, page, address, starts, key), *forget)

    async def _known_form(self, visit: Visit, page: PublicPage, address: Address, starts: Sequence[Instant]) -> Answer:
        """The form of somebody who asked this browser to remember them; what the link says counts more (URL-6)."""
        try:
            found = await self._link.ask(wire.WhoIs(visit.cookie(COOKIE), visit.asked_host))
        except ParentSilent:
            found = wire.Remembered()
        fields = found.fields if isinstance(found, wire.Remembered) else {}
        known = bool(fields) and not any(name in address.given for name in fields)
        if known:
            address = replace(address, given={**fields, **address.given})
        key = self._tokens.make(page.id, "book")
        text = self._views.form(visit, page, address, starts, key, known=known)
        return answers.page(200, text, plain=True)

    def free(self, page: PublicPage, now: Instant) -> dict[int, Sequence[Instant]]:
        """The bookable starts of every length."""
        return {duration: self._link.shelf.starts(page, duration, now) for duration in page.durations}

    def choose_again(
        self,
        visit: Visit,
        page: PublicPage,
        address: Address,
        words: Wording,
        notice: str = "",
        near: Sequence[Instant] = (),
        lost: Instant = 0,
    ) -> str:
        """Choose, in a form that keeps what was typed; on the day of the free time nearest to the one that was lost, if any."""
        now = self._clock.now()
        free = self.free(page, now)
        if near:
            free = {**free, address.duration: sorted({*free[address.duration], *near})}
            address = _near(replace(address, picks=()), near, lost or near[0])
        return self._views.choose(visit, page, replace(address, kept=True), now, free, words=words, notice=notice, nearest=near)

    # Free times for programs and the script

    def slots(self, visit: Visit, slug: str) -> Answer:
        page = self.find(slug)
        return self.not_found(visit) if page is None else self.slots_of(visit, page)

    def slots_of(self, visit: Visit, page: PublicPage) -> Answer:
        """JSON for the days ``from`` until before ``to`` in the page's zone, ``MOST_DAYS`` at most; unasked 31 from today."""
        if self._link.stale:
            return answers.data(503, {"error": "unavailable"}, RETRY)
        now = self._clock.now()
        today = _EPOCH + timedelta(local_day(page.zone, now))
        faults: dict[str, str] = {}
        first = _day_asked(visit, "from", today, faults)
        last = _day_asked(visit, "to", first + timedelta(31), faults)
        duration = _duration_asked(visit, page, faults)
        if not faults and not 0 <= (last - first).days <= MOST_DAYS:
            faults["to"] = "too_many" if last > first else "not_offered"
        if faults:
            return answers.data(422, {"error": "invalid", "fields": faults})
        begin, end = day_start(page.zone, day_number(first)), day_start(page.zone, day_number(last))
        starts = self._link.shelf.starts(page, duration, now) if page.state in (PageState.BOOK, PageState.REQUEST) else ()
        found = {
            "state": page.state,
            "duration": duration,
            "time_zone": page.zone,
            "from": first.isoformat(),
            "to": last.isoformat(),
            "slots": [to_iso(start) for start in starts if begin <= start < end],
        }
        return answers.data(200, found, keep=True)

    def robots(self, visit: Visit) -> Answer:
        """``robots.txt``; it depends on whether search engines may list the pages at this address."""
        if visit.indexed:
            text = "User-agent: *\nDisallow: /manage*\n"
        else:
            text = "User-agent: *\nDisallow: /meetings*\nDisallow: /manage*\n"
        return Answer(200, text.encode(), answers.TEXT, keep=True)

    # What is not there, or not now

    def problem(self, visit: Visit, status: int, error: str, faults: Mapping[str, str] | None = None) -> Answer:
        """``error`` is a code of ``_PROBLEMS``, told in words to people, to programs as it is, with ``faults`` if given."""
        if visit.wants_data:
            found: dict[str, object] = {"error": error}
            if faults is not None:
                found["fields"] = dict(faults)
            return answers.data(status, found)
        _ = visit.words.gettext
        return answers.page(status, self._views.note(visit, _(_PROBLEMS[error][0]), _(_PROBLEMS[error][1])))

    def not_found(self, visit: Visit) -> Answer:
        return replace(self.problem(visit, 404, "not_found"), keep=True)

    def link_over(self, visit: Visit, error: str) -> Answer:
        """A secret link that opens nothing any more; nothing of its page is told (PAGE-2)."""
        if visit.wants_data:
            return answers.data(410, {"error": error})
        _, name = visit.words.gettext, visit.host.first_name
        if error == "link_spent":
            heading = _("This link has been used")
            text = _("It was good for one booking. If you booked with it, open the page that you got then.")
        else:
            heading = _("This link has expired")
            text = _("It was good for a certain time only.")
        text = f"{text} " + _("Ask {name} for a new one.").format(name=name)
        return answers.page(410, self._views.note(visit, heading, text), plain=True)

    def too_many(self, visit: Visit, wait: int) -> Answer:
        """``wait``: seconds, which the answer tells too. The visit is counted as refused."""
        self._link.count(refused=1)
        answer = self.problem(visit, 429, "too_many")
        return replace(answer, headers=(*answer.headers, (b"retry-after", b"%d" % wait)))

    def silent(self, visit: Visit) -> Answer:
        """The program does not answer about a booking."""
        if visit.wants_data:
            return answers.data(503, {"error": "unavailable"}, RETRY)
        heading = visit.words.gettext("This cannot be shown right now")
        text = visit.words.gettext("The computer of {name} does not answer. Nothing was changed. Please try again in a moment.")
        return answers.page(503, self._views.note(visit, heading, text.format(name=visit.host.first_name)), RETRY, plain=True)

    def _stale(self, visit: Visit, page: PublicPage) -> Answer:
        if visit.wants_data:
            return answers.data(503, {"error": "unavailable"}, RETRY)
        return answers.page(503, self._views.closed(visit, page, "silent", ""), RETRY)


def _day_of(start: Instant, zone: str) -> date:
    return _EPOCH + timedelta(local_day(zone, start))


def _near(address: Address, near: Sequence[Instant], lost: Instant) -> Address:
    """The day on which the free time nearest to a lost one lies."""
    if not near:
        return address
    nearest_one = min(near, key=lambda start: abs(start - lost))
    return replace(address, day=_day_of(nearest_one, address.zone), month=None)


def _day_asked(visit: Visit, name: str, otherwise: date, faults: dict[str, str]) -> date:
    text = visit.one(name)
    if not visit.has(name):
        return otherwise
    try:
        found = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        found = None
    if found is None or not 1970 < found.year < 2200:
        faults[name] = "not_a_date"
        return otherwise
    return found


def _duration_asked(visit: Visit, page: PublicPage, faults: dict[str, str]) -> int:
    if not visit.has("duration"):
        return next(iter(page.durations), 0)
    text = visit.one("duration")
    duration = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0
    if duration not in page.durations:
        faults["duration"] = "not_offered"
    return duration


def describe(page: PublicPage, visit: Visit) -> dict[str, object]:
    """A page as data. The place only as far as everybody may know it."""
    consent = page.consent
    return {
        "slug": page.slug,
        "title": page.title,
        "description": page.description,
        "host": visit.host.name,
        "state": page.state,
        "durations": list(page.durations),
        "time_zone": page.zone,
        "location": page.location.kind,
        "guests": page.guests_max,
        "questions": [
            {
                "id": each.id,
                "label": each.label,
                "kind": each.kind,
                "required": each.required,
                "choices": list(each.choices),
            }
            for each in questions_of(page)
            if not each.hidden
        ],
        "consent": {"kind": consent.kind, "text": consent.text, "required": consent.kind is ConsentKind.TICK},
    }
