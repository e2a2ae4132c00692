"""What notices say: a title, what it is about, and the actions beside it.

As in ``messages``, everything here takes the language in force when it is called.
"""

from __future__ import annotations

from typing import NamedTuple

from app import i18n
from app.domain.connections import Lost
from app.domain.notices import Notice, NoticeKind
from app.i18n import _, local, ngettext
from app.ui.messages import lost_words, tell_name, write_to

STALE, UPSTREAM, OVERLAP = "stale", "upstream", "overlap"
"""Reasons of notices: the calendar could not be read; the change was made in the calendar itself; the booking could not follow
it, for another one lies there."""


class NoticeWords(NamedTuple):
    """What a notification shows. ``actions``: id and words of its buttons; ids: ``accept``, ``decline``, ``open``, ``write``,
    ``fix``, ``check``, ``retry`` (a write that failed), ``reconnect`` (an account, or that of a calendar)."""

    title: str
    text: str
    actions: tuple[tuple[str, str], ...] = ()


def notice_words(notice: Notice, zone: str) -> NoticeWords:
    """Title says what, the text who and when, in the owner's ``zone``."""
    return _NOTICES[notice.kind](notice, zone)


def _who_when(notice: Notice, zone: str) -> str:
    wording = i18n.current()
    start = local(notice.start, zone)
    when = wording.moment(start)
    if notice.end > notice.start:
        when = f"{wording.date_short(start)}, {wording.span(start, local(notice.end, zone))}"
    return f"{notice.name}, {when}" if notice.name else when


def _booked(notice: Notice, zone: str) -> NoticeWords:
    return NoticeWords(_("Booked: {page}").format(page=notice.page_title), _who_when(notice, zone), (("open", _("Open")),))


def _requested(notice: Notice, zone: str) -> NoticeWords:
    actions = (("accept", _("Accept")), ("decline", _("Decline")))
    text = _who_when(notice, zone)
    if notice.reason == STALE:
        text = f"{text}. {_('Your calendar could not be read, so this is a request.')}"
    return NoticeWords(_("Request: {page}").format(page=notice.page_title), text, actions)


def _cancelled(notice: Notice, zone: str) -> NoticeWords:
    text = _who_when(notice, zone)
    if notice.reason == UPSTREAM:
        text = f"{text}. {_('You deleted it in your calendar.')}"
    return NoticeWords(_("Cancelled: {page}").format(page=notice.page_title), text, _ask_to_tell(notice))


def _rescheduled(notice: Notice, zone: str) -> NoticeWords:
    text = _who_when(notice, zone)
    if notice.reason == OVERLAP:
        title = _("Could not be moved: {page}").format(page=notice.page_title)
        return NoticeWords(title, f"{text}. {_('Another booking lies there.')}", (("open", _("Open")),))
    if notice.reason == UPSTREAM:
        text = f"{text}. {_('You moved it in your calendar.')}"
    return NoticeWords(_("Moved: {page}").format(page=notice.page_title), text, _ask_to_tell(notice))


def _ask_to_tell(notice: Notice) -> tuple[tuple[str, str], ...]:
    """What changed in the calendar itself leads to the question whether the visitor shall know."""
    asks = notice.reason == UPSTREAM and notice.name
    return (("open", tell_name(notice.name) if asks else _("Open")),)


def _guest_declined(notice: Notice, zone: str) -> NoticeWords:
    title = _("{name} declined the invitation").format(name=notice.name or notice.email or _("A guest"))
    when = i18n.current().moment(local(notice.start, zone)) if notice.start else ""
    text = ", ".join(part for part in (notice.page_title, when) if part)
    return NoticeWords(title, text, (("open", _("Open")),))


def _account(notice: Notice, zone: str) -> NoticeWords:
    name = notice.email or notice.name or notice.calendar
    title = _("Sign in to your calendar again")
    if name:
        title = _("Sign in again: {account}").format(account=name)
    return NoticeWords(title, _("Until then Aftale cannot see when you are busy."), (("reconnect", _("Sign in again")),))


def _attempt(notice: Notice, zone: str) -> NoticeWords:
    if notice.count > 1:
        words = ngettext("{count} person could not book you", "{count} people could not book you", notice.count)
        return NoticeWords(words.format(count=notice.count), _attempt_reason(notice), _attempt_actions(notice))
    name = notice.name or _("Someone")
    if notice.start:
        when = i18n.current().moment(local(notice.start, zone))
        tried = _("{name} tried {page}, {when}.").format(name=name, page=notice.page_title, when=when)
    else:
        tried = _("{name} tried {page}.").format(name=name, page=notice.page_title)
    return NoticeWords(_("Someone could not book you"), f"{tried} {_attempt_reason(notice)}".strip(), _attempt_actions(notice))


def _attempt_reason(notice: Notice) -> str:
    if notice.calendar:
        return _("{calendar} is inactive, so nobody can book.").format(calendar=notice.calendar)
    if notice.reason == "paused":
        return _("Your pages are paused.")
    return ""


def _attempt_actions(notice: Notice) -> tuple[tuple[str, str], ...]:
    first = (("fix", _("Fix it")),) if notice.calendar else (("open", _("Open")),)
    if not notice.email or notice.count > 1:
        return first
    return (*first, ("write", write_to(notice.name)))


def _calendar(notice: Notice, zone: str) -> NoticeWords:
    title = _("Nobody can book you: access to {calendar} was lost").format(calendar=notice.calendar)
    lost = next((each for each in Lost if each.value == notice.reason), None)
    text = f"{lost_words(lost, notice.calendar)} {_('Your pages say that booking is temporarily unavailable.')}"
    cure = ("reconnect", _("Reconnect")) if lost is Lost.SIGN_IN else ("check", _("Check again"))
    return NoticeWords(title, text, (("fix", _("Fix it")), cure))


def _server(notice: Notice, zone: str) -> NoticeWords:
    return NoticeWords(_("Your pages cannot be reached"), _("Aftale tries again by itself."), (("open", _("Open")),))


def _write_failed(notice: Notice, zone: str) -> NoticeWords:
    title = _("Not in your calendar: {page}").format(page=notice.page_title)
    actions = (("open", _("See other times")), ("retry", _("Try again")))
    return NoticeWords(title, _who_when(notice, zone) if notice.start else notice.name, actions)


_NOTICES = {
    NoticeKind.BOOKED: _booked,
    NoticeKind.REQUESTED: _requested,
    NoticeKind.ATTEMPT: _attempt,
    NoticeKind.CANCELLED: _cancelled,
    NoticeKind.RESCHEDULED: _rescheduled,
    NoticeKind.CALENDAR: _calendar,
    NoticeKind.SERVER: _server,
    NoticeKind.WRITE_FAILED: _write_failed,
    NoticeKind.ACCOUNT: _account,
    NoticeKind.GUEST_DECLINED: _guest_declined,
}
