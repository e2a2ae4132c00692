"""The words about accounts and their calendars in the settings: how they are, what they are used for, what follows from a
choice. No Qt."""

from __future__ import annotations

from typing import NamedTuple

from app import i18n
from app.domain.calendars import BlockingPolicy
from app.domain.clock import DAY, HOUR, MINUTE, Instant
from app.domain.connecting import Effects
from app.domain.connections import Account, Calendar, CalendarState, Flaw, ProviderKind, Role
from app.i18n import _, local, ngettext
from app.ui import messages
from app.ui.dashboard.banners import WARN_BEFORE
from app.ui.settings.state import SettingsState, in_use, is_local

_CONNECTIONS = {
    ProviderKind.GOOGLE: "https://myaccount.google.com/connections",
    ProviderKind.OFFICE365: "https://myapps.microsoft.com",
}


class Standing(NamedTuple):
    """The badge of an account: words, kind and icon."""

    words: str
    kind: str
    icon: str


def standing(account: Account, state: SettingsState) -> Standing:
    """Whether an account works."""
    if account.signed_out:
        return Standing(_("Sign in again"), "amber", "status_warning")
    if any(each.account == account.id for each in state.inactive):
        return Standing(_("Inactive"), "amber", "status_warning")
    return Standing(_("Connected"), "success", "status_ok")


def account_line(account: Account, state: SettingsState) -> tuple[str, bool]:
    """What stands beneath an account's name, and whether it is greyed: e-mail, or what a feed is called, and when its calendars
    were last read."""
    if is_local(account):
        return _("Kept by Aftale itself. It needs no account and no network."), False
    age, failing = reading_age(account, state)
    name = account.name if account.provider is ProviderKind.ICS else account.email
    return " · ".join(part for part in (name, age) if part), failing


def reading_age(account: Account, state: SettingsState) -> tuple[str, bool]:
    """When the calendars of an account that are in use were all last read; True: it has been tried in vain since."""
    used = [each for each in state.calendars_of(account.id) if in_use(each) and each.state is CalendarState.ACTIVE]
    if account.signed_out or not used:
        return "", False
    failing = min((each.failing_since for each in used if each.failing_since), default=0)
    if failing:
        return _("not reached since {time}").format(time=since(failing, state)), True
    oldest = min(each.read_at for each in used)
    return (checked_ago(state.now - oldest, oldest, state) if oldest else "", False)


def checked_ago(seconds: int, at: Instant, state: SettingsState) -> str:
    """``checked 2 minutes ago``."""
    if seconds < MINUTE:
        return _("checked just now")
    if seconds < HOUR:
        many = seconds // MINUTE
        return ngettext("checked {count} minute ago", "checked {count} minutes ago", many).format(count=many)
    if seconds < DAY:
        many = seconds // HOUR
        return ngettext("checked {count} hour ago", "checked {count} hours ago", many).format(count=many)
    return _("checked {time}").format(time=since(at, state))


def since(at: Instant, state: SettingsState) -> str:
    """``Monday 18:20``; today only the time, longer ago the date."""
    return messages.stamp_plain(at, state.now, state.base.profile.zone)


def flaw_words(calendar: Calendar) -> tuple[str, ...]:
    """What of a calendar cannot be read as it should, a sentence each; nothing of a whole one."""
    return tuple(_flaw(flaw, count).format(count=_grouped(count)) for flaw, count in calendar.flaws)


