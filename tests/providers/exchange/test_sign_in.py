"""Signing in: what is tried, what is said, and how each way of failing ends."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import socket
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from app.domain.clock import SystemClock
from app.domain.connections import ProviderKind
from app.domain.errors import InvalidFields, SignInFailed, Unreachable
from app.providers.base import Reporting, SignedIn
from app.providers.exchange.connector import Connector
from app.providers.exchange.forms import Typed
from app.providers.exchange.keys import Keys
from app.providers.exchange.search import DISCOVERY_PATH, Search
from tests.providers.exchange.worlds import PASSWORD
from tests.servers.ews.autodiscover import Discovery, What
from tests.servers.ews.certificates import Tls
from tests.servers.ews.serving import EwsServer, serving

pytestmark = pytest.mark.anyio
EMAIL = "anna@example.com"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@dataclass(frozen=True, slots=True)
class Here(Search):
    """Everything that could be far away is on this computer. ``told``: where the domain tells of its server; ``guessed``: the
    usual places."""

    connect: float = 3.0
    answer: float = 3.0
    told: tuple[str, ...] = ()
    guessed: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)

    def discovery(self, domain: str) -> tuple[str, ...]:
        return self.told

    def usual(self, form: Typed) -> tuple[str, ...]:
        return self.guessed

    def real_name(self, host: str) -> str:
        return self.names.get(host, "")


@pytest.fixture
def server() -> Iterator[EwsServer]:
    with serving(tls=True) as made:
        made.service.add_user(EMAIL, "Anna Holm", PASSWORD)
        yield made


class Trying:
    """One connector and what it told."""

    def __init__(self, search: Search | None = None) -> None:
        self.connector, self.steps = Connector(search or Here()), list[str]()
        self.cancel = asyncio.Event()

    async def __call__(self, limit: float = 30.0, **fields: str) -> SignedIn:
        form = {"email": EMAIL, "password": PASSWORD} | fields
        return await self.connector.sign_in(form, _no_browser, self.cancel, self.steps.append, SystemClock(), limit=limit)

    async def refused(self, reason: str, **fields: str) -> SignInFailed:
        with pytest.raises(SignInFailed) as failed:
            await self(**fields)
        assert failed.value.reason == reason
        return failed.value


def _no_browser(url: str) -> None:
    raise AssertionError("no browser is needed")


@contextlib.contextmanager
def mute_port() -> Iterator[str]:
    """A server that takes connections and says nothing, not even TLS."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"https://localhost:{listening.getsockname()[1]}"


def dead_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return f"https://localhost:{listening.getsockname()[1]}"


# Getting in


@pytest.mark.shows("CON-8")
async def test_sign_in_when_the_server_is_named_then_it_is_met_and_the_secret_opens_it(server: EwsServer) -> None:
    trying = Trying()
    signed = await trying(server=server.url, ca=server.ca)
    keys = Keys.load(signed.secret)
    assert (signed.email, keys.url, keys.version, keys.build[:2]) == (EMAIL, server.url, "Exchange2016", (15, 2))
    assert trying.steps == ["look", f"server:{urllib.parse.urlsplit(server.url).netloc}", "user", "version", "calendars"]

    async def keep(_secret: bytes) -> None:
        raise AssertionError("nothing changes")

    provider = trying.connector.provider("account", signed.secret, keep, SystemClock())
    (calendar,) = await provider.calendars()
    assert (calendar.primary, calendar.owner) == (True, "")
    await provider.close()


@pytest.mark.shows("CON-8")
@pytest.mark.parametrize(
    ("offers", "auth"), [(("Basic",), "basic"), (("NTLM",), "ntlm"), (("Negotiate",), "negotiate"), (("NTLM", "Basic"), "ntlm")]
)
async def test_sign_in_when_the_server_offers_a_way_then_the_safest_is_taken(
    server: EwsServer, offers: tuple[str, ...], auth: str
) -> None:
    server.service.offers = offers
    signed = await Trying()(server=server.url, ca=server.ca)
    assert Keys.load(signed.secret).auth == auth


@pytest.mark.shows("CON-8")
@pytest.mark.parametrize("server_field", ["host", "url", "owa"])
async def test_sign_in_when_the_server_is_a_bare_host_then_its_usual_path_is_taken(
    server: EwsServer, server_field: str
) -> None:
    netloc = urllib.parse.urlsplit(server.url).netloc
    given = {"host": netloc, "url": server.url, "owa": f"https://{netloc}/owa/"}[server_field]
    assert Keys.load((await Trying()(server=given, ca=server.ca)).secret).url.lower() == server.url.lower()


