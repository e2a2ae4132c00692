"""The pages on which a time is chosen, asked for and missed: what goes into each template."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from markupsafe import Markup

from app.domain import asking
from app.domain.after import host_of_link
from app.domain.booking import BookingRequest, Promised
from app.domain.choosing import Choose, choose
from app.domain.clock import MINUTE, Instant, to_iso
from app.domain.public import PageState, PublicHost, PublicPage
from app.domain.saying import cutoff_text, genitive, length, place, place_later, wall, when
from app.domain.typed import Fault
from app.i18n import Wording
from app.web import problems
from app.web.address import Address
from app.web.drawing import Drawing, as_data
from app.web.framed import booked
from app.web.script_data import script_data
from app.web.visit import Visit
from app.web.zone_list import zone_groups

WAIT = 2100
"""Milliseconds for which the script holds a form back, so that nobody meets the two seconds of the form token."""
Pairs = list[tuple[str, str]]
_STAR = Markup('<span class="star">*</span>')


@dataclass(frozen=True, slots=True)
class Wrong:
    """One line of the summary of faults. ``id``: the field to go to, empty where there is none."""

    id: str
    label: str
    text: str


class Views:
    """Draws each of these pages; returns its text."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing

    # Choose

    def choose(
        self,
        visit: Visit,
        page: PublicPage,
        address: Address,
        now: Instant,
        free: Mapping[int, Sequence[Instant]],
        *,
        words: Wording | None = None,
        notice: str = "",
        nearest: Sequence[Instant] = (),
    ) -> str:
        """``free``: the bookable starts of every length. ``nearest``: those nearest to a time that was lost."""
        words = words or visit.words
        starts = free[address.duration]
        known = set(starts)
        address = address.with_picks(pick for pick in address.picks if pick in known)
        view = choose(page, visit.host, words, now, address.selection, starts, [each for each in nearest if each in known])
        return self._drawing.draw(
            "choose",
            visit,
            title=_title(words, page, visit.host),
            page=page,
            words=words,
            here=_here(visit, page, address),
            address=address,
            view=view,
            place=place(page.location, words, visit.host.first_name),
            notice=notice,
            hidden=_choose_hidden(address, view, words),
            data=as_data(script_data(visit, page, address, view, words, now, free)),
        )

    def zones(self, visit: Visit, page: PublicPage, address: Address, now: Instant, find: str, words: Wording) -> str:
        """``find``: what was typed to look for a zone. What was chosen and typed before comes along."""
        groups = zone_groups(words, now, find)
        hidden = [("choose", "zone"), *address.parameters()] if not address.kept else _kept_hidden(address, words)
        return self._drawing.draw(
            "zones",
            visit,
            title=words.gettext("In which time zone are you?"),
            page=page,
            words=words,
            here=_here(visit, page, address),
            address=address,
            hidden=hidden,
            find=find,
            groups=groups,
            now_in=words.zone_name(address.zone),
        )

    # Form

    def form(
        self,
        visit: Visit,
        page: PublicPage,
        address: Address,
        starts: Sequence[Instant],
        key: str,
        *,
        words: Wording | None = None,
        faults: Mapping[str, str] | None = None,
        known: bool = False,
    ) -> str:
        """``faults``: reason codes by field. ``known``: the fields are filled in from an earlier visit."""
        words, host, faults = words or visit.words, visit.host, faults or {}
        said = {name: problems.sentence(words, code, _text(address.given.get(name))) for name, code in faults.items()}
        fields = asking.fields(page, host, words, address.given, said, fresh=not address.kept)
        where = place(page.location, words, host.first_name)
        address = address.with_picks(starts)
        hidden = [
            ("start", to_iso(starts[0])),
            *(("alternatives", to_iso(start)) for start in starts[1:]),
            ("duration", str(address.duration)),
            ("time_zone", address.zone),
            ("language", words.language),
            ("key", key),
        ]
        hidden += [("tz", address.zone)] if address.zone_said else []
        hidden += visit.staying
        hidden += asking.carried(page, address.given)
        return self._drawing.draw(
            "form",
            visit,
            title=_title(words, page, host),
            page=page,
            words=words,
            here=_here(visit, page, address),
            request=page.state is PageState.REQUEST,
            whens=[when(words, start, start + address.duration * MINUTE, address.zone, page.zone) for start in starts],
            place=where,
            place_later=place_later(page.location, words, host.first_name),
            promise=_promise(words, page),
            leads_to=host_of_link(page.redirect),
            star=_STAR,
            faults=_summary(words, fields, said),
            prefilled=_prefilled(address, fields) and not faults and not address.kept,
            known=known,
            remembers=page.prefill and host.prefill and not known and not visit.embed,
            remembered=bool(address.given.get("remember")),
            cleared=urlencode([*_without_given(address), ("fresh", "1"), *(("start", to_iso(start)) for start in starts)]),
            fields=fields,
            consent=asking.consent(page, host, words, address.given, said),
            hidden=hidden,
            wait=WAIT,
            quick_faults=_quick_faults(words),
        )

    # Booked, inside another site

    def booked(self, visit: Visit, page: PublicPage, request: BookingRequest, answer: Promised, words: Wording) -> str:
        return booked(self._drawing, visit, page, request, answer, words)

    # Missed

    def closed(
        self,
        visit: Visit,
        page: PublicPage,
        reason: str,
        key: str,
        *,
        words: Wording | None = None,
        told: bool = False,
        left: bool = False,
        given: Mapping[str, str] | None = None,
        faults: Mapping[str, str] | None = None,
        again: Pairs | None = None,
    ) -> str:
        """``reason``: ``paused``, ``silent`` or another.

        ``told``: the owner knows of this attempt. ``again``: what to send once more.
        """
        words, name = words or visit.words, visit.host.first_name
        heading, text = _closed_words(words, page, name, reason, told)
        given = {"email": "", "name": "", "wishes": "", "message": "", **(given or {})}
        said = {field: problems.sentence(words, code, given.get(field, "")) for field, code in (faults or {}).items()}
        return self._drawing.draw(
            "closed",
            visit,
            title=heading,
            page=page,
            words=words,
            here=visit.path_of(page),
            first=name,
            heading=heading,
            text=text,
            paused=reason == "paused",
            left=left,
            again=again,
            offered=reason != "silent",
            given=given,
            opened=bool(said or any(given.values())),
            more_open=any(given[field] or field in said for field in ("name", "wishes", "message")),
            faults={"email": "", "name": "", "wishes": "", "message": "", "key": "", **said},
            hidden=[("key", key), ("language", words.language), ("time_zone", page.zone), *visit.staying],
            wait=WAIT,
            quick_faults=_quick_faults(words),
        )

    def listing(self, visit: Visit, pages: Sequence[PublicPage]) -> str:
        words = visit.words
        rows = [
            {
                "path": f"/meetings/{page.slug}",
                "title": page.title,
                "detail": " · ".join(
                    [
                        ", ".join(length(words, each) for each in page.durations),
                        place(page.location, words, visit.host.first_name).text,
                    ]
                ),
            }
            for page in pages
        ]
        return self._drawing.draw("listing", visit, title=visit.host.name, pages=rows, scripted=False)

    def privacy(self, visit: Visit, page: PublicPage) -> str:
        """What becomes of a visitor's data: one text for all owners, with the link that the page's consent names."""
        title = visit.words.gettext("How {name} handles your data").format(name=visit.host.first_name)
        return self._drawing.draw("privacy", visit, title=title, page=page, link=page.consent.link, scripted=False)

    def note(self, visit: Visit, heading: str, text: str, page: PublicPage | None = None, words: Wording | None = None) -> str:
        """A heading and a text, and a way back to ``page`` if there is one."""
        back = visit.home_of(page) if page is not None else ""
        here = visit.path_of(page) if page is not None else ""
        return self._drawing.draw(
            "note", visit, title=heading, words=words, here=here, heading=heading, text=text, back=back, scripted=False
        )


