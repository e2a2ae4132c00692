"""What connecting an account means, true for each provider, said before any request to it (CON-4)."""

from __future__ import annotations

from typing import NamedTuple

from app.domain.connections import ProviderKind
from app.i18n import _
from app.ui.connect.words import right_words, service_name

SCOPES = {
    ProviderKind.GOOGLE: (
        "openid",
        "email",
        "https://www.googleapis.com/auth/calendar.calendarlist.readonly",
        "https://www.googleapis.com/auth/calendar.events",
        "https://www.googleapis.com/auth/calendar.freebusy",
    ),
    ProviderKind.OFFICE365: (
        "openid",
        "profile",
        "offline_access",
        "User.Read",
        "Calendars.ReadWrite",
        "Calendars.ReadWrite.Shared",
        "MailboxSettings.Read",
    ),
}
"""The rights that are asked for, by the provider's own names. A test holds them beside what the providers ask for."""
_PASSWORD = (ProviderKind.EXCHANGE, ProviderKind.CALDAV)


class Line(NamedTuple):
    """One promise. ``quiet``: it says what does not happen."""

    icon: str
    title: str
    text: str
    quiet: bool = False


class Section(NamedTuple):
    """A part of *Privacy in detail*. ``rights``: plain words and the provider's own name."""

    title: str
    points: tuple[str, ...]
    rights: tuple[tuple[str, str], ...] = ()


def lead(kind: ProviderKind) -> str:
    """The sentence below the title."""
    return {
        ProviderKind.GOOGLE: _("Please read this before Google asks for your consent."),
        ProviderKind.OFFICE365: _("Please read this before Microsoft asks for your consent."),
        ProviderKind.EXCHANGE: _("Please read this before you give your password."),
        ProviderKind.CALDAV: _("Please read this before you give your password."),
        ProviderKind.ICS: _("Please read this before you give the link."),
        ProviderKind.LOCAL: _("Please read this before you go on."),
    }[kind]


def lines(kind: ProviderKind, beside: str = "") -> tuple[Line, ...]:
    """The disclosure. ``beside``: the account that bookings go to already; the new one is then only checked for conflicts."""
    if kind is ProviderKind.LOCAL:
        return _local()
    if kind is ProviderKind.ICS:
        return _feed()
    sees = Line(
        "eye", _("Sees your calendars and their events"), _("To know when you are free, and to show meetings with a contact.")
    )
    if beside:
        return (sees, _only_checked(beside), _keeps(kind), _never(kind))
    return (sees, _writes(), _sends(kind), _keeps(kind), _never(kind))


def _writes() -> Line:
    return Line("schedule", _("Adds, moves and cancels events"), _("Only meetings booked on your pages or made in Aftale."))


def _only_checked(beside: str) -> Line:
    return Line(
        "schedule",
        _("Changes nothing there"),
        _("Your bookings go to {account}. This account is only checked for conflicts.").format(account=beside),
    )


def _sends(kind: ProviderKind) -> Line:
    if kind is ProviderKind.CALDAV:
        return Line("email", _("Lets your server send invitations"), _("If it does so when someone books you."))
    return Line("email", _("Sends invitations from your account"), _("When you schedule a meeting or someone books you."))


def _keeps(kind: ProviderKind) -> Line:
    if kind in _PASSWORD:
        return Line(
            "keyring",
            _("Keeps everything on this computer"),
            _("The password lies locked in your system’s keyring. We never see it."),
        )
    return Line(
        "keyring",
        _("Keeps everything on this computer"),
        _("The sign-in key lies in your system’s keyring. We never see it."),
    )


def _never(kind: ProviderKind) -> Line:
    if kind in _PASSWORD:
        return Line(
            "never",
            _("The password would allow more. Aftale uses only the calendar"),
            _("Disconnect at any time. The password and the copies are then deleted."),
            True,
        )
    title = (
        _("Never reads your e-mail, files or Google contacts")
        if kind is ProviderKind.GOOGLE
        else _("Never reads your e-mail, files or Microsoft contacts")
    )
    return Line("never", title, _("Disconnect at any time. The key and the copies are then deleted."), True)


