"""Help in place: how to make and share calendars, and how to get to see all event details (CON-14)."""

from __future__ import annotations

from typing import NamedTuple

from app.domain.connections import ProviderKind
from app.i18n import _


class Help(NamedTuple):
    """``link`` is the place at the provider where it is done, empty if there is none for all."""

    title: str
    text: str
    link: str = ""


def more_access(kind: ProviderKind) -> Help:
    """How somebody gets to see more than free and busy in another person's calendar."""
    title = _("How to see all event details")
    if kind is ProviderKind.GOOGLE:
        steps = (
            _("Ask the owner of the calendar to do this, on a computer:"),
            _("1. Open Google Calendar. Beside the calendar’s name: three dots, “Settings and sharing”."),
            _("2. Under “Shared with” add your e-mail address, or choose it if it is there."),
            _("3. Choose “See all event details”, or more. “See only free/busy” is too little."),
        )
        return Help(title, _paragraphs(*steps, _back_here()), "https://calendar.google.com/calendar/r/settings")
    if kind in (ProviderKind.OFFICE365, ProviderKind.EXCHANGE):
        steps = (
            _("Ask the owner of the calendar to do this in Outlook on the web:"),
            _("1. Open the calendar. Beside its name: three dots, “Sharing and permissions”."),
            _("2. Add your e-mail address, or choose it if it is there."),
            _("3. Choose “Can view all details”, or more. “Can view when I’m busy” and “titles and locations” are too little."),
        )
        link = "https://outlook.office.com/calendar" if kind is ProviderKind.OFFICE365 else ""
        return Help(title, _paragraphs(*steps, _back_here()), link)
    return Help(
        title,
        _paragraphs(_("Ask the owner of the calendar to let you read its events, not only when it is busy."), _back_here()),
    )


def own_calendars(kind: ProviderKind) -> Help:
    """How to make another calendar, and how to share one."""
    title = _("How to make and share calendars")
    if kind is ProviderKind.GOOGLE:
        steps = (
            _("On a computer, open Google Calendar."),
            _("Make one: at the left, beside “Other calendars”, press the plus, then “Create new calendar”."),
            _("Share one: beside its name three dots, “Settings and sharing”, “Shared with”, “Add people and groups”."),
        )
        return Help(title, _paragraphs(*steps, _appears()), "https://calendar.google.com/calendar/r/settings/createcalendar")
    if kind in (ProviderKind.OFFICE365, ProviderKind.EXCHANGE):
        steps = (
            _("Open your calendar in Outlook on the web."),
            _("Make one: at the left press “Add calendar”, then “Create blank calendar”."),
            _("Share one: beside its name three dots, “Sharing and permissions”, then the address of whoever is to see it."),
        )
        link = "https://outlook.office.com/calendar" if kind is ProviderKind.OFFICE365 else ""
        return Help(title, _paragraphs(*steps, _appears()), link)
    return Help(title, _paragraphs(_("Make and share calendars where this one is kept."), _appears()))


def app_password(kind: ProviderKind, preset: str = "") -> Help:
    """Where an app password is made. ``preset``: the service behind CalDAV."""
    title = _("How to make an app password")
    found = {"icloud": _icloud, "fastmail": _fastmail, "nextcloud": _nextcloud}.get(preset)
    if found is None and kind is ProviderKind.EXCHANGE:
        found = _company
    if found is not None:
        steps, link = found()
        return Help(title, _paragraphs(*steps), link)
    return Help(
        title,
        _paragraphs(
            _("Sign in where your calendar is kept, and look for “App passwords” under security."),
            _("Make one for Aftale and paste it here."),
        ),
    )


def _icloud() -> tuple[tuple[str, ...], str]:
    steps = (
        _("1. Sign in at account.apple.com."),
        _("2. Under “Sign-In and Security” choose “App-Specific Passwords”."),
        _("3. Make one, name it Aftale, and paste it here."),
    )
    return steps, "https://account.apple.com/account/manage"


def _fastmail() -> tuple[tuple[str, ...], str]:
    steps = (
        _("1. Sign in at Fastmail and open Settings, “Privacy & Security”."),
        _("2. Under “Integrations” or “Connected apps” choose “New app password”."),
        _("3. Name it Aftale, let it use calendars, and paste it here."),
    )
    return steps, "https://app.fastmail.com/settings/security"


def _nextcloud() -> tuple[tuple[str, ...], str]:
    steps = (
        _("1. Sign in to your Nextcloud and open Settings, “Security”."),
        _("2. At “Devices & sessions” name a new app password Aftale and make it."),
        _("3. Copy the user name that it shows, and paste the password here."),
    )
    return steps, ""


def _company() -> tuple[tuple[str, ...], str]:
    steps = (
        _("1. Open the page where you set up how you sign in, in your company’s account."),
        _("2. Add a way to sign in: “App password”. Name it Aftale."),
        _("3. Paste it here. If there is no such choice, ask your IT department: it has to allow app passwords."),
    )
    return steps, "https://mysignins.microsoft.com/security-info"


def feed_link() -> Help:
    """Where the link of a calendar is found."""
    steps = (
        _("Google: open “Settings and sharing” of the calendar and copy “Secret address in iCal format”."),
        _("Outlook: Settings, “Calendar”, “Shared calendars”, “Publish a calendar”, then copy the ICS link."),
        _("iCloud: share the calendar as “Public Calendar” and copy its link, which begins with webcal."),
        _("Other services call it calendar link, ICS or iCal address."),
    )
    return Help(_("Where you find the link"), _paragraphs(*steps))


def _back_here() -> str:
    return _("Aftale sees the change at its next reading. You can then tick the calendar in Settings.")


def _appears() -> str:
    return _("A new calendar appears in Settings, under Calendars, at the next reading.")


def _paragraphs(*texts: str) -> str:
    return "\n".join(texts)