@pytest.mark.shows("CON-8")
@pytest.mark.parametrize(
    ("logins", "user", "found"),
    [
        ((EMAIL,), "", EMAIL),
        (("anna",), "", "anna"),
        (("EXAMPLE\\anna",), "EXAMPLE\\anna", "EXAMPLE\\anna"),
        (("ahl@corp.local",), "ahl@corp.local", "ahl@corp.local"),
    ],
)
@pytest.mark.parametrize("offers", [("Basic",), ("NTLM",)])
async def test_sign_in_when_names_differ_then_the_one_that_the_server_knows_is_found(
    logins: tuple[str, ...], user: str, found: str, offers: tuple[str, ...]
) -> None:
    with serving(tls=True) as server:
        server.service.add_user(EMAIL, "Anna", PASSWORD, logins=logins)
        server.service.offers = offers
        signed = await Trying()(server=server.url, ca=server.ca, user=user)
        assert Keys.load(signed.secret).user == found


@pytest.mark.shows("CON-8")
async def test_sign_in_when_no_server_is_named_then_the_domain_is_asked_for_it(server: EwsServer) -> None:
    trying = Trying(Here(told=(dead_port() + DISCOVERY_PATH, server.base + DISCOVERY_PATH)))
    signed = await trying(ca=server.ca)
    assert Keys.load(signed.secret).url == server.url
    assert len([step for step in trying.steps if step.startswith("server:")]) == 3


@pytest.mark.shows("CON-8")
@pytest.mark.parametrize("what", [What.WRONG, What.MISSING, What.UNKNOWN])
async def test_sign_in_when_the_domain_tells_nothing_then_the_usual_places_are_tried(server: EwsServer, what: What) -> None:
    server.service.discoveries["example.com"] = Discovery(what)
    trying = Trying(Here(told=(server.base + DISCOVERY_PATH,), guessed=(dead_port() + "/EWS/Exchange.asmx", server.url)))
    assert Keys.load((await trying(ca=server.ca)).secret).url == server.url


@pytest.mark.shows("CON-8")
async def test_sign_in_when_the_domain_redirects_then_it_is_followed(server: EwsServer) -> None:
    with serving(tls=True) as other:
        other.service.add_user(EMAIL, "Anna", PASSWORD)
        server.service.discoveries["example.com"] = Discovery(What.URL, other.base + DISCOVERY_PATH)
        signed = await Trying(Here(told=(server.base + DISCOVERY_PATH,)))(ca=server.ca)
        assert Keys.load(signed.secret).url == other.url


@pytest.mark.shows("CON-8", "CON-9")
@pytest.mark.parametrize(("dialect", "told"), [("xml", "autodiscover"), ("svc", "autodiscover by SOAP")])
async def test_sign_in_when_the_server_tells_in_one_way_alone_then_it_is_found_and_the_report_lists_both(
    server: EwsServer, dialect: str, told: str
) -> None:
    server.service.dialects = {dialect}
    trying = Trying(Here(told=(server.base + DISCOVERY_PATH,)))
    assert Keys.load((await trying(ca=server.ca)).secret).url == server.url
    report = trying.connector.report()
    assert any(f"  {told}  {server.url}" in line for line in report.splitlines())
    assert ("status 404" in report) == (dialect == "svc")
    assert ("autodiscover.svc" in report) == (dialect == "svc")


@pytest.mark.shows("CON-8")
@pytest.mark.parametrize("dialect", ["xml", "svc"])
async def test_sign_in_when_autodiscover_leads_to_another_host_and_address_then_both_are_followed(
    server: EwsServer, dialect: str
) -> None:
    with serving(tls=True) as other:
        real = "anna@corp.example.com"
        for each in (server, other):
            each.service.dialects = {dialect}
            each.service.discoveries[EMAIL] = Discovery(What.ADDRESS, real)
        other.service.add_user(real, "Anna", PASSWORD, logins=(EMAIL,))
        server.service.discoveries[real] = Discovery(What.URL, f"{other.base}/autodiscover/autodiscover.{dialect}")
        trying = Trying(Here(told=(server.base + DISCOVERY_PATH,)))
        with pytest.raises(SignInFailed, match="no_mailbox"):
            # The mailbox goes by the other address; this one is a name to sign in with.
            await trying(ca=server.ca)
        report = trying.connector.report()
        assert "redirected to another address" in report
        assert f"redirected to {other.base}/autodiscover/autodiscover.{dialect}" in report
        assert f"{other.url}  version" in report


