"""The words of the dialog that more than one page needs: providers, rights, and what went wrong."""

from __future__ import annotations

from app.domain.clock import Instant
from app.domain.connecting import OfferedCalendar
from app.domain.connections import Access, ProviderKind
from app.i18n import _, ngettext
from app.ui import messages
from app.ui.connect.state import BY_BROWSER, Trouble, countdown
from app.ui.messages import Words

ICONS = {
    ProviderKind.GOOGLE: "provider_google",
    ProviderKind.OFFICE365: "provider_office365",
    ProviderKind.EXCHANGE: "provider_exchange",
    ProviderKind.CALDAV: "provider_caldav",
    ProviderKind.ICS: "link-simple",
    ProviderKind.LOCAL: "provider_local",
}

NOT_APPROVED = ("access_denied", "consent_required", "interaction_required", "invalid_scope")
"""Microsoft's words for an organisation that has to approve a program before anybody there may use it."""


def provider_words(kind: ProviderKind) -> Words:
    """Name of a provider and the line below it."""
    found = {
        ProviderKind.GOOGLE: ("Google", _("Gmail and Google Workspace. Sign in in your browser.")),
        ProviderKind.OFFICE365: ("Office 365", _("Microsoft 365 and Outlook.com. Sign in in your browser.")),
        ProviderKind.EXCHANGE: ("Exchange", _("Your company’s own server, 2010 SP2 or newer.")),
        ProviderKind.CALDAV: ("CalDAV", _("Nextcloud, Fastmail, iCloud, Zimbra and others.")),
        ProviderKind.ICS: (_("Calendar link (ICS)"), _("A calendar to look at only. No account needed.")),
        ProviderKind.LOCAL: (_("On this computer"), _("A private calendar in Aftale. No account needed.")),
    }[kind]
    return Words(*found)


def service_name(kind: ProviderKind) -> str:
    """Who is asked for consent, as it can begin a sentence."""
    return {
        ProviderKind.GOOGLE: "Google",
        ProviderKind.OFFICE365: "Microsoft",
        ProviderKind.EXCHANGE: _("Your Exchange server"),
        ProviderKind.CALDAV: _("Your calendar server"),
        ProviderKind.ICS: _("The calendar’s server"),
        ProviderKind.LOCAL: "Aftale",
    }[kind]


def trouble_words(trouble: Trouble, kind: ProviderKind, email: str = "") -> Words:
    """What went wrong and what to do. ``email``: the account that was to be signed in to again."""
    service = service_name(kind)
    if trouble.reason == "other_account" and email:
        return Words(
            _("That was another account"),
            _("You signed in as {other}. Sign in as {email} to reconnect it.").format(other=trouble.detail, email=email),
        )
    if trouble.reason == "rights" and trouble.detail in NOT_APPROVED:
        return Words(
            _("Your organisation does not allow this yet"),
            _("Whoever looks after its Microsoft accounts has to approve Aftale first. Ask them, then try again."),
        )
    if trouble.reason == "silent" or (trouble.reason == "time_out" and kind not in BY_BROWSER):
        return Words(
            _("{service} did not answer in time").format(service=service),
            _("Nothing was connected. Try again in a few minutes."),
        )
    if trouble.reason == "already" and trouble.detail:
        return Words(
            _("{email} is connected already").format(email=trouble.detail), _("You find it in Settings, under Calendars.")
        )
    words = {
        "network": Words(
            _("{service} cannot be reached"),
            _("Nothing was connected. See whether this computer is online, then try again."),
        ),
        "down": Words(
            _("{service} does not answer as it should"),
            _("It seems to have trouble of its own. Nothing was connected. Try again in a few minutes."),
        ),
        "wait": Words(
            _("{service} asks Aftale to wait"), _("Too many requests came in a short time. Try again in a few minutes.")
        ),
        "fields": Words(_("Something is not filled in right"), _("Please check what you wrote.")),
        "other": messages.our_fault(),
    }
    found = words.get(trouble.reason)
    if found is None:
        return messages.sign_in_words(trouble.reason, service)
    return Words(found.title.format(service=service), found.text)


def step_words(told: tuple[str, ...]) -> str:
    """What is being done while a form is tried: the step that was told last."""
    code, _colon, host = (told[-1] if told else "look").partition(":")
    if code == "server" and host:
        return _("Asking {host}…").format(host=host)
    return {
        "look": _("Looking for the server…"),
        "server": _("Asking the server…"),
        "user": _("Signing in…"),
        "token": _("Signing in…"),
        "who": _("Signing in…"),
        "version": _("Looking which version it is…"),
        "calendars": _("Reading the list of calendars…"),
    }.get(code, _("Looking for the server…"))


def right_words(scope: str) -> str:
    """A right in plain words. ``scope`` is the provider's own name of it."""
    words = {
        "openid": _("Know that it is you"),
        "email": _("See your e-mail address"),
        "profile": _("See your name"),
        "calendar.calendarlist.readonly": _("See which calendars you have"),
        "calendar.events": _("See and change events in your calendars"),
        "calendar.freebusy": _("See when you are busy"),
        "calendar.app.created": _("Make a calendar for tasks, and use only that one"),
        "offline_access": _("Stay signed in until you disconnect"),
        "User.Read": _("See your name and e-mail address"),
        "Calendars.ReadWrite": _("See and change events in your calendars"),
        "Calendars.ReadWrite.Shared": _("See and change events in calendars that others share with you"),
        "MailboxSettings.Read": _("See the time zone of your mailbox"),
    }
    return words.get(scope.removeprefix("https://www.googleapis.com/auth/"), scope)


def missing_rights(detail: str) -> tuple[str, ...]:
    """The rights that were left out, from the detail of ``rights``; what is no right is a word of the provider's."""
    return tuple(dict.fromkeys(words for each in detail.split() if (words := right_words(each)) != each))


def why_not(calendar: OfferedCalendar) -> str:
    """Why a calendar cannot be used; empty if it can (CON-13)."""
    if calendar.access is not Access.FREE_BUSY:
        return ""
    name = calendar.owner_name or calendar.owner
    if not name:
        return _("Cannot be used: it shows only busy times, not event details.")
    return _("Cannot be used: {name} shares only busy times, not event details.").format(name=name)


def time_left(ends: Instant, now: Instant) -> str:
    """``6 days and 23 hours``, for a sentence."""
    days, hours = countdown(ends, now)
    hour_words = ngettext("{count} hour", "{count} hours", hours).format(count=hours)
    if not days:
        return hour_words
    day_words = ngettext("{count} day", "{count} days", days).format(count=days)
    return _("{days} and {hours}").format(days=day_words, hours=hour_words) if hours else day_words


def access_icon(access: Access) -> str:
    return "lock-simple" if access is Access.FREE_BUSY else ""
