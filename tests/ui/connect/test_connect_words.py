"""What the dialog says is complete, true for each provider, and there in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import ModuleType

import pytest
from PySide6.QtWidgets import QApplication

from app import i18n
from app.domain.clock import DAY, HOUR
from app.domain.connecting import OfferedCalendar
from app.domain.connections import Access, ProviderKind
from app.domain.errors import InvalidFields, NotFound, RateLimited, SecretUnreadable, SignInFailed, Unreachable
from app.providers.caldav import connector as caldav
from app.providers.exchange import connector as exchange
from app.providers.google import client_file
from app.providers.google import tokens as google
from app.providers.ics import connector as ics
from app.providers.office365 import tokens as office365
from app.ui import messages
from app.ui.connect import disclosure, guide, words
from app.ui.connect import help as helps
from app.ui.connect.forms import form_of
from app.ui.connect.problems import problem_words
from app.ui.connect.state import BY_BROWSER, Trouble, cure_of, offered, trouble_of

BROWSER_KINDS = sorted(BY_BROWSER)


def reasons_told() -> list[str]:
    """All reasons that ``SignInFailed`` names; the other words in its text are parts of its details."""
    parts = {"reason", "detail", "why", "unknown_ca", "self_signed", "wrong_host", "expired", "not_yet", "cancelled"}
    return [word for word in re.findall(r"``(\w+)``", SignInFailed.__doc__ or "") if word not in parts] + ["cancelled"]


@pytest.fixture(params=["en", "da"], autouse=True)
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    i18n.use(request.param)
    yield request.param
    i18n.use("en")


@pytest.mark.shows("CON-4", "CON-6")
def test_rights_when_told_are_those_that_are_asked_for() -> None:
    assert disclosure.SCOPES[ProviderKind.GOOGLE] == (*google.IDENTITY, *google.NEEDED)
    reserved = ("openid", "profile", "offline_access")
    assert disclosure.SCOPES[ProviderKind.OFFICE365] == (*reserved, *office365.NEEDED)
    for scopes in disclosure.SCOPES.values():
        assert all(words.right_words(scope) != scope for scope in scopes)


@pytest.mark.shows("CON-4")
@pytest.mark.parametrize("kind", ProviderKind)
@pytest.mark.parametrize("beside", ["", "anna@example.com"])
def test_disclosure_when_read_is_there_for_each_provider(kind: ProviderKind, beside: str) -> None:
    lines = disclosure.lines(kind, beside)
    assert 3 <= len(lines) <= 5
    assert [line.quiet for line in lines] == [False] * (len(lines) - 1) + [True]
    told = [disclosure.lead(kind), *words.provider_words(kind), words.service_name(kind)]
    told += [part for line in lines for part in (line.title, line.text)]
    told += [text for section in disclosure.in_detail(kind, beside) for text in (section.title, *section.points)]
    assert all(each and "{" not in each for each in told)
    # A password opens more than a calendar, and it would be a lie to promise that it does not (DESIGN 10.4).
    passwords = kind in (ProviderKind.EXCHANGE, ProviderKind.CALDAV)
    never = " ".join(lines[-1][1:3])
    assert passwords == (("password would allow more" in never) or ("Adgangskoden giver adgang til mere" in never))


def test_disclosure_when_it_names_a_company_names_the_right_one() -> None:
    assert "Microsoft" not in str(disclosure.lines(ProviderKind.GOOGLE) + disclosure.in_detail(ProviderKind.GOOGLE))
    assert "Google" not in str(disclosure.lines(ProviderKind.OFFICE365) + disclosure.in_detail(ProviderKind.OFFICE365))


def test_dialog_when_it_is_english_says_what_the_design_says(language: str) -> None:
    expected = {
        "en": ["Sees your calendars and their events", "Adds, moves and cancels events", "Sends invitations from your account"],
        "da": ["Ser dine kalendere og deres begivenheder", "Tilføjer, flytter og aflyser begivenheder"],
    }[language]
    assert [line.title for line in disclosure.lines(ProviderKind.GOOGLE)][: len(expected)] == expected


@pytest.mark.shows("CON-7")
def test_client_when_something_is_wrong_with_it_says_what_to_do_for_every_code() -> None:
    """The codes are those that the reader of clients names."""
    told = (client_file.__doc__ or "").split("Reason codes.")[1].split("``")[1::2]
    found: dict[str, set[str]] = {}
    field = ""
    for each in told:
        if each in ("client_file", "client_id", "client_secret"):
            field = each
        else:
            found.setdefault(field, set()).add(each)
    assert {name: len(codes) for name, codes in found.items()} == {"client_file": 5, "client_id": 4, "client_secret": 3}
    seen = set()
    for name, codes in found.items():
        for code in codes:
            text = guide.problem_words(ProviderKind.GOOGLE, name, code)
            assert text != messages.reason_words(code), (name, code)
            seen.add(text)
    assert len(seen) == 12
    for name, code in (("client_id", "missing"), ("client_id", "form"), ("tenant", "form")):
        text = guide.problem_words(ProviderKind.OFFICE365, name, code)
        assert text != messages.reason_words(code)
        assert "googleusercontent" not in text


@pytest.mark.shows("CON-8")
@pytest.mark.parametrize("connector", [caldav, exchange, ics], ids=lambda module: module.__name__.split(".")[2])
def test_field_when_something_is_wrong_with_it_says_what_to_do_for_every_code(
    connector: ModuleType, qapp: QApplication
) -> None:
    """The fields and their codes are those that the connector's text names, one field a paragraph."""
    kind = connector.Connector.kind
    form = form_of(kind)
    assert form is not None
    named = re.findall(r"^- ``(\w+)``(.*?)(?=^- ``|^The steps)", connector.__doc__ or "", re.DOTALL | re.MULTILINE)
    assert {name for name, _codes in named} == set(form.fields())
    for name, text in named:
        codes = set(re.findall(r"``([a-z_]+)``", text)) & {
            "missing", "form", "http", "scheme", "microsoft", "too_old", "not_a_certificate",
        }  # fmt: skip
        assert codes, name
        # Of a link, http is a scheme like the others.
        for code in codes - {"missing", "http" if kind is ProviderKind.ICS else ""}:
            words_there = problem_words(kind, name, code)
            # A preset and a name are not typed wrong: they are chosen here, and cut.
            assert (words_there != messages.reason_words(code)) or (name in ("preset", "name")), (name, code)