@pytest.mark.shows("CON-8")
@pytest.mark.parametrize("dialect", ["xml", "svc"])
@pytest.mark.parametrize("loop", ["addresses", "places"])
async def test_sign_in_when_autodiscover_leads_in_a_circle_then_it_ends_and_other_places_are_tried(
    server: EwsServer, dialect: str, loop: str
) -> None:
    server.service.dialects = {dialect}
    here = f"{server.base}/autodiscover/autodiscover.{dialect}"
    if loop == "addresses":
        server.service.discoveries[EMAIL] = Discovery(What.ADDRESS, "bo@example.com")
        server.service.discoveries["bo@example.com"] = Discovery(What.ADDRESS, EMAIL)
    else:
        server.service.discoveries["example.com"] = Discovery(What.URL, here)
    trying = Trying(Here(told=(server.base + DISCOVERY_PATH,), guessed=(server.url,)))
    assert Keys.load((await trying(ca=server.ca)).secret).url == server.url
    assert server.service.users[EMAIL].requests < 10
    assert "led nowhere" in trying.connector.report()


@pytest.mark.shows("CON-8")
@pytest.mark.parametrize("dialect", ["xml", "svc"])
async def test_sign_in_when_autodiscover_leads_to_a_place_without_tls_then_nothing_is_said_there(
    server: EwsServer, dialect: str
) -> None:
    server.service.dialects = {dialect}
    with serving() as bare:
        bare.service.add_user(EMAIL, "Anna", PASSWORD)
        for target in (
            Discovery(What.URL, f"{bare.base}/autodiscover/autodiscover.{dialect}"),
            Discovery(What.SETTINGS, bare.url),
        ):
            server.service.discoveries["example.com"] = target
            trying = Trying(Here(told=(server.base + DISCOVERY_PATH,), guessed=(server.url,)))
            assert Keys.load((await trying(ca=server.ca)).secret).url == server.url
        assert bare.service.users[EMAIL].requests == 0


@pytest.mark.shows("CON-8")
async def test_sign_in_when_the_domain_does_not_know_the_address_then_the_report_says_so_in_both_ways(
    server: EwsServer,
) -> None:
    server.service.discoveries["example.com"] = Discovery(What.UNKNOWN)
    trying = Trying(Here(told=(server.base + DISCOVERY_PATH,)))
    await trying.refused("server", ca=server.ca)
    report = trying.connector.report()
    assert "autodiscover  no EWS (500)" in report
    assert "autodiscover by SOAP  no EWS (InvalidUser)" in report


@pytest.mark.shows("CON-8")
@pytest.mark.parametrize(
    ("version", "schema"),
    [("2010_SP2", "Exchange2010_SP2"), ("2013", "Exchange2013"), ("2016", "Exchange2016"), ("SE", "Exchange2016")],
)
async def test_sign_in_when_servers_are_of_all_ages_then_their_version_is_found(version: str, schema: str) -> None:
    with serving(tls=True, version=version) as server:
        server.service.add_user(EMAIL, "Anna", PASSWORD)
        assert Keys.load((await Trying()(server=server.url, ca=server.ca)).secret).version == schema


async def test_known_when_a_sign_in_worked_then_the_form_can_be_filled_in_again(server: EwsServer) -> None:
    signed = await Trying()(server=server.url, ca=server.ca)
    known = Connector.known(signed.secret)
    assert known["server"] == server.url
    assert "password" not in known
    assert Connector().check(known | {"password": "x"}) == {}
    assert Keys.load((await Trying()(**known | {"password": PASSWORD})).secret) == Keys.load(signed.secret)


# Failing


@pytest.mark.shows("CON-8")
@pytest.mark.parametrize("offers", [("Basic",), ("NTLM",), ("Negotiate", "NTLM", "Basic")])
async def test_sign_in_when_the_password_is_wrong_then_it_says_so_after_few_tries(
    server: EwsServer, offers: tuple[str, ...]
) -> None:
    server.service.offers = offers
    trying = Trying()
    failed = await trying.refused("password", server=server.url, ca=server.ca, password="wrong")
    assert failed.detail == f"{EMAIL}, anna"
    assert trying.connector.report().count(" as ") <= 3


