"""How somebody makes an OAuth client of their own, step by step, and what can be wrong with it (CON-7)."""

from __future__ import annotations

from typing import NamedTuple

from app.domain.connections import ProviderKind
from app.i18n import _
from app.ui import messages

AUDIENCE = "https://console.cloud.google.com/auth/audience"
"""Where a Google project leaves *Testing*."""
LOOPBACK = "http://localhost"


class Step(NamedTuple):
    """What to do, the page where it is done, and a text to be copied there."""

    text: str
    link: str = ""
    copied: str = ""


class FieldWords(NamedTuple):
    name: str
    label: str
    placeholder: str
    help: str = ""
    optional: bool = False


def title(kind: ProviderKind) -> str:
    return _("Make Aftale known to Google") if kind is ProviderKind.GOOGLE else _("Make Aftale known to Microsoft")


def lead() -> str:
    return _(
        "Whoever asks for consent needs a client there. You make your own once: it takes some ten minutes and costs nothing."
    )


def steps(kind: ProviderKind) -> tuple[Step, ...]:
    """The pages are the provider's own, where the words in quotation marks stand."""
    return _google() if kind is ProviderKind.GOOGLE else _microsoft()


def _google() -> tuple[Step, ...]:
    return (
        Step(_("Make a project. Any name will do."), "https://console.cloud.google.com/projectcreate"),
        Step(
            _("Switch the Google Calendar API on: “Enable”."),
            "https://console.cloud.google.com/apis/library/calendar-json.googleapis.com",
        ),
        Step(
            _(
                "Fill in the consent screen: “Get started”, the name Aftale, your e-mail address, and “External” as audience "
                "(“Internal” in Google Workspace)."
            ),
            "https://console.cloud.google.com/auth/branding",
        ),
        Step(
            _(
                "Under Audience press “Publish app”. In Testing, Google would end your sign-in after 7 days. Later Google "
                "warns that it has not checked the app: it is your own, so go on with “Advanced”."
            ),
            AUDIENCE,
        ),
        Step(
            _("Under Clients press “Create client”, choose “Desktop app”, and download its JSON file."),
            "https://console.cloud.google.com/auth/clients",
        ),
    )


def _microsoft() -> tuple[Step, ...]:
    return (
        Step(
            _(
                "Under App registrations press “New registration”. Name it Aftale and let any organisational directory and "
                "personal Microsoft accounts use it."
            ),
            "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationsListBlade",
        ),
        Step(
            _("Under Authentication add the platform “Mobile and desktop applications” with this address:"),
            copied=LOOPBACK,
        ),
        Step(_("Further down set “Allow public client flows” to Yes, and save.")),
        Step(
            _(
                "Under Overview copy the Application (client) ID. If only your own organisation may use it, also copy the "
                "Directory (tenant) ID."
            )
        ),
    )


def fields(kind: ProviderKind) -> tuple[FieldWords, ...]:
    """What is typed where there is no file."""
    if kind is ProviderKind.GOOGLE:
        return (
            FieldWords("client_id", _("Client ID"), "123456789012-abc.apps.googleusercontent.com"),
            FieldWords("client_secret", _("Client secret"), "GOCSPX-…"),
        )
    return (
        FieldWords("client_id", _("Application (client) ID"), "00000000-0000-0000-0000-000000000000"),
        FieldWords(
            "tenant",
            _("Directory (tenant) ID"),
            "common",
            _("Leave it empty if any Microsoft account may sign in."),
            optional=True,
        ),
    )


def has_file(kind: ProviderKind) -> bool:
    """The provider gives the client as a file too."""
    return kind is ProviderKind.GOOGLE


def problem_words(kind: ProviderKind, field: str, code: str) -> str:
    """What to do about a field, or about the file (``client_file``)."""
    if field == "client_file":
        return _file_words(code)
    if (field, code) == ("client_id", "form"):
        if kind is ProviderKind.GOOGLE:
            return _("A client ID ends with .apps.googleusercontent.com. Copy all of it.")
        return _("An application ID has 32 digits and letters a to f, in five groups. Copy all of it.")
    words = {
        ("client_id", "missing"): _("Copy the ID from the provider’s page."),
        ("client_id", "api_key"): _("This is an API key. Aftale needs the client ID, under Clients."),
        ("client_id", "secret"): _("This is the client secret. It belongs in the field below."),
        ("client_secret", "missing"): _("Copy the client secret. It stands beside the client ID."),
        ("client_secret", "form"): _("A client secret has at least 10 letters and digits and no spaces. Copy all of it."),
        ("client_secret", "id"): _("This is the client ID. It belongs in the field above."),
        ("tenant", "form"): _("A tenant is an ID in five groups, or a domain such as example.onmicrosoft.com."),
    }
    return words.get((field, code)) or messages.reason_words(code)


def _file_words(code: str) -> str:
    words = {
        "not_json": _("This is not the JSON file from Google. Download it again under Clients."),
        "web_client": _("This client is of the type Web application. Make another one of the type Desktop app."),
        "service_account": _(
            "This is the key of a service account, with which no person can sign in. Make a client of the type Desktop app."
        ),
        "not_a_client": _("This file holds no OAuth client. Download the one under Clients."),
        "foreign": _("The addresses in this file are not Google’s, so it is not used. Download it from Google itself."),
        "unreadable": _("The file cannot be read."),
    }
    return words.get(code) or messages.reason_words(code)