def _flaw(flaw: Flaw, count: int) -> str:
    match flaw:
        case Flaw.LEFT_OUT:
            return ngettext(
                "{count} entry cannot be read and is left out: it takes none of your time.",
                "{count} entries cannot be read and are left out: they take none of your time.",
                count,
            )
        case Flaw.REPEATS:
            return ngettext(
                "{count} event repeats in a way that cannot be read: only its first time counts.",
                "{count} events repeat in a way that cannot be read: only their first times count.",
                count,
            )
        case Flaw.COARSE:
            return ngettext(
                "{count} event repeats too often to be followed: it takes more of your time than it should.",
                "{count} events repeat too often to be followed: they take more of your time than they should.",
                count,
            )
        case Flaw.ZONE:
            return ngettext(
                "{count} time zone is not known: events in it may stand at another time.",
                "{count} time zones are not known: events in them may stand at another time.",
                count,
            )
        case Flaw.CUT_OFF:
            return _("The calendar ends in the middle: what should follow is missing.")
        case Flaw.TOO_LARGE:
            return _("The calendar is larger than 10 MB and is no longer read. What was read before still counts.")
        case Flaw.TOO_LONG:
            return _("Reading the calendar takes too long. What was read before still counts.")
        case Flaw.NO_CALENDAR:
            return _("Behind the link there is no calendar any more. What was read before still counts.")


def first_reading(account: Account, state: SettingsState) -> bool:
    """The account's calendars are being read for the first time."""
    used = [each for each in state.calendars_of(account.id) if in_use(each)]
    if is_local(account) or account.signed_out:
        return False
    return not used or any(not each.read_at and not each.failing_since and each.state is CalendarState.ACTIVE for each in used)


def reading_words(events: int) -> str:
    """How far the first reading has come."""
    if not events:
        return _("Reading your calendars for the first time")
    return ngettext(
        "Reading your calendars for the first time: {count} event so far",
        "Reading your calendars for the first time: {count} events so far",
        events,
    ).format(count=_grouped(events))


def _grouped(number: int) -> str:
    """``1,250``; in Danish ``1.250``."""
    text = f"{number:,}"
    return text.replace(",", ".") if i18n.current().language == "da" else text


def sign_in_ends(account: Account, state: SettingsState) -> tuple[str, bool]:
    """When the sign-in of a Google client in *Testing* ends (CON-7), empty where it does not; True: soon."""
    if not account.sign_in_ends or account.signed_out:
        return "", False
    zone, wording = state.base.profile.zone, i18n.current()
    then, now = local(account.sign_in_ends, zone), local(state.now, zone)
    days = (then.date() - now.date()).days
    if days <= 0:
        words = _("The sign-in ends today at {time}. Publish your Google client to keep it.").format(time=wording.time(then))
    elif days < 7:
        words = _("The sign-in ends on {day}. Publish your Google client to keep it.").format(day=wording.day_name(then))
    else:
        words = _("The sign-in ends on {day}. Publish your Google client to keep it.").format(day=wording.date_plain(then))
    return words, account.sign_in_ends - state.now < WARN_BEFORE


def used_for(account: Account) -> str:
    """What one of two accounts from an earlier version, or one that is only checked, is used for."""
    if account.role is Role.SYNC:
        return _("Used for meetings with your contacts")
    if account.role is Role.BOOKING:
        return _("Used for bookings")
    return "" if account.primary else _("Only checked for conflicts")


def sync_words(on: bool) -> str:
    """What *Calendar sync* brings."""
    if on:
        return _("Events you make with a contact become meetings in Aftale and follow your changes.")
    return _("Events you make in your calendar take your time, but do not become meetings in Aftale.")


def scheduling_words(on: bool, was_on: bool, *, several: bool) -> str:
    """What *Meeting scheduling pages* brings, before and after Save. ``several``: there is a choice of calendars."""
    if on and several:
        return _("People can book you. Bookings go into the calendar you choose below.")
    if on:
        return _("People can book you. Bookings go into this calendar.")
    if was_on:
        return _(
            "After Save your pages take requests, and you answer each one. Nothing goes into your calendar until you "
            "accept. This is called offline mode."
        )
    return _("Your pages take requests, and you answer each one. This is called offline mode.")


def blocking_kinds() -> tuple[tuple[str, str, str], ...]:
    """The switches of *What blocks*: the field of the policy, its title and its effect."""
    return (
        ("busy", _("Busy"), ""),
        ("out_of_office", _("Out of office"), ""),
        ("tentative", _("Tentative"), _("Events that show as “perhaps”, and invitations that you answered with “maybe”.")),
        ("unanswered", _("Invitations that you have not answered"), ""),
        ("working_elsewhere", _("Working elsewhere"), ""),
        ("free", _("Free"), _("Events that show as free, such as birthdays and reminders.")),
    )