@pytest.mark.shows("CON-8")
async def test_sign_in_when_the_domains_own_server_refuses_the_password_then_no_other_is_shown_it(server: EwsServer) -> None:
    with serving(tls=True) as other:
        trying = Trying(Here(told=(server.base + DISCOVERY_PATH,), guessed=(other.url,)))
        await trying.refused("password", ca=server.ca, password="wrong")
        assert urllib.parse.urlsplit(other.url).netloc not in trying.connector.report()


@pytest.mark.shows("CON-8")
async def test_sign_in_when_there_is_no_such_server_then_the_tried_addresses_are_told() -> None:
    dead = dead_port()
    failed = await Trying().refused("server", server=dead)
    assert failed.detail == f"{dead}/EWS/Exchange.asmx"


@pytest.mark.shows("CON-8")
async def test_sign_in_when_a_guessed_place_is_somebody_elses_then_no_server_was_found() -> None:
    with serving(tls=Tls.OTHER_NAME) as other:
        failed = await Trying(Here(guessed=(other.url,))).refused("server", ca=other.ca)
        assert failed.detail == other.url


@pytest.mark.shows("CON-8")
async def test_sign_in_when_something_else_answers_then_it_is_no_server(server: EwsServer) -> None:
    failed = await Trying().refused("server", server=f"{server.base}/somewhere/else", ca=server.ca)
    assert failed.detail == f"{server.base}/somewhere/else"


@pytest.mark.shows("CON-8")
async def test_sign_in_when_the_server_is_too_old_then_it_says_what_it_is() -> None:
    with serving(tls=True, version="2010_SP1") as server:
        server.service.add_user(EMAIL, "Anna", PASSWORD)
        failed = await Trying().refused("too_old", server=server.url, ca=server.ca)
        assert failed.detail.startswith("Exchange 2010 SP1 (14.1")


@pytest.mark.shows("CON-8")
@pytest.mark.parametrize(
    ("tls", "trusting", "why"),
    [
        (Tls.GOOD, False, "unknown_ca"),
        (Tls.STRANGER, True, "unknown_ca"),
        (Tls.SELF_SIGNED, True, "self_signed"),
        (Tls.OTHER_NAME, True, "wrong_host"),
        (Tls.EXPIRED, True, "expired"),
    ],
)
async def test_sign_in_when_the_certificate_does_not_count_then_it_says_whose_it_is_and_why(
    tls: Tls, trusting: bool, why: str
) -> None:
    with serving(tls=tls) as server:
        user = server.service.add_user(EMAIL, "Anna", PASSWORD)
        ca = {"ca": server.ca} if trusting else {}
        failed = await Trying().refused("certificate", server=server.url, **ca)
        told = dict(part.split("=", 1) for part in failed.detail.split("; "))
        assert told["why"] == why
        assert len(told["sha256"]) == 95
        assert "Example" in told["issuer"] or "Elsewhere" in told["issuer"] or told["issuer"]
        assert user.requests == 0


@pytest.mark.shows("CON-8")
async def test_sign_in_when_only_tokens_are_taken_then_office_365_is_named(server: EwsServer) -> None:
    server.service.offers = ("Bearer",)
    await Trying().refused("microsoft", server=server.url, ca=server.ca)


@pytest.mark.shows("CON-8")
async def test_sign_in_when_the_domain_lives_at_microsoft_then_office_365_is_named(server: EwsServer) -> None:
    await Trying(Here(names={"autodiscover.example.com": "autodiscover.outlook.com"})).refused("microsoft")
    for target in (
        Discovery(What.ADDRESS, "anna@example.mail.onmicrosoft.com"),
        Discovery(What.URL, "https://autodiscover-s.outlook.com/autodiscover/autodiscover.xml"),
        Discovery(What.SETTINGS, "https://outlook.office365.com/EWS/Exchange.asmx"),
    ):
        server.service.discoveries["example.com"] = target
        await Trying(Here(told=(server.base + DISCOVERY_PATH,))).refused("microsoft", ca=server.ca)


@pytest.mark.shows("CON-8")
async def test_sign_in_when_the_server_lets_nobody_in_this_way_then_it_is_forbidden(server: EwsServer) -> None:
    server.service.users[EMAIL].blocked = True
    await Trying().refused("forbidden", server=server.url, ca=server.ca)


@pytest.mark.shows("CON-6", "CON-8")
async def test_sign_in_when_the_address_is_somebody_elses_then_there_is_no_mailbox(server: EwsServer) -> None:
    server.service.add_user("bo@example.com", "Bo", "his own")
    await Trying().refused("no_mailbox", server=server.url, ca=server.ca, email="bo@example.com", user=EMAIL)


