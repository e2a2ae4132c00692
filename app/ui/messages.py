"""The words for what the domain says in data: errors, states, notices, places. Complete by test.

Everything here takes the language in force when it is called, so nobody keeps what it returns across a change of language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from app import i18n
from app.domain.clock import MINUTE, Instant
from app.domain.connections import Access, Account, Lost, ProviderKind
from app.domain.errors import (
    AccessLost,
    AftaleError,
    Conflict,
    FileUnusable,
    InvalidFields,
    NotFound,
    PortTaken,
    ProviderError,
    RateLimited,
    SecretUnreadable,
    SignInExpired,
    SignInFailed,
    SlotTaken,
    SlugTaken,
    StateConflict,
    TooLate,
    Unreachable,
    WorkspaceBusy,
    WorkspaceDamaged,
    WorkspaceFull,
    WorkspaceInUse,
    WorkspaceNewer,
    WorkspaceReadOnly,
    WorkspaceUnusable,
)
from app.domain.overview import Overview, Reachability
from app.domain.pages import Location, LocationKind
from app.domain.settings import Reach
from app.i18n import _, local, ngettext
from app.ui import refusals


class Words(NamedTuple):
    """A title that says what happened, and a text that says what it means and what to do."""

    title: str
    text: str = ""


# Errors


def error_words(error: AftaleError) -> Words:
    """What to tell the owner about an error of the domain."""
    for kind in type(error).__mro__:
        words = _ERRORS.get(kind)
        if words is not None:
            return words(error)
    return our_fault()


def our_fault() -> Words:
    """What to tell about an error that nobody expected."""
    return Words(_("Something went wrong in Aftale"), _("Nothing that was saved is lost. Please try again."))


def _invalid(error: AftaleError) -> Words:
    reasons = error.fields if isinstance(error, InvalidFields) else {}
    return Words(_("Something is not filled in right"), " ".join(dict.fromkeys(field_words(reasons).values())))


def _port(error: AftaleError) -> Words:
    port = error.port if isinstance(error, PortTaken) else 0
    return Words(
        _("Port {port} is taken by another program").format(port=port),
        _("Close that program, or start Aftale with another port."),
    )


def _slug(error: AftaleError) -> Words:
    slug = error.slug if isinstance(error, SlugTaken) else ""
    return Words(_("{address} is already the address of another page").format(address=slug), _("Choose another address."))


def _sign_in(error: AftaleError) -> Words:
    return sign_in_words(error.reason if isinstance(error, SignInFailed) else "")


def sign_in_words(reason: str, service: str = "") -> Words:
    """Why no account was connected and what to do, by the reasons of ``SignInFailed``. ``service``: who was asked, if known."""
    found = refusals.sign_in_refusal(reason, service or _("The calendar service"))
    return Words(*found) if found is not None else our_fault()


def _file(error: AftaleError) -> Words:
    words = {
        "read": Words(_("The file cannot be read"), _("Nothing was changed.")),
        "full": Words(_("There is no room for the file"), _("Choose another disk. Nothing was changed.")),
        "format": Words(_("This is not a file of Aftale’s"), _("Nothing was changed.")),
        "damaged": Words(_("The file is damaged"), _("Nothing was changed. Try an older one.")),
        "newer": Words(_("A newer Aftale made this file"), _("Install the newest version to open it. Nothing was changed.")),
        "passphrase": Words(_("The passphrase does not open this file"), _("Check how it is written and try again.")),
    }
    elsewhere = Words(_("The file cannot be written there"), _("Choose another folder. Nothing was changed."))
    return words.get(error.reason, elsewhere) if isinstance(error, FileUnusable) else elsewhere


def _secret(error: AftaleError) -> Words:
    return Words(*refusals.secret_refusal(error.reason if isinstance(error, SecretUnreadable) else "locked"))


def _wait(error: AftaleError) -> Words:
    title, seconds = _("Your calendar asks Aftale to wait"), error.retry_after if isinstance(error, RateLimited) else 0
    if seconds < MINUTE:
        return Words(title, _("Aftale tries again by itself."))
    minutes = -(-int(seconds) // MINUTE)
    text = ngettext(
        "Aftale tries again by itself in {count} minute.", "Aftale tries again by itself in {count} minutes.", minutes
    )
    return Words(title, text.format(count=minutes))


_ERRORS: dict[type[object], Callable[[AftaleError], Words]] = {
    InvalidFields: _invalid,
    NotFound: lambda _error: Words(_("It is not there any more"), _("It may have been deleted in the meantime.")),
    SlotTaken: lambda _error: Words(_("That time is not free any more"), _("Choose one of the other times.")),
    SlugTaken: _slug,
    StateConflict: lambda _error: Words(
        _("It has changed in the meantime"), _("Look at it again: what you see now is current.")
    ),
    TooLate: lambda _error: Words(_("It is too late to change this meeting")),
    WorkspaceReadOnly: lambda _error: Words(
        _("Aftale cannot write to its folder"), _("Give your user the right to write there, then start Aftale again.")
    ),
    WorkspaceDamaged: lambda _error: Words(
        _("Aftale’s database is damaged"), _("Nothing was overwritten. Put back a copy of the folder from a backup.")
    ),
    WorkspaceNewer: lambda _error: Words(
        _("This folder was last used by a newer Aftale"), _("Install the newest version to open it. Nothing was changed.")
    ),
    WorkspaceInUse: lambda _error: Words(_("Aftale is already running"), _("Another Aftale uses the same folder.")),
    WorkspaceBusy: lambda _error: Words(
        _("Aftale’s database is busy"), _("Another program is using it. Nothing was lost. Try again in a moment.")
    ),
    WorkspaceFull: lambda _error: Words(
        _("The disk is full"), _("Nothing new can be saved until there is room. What was saved is safe.")
    ),
    WorkspaceUnusable: lambda _error: Words(_("Aftale cannot open its folder"), _("Nothing was changed.")),
    PortTaken: _port,
    FileUnusable: _file,
    SignInFailed: _sign_in,
    SecretUnreadable: _secret,
    SignInExpired: lambda _error: Words(_("You need to sign in to your calendar again")),
    AccessLost: lambda _error: Words(_("Access to a calendar was lost"), _("Until that is solved, nobody can book you.")),
    RateLimited: _wait,
    Unreachable: lambda _error: Words(_("Your calendar cannot be reached"), _("Aftale tries again by itself.")),
    Conflict: lambda _error: Words(_("Your calendar did not accept the change")),
    ProviderError: lambda _error: Words(_("Your calendar did not answer as expected"), _("Aftale tries again by itself.")),
}


def field_words(fields: Mapping[str, str]) -> dict[str, str]:
    """For each field the sentence that says what to do, from the reason codes of ``InvalidFields``."""
    return {name: reason_words(reason) for name, reason in fields.items()}


def reason_words(reason: str) -> str:
    """The sentence for one reason code."""
    words = {
        "missing": _("Please fill this in."),
        "too_long": _("This is too long."),
        "too_short": _("This is too short."),
        "form": _("Please check how this is written."),
        "reserved": _("This word is kept for Aftale itself. Choose another one."),
        "taken": _("This is already in use. Choose another one."),
        "unknown_zone": _("The time zone of these hours is not known on this computer. Open the page and choose another one."),
        "range": _("This number is outside what is possible."),
        "read_only": _("Bookings cannot be written into this calendar. Choose another one."),
        "other_account": _("Bookings go into a calendar of your main account. Choose one of those."),
        "free_busy": _("A calendar that shows only busy times cannot be checked."),
    }
    return words.get(reason, _("Please check this."))


# States


class Status(NamedTuple):
    """The status chip: dot, one or two lines, a warning beneath, and where the master switch stands.

    ``strong``: both lines stand in the same weight, because they are one sentence. ``spoken`` is all of it in one line;
    ``how`` says how the pages are published and what that means.
    """

    dot: str
    first: str
    second: str
    on: bool
    spoken: str
    warning: str = ""
    strong: bool = False
    how: str = ""


def status(overview: Overview) -> Status:
    """How bookable the owner is, as the chip and the tray say it."""
    return _status(overview)._replace(how=_how(overview))


def _status(overview: Overview) -> Status:
    if not overview.pages_on:
        return _paused(overview)
    warning = _("Nobody can book") if overview.inactive else ""
    if overview.reach in (Reachability.NOT_REACHED, Reachability.STOPPED):
        return Status("danger", _("Not reached"), _("trying again"), True, _("Not reached, trying again"))
    if overview.reach is Reachability.STARTING and overview.way == Reach.PROXY and overview.address:
        spoken = _("Connecting to {domain}").format(domain=overview.address)
        return Status("connecting", _("Connecting"), _("to {domain}").format(domain=overview.address), True, spoken, warning)
    if overview.reach is Reachability.STARTING:
        return Status("connecting", _("Starting"), _("your pages"), True, _("Starting your pages"), warning)
    if overview.offline:
        dot = "amber" if overview.inactive else "accent"
        spoken = _spoken(_("Offline mode. Requests only"), warning)
        return Status(dot, _("Offline mode"), _("Requests only"), True, spoken, warning)
    if overview.reach is Reachability.LIVE and overview.way == Reach.NETWORK:
        spoken = _spoken(_("Live on your network"), warning)
        return Status("amber" if warning else "success", _("Live on"), _("your network"), True, spoken, warning, strong=True)
    if overview.reach is Reachability.LIVE:
        spoken = _spoken(_("Live at {domain}").format(domain=overview.address), warning)
        return Status("amber" if warning else "success", _("Live at"), overview.address, True, spoken, warning)
    spoken = _spoken(_("Only on this computer"), warning)
    return Status("amber" if warning else "local", _("Only on"), _("this computer"), True, spoken, warning, strong=True)


def _how(overview: Overview) -> str:
    if overview.reach in (Reachability.NOT_REACHED, Reachability.STOPPED):
        return _("Nobody can open your pages just now. Aftale tries again by itself.")
    if overview.reach is Reachability.STARTING:
        return ""
    if not overview.pages_on:
        return _("People read that you take no bookings at the moment. Nothing is deleted.")
    if overview.reach is Reachability.COMPUTER_ONLY:
        return _("Your pages open on this computer. Nobody else can open them yet.")
    if overview.way == Reach.NETWORK:
        return _("People on the same network can open your pages, without encryption.")
    return _("Your reverse proxy passes visitors on to this computer.")


def _paused(overview: Overview) -> Status:
    if not overview.paused_until:
        return Status("paused", _("Paused"), _("No new bookings"), False, _("Paused. No new bookings"))
    wording = i18n.current()
    until, now = local(overview.paused_until, overview.zone), local(overview.now, overview.zone)
    when = wording.time(until) if until.date() == now.date() else wording.date_short(until)
    second = _("until {time}").format(time=when)
    return Status("paused", _("Paused"), second, False, _("Paused until {time}").format(time=when))


def _spoken(words: str, warning: str) -> str:
    return f"{words}. {warning}" if warning else words


def connected_words(account: Account) -> Words:
    """What is said once an account is connected."""
    title = _("{account} is connected").format(account=provider_name(account.provider))
    if not account.primary:
        return Words(title, _("Its calendars are checked before a time is offered."))
    if not account.scheduling:
        return Words(title, _("Aftale sees when you are busy. Your pages take requests."))
    return Words(title, _("People can book you, and bookings go into your calendar."))


def provider_name(kind: ProviderKind) -> str:
    """What people call a service that keeps calendars."""
    return {
        ProviderKind.LOCAL: _("On this computer"),
        ProviderKind.GOOGLE: _("Google Calendar"),
        ProviderKind.OFFICE365: _("Office 365"),
        ProviderKind.EXCHANGE: _("Exchange"),
        ProviderKind.CALDAV: _("CalDAV"),
        ProviderKind.ICS: _("Calendar feed"),
    }[kind]


def lost_words(lost: Lost | None, calendar: str, owner: str = "") -> str:
    """Why a calendar is inactive, in one sentence. ``owner``: the name of whoever shared it, if known."""
    if owner and lost is Lost.UNSHARED:
        return _("{owner} no longer shares it with you.").format(owner=owner)
    if owner and lost is Lost.LOWERED:
        return _("{owner} no longer shows you its events.").format(owner=owner)
    words = {
        Lost.REMOVED: _("{calendar} was removed."),
        Lost.UNSHARED: _("{calendar} is no longer shared with you."),
        Lost.SIGN_IN: _("Aftale is no longer signed in to {calendar}."),
        Lost.LOWERED: _("You may no longer see the events in {calendar}."),
        Lost.SWITCHED: _("{calendar} was made inactive by hand."),
    }
    return (words[lost] if lost is not None else _("{calendar} cannot be read.")).format(calendar=calendar)


def how_to_fix(lost: Lost | None) -> str:
    """What the owner can do about an inactive calendar."""
    words = {
        Lost.REMOVED: _("If it was removed by mistake, bring it back where it was and check again. Otherwise remove it here."),
        Lost.UNSHARED: _("Ask its owner to share it with you again, with all event details. Then check again."),
        Lost.SIGN_IN: _("Sign in again. Until then Aftale cannot see when you are busy."),
        Lost.LOWERED: _("Ask its owner for the right to see all event details. Then check again."),
        Lost.SWITCHED: _("Check again to take it back into use."),
    }
    first = words[lost] if lost is not None else _("Check again. If that does not help, remove it here.")
    return (
        first
        + "\n\n"
        + _("When you remove it, Aftale no longer looks there before it offers a time. Its events stay where they are.")
    )


def doubt_words(calendar: str, count: int) -> Words:
    """So many events vanished from a calendar at once that its owner is asked."""
    title = ngettext(
        "{count} event vanished from {calendar} at once", "{count} events vanished from {calendar} at once", count
    ).format(count=count, calendar=calendar)
    return Words(title, _("Until you decide, they still take your time. Follow the calendar if you deleted them yourself."))


def how_to_publish() -> str:
    """How the sign-in of a Google client in *Testing* is made to last (CON-7)."""
    return _(
        "Google ends the sign-in of a client in “Testing” after 7 days. Open the Google Cloud console, “Google Auth Platform”, "
        "“Audience”, and press “Publish app”. Google asks for no review as long as only you use it.\n\n"
        "Then sign in again once. From then on the sign-in lasts."
    )


def access_words(access: Access) -> str:
    """The badge that says what the owner may do with a calendar."""
    return {
        Access.OWNER: _("Owner"),
        Access.EDIT: _("Can edit"),
        Access.DETAILS: _("Details"),
        Access.FREE_BUSY: _("Free/busy only"),
    }[access]


def place(location: Location) -> tuple[str, str]:
    """Icon and words of where a meeting is."""
    if location.kind is LocationKind.PLACE:
        return "where_place", location.detail or _("At your place")
    if location.kind in (LocationKind.HOST_CALLS, LocationKind.GUEST_CALLS):
        return "where_phone", _("Phone")
    if location.kind is LocationKind.ASK:
        return "where_place", location.detail or _("To be agreed")
    return "where_video", _("Video")


def length(minutes: int) -> str:
    """``30 min``, ``1 h``, ``1 h 30 min``."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("{minutes} min").format(minutes=minutes)
    if not rest:
        return _("{hours} h").format(hours=hours)
    return _("{hours} h {minutes} min").format(hours=hours, minutes=rest)


