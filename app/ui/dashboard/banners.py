"""Which banners the dashboard shows, worst first, with the fix in each."""

from __future__ import annotations

from typing import NamedTuple

from app import i18n
from app.domain.clock import Instant
from app.domain.connections import Calendar
from app.domain.overview import Overview, Reachability
from app.i18n import _, local, ngettext
from app.ui import messages


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
        found.append(_not_reached())
    found += [_inactive(calendar, overview) for calendar in overview.inactive]
    if overview.failed_writes:
        found.append(_failed(overview))
    if not overview.pages_on:
        found.append(_paused(overview))
    if overview.offline:
        found.append(_offline(overview))
    return tuple(found)


def _not_reached() -> BannerState:
    return BannerState(
        "server",
        "danger",
        _("Your pages cannot be reached"),
        _("The part of Aftale that serves them has stopped. Aftale starts it again by itself."),
        (("restart", _("Try now"), "primary"),),
    )


def _inactive(calendar: Calendar, overview: Overview) -> BannerState:
    title = _("Nobody can book you: access to {calendar} was lost").format(calendar=calendar.name)
    text = _("Since {time} your pages say that booking is temporarily unavailable.").format(
        time=since(calendar.since or overview.now, overview)
    )
    tried = overview.blocked_since_inactive
    if tried:
        words = ngettext("{count} person has tried.", "{count} people have tried.", tried).format(count=tried)
        text = f"{text} {words}"
    return BannerState(
        f"calendar:{calendar.id}",
        "amber",
        title,
        text,
        (
            ("check", _("Check again"), "primary"),
            ("remove", _("Remove calendar"), "secondary"),
            ("help", _("How to fix"), "ghost"),
        ),
        help=f"{messages.lost_words(calendar.lost, calendar.name)} {messages.how_to_fix(calendar.lost)}",
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


def since(at: Instant, overview: Overview) -> str:
    """``Monday 18:20``, ``mandag kl. 18.20``; today only the time, longer ago the date."""
    wording = i18n.current()
    then, now = local(at, overview.zone), local(overview.now, overview.zone)
    joint = " kl. " if wording.language == "da" else " "
    if then.date() == now.date():
        return f"{joint.lstrip()}{wording.time(then)}"
    if (now.date() - then.date()).days < 7:
        return f"{wording.day_name(then)}{joint}{wording.time(then)}"
    return wording.date_plain(then)
