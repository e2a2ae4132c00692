"""What is wrong with a field of a form, in words: by the reason codes that the connectors name."""

from __future__ import annotations

from app.domain.connections import ProviderKind
from app.i18n import _
from app.ui import messages


def problem_words(kind: ProviderKind, name: str, code: str) -> str:
    """What to do about the field ``name``."""
    special = {
        ProviderKind.EXCHANGE: _exchange,
        ProviderKind.CALDAV: _caldav,
        ProviderKind.ICS: _ics,
    }.get(kind)
    found = special().get((name, code)) if special is not None else None
    return found or messages.reason_words(code)


def _exchange() -> dict[tuple[str, str], str]:
    return {
        ("email", "form"): _("Write the whole address, such as anna@example.com."),
        ("email", "microsoft"): _("This is no address on a company’s own server."),
        ("user", "form"): _("Write it as anna, EXAMPLE\\anna or anna@example.com."),
        ("server", "form"): _("Write the name of a server, such as mail.example.com, or its whole address."),
        ("server", "http"): _("Begin it with https. Without that your password could be read on its way."),
        ("server", "microsoft"): _("This is not a company’s own server."),
        ("version", "form"): _("Choose a version from the list."),
        ("version", "too_old"): _("Aftale needs Exchange 2010 SP2 or newer."),
        ("ca", "not_a_certificate"): _("There is no certificate in this file. Ask for it as .pem, .crt or .cer."),
        ("shared", "form"): _("Write e-mail addresses, with commas between them."),
    }


def _caldav() -> dict[tuple[str, str], str]:
    return {
        ("address", "form"): _("Write your e-mail address, or the address of the server."),
        ("address", "http"): _("Begin it with https. Without that your password could be read on its way."),
        ("address", "scheme"): _("Begin it with https. Without that your password could be read on its way."),
        ("user", "form"): _("Write it as your calendar’s service names you."),
        ("ca", "not_a_certificate"): _("There is no certificate in this file. Ask for it as .pem, .crt or .cer."),
    }


def _ics() -> dict[tuple[str, str], str]:
    return {
        ("address", "form"): _("This is no link. It looks like https://example.com/calendar.ics."),
        ("address", "scheme"): _("The link has to begin with https, http or webcal."),
    }