def _local() -> tuple[Line, ...]:
    return (
        Line("provider_local", _("Needs no account and no network"), _("The calendar lies in Aftale’s own folder.")),
        Line("schedule", _("Bookings land here at once"), _("You can also bring events in from a calendar file.")),
        Line("keyring", _("Keeps everything on this computer"), _("Guests see only when you are free.")),
        Line("never", _("Reads no other calendar"), _("Connect those too, if something there should be in the way."), True),
    )


def _feed() -> tuple[Line, ...]:
    return (
        Line("eye", _("Reads the calendar behind the link"), _("To know when you are free.")),
        Line("keyring", _("Keeps everything on this computer"), _("The link lies locked in your system’s keyring.")),
        Line("never", _("Never changes anything there"), _("Bookings cannot go into a calendar link."), True),
    )


# In detail


def in_detail(kind: ProviderKind, beside: str = "") -> tuple[Section, ...]:
    """*Privacy in detail*: what becomes readable, what is written, the exact rights, what stays, how to take it back."""
    if kind is ProviderKind.LOCAL:
        return (_stays(kind), Section(_("What others see"), (_("Guests see free times, never what fills the others."),)))
    found = [_readable(kind)]
    if kind is not ProviderKind.ICS:
        found.append(_written(beside))
    if kind in SCOPES:
        found.append(_asked(kind))
    return (*found, _stays(kind), _taken_back(kind))


def _readable(kind: ProviderKind) -> Section:
    if kind is ProviderKind.ICS:
        return Section(_("What Aftale can read"), (_("The events behind the link, as far as it shows them."),))
    points = (
        _("All your own calendars in this account."),
        _(
            "Calendars that others share with this account, as far as they show them to you. You see the list before "
            "anything is kept."
        ),
        _("Of each event: when it is, how it shows, its title, place, text and guests. Of private events only the time."),
        _("Calendars that show only free and busy are not used."),
    )
    return Section(_("What Aftale can read"), points)


def _written(beside: str) -> Section:
    if beside:
        text = _("Nothing, as long as bookings go to {account}.").format(account=beside)
        return Section(
            _("What Aftale writes"), (text, _("That changes only when you disconnect that account and choose this one."))
        )
    points = (
        _("New events for meetings that are booked on your pages or made in Aftale, in the calendar that you choose."),
        _("Changes to those events when a meeting is moved or cancelled. Your other events are never changed."),
        _("A calendar for tasks only if you switch that on in Settings."),
    )
    return Section(_("What Aftale writes"), points)


def _asked(kind: ProviderKind) -> Section:
    rights = tuple((right_words(scope), scope) for scope in SCOPES[kind])
    text = _("{service} names these on its page. Aftale asks for no others, and needs all of them.")
    return Section(_("The rights that Aftale asks for"), (text.format(service=service_name(kind)),), rights)


def _stays(kind: ProviderKind) -> Section:
    points = [_("Copies of events, as far as your pages reach, in Aftale’s folder on this computer.")]
    if kind is ProviderKind.LOCAL:
        points = [_("The calendar itself, in Aftale’s folder on this computer.")]
    else:
        points.append(
            _(
                "The sign-in, encrypted. Its key lies in your system’s keyring, or comes from your passphrase where there "
                "is none."
            )
        )
    points.append(_("Guests’ browsers get free times only: no events, no titles, no names of calendars."))
    points.append(_("There is no server of ours, so nothing is sent to us."))
    return Section(_("What stays on this computer"), tuple(points))


def _taken_back(kind: ProviderKind) -> Section:
    points = [_("Disconnect in Settings, under Calendars: the sign-in and the copies are deleted. Your bookings stay.")]
    if kind is ProviderKind.GOOGLE:
        points.append(_("At Google you can take the rights back at myaccount.google.com/connections."))
    if kind is ProviderKind.OFFICE365:
        points.append(
            _("At Microsoft you can take the rights back at myapps.microsoft.com, or account.live.com/consent/Manage.")
        )
    return Section(_("How to take it back"), tuple(points))
