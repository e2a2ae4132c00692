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


def _back_here() -> str:
    return _("Aftale sees the change at its next reading. You can then tick the calendar in Settings.")


def _appears() -> str:
    return _("A new calendar appears in Settings, under Calendars, at the next reading.")


def _paragraphs(*texts: str) -> str:
    return "\n".join(texts)