def _quick_faults(words: Wording) -> str:
    """The sentences that the script shows when an address is left half written."""
    codes = (Fault.NO_AT, Fault.NO_END)
    return json.dumps({code: problems.sentence(words, code, "{value}") for code in codes}, ensure_ascii=False)


def _text(value: str | list[str] | None) -> str:
    return value if isinstance(value, str) else ""


def _title(words: Wording, page: PublicPage, host: PublicHost) -> str:
    return words.gettext("{title} with {name}").format(title=page.title, name=host.name)


def _here(visit: Visit, page: PublicPage, address: Address) -> str:
    """Where the other language's link leads: the page itself, unless this view can be asked for again as it is."""
    return visit.path_of(page) if address.kept or visit.method == "POST" else ""


def _without_given(address: Address) -> Pairs:
    return [(name, value) for name, value in address.parameters(pick=None) if name not in address.given]


def _choose_hidden(address: Address, view: Choose, words: Wording) -> Pairs:
    if address.kept:
        return _kept_hidden(address, words)
    picks = [to_iso(pick.start) for pick in view.picks] if view.request else []
    return [*address.parameters(day=None, month=None, pick=None), *(("start", pick) for pick in picks)]


def _kept_hidden(address: Address, words: Wording) -> Pairs:
    """Everything that was typed and chosen, for the next step."""
    found = [(name, value) for name, value in address.parameters(lang=None)]
    for name, value in address.given.items():
        found += [(name, one) for one in (value if isinstance(value, list) else [value])]
    return [*found, ("language", words.language)]