@pytest.mark.shows("CON-7")
@pytest.mark.parametrize("kind", BROWSER_KINDS)
def test_guide_when_followed_leads_to_the_providers_own_pages(kind: ProviderKind) -> None:
    hosts = {ProviderKind.GOOGLE: "https://console.cloud.google.com/", ProviderKind.OFFICE365: "https://entra.microsoft.com/"}
    steps = guide.steps(kind)
    links = [step.link for step in steps if step.link]
    assert links
    assert all(link.startswith(hosts[kind]) for link in links)
    whole = " ".join(step.text for step in steps)
    if kind is ProviderKind.GOOGLE:
        for words_there in ("Calendar API", "External", "Publish app", "Desktop app", "JSON"):
            assert words_there in whole
    else:
        for words_there in ("Mobile and desktop applications", "Allow public client flows", "tenant"):
            assert words_there in whole
        assert guide.LOOPBACK in [step.copied for step in steps]


@pytest.mark.shows("CON-14")
@pytest.mark.parametrize("kind", ProviderKind)
def test_help_when_asked_for_tells_how_to_share_and_to_see_more(kind: ProviderKind, language: str) -> None:
    more, make = helps.more_access(kind), helps.own_calendars(kind)
    assert all(len(each.text) > 60 and "{" not in each.text for each in (more, make))
    if kind is ProviderKind.GOOGLE:
        assert ("See all event details" if language == "en" else "Se alle begivenhedsoplysninger") in more.text
    if kind is ProviderKind.OFFICE365:
        assert ("Can view all details" if language == "en" else "Kan se alle oplysninger") in more.text


@pytest.mark.parametrize("kind", BROWSER_KINDS)
def test_trouble_when_it_comes_has_words_and_a_cure(kind: ProviderKind) -> None:
    reasons = reasons_told()
    for reason in (*reasons, "network", "down", "wait", "fields"):
        title, text = words.trouble_words(Trouble(reason, "jane@example.com"), kind, "bo@example.com")
        assert (title, text) != messages.our_fault()
        assert "{" not in title + text
        assert cure_of(Trouble(reason), kind) in ("client", "privacy", "settings", "again")


