"""Why no account was connected, in words: title and text by the reasons of ``SignInFailed`` and ``SecretUnreadable``."""

from __future__ import annotations

from app.i18n import _

Said = tuple[str, str]


def sign_in_refusal(reason: str, service: str) -> Said | None:
    """What happened and what to do; None for a reason that is not known. ``service``: who was asked, as it can begin a
    sentence."""
    words = {
        "cancelled": (_("Signing in was cancelled"), _("Nothing was connected, and nothing was kept.")),
        "time_out": (_("Nobody signed in within five minutes"), _("Nothing was connected. Try again when you have the time.")),
        "refused": (_("{service} says that you did not agree"), _("Nothing was connected, and nothing was kept.")),
        "client": (
            _("{service} does not accept the client"),
            _("It may be mistyped, deleted, or of another type than Aftale needs. Check the client, then try again."),
        ),
        "no_refresh": (
            _("{service} gave no lasting sign-in"),
            _("Take Aftale off the list of connected apps in your account there, then try again."),
        ),
        "answer": (
            _("{service} answered something that Aftale does not understand"),
            _("Nothing was connected. Try again. If it stays like this, look for a newer Aftale."),
        ),
        "rights": (
            _("A right was left out"),
            _("Aftale needs all the boxes on the consent page ticked. Nothing was connected. Try again and leave them ticked."),
        ),
        "other_account": (
            _("That was another account"),
            _("Sign in with the account that is connected, or connect the other one as a new one."),
        ),
        "already": (_("This account is connected already"), _("You find it in Settings, under Calendars.")),
        "shared_mailbox": (
            _("This is a shared mailbox"),
            _("It belongs to nobody in particular, so bookings cannot go there. Connect your own account first."),
        ),
        "no_mailbox": (
            _("This account has no calendar that Aftale may read"),
            _("Sign in with an account that has a calendar, or ask whoever looks after it."),
        ),
        "no_consent": (
            _("Personal e-mail access is off"),
            _("Without it no account can be connected. You can switch it on under Data and privacy."),
        ),
        "no_client": (
            _("{service} does not know Aftale yet"),
            _("Make a client there first. Aftale shows you how, step by step."),
        ),
        "locked": no_key(),
    } | _at_a_server()
    if reason not in words:
        return None
    title, text = words[reason]
    return title.format(service=service), text


def _at_a_server() -> dict[str, Said]:
    """Where the sign-in is a form, not a page in the browser."""
    return {
        "password": (
            _("{service} did not accept this user name and password"),
            _("Check both. If you confirm sign-in on your phone, you need an app password."),
        ),
        "server": (_("No server was found"), _("Check the address, or ask whoever looks after the server for it.")),
        "too_old": (_("This server is too old"), _("Aftale needs Exchange 2010 SP2 or newer.")),
        "certificate": (
            _("The server’s certificate is not trusted"),
            _("Nothing was sent to it. Ask whoever looks after the server for its certificate."),
        ),
        "microsoft": (_("This mailbox is at Microsoft"), _("Connect it as Office 365: you sign in in your browser.")),
        "forbidden": (
            _("{service} lets nobody in this way"),
            _("Ask whoever looks after it to let other programs use your calendar."),
        ),
        "no_calendars": (
            _("No calendar was found there"),
            _("The server let you in, but showed no calendar with events. Check the address and the user name."),
        ),
        "not_a_calendar": (
            _("There is no calendar behind this link"),
            _("Something else came, such as a web page. Copy the link again where the calendar is kept."),
        ),
        "too_large": (
            _("This calendar is too large"),
            _("A calendar link may hold 10 MB. Ask for a link that shows fewer years."),
        ),
    }


def secret_refusal(reason: str) -> Said:
    """Why what was sealed cannot be opened."""
    if reason == "damaged":
        return (
            _("A stored sign-in cannot be opened"),
            _("It was locked with another key, or is damaged. Sign in again to replace it."),
        )
    return no_key()


def no_key() -> Said:
    """There is no key to seal or open anything under."""
    return (
        _("Aftale cannot keep secrets now: your keyring is locked"),
        _(
            "Unlock your system’s keyring and try again. Where there is no keyring, Aftale asks for a passphrase; without a "
            "window it takes the one in AFTALE_PASSPHRASE."
        ),
    )
