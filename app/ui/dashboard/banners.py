"""Which banners the dashboard shows, worst first, with the fix in each."""

from __future__ import annotations

from typing import NamedTuple

from app import i18n
from app.domain.clock import DAY
from app.domain.connections import Account, Calendar, Lost
from app.domain.overview import Overview, Reachability
from app.domain.settings import Reach
from app.i18n import _, local, ngettext
from app.ui import messages

WARN_BEFORE = 2 * DAY
"""Seconds before the end of a sign-in from which its owner is warned here."""


class BannerState(NamedTuple):
    """``id``: the fault and, behind a colon, what it is about. ``help`` stands in the popover behind *How to fix*.

    ``actions``: id, words and kind of each button.
    """

    id: str
    kind: str
    title: str
    text: str
    actions: tuple[tuple[str, str, str], ...] = ()
    icon: str = ""
    help: str = ""

    @property
    def about(self) -> str:
        return self.id.partition(":")[2]


def banners(overview: Overview) -> tuple[BannerState, ...]:
    """All that stand in the way of bookings or change how they work."""
    found: list[BannerState] = []
    if overview.reach in (Reachability.NOT_REACHED, Reachability.STOPPED):
        found.append(_not_reached(overview))
    found += _lost(overview)
    found += [_doubtful(each) for each in overview.calendars if each.doubt and (each.checked or each.booking)]
    found += [_ends(each, overview) for each in overview.accounts if _ends_soon(each, overview)]
    told = {each.booking.id for each in overview.failures}
    if any(each not in told for each in overview.failed_writes):
        found.append(_failed(overview))
    if not overview.pages_on:
        found.append(_paused(overview))
    if overview.offline:
        found.append(_offline(overview))
    return tuple(found)


def _not_reached(overview: Overview) -> BannerState:
    text = _("The part of Aftale that serves them has stopped. Aftale starts it again by itself.")
    actions = [("restart", _("Try now"), "primary")]
    if overview.way != Reach.COMPUTER:
        text = _("Whoever opens {address} does not find them. Aftale asks there again by itself.").format(
            address=overview.address
        )
        actions.append(("publishing", _("Show what is in the way"), "secondary"))
    return BannerState("server", "danger", _("Your pages cannot be reached"), text, tuple(actions))


def _lost(overview: Overview) -> list[BannerState]:
    """One banner for each account that has to be signed in to, one for all other inactive calendars together."""
    signed_out = {each.id: each for each in overview.accounts if each.signed_out}
    found = [_signed_out(account, overview) for account in signed_out.values()]
    others = tuple(each for each in overview.inactive if each.account not in signed_out)
    if len(others) == 1:
        found.append(_inactive(others[0], overview))
    elif others:
        found.append(_several(others, overview))
    return found


def _signed_out(account: Account, overview: Overview) -> BannerState:
    name = messages.provider_name(account.provider)
    lost = tuple(each for each in overview.inactive if each.account == account.id)
    if lost:
        title = _("Nobody can book you: sign in to {account} again").format(account=name)
        text = _stopped(lost, overview)
    else:
        title = _("Sign in to {account} again").format(account=name)
        text = _("Aftale is no longer signed in as {email}.").format(email=account.email or name)
    actions = [("reconnect", _("Sign in again"), "primary")]
    if len(lost) == 1 and not lost[0].booking:
        actions.append(("remove", _("Remove calendar"), "secondary"))
    return BannerState(
        f"account:{account.id}",
        "amber",
        title,
        text,
        (*actions, ("help", _("How to fix"), "ghost")),
        help=messages.how_to_fix(Lost.SIGN_IN),
    )


def _inactive(calendar: Calendar, overview: Overview) -> BannerState:
    first = ("check", _("Check again"), "primary")
    if calendar.lost is Lost.SIGN_IN:
        first = ("reconnect", _("Reconnect"), "primary")
    return BannerState(
        f"calendar:{calendar.id}",
        "amber",
        _("Nobody can book you: access to {calendar} was lost").format(calendar=calendar.name),
        _stopped((calendar,), overview),
        (first, ("remove", _("Remove calendar"), "secondary"), ("help", _("How to fix"), "ghost")),
        help=f"{messages.lost_words(calendar.lost, calendar.name, calendar.owner_name)} {messages.how_to_fix(calendar.lost)}",
    )