def test_rights_when_an_organisation_has_to_approve_are_not_taken_for_boxes_left_out(language: str) -> None:
    for detail in ("consent_required", "access_denied"):
        assert words.missing_rights(detail) == ()
        title = words.trouble_words(Trouble("rights", detail), ProviderKind.OFFICE365).title
        assert ("organisation does not allow" if language == "en" else "organisation tillader det ikke") in title
    assert len(words.missing_rights("Calendars.ReadWrite User.Read")) == 2


def test_error_when_it_ends_a_sign_in_becomes_the_trouble_that_it_is() -> None:
    assert trouble_of(SignInFailed("rights", "email")) == Trouble("rights", "email")
    assert trouble_of(SecretUnreadable("locked")) == Trouble("locked")
    assert trouble_of(RateLimited("", 29.6)) == Trouble("wait", "30")
    assert trouble_of(Unreachable("", "503 backendError")) == Trouble("down")
    assert trouble_of(Unreachable("", "answer not understood: KeyError")) == Trouble("down")
    assert trouble_of(Unreachable("", "ConnectTimeout")) == Trouble("network")
    assert trouble_of(InvalidFields({"email": "missing"})) == Trouble("fields")
    assert trouble_of(NotFound("sign-in")) == Trouble("other")


@pytest.mark.shows("CON-13")
def test_calendar_when_it_cannot_be_used_says_whose_it_is(language: str) -> None:
    busy = OfferedCalendar("Jonas", Access.FREE_BUSY, owner="jonas@example.com", owner_name="Jonas")
    expected = {
        "en": "Cannot be used: Jonas shares only busy times, not event details.",
        "da": "Kan ikke bruges: Jonas deler kun, hvornår der er optaget, ikke detaljerne.",
    }[language]
    assert words.why_not(busy) == expected
    assert "{" not in words.why_not(OfferedCalendar("Rooms", Access.FREE_BUSY))
    assert words.why_not(OfferedCalendar("Own", Access.OWNER)) == ""


@pytest.mark.shows("CON-7")
@pytest.mark.parametrize(
    ("left", "english", "danish"),
    [
        (7 * DAY, "7 days", "7 dage"),
        (DAY + HOUR, "1 day and 1 hour", "1 dag og 1 time"),
        (5 * HOUR + 59, "5 hours", "5 timer"),
        (-DAY, "1 hour", "1 time"),
    ],
)
def test_sign_in_when_it_ends_is_counted_down(left: int, english: str, danish: str, language: str) -> None:
    assert words.time_left(1_800_000_000 + left, 1_800_000_000) == (english if language == "en" else danish)


@pytest.mark.shows("CON-1")
def test_kinds_when_they_can_be_connected_come_in_the_order_of_the_design() -> None:
    everything = tuple(reversed(ProviderKind))
    found = offered(everything, local=True)
    assert [kind.value for kind in found] == ["google", "office365", "exchange", "caldav", "ics", "local"]
    assert ProviderKind.LOCAL not in offered((ProviderKind.GOOGLE,), local=False)


def test_form_when_a_kind_is_signed_in_to_in_the_browser_there_is_none() -> None:
    assert [form_of(kind) for kind in BROWSER_KINDS] == [None, None]


@pytest.mark.shows("CON-8")
@pytest.mark.parametrize("preset", ["icloud", "fastmail", "nextcloud", ""])
@pytest.mark.parametrize("kind", [ProviderKind.EXCHANGE, ProviderKind.CALDAV])
def test_app_password_when_asked_for_tells_where_it_is_made(kind: ProviderKind, preset: str) -> None:
    told = helps.app_password(kind, preset)
    assert "Aftale" in told.text
    assert len(told.text.split("\n")) >= 2
    assert not told.link or told.link.startswith("https://")


def test_step_when_it_is_told_is_said_in_words(language: str) -> None:
    found = {words.step_words((code,)) for code in ("look", "server:mail.example.com", "user", "version", "calendars")}
    assert len(found) == 5
    assert any("mail.example.com" in each for each in found)
    assert words.step_words(()) == words.step_words(("look",))