def _promise(words: Wording, page: PublicPage) -> str:
    _, limit = words.gettext, bool(page.cutoff)
    if page.may_move and page.may_cancel:
        text = _("You can move or cancel it until {time} before.") if limit else _("You can move or cancel it later.")
    elif page.may_move:
        text = _("You can move it until {time} before.") if limit else _("You can move it later.")
    elif page.may_cancel:
        text = _("You can cancel it until {time} before.") if limit else _("You can cancel it later.")
    else:
        return _("To move or cancel it, write to the host.")
    return text.format(time=cutoff_text(words, page.cutoff)) if limit else text


def _prefilled(address: Address, fields: Sequence[asking.Field]) -> bool:
    """Whether something that is seen was filled in by the link."""
    return any(field.name in address.given for field in fields)


def _summary(words: Wording, fields: Sequence[asking.Field], said: Mapping[str, str]) -> list[Wrong]:
    """The faults in the order of the fields; those of no field last."""
    found = [Wrong(f"f{number}", field.label, field.fault) for number, field in enumerate(fields, 1) if field.fault]
    shown = {field.name for field in fields}
    if "consent.privacy" in said:
        found.append(Wrong("consent", words.gettext("Consent"), said["consent.privacy"]))
        shown.add("consent.privacy")
    labels = {
        "start": words.gettext("Time"),
        "duration": words.gettext("Length"),
        "time_zone": words.gettext("Time zone"),
    }
    for name, text in said.items():
        if name not in shown:
            found.append(Wrong("", "", f"{labels[name]}: {text}" if name in labels else text))
    return found


def _closed_words(words: Wording, page: PublicPage, name: str, reason: str, told: bool) -> tuple[str, str]:
    _ = words.gettext
    if reason == "paused":
        heading = _("{name} is taking a break from bookings").format(name=name)
        text = _("This page is paused and not taking bookings at the moment.")
        if page.paused_until:
            until = words.date_plain(wall(page.paused_until, page.zone))
            text = _("This page is paused until {date} and not taking bookings at the moment.").format(date=until)
        text = f"{text} " + _("Meetings that are already booked still take place.")
    elif reason == "silent":
        heading = _("Booking is closed for a moment")
        text = _("The computer of {name} cannot answer right now. Nothing was saved. Please try again in a moment.").format(
            name=name
        )
    else:
        heading = _("Booking is closed for a moment")
        text = _("{names} calendar cannot be reached right now, so we cannot promise you a time.").format(
            names=genitive(name, words.language)
        )
    if told:
        text = f"{text} " + _("{name} has been told that you tried.").format(name=name)
    return heading, text


def closed_reason(page: PublicPage) -> str:
    return "paused" if page.state is PageState.PAUSED else "unavailable"


def wishes_text(words: Wording, starts: Iterable[Instant], zone: str) -> str:
    """Chosen times as somebody would write them."""
    return "\n".join(f"{words.moment(wall(start, zone))} ({words.zone_name(zone)})" for start in starts)