def blocking_summary(policy: BlockingPolicy) -> str:
    """What blocks, in one line."""
    short = {
        "busy": _("busy"),
        "out_of_office": _("out of office"),
        "tentative": _("tentative"),
        "unanswered": _("unanswered invitations"),
        "working_elsewhere": _("working elsewhere"),
        "free": _("free"),
    }
    on = [words for name, words in short.items() if getattr(policy, name)]
    if not on:
        return _("Nothing in these calendars blocks your time")
    text = ", ".join(on)
    return text[:1].upper() + text[1:]


def calendar_name(calendar: Calendar) -> str:
    return _("On this computer") if calendar.id == "local" else calendar.name


def why_not_usable(calendar: Calendar) -> str:
    """Why a calendar cannot be checked for conflicts."""
    name = (calendar.owner_name or calendar.owner).split(" ")[0]
    if not name:
        return _("Cannot be used: it shows only busy times, not event details.")
    return _("Cannot be used: {name} shares only busy times, not event details.").format(name=name)


def effects_words(effects: Effects | None, *, done: bool) -> str:
    """What follows from the choices: what saving would bring, or (``done``) has brought."""
    if effects is None:
        return ""
    parts = (_checked_words(effects, done), _offline_words(effects, done), _booking_words(effects))
    return " ".join(part for part in parts if part)


def _checked_words(effects: Effects, done: bool) -> str:
    if not effects.pages or not (effects.more or effects.fewer):
        return ""
    many = effects.pages
    if done:
        text = ngettext("{count} page now checks {calendars}.", "{count} pages now check {calendars}.", many)
    else:
        text = ngettext("{count} page checks {calendars}.", "{count} pages check {calendars}.", many)
    return text.format(count=many, calendars=_difference(effects))


def _difference(effects: Effects) -> str:
    more, fewer = effects.more, effects.fewer
    if more and fewer:
        return _("{more} more and {fewer} fewer calendars").format(more=more, fewer=fewer)
    if more:
        return ngettext("{count} more calendar", "{count} more calendars", more).format(count=more)
    return ngettext("{count} calendar fewer", "{count} calendars fewer", fewer).format(count=fewer)


def _offline_words(effects: Effects, done: bool) -> str:
    if effects.offline is None:
        return ""
    if effects.offline:
        return _("Your pages take requests now.") if done else _("Your pages take requests, and you answer each one.")
    return _("People can book you by themselves.")


def _booking_words(effects: Effects) -> str:
    if not effects.booking:
        return ""
    return _("Bookings go to {calendar} from now on.").format(calendar=effects.booking)


def disconnect_title(account: Account) -> str:
    return _("Disconnect {account}?").format(account=messages.provider_name(account.provider))


def disconnect_words(account: Account, state: SettingsState) -> str:
    """What goes and what stays when an outside account is disconnected (CON-11, CON-12)."""
    gone = _("Aftale forgets the sign-in and what it has read. Bookings stay in Aftale, and your events stay in your calendar.")
    if state.shared_roles:
        return f"{gone} {_('The account that stays does everything from then on.')}"
    if account.primary and any(is_local(each) and each.scheduling for each in state.accounts):
        return f"{gone} {_('Bookings go into the calendar on this computer from then on.')}"
    if account.primary:
        return f"{gone} {_('Your pages stay open: people send requests and you answer each one.')}"
    return f"{gone} {_('Its calendars are no longer checked for conflicts.')}"


def connections_page(kind: ProviderKind) -> str:
    """Where the owner takes back what they once allowed, at the provider; empty where there is no such page."""
    return _CONNECTIONS.get(kind, "")


def revoke_words(kind: ProviderKind) -> str:
    """What leads to that page."""
    return {
        ProviderKind.GOOGLE: _("Also take the permission back at Google"),
        ProviderKind.OFFICE365: _("Also take the permission back at Microsoft"),
    }.get(kind, "")