async def test_sign_in_when_the_server_hangs_then_it_ends_in_time_and_the_thread_holds_nobody() -> None:
    with mute_port() as mute:
        began = time.monotonic()
        with pytest.raises(Unreachable):
            await Trying(Here(connect=0.5, answer=0.5))(server=mute)
        assert time.monotonic() - began < 5


async def test_sign_in_when_the_server_takes_the_request_and_hangs_then_it_is_unreachable(server: EwsServer) -> None:
    server.silent.set()
    with pytest.raises(Unreachable):
        await Trying(Here(answer=0.5))(server=server.url, ca=server.ca)
    server.silent.clear()


async def test_sign_in_when_it_takes_too_long_then_it_ends_with_the_limit(server: EwsServer) -> None:
    server.silent.set()
    with pytest.raises(SignInFailed) as failed:
        await Trying(Here(answer=20.0))(limit=0.3, server=server.url, ca=server.ca)
    assert failed.value.reason == "time_out"
    server.silent.clear()


@pytest.mark.shows("CON-8")
async def test_sign_in_when_it_is_cancelled_then_it_ends_at_once(server: EwsServer) -> None:
    server.silent.set()
    trying = Trying(Here(answer=20.0))
    running = asyncio.ensure_future(trying(server=server.url, ca=server.ca))
    while not any(step.startswith("server:") for step in trying.steps):
        await asyncio.sleep(0.01)
    began = time.monotonic()
    trying.cancel.set()
    with pytest.raises(SignInFailed) as failed:
        await running
    assert failed.value.reason == "cancelled"
    assert time.monotonic() - began < 3
    server.silent.clear()


async def test_sign_in_when_the_form_is_wrong_then_nothing_is_tried() -> None:
    trying = Trying()
    with pytest.raises(InvalidFields) as wrong:
        await trying(server="http://mail.example.com", password="")
    assert wrong.value.fields == {"server": "http", "password": "missing"}
    assert trying.steps == []
    assert trying.connector.report() == ""


# The report


@pytest.mark.shows("CON-9", "CON-10")
@pytest.mark.parametrize("offers", [("Basic",), ("NTLM", "Basic")])
async def test_report_when_anything_was_tried_then_it_tells_what_answered_and_holds_no_secret(
    server: EwsServer, offers: tuple[str, ...], caplog: pytest.LogCaptureFixture
) -> None:
    server.service.offers = offers
    secret = "pä ss&word/+=<%20>"
    server.service.set_password(EMAIL, secret)
    trying = Trying(Here(told=(dead_port() + DISCOVERY_PATH, server.base + DISCOVERY_PATH)))
    with caplog.at_level("DEBUG", "app"):
        await trying(ca=server.ca, password=secret)
        await trying.refused("certificate", server=server.url, password=secret)
        failed_report = trying.connector.report()
        await trying.refused("password", server=server.url, ca=server.ca, password=secret + "x")
    assert isinstance(trying.connector, Reporting)
    report = trying.connector.report()
    assert server.url in report
    assert "status 401" in report
    assert "certificate not believed: why=unknown_ca" in failed_report
    plain = secret.encode()
    for shape in (
        secret, urllib.parse.quote(secret), urllib.parse.quote_plus(secret), base64.b64encode(plain).decode().rstrip("="),
        base64.b64encode(f"{EMAIL}:{secret}".encode()).decode()[:-4], plain.hex(),
    ):  # fmt: skip
        assert shape not in report + failed_report
        assert shape not in caplog.text


@pytest.mark.shows("CON-9")
async def test_report_when_a_server_echoes_the_password_then_it_is_hidden() -> None:
    from app.providers.exchange.report import Report

    report = Report(SystemClock(), "s3cret pass")
    for shape in ("s3cret pass", "s3cret%20pass", "s3cret+pass", base64.b64encode(b"s3cret pass").decode()):
        report.add("https://mail.example.com", "sign in", f"Server: {shape}")
    assert "s3cret" not in report.text()
    assert base64.b64encode(b"s3cret pass").decode().rstrip("=") not in report.text()
    assert report.text().count("…") == 4


def test_connector_when_looked_at_then_it_is_what_the_registry_expects() -> None:
    connector = Connector()
    assert (connector.kind, connector.by_browser, connector.report()) == (ProviderKind.EXCHANGE, False, "")
    with pytest.raises(InvalidFields):
        connector.read_file("{}")