def stamp(at: Instant, now: Instant, zone: str) -> str:
    """When something happened, short: ``today 09:22``, ``Sun 20:14``, ``4 October``."""
    wording = i18n.current()
    then, today = local(at, zone), local(now, zone)
    time = wording.time(then)
    if then.date() == today.date():
        return _("today {time}").format(time=time)
    if 0 < (today.date() - then.date()).days < 7:
        return _("{day} {time}").format(day=wording.day_short(then), time=time)
    return wording.date_plain(then)


def stamp_plain(at: Instant, now: Instant, zone: str) -> str:
    """When something happened, within a sentence: ``08:55``, ``Monday 18:20``, ``mandag kl. 18.20``, ``4 October``."""
    wording = i18n.current()
    then, today = local(at, zone), local(now, zone)
    joint = " kl. " if wording.language == "da" else " "
    if then.date() == today.date():
        return f"{joint.lstrip()}{wording.time(then)}"
    if 0 < (today.date() - then.date()).days < 7:
        return f"{wording.day_name(then)}{joint}{wording.time(then)}"
    return wording.date_plain(then)


def tell_name(name: str) -> str:
    """``Tell Maja``: the owner's yes to a letter about a change."""
    known = name.split()
    return _("Tell {name}").format(name=known[0]) if known else _("Tell your guest")


def write_to(name: str) -> str:
    """``Write to Ida``: the button that opens the mail program."""
    known = name.split()
    return _("Write to {name}").format(name=known[0]) if known else _("Write an e-mail")