def _several(calendars: tuple[Calendar, ...], overview: Overview) -> BannerState:
    names = ", ".join(each.name for each in calendars)
    title = ngettext(
        "Nobody can book you: access to {count} calendar was lost",
        "Nobody can book you: access to {count} calendars was lost",
        len(calendars),
    ).format(count=len(calendars))
    reasons = [messages.lost_words(each.lost, each.name, each.owner_name) for each in calendars]
    return BannerState(
        "calendars",
        "amber",
        title,
        f"{names}. {_stopped(calendars, overview)}",
        (
            ("check", _("Check again"), "primary"),
            ("settings", _("Show the calendars"), "secondary"),
            ("help", _("How to fix"), "ghost"),
        ),
        help="\n".join(reasons) + "\n\n" + messages.how_to_fix(None),
    )


def _stopped(calendars: tuple[Calendar, ...], overview: Overview) -> str:
    """Since when nobody can book, and how many have tried."""
    at = min((each.since for each in calendars if each.since), default=overview.now)
    text = _("Since {time} your pages say that booking is temporarily unavailable.").format(
        time=messages.stamp_plain(at, overview.now, overview.zone)
    )
    tried = overview.blocked_since_inactive
    if tried:
        words = ngettext("{count} person has tried.", "{count} people have tried.", tried).format(count=tried)
        text = f"{text} {words}"
    return text


def _doubtful(calendar: Calendar) -> BannerState:
    words = messages.doubt_words(calendar.name, calendar.doubt)
    return BannerState(
        f"doubt:{calendar.id}",
        "amber",
        words.title,
        words.text,
        (("follow", _("Follow the calendar"), "primary"), ("keep", _("Keep what Aftale knows"), "secondary")),
        icon="status_warning",
    )


def _ends_soon(account: Account, overview: Overview) -> bool:
    return bool(account.sign_in_ends) and not account.signed_out and account.sign_in_ends - overview.now < WARN_BEFORE


def _ends(account: Account, overview: Overview) -> BannerState:
    """A Google client in *Testing* loses its sign-in after 7 days (CON-7)."""
    moment = i18n.current().moment(local(account.sign_in_ends, overview.zone))
    return BannerState(
        f"account:{account.id}:ends",
        "amber",
        _("The sign-in to {account} ends {time}").format(account=messages.provider_name(account.provider), time=moment),
        _("After that nobody can book you. Publish your Google client to keep it, or sign in again for another 7 days."),
        (("reconnect", _("Sign in again"), "primary"), ("help", _("How to keep it"), "ghost")),
        icon="status_warning",
        help=messages.how_to_publish(),
    )


def _failed(overview: Overview) -> BannerState:
    many = len(overview.failed_writes)
    title = ngettext(
        "{count} meeting could not be put in your calendar", "{count} meetings could not be put in your calendar", many
    ).format(count=many)
    return BannerState(
        f"writes:{overview.failed_writes[0]}",
        "amber",
        title,
        _("The time is kept for your guest all the same. Put it in your calendar by hand."),
        (("details", _("Show the meeting"), "primary"),),
        icon="status_warning",
    )


def _paused(overview: Overview) -> BannerState:
    text = _("People read that you take no bookings at the moment. Nothing is deleted.")
    if overview.paused_until:
        until = i18n.current().moment(local(overview.paused_until, overview.zone))
        text = _("People read that you take no bookings at the moment. They are switched on again {time}.").format(time=until)
    return BannerState("paused", "neutral", _("Your pages are paused"), text, (("switch_on", _("Switch on"), "primary"),))


def _offline(overview: Overview) -> BannerState:
    learn = ("help", _("How offline mode works"), "ghost")
    how = _(
        "Your pages stay open. Instead of booking a time, people suggest up to three. "
        "Nothing is put in a calendar until you accept; then the time is checked once more."
    )
    if overview.scheduling_off:
        return BannerState(
            "offline",
            "accent",
            _("You are in offline mode"),
            _("Bookings do not go into a calendar, so people send requests and you answer each one.")
            + " "
            + _("Switch on “Meeting scheduling pages” to let them book by themselves."),
            (("scheduling", _("Switch it on"), "primary"), learn),
            help=how,
        )
    return BannerState(
        "offline",
        "accent",
        _("You are in offline mode"),
        _("No calendar is connected, so people send requests and you answer each one.")
        + " "
        + _("Connect a calendar to let them book by themselves."),
        (("connect", _("Connect a calendar"), "primary"), learn),
        help=how,
    )
