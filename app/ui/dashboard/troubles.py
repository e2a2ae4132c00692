"""What needs a word from the owner: meetings that a calendar refused, and what was changed in the calendar itself. No Qt."""

from __future__ import annotations

from typing import NamedTuple

from app import i18n
from app.domain.booking import LIVE, Booking
from app.domain.clock import Instant
from app.domain.connections import CalendarState, ProviderKind
from app.domain.overview import FailedWrite, Overview, Upstream, UpstreamChange
from app.i18n import _, local, ngettext
from app.ui import messages


class OtherTime(NamedTuple):
    """A free time that is offered instead. ``spoken`` says whose meeting it would move."""

    start: Instant
    text: str
    spoken: str


class FailureState(NamedTuple):
    """A meeting that the calendar refused. ``retry`` and ``write`` are words of buttons."""

    booking: str
    title: str
    text: str
    times: tuple[OtherTime, ...]
    retry: str
    write: str


class ChangeState(NamedTuple):
    """Something that was changed in the calendar itself. ``tell``: the yes to a letter, empty where none is asked for;
    ``done``: the other answer; ``write``: a letter of the owner's own."""

    id: str
    booking: str
    icon: str
    title: str
    text: str
    done: str
    tell: str = ""
    write: str = ""


def failures(overview: Overview) -> tuple[FailureState, ...]:
    """What calendars refused for good."""
    return tuple(_failure(each, overview) for each in overview.failures)


def changes(overview: Overview) -> tuple[ChangeState, ...]:
    """What happened in the calendar itself, newest last."""
    return tuple(_change(each, overview) for each in sorted(overview.upstream, key=lambda each: each.at))


def stale_words(overview: Overview) -> str:
    """``Calendar last read 08:55``, where one that counts is not reached or old; else nothing."""
    outside = {each.id for each in overview.accounts if each.provider is not ProviderKind.LOCAL and not each.signed_out}
    if not outside:
        return ""
    from app.domain.syncing import STALE_AFTER

    late = [
        each
        for each in overview.calendars
        if each.account in outside
        and (each.checked or each.booking)
        and each.state is CalendarState.ACTIVE
        and each.read_at
        and (each.failing_since or overview.now - each.read_at > STALE_AFTER)
    ]
    if not late:
        return ""
    oldest = min(each.read_at for each in late)
    at = messages.stamp_plain(oldest, overview.now, overview.zone)
    words = _("Calendar last read {time}").format(time=at)
    if not overview.network:
        words = _("No network. You see what was read at {time}").format(time=at)
    if overview.now - oldest > STALE_AFTER and not overview.offline:
        words += ". " + _("Until it is read again, bookings become requests.")
    return words


def mails_words(overview: Overview) -> str:
    """Letters that wait until mail is set up."""
    if not overview.mails_waiting:
        return ""
    return ngettext(
        "{count} e-mail will be sent when mail is set up",
        "{count} e-mails will be sent when mail is set up",
        overview.mails_waiting,
    ).format(count=overview.mails_waiting)


def _failure(found: FailedWrite, overview: Overview) -> FailureState:
    booking = found.booking
    gone = booking.state not in LIVE
    title = _("Still in your calendar: {page} with {name}") if gone else _("Not in your calendar: {page} with {name}")
    times = tuple(_other(each, booking, overview) for each in found.nearest[:4])
    parts = [f"{_moment(booking.start, overview)}.", _why(found.reason, gone=gone)]
    if times:
        parts.append(_("Your guest counts on this time. Try again, or take another one:"))
    elif not gone:
        parts.append(_("Your guest counts on this time."))
    return FailureState(
        booking.id,
        title.format(page=booking.title, name=booking.visitor.name),
        _first_up(" ".join(parts)),
        times,
        _("Try again"),
        messages.write_to(booking.visitor.name),
    )


def _why(reason: str, *, gone: bool) -> str:
    if gone:
        return _("The meeting is cancelled, but your calendar did not let go of it. Delete it there, or try again.")
    return {
        "Conflict": _("Your calendar did not accept it."),
        "NotFound": _("The calendar that it should go into is not there any more."),
        "AccessLost": _("Aftale may not write into that calendar any more."),
        "SignInExpired": _("Aftale is no longer signed in to your calendar."),
    }.get(reason, _("Your calendar did not take it, however often Aftale tried."))


def _other(start: Instant, booking: Booking, overview: Overview) -> OtherTime:
    text = i18n.current().moment(local(start, overview.zone))
    return OtherTime(start, text, _("Move {name} to {time}").format(name=booking.visitor.name, time=text))


def _change(found: UpstreamChange, overview: Overview) -> ChangeState:
    if found.kind is Upstream.DECLINED:
        return _declined(found, overview)
    if found.wanted:
        return _stuck(found, overview)
    booking = found.booking
    words = {"page": booking.title, "name": booking.visitor.name}
    if found.kind is Upstream.DELETED:
        icon = "calendar_inactive"
        title = _("You deleted {page} with {name} in your calendar").format(**words)
        text = _("{time}. The meeting is cancelled, and the time is free again.").format(
            time=_moment(found.before or booking.start, overview)
        )
    else:
        icon = "moved"
        title = _("You moved {page} with {name} in your calendar").format(**words)
        text = _("From {before} to {now}.").format(before=_moment(found.before, overview), now=_moment(booking.start, overview))
    ask = _("{name} has not been told.").format(name=booking.visitor.first_name or booking.visitor.name)
    return ChangeState(
        found.id, booking.id, icon, title, _first_up(f"{text} {ask}"), _("Not needed"), messages.tell_name(booking.visitor.name)
    )


def _stuck(found: UpstreamChange, overview: Overview) -> ChangeState:
    """The booking could not follow, and keeps its time."""
    booking = found.booking
    title = _("{page} with {name} could not be moved").format(page=booking.title, name=booking.visitor.name)
    text = _(
        "In your calendar it begins {wanted}, but that time or length is not possible. The booking stays at {time}. "
        "Move it back there, or to a free time."
    ).format(wanted=_moment(found.wanted, overview), time=_moment(booking.start, overview))
    return ChangeState(found.id, booking.id, "status_warning", title, text, _("Hide"))


def _declined(found: UpstreamChange, overview: Overview) -> ChangeState:
    booking = found.booking
    visitor = booking.visitor
    who = ", ".join(visitor.name if each == visitor.email else each for each in found.who) or visitor.name
    title = _("{name} declined {page}").format(name=who, page=booking.title)
    text = _first_up(_("{time}. The meeting stays in your calendar.").format(time=_moment(booking.start, overview)))
    return ChangeState(found.id, booking.id, "blocked", title, text, _("Hide"), write=messages.write_to(visitor.name))


def _moment(at: Instant, overview: Overview) -> str:
    return i18n.current().moment(local(at, overview.zone))


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
