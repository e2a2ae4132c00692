"""Signing in: a browser that follows Microsoft's page to the door on this computer, and all the ways it does not."""

from __future__ import annotations

import asyncio
import html
import json
import logging
import re
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx2
import pytest

from app.domain.connections import Access, ProviderKind
from app.domain.errors import AftaleError, InvalidFields, RateLimited, SignInExpired, SignInFailed, Unreachable
from app.providers.base import SignedIn
from app.providers.office365 import auth
from app.providers.office365.connector import Connector
from app.providers.office365.places import Places
from app.providers.office365.tokens import NEEDED, Credentials, Session
from tests.providers.contract import END, START, seen
from tests.providers.office365.exchanges import answer, answering
from tests.providers.office365.worlds import CLIENT, GraphWorld
from tests.servers.graph.serving import serving
from tests.servers.graph.state import AppRegistration

pytestmark = pytest.mark.anyio
FORM = re.compile(r'<form method="post" action="([^"]*)"', re.IGNORECASE)
FIELD = re.compile(r'type="hidden" name="([^"]*)" value="([^"]*)"')


def form_of(page: httpx2.Response) -> tuple[str, dict[str, str]]:
    """Where the form of a page goes, and its hidden fields."""
    action = FORM.search(page.text)
    assert action, page.text
    return html.unescape(action[1]), {name: html.unescape(value) for name, value in FIELD.findall(page.text)}


class Browser:
    """Opens the sign-in page and does what a person does there. ``first``: goes to the door with something else before."""

    def __init__(self, world: GraphWorld, decision: str = "accept") -> None:
        self.world, self.decision = world, decision
        self.first: list[Callable[[str, dict[str, str]], httpx2.Request]] = []
        self.pages: list[httpx2.Response] = []
        self.opened = asyncio.Event()
        self.address = ""
        self.task: asyncio.Task[None] | None = None

    def __call__(self, address: str) -> None:
        self.address = address
        self.opened.set()
        if self.decision:
            self.task = asyncio.create_task(self._visit(address))

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.address).query))

    async def _visit(self, address: str) -> None:
        async with httpx2.AsyncClient(verify=False) as http:
            page = await http.get(address)
            self.pages.append(page)
            if page.status_code != 200:
                return
            action, fields = form_of(page)
            if "decision" in page.text:
                base = self.world.where.login
                page = await http.post(f"{base}{action}", data={**fields, "user": self.world.email, "decision": self.decision})
                action, fields = form_of(page)
            for make in self.first:
                self.pages.append(await http.send(make(action, fields)))
            self.pages.append(await http.post(action, data=fields))


async def signing_in(
    world: GraphWorld,
    browser: Browser,
    client: str = CLIENT,
    tenant: str = "common",
    limit: float = 20,
    cancel: asyncio.Event | None = None,
    steps: list[str] | None = None,
) -> SignedIn:
    try:
        return await auth.sign_in(
            auth.Client(client, tenant), browser, cancel or asyncio.Event(), (steps if steps is not None else []).append,
            world.clock, world.where, login_hint=world.email, limit=limit,
        )  # fmt: skip
    finally:
        if browser.task:
            await browser.task


@pytest.mark.shows("CON-1", "CON-3")
async def test_sign_in_when_the_person_agrees_then_calendars_can_be_read(world: GraphWorld) -> None:
    browser, steps = Browser(world), list[str]()
    signed_in = await signing_in(world, browser, steps=steps)
    assert (signed_in.email, signed_in.name, signed_in.missing) == (world.email, "Anna Holm", ())
    assert (signed_in.shared, signed_in.ends) == (False, 0)
    assert steps == ["browser", "token", "who", "calendars"]
    provider = world.connect(Credentials.load(signed_in.secret))
    assert await provider.read_window(world.calendar, START, END) == ()
    page = browser.pages[-1]
    assert page.status_code == 200
    assert "close this page" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_address_when_it_is_opened_then_it_carries_state_and_challenge_and_asks_for_a_form(world: GraphWorld) -> None:
    browser = Browser(world)
    await signing_in(world, browser)
    query = browser.query
    assert (query["code_challenge_method"], query["response_mode"]) == ("S256", "form_post")
    assert len(query["state"]) >= 43
    assert urlsplit(query["redirect_uri"]).hostname == "localhost"
    assert set(query["scope"].split()) == {*NEEDED, "openid", "profile", "offline_access"}
    assert query["login_hint"] == world.email
    assert browser.address.startswith(world.where.login)


@pytest.mark.shows("CON-3")
async def test_connector_when_the_environment_names_a_stand_in_then_the_whole_connection_goes_there(
    world: GraphWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AFTALE_GRAPH_BASE", world.server.base)
    monkeypatch.setenv("AFTALE_LOGIN_BASE", world.server.base)
    connector, browser = Connector(), Browser(world)
    fields = {"client_id": f" {CLIENT.upper()} ", "tenant": ""}
    signed_in = await connector.sign_in(fields, browser, asyncio.Event(), lambda step: None, world.clock)
    assert (connector.kind, connector.by_browser, connector.sign_in_ends(signed_in.secret)) == (ProviderKind.OFFICE365, True, 0)
    kept: list[bytes] = []

    async def keep(secret: bytes) -> None:
        kept.append(secret)

    provider = connector.provider("a1", signed_in.secret, keep, world.clock)
    assert world.calendar in [each.id for each in await provider.calendars()]
    # What was kept is enough for the next start, whatever client is set by then.
    world.server.consents.expire_access(world.email)
    assert await provider.read_window(world.calendar, START, END) == ()
    await provider.close()
    again = connector.provider("a1", kept[-1], keep, world.clock)
    assert await again.read_window(world.calendar, START, END) == ()
    await again.close()
    await connector.sign_out(signed_in.secret, world.clock)


@pytest.mark.shows("CON-4")
async def test_sign_in_when_the_person_refuses_then_nothing_comes_of_it(world: GraphWorld) -> None:
    browser, before = Browser(world, "cancel"), world.server.consents.token_calls
    with pytest.raises(SignInFailed) as failed:
        await signing_in(world, browser)
    assert failed.value.reason == "refused"
    assert world.server.consents.token_calls == before
    assert "Nothing was connected" in browser.pages[-1].text


@pytest.mark.shows("CON-6")
async def test_sign_in_when_the_organisation_has_to_agree_first_then_it_is_a_matter_of_rights(world: GraphWorld) -> None:
    world.user.needs_admin = True
    with pytest.raises(SignInFailed) as failed:
        await signing_in(world, Browser(world))
    assert failed.value.reason == "rights"


@pytest.mark.shows("CON-6", "CON-13")
async def test_sign_in_when_only_calendars_of_others_were_withheld_then_just_those_cannot_be_used(world: GraphWorld) -> None:
    world.server.consents.withheld.add("Calendars.ReadWrite.Shared")
    try:
        signed_in = await signing_in(world, Browser(world))
    finally:
        world.server.consents.withheld.clear()
    assert signed_in.missing == ()
    found = {each.id: each.access for each in await world.connect(Credentials.load(signed_in.secret)).calendars()}
    assert found.pop(world.calendar) is Access.FREE_BUSY
    assert list(found.values()) == [Access.OWNER]


@pytest.mark.shows("CON-6")
@pytest.mark.parametrize("withheld", ["offline_access", "Calendars.ReadWrite"])
async def test_sign_in_when_what_it_needs_most_was_withheld_then_nothing_is_connected(world: GraphWorld, withheld: str) -> None:
    world.server.consents.withheld.add(withheld)
    if withheld.startswith("Calendars"):
        world.server.consents.withheld.add(f"{withheld}.Shared")
    try:
        with pytest.raises(SignInFailed) as failed:
            await signing_in(world, Browser(world))
    finally:
        world.server.consents.withheld.clear()
    assert failed.value.reason == ("no_refresh" if withheld == "offline_access" else "rights")


@pytest.mark.shows("CON-6")
@pytest.mark.parametrize(("purpose", "shared"), [("user", False), ("linked", False), ("shared", True), ("room", True)])
async def test_sign_in_when_the_mailbox_is_nobodys_own_then_it_is_told(world: GraphWorld, purpose: str, shared: bool) -> None:
    world.user.purpose = purpose
    assert (await signing_in(world, Browser(world))).shared is shared


@pytest.mark.shows("CON-3")
async def test_sign_in_when_there_is_no_mailbox_in_the_cloud_then_another_way_has_to_be_taken(world: GraphWorld) -> None:
    world.user.mailbox = False
    with pytest.raises(SignInFailed) as failed:
        await signing_in(world, Browser(world))
    assert failed.value.reason == "no_mailbox"


async def test_sign_in_when_it_is_cancelled_or_takes_too_long_then_the_door_is_shut(world: GraphWorld) -> None:
    for limit, cancels, reason in ((20.0, True, "cancelled"), (0.5, False, "time_out")):
        browser, cancel = Browser(world, decision=""), asyncio.Event()
        running = asyncio.ensure_future(signing_in(world, browser, limit=limit, cancel=cancel))
        await browser.opened.wait()
        if cancels:
            cancel.set()
        with pytest.raises(SignInFailed) as failed:
            await running
        assert failed.value.reason == reason
        async with httpx2.AsyncClient() as http:
            with pytest.raises(httpx2.ConnectError):
                await http.get(browser.query["redirect_uri"])


async def test_door_when_others_knock_first_then_they_are_sent_away_and_the_waiting_goes_on(world: GraphWorld) -> None:
    def posted(redirect: str, **fields: str) -> httpx2.Request:
        return httpx2.Request("POST", redirect, data=fields)

    browser = Browser(world)
    browser.first = [
        # The code in the address, as the flow of old has it, is refused even with the right state.
        lambda redirect, form: httpx2.Request("GET", f"{redirect}/?code={form['code']}&state={form['state']}"),
        lambda redirect, form: httpx2.Request("GET", f"{redirect}/favicon.ico"),
        lambda redirect, form: posted(redirect, code="stolen", state="guessed"),
        lambda redirect, form: posted(redirect, code="stolen"),
        lambda redirect, form: posted(redirect, state=form["state"]),
        lambda redirect, form: httpx2.Request("POST", redirect, json=form),
        lambda redirect, form: httpx2.Request("POST", redirect, data=form, headers={"Host": "evil.example"}),
        lambda redirect, form: httpx2.Request("POST", redirect, data={"x": "y" * 70_000}),
    ]
    assert (await signing_in(world, browser)).email == world.email
    assert [each.status_code for each in browser.pages[1:-1]] == [405, 404, 400, 400, 400, 415, 400, 413]


async def test_door_when_a_request_has_no_end_then_it_is_closed_and_the_waiting_goes_on(world: GraphWorld) -> None:
    browser = Browser(world, decision="")
    running = asyncio.ensure_future(signing_in(world, browser))
    await browser.opened.wait()
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(browser.query["redirect_uri"]).port)
    writer.write(b"POST / HTTP/1.1\r\nX: " + b"x" * 80_000)
    assert await reader.read() == b""
    writer.close()
    browser.decision = "accept"
    browser(browser.address)
    assert (await running).email == world.email


@pytest.mark.parametrize(
    ("forged", "reason"),
    [
        ({"code": "x"}, "answer"),
        ({"error": "temporarily_unavailable"}, "answer"),
        ({"error": "unauthorized_client"}, "client"),
        ({"error": "access_denied", "error_description": "AADSTS65004: declined"}, "refused"),
        ({"error": "access_denied", "error_description": "AADSTS90094: admin"}, "rights"),
        ({"error": "consent_required"}, "rights"),
    ],
)
async def test_sign_in_when_the_answer_is_an_error_then_the_reason_tells_whose_it_is(
    world: GraphWorld, forged: dict[str, str], reason: str
) -> None:
    browser = Browser(world, decision="")
    running = asyncio.ensure_future(signing_in(world, browser))
    await browser.opened.wait()
    async with httpx2.AsyncClient() as http:
        await http.post(browser.query["redirect_uri"], data={**forged, "state": browser.query["state"]})
    with pytest.raises(SignInFailed) as failed:
        await running
    assert failed.value.reason == reason


async def test_sign_in_when_microsoft_takes_the_client_no_more_then_it_is_not_the_persons_fault(world: GraphWorld) -> None:
    gone = "7d5d7a1e-2f0b-4c3e-9a39-0d7f3a1f6c99"
    world.server.service.clients[gone] = AppRegistration(gone)
    browser = Browser(world)

    def removed(redirect: str, form: dict[str, str]) -> httpx2.Request:
        del world.server.service.clients[gone]
        return httpx2.Request("GET", redirect)

    browser.first = [removed]
    with pytest.raises(SignInFailed) as failed:
        await signing_in(world, browser, client=gone)
    assert (failed.value.reason, failed.value.detail) == ("client", "unauthorized_client")


async def test_sign_in_when_it_waits_then_no_thread_of_the_loop_is_used(world: GraphWorld) -> None:
    class Refusing(ThreadPoolExecutor):
        def submit(self, *_: object, **__: object) -> object:  # type: ignore[override]
            raise AssertionError("a sign-in that waits must not keep the program from ending")

    browser = Browser(world, decision="")
    asyncio.get_running_loop().set_default_executor(Refusing(1))
    cancel = asyncio.Event()
    running = asyncio.ensure_future(signing_in(world, browser, cancel=cancel))
    await browser.opened.wait()
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
    cancel.set()
    with pytest.raises(SignInFailed):
        await running


async def test_sign_in_when_microsoft_cannot_be_reached_then_it_is_a_passing_fault(world: GraphWorld) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = Places(world.server.base, f"http://127.0.0.1:{closed.getsockname()[1]}")
    browser = Browser(world, decision="")
    running = asyncio.ensure_future(
        auth.sign_in(auth.Client(CLIENT, "common"), browser, asyncio.Event(), lambda step: None, world.clock, nowhere)
    )
    await browser.opened.wait()
    async with httpx2.AsyncClient() as http:
        await http.post(browser.query["redirect_uri"], data={"code": "x", "state": browser.query["state"]})
    with pytest.raises(Unreachable):
        await running


@pytest.mark.shows("CON-3")
async def test_sign_in_when_the_stand_in_speaks_tls_with_a_certificate_of_its_own_then_it_works_all_the_same(
    world: GraphWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a company's proxy may have left in the environment does not decide whom we trust.
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    with serving(tls=True) as server:
        server.service.clients[CLIENT] = AppRegistration(CLIENT)
        server.service.add_user(world.email, "Anna Holm")
        plain, world.server = world.server, server
        try:
            browser = Browser(world)
            signed_in = await signing_in(world, browser)
            provider = world.connect(Credentials.load(signed_in.secret))
            assert [each.primary for each in await provider.calendars()] == [True]
            assert browser.address.startswith("https://localhost:")
            await provider.close()
        finally:
            world.server = plain


@pytest.mark.shows("CON-10")
async def test_tokens_when_shown_raised_or_logged_then_no_secret_is_seen(
    world: GraphWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    signed_in = await signing_in(world, Browser(world))
    credentials = Credentials.load(signed_in.secret)
    provider = world.connect(credentials)
    await provider.calendars()
    world.server.consents.expire_access(world.email)
    await provider.calendars()
    shown = f"{signed_in} {credentials} {world.session(credentials)} {provider!r} {vars(provider)}"
    world.sign_out()
    with pytest.raises(SignInExpired) as expired:
        await world.connect(credentials).calendars()
    shown += f"{expired.value!r} {expired.value.__cause__!r} {caplog.text}"
    held = json.loads(credentials.cache)
    secrets = [entry["secret"] for kind in ("AccessToken", "RefreshToken", "IdToken") for entry in held[kind].values()]
    assert len(secrets) >= 3
    assert [each for each in secrets if each in shown] == []


@pytest.mark.shows("CON-10")
async def test_token_call_when_it_is_answered_late_then_cancelling_does_not_wait_for_it(world: GraphWorld) -> None:
    """A server that takes the request and says nothing: the thread that waits holds up neither the sign-in nor the end."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        slow = Places(world.server.base, f"http://127.0.0.1:{silent.getsockname()[1]}")
        browser, cancel = Browser(world, decision=""), asyncio.Event()
        running = asyncio.ensure_future(
            auth.sign_in(auth.Client(CLIENT, "common"), browser, cancel, lambda step: None, world.clock, slow)
        )
        await browser.opened.wait()
        async with httpx2.AsyncClient() as http:
            await http.post(browser.query["redirect_uri"], data={"code": "x", "state": browser.query["state"]})
        knocking = await asyncio.to_thread(lambda: silent.accept()[0])
        cancel.set()
        with pytest.raises(SignInFailed) as failed:
            await asyncio.wait_for(running, 5)
        assert failed.value.reason == "cancelled"
        waiting = [each for each in threading.enumerate() if each.name == "sign-in"]
        assert [each for each in waiting if not each.daemon] == []
        knocking.close()


# The form


@pytest.mark.shows("CON-7")
@pytest.mark.parametrize(
    ("fields", "problems"),
    [
        ({"client_id": CLIENT}, {}),
        ({"client_id": CLIENT, "tenant": "common"}, {}),
        ({"client_id": CLIENT, "tenant": "Organizations"}, {}),
        ({"client_id": CLIENT, "tenant": "consumers"}, {}),
        ({"client_id": f" {CLIENT} ", "tenant": "8c5b21f7-5a04-4d55-9a0f-3bb2ad02f1c4"}, {}),
        ({"client_id": CLIENT, "tenant": "holm.onmicrosoft.com"}, {}),
        ({"client_id": CLIENT, "tenant": "holm.dk"}, {}),
        ({}, {"client_id": "missing"}),
        ({"client_id": "  "}, {"client_id": "missing"}),
        ({"client_id": "123456789012-abc.apps.googleusercontent.com"}, {"client_id": "form"}),
        ({"client_id": CLIENT[:-1]}, {"client_id": "form"}),
        ({"client_id": CLIENT, "tenant": "my company"}, {"tenant": "form"}),
        ({"client_id": CLIENT, "tenant": "../common"}, {"tenant": "form"}),
        ({"client_id": CLIENT, "tenant": "holm"}, {"tenant": "form"}),
        ({"client_id": "x", "tenant": "https://login.microsoftonline.com/common"}, {"client_id": "form", "tenant": "form"}),
    ],
)
def test_form_when_it_is_checked_then_each_field_says_what_is_wrong(fields: dict[str, str], problems: dict[str, str]) -> None:
    assert Connector().check(fields) == problems


@pytest.mark.shows("CON-7")
async def test_form_when_it_is_wrong_then_nobody_is_asked(world: GraphWorld) -> None:
    browser = Browser(world)
    with pytest.raises(InvalidFields):
        await Connector().sign_in({"client_id": "x"}, browser, asyncio.Event(), lambda step: None, world.clock)
    assert browser.address == ""


def test_file_when_somebody_has_one_then_it_is_not_microsofts() -> None:
    with pytest.raises(InvalidFields) as invalid:
        Connector().read_file("{}")
    assert invalid.value.fields == {"client_file": "not_here"}


# What comes after


@pytest.mark.shows("INACT-1")
@pytest.mark.parametrize("what", ["interaction_required", "consent_required"])
async def test_calls_when_microsoft_wants_the_person_again_then_it_is_asked_once(world: GraphWorld, what: str) -> None:
    await world.provider.calendars()
    world.server.consents.demand(world.email, what)
    before = world.server.consents.token_calls
    for _ in range(4):
        with pytest.raises(SignInExpired):
            await seen(world)
    assert world.server.consents.token_calls == before + 1


@pytest.mark.shows("R14")
@pytest.mark.parametrize(
    ("trouble", "expected"),
    [
        (answer("500 Internal Server Error", "not well"), Unreachable),
        (answer("503 Service Unavailable", "{}", "Retry-After: 7"), RateLimited),
        (answer("429 Too Many Requests", "{}"), RateLimited),
        (answer("404 Not Found", "<html>hotel network</html>"), Unreachable),
        (answer("200 OK", '{"access_token": "planted", "refresh_'), Unreachable),
        (answer("400 Bad Request", '{"error": "temporarily_unavailable"}'), Unreachable),
        (b"", Unreachable),
    ],
)
async def test_token_call_when_the_service_is_not_well_then_it_is_a_passing_fault_and_asked_again(
    world: GraphWorld, caplog: pytest.LogCaptureFixture, trouble: bytes, expected: type[AftaleError]
) -> None:
    credentials = world.credentials()
    world.server.consents.expire_access(world.email)
    good = answer("200 OK", json.dumps(world.server.consents.give(world.email, CLIENT)), "Content-Type: application/json")
    async with answering(trouble, good) as stub:
        session = Session("account", credentials, world.clock, where=Places(world.server.base, stub.base))
        with pytest.raises(expected) as failed:
            await session.bearer(stale="old")
        if isinstance(failed.value, RateLimited):
            assert failed.value.retry_after in (7, 15)
        assert await session.bearer(stale="old")
    assert "planted" not in caplog.text


@pytest.mark.shows("R15")
async def test_refresh_when_it_was_refused_for_good_then_nothing_makes_us_ask_again(world: GraphWorld) -> None:
    refusal = answer("400 Bad Request", '{"error": "invalid_grant", "error_description": "AADSTS70043"}')
    async with answering(refusal) as stub:
        session = Session("account", world.credentials(), world.clock, where=Places(world.server.base, stub.base))
        for claims in ("", '{"access_token": {"acrs": {"essential": true, "value": "c1"}}}', ""):
            with pytest.raises(SignInExpired) as expired:
                await session.bearer(stale="old", claims=claims)
            assert expired.value.detail == "invalid_grant"
        assert len(stub.heard) == 1


@pytest.mark.shows("R15")
async def test_refresh_when_claims_are_asked_for_then_they_are_passed_on(world: GraphWorld) -> None:
    wanted = {"access_token": {"acrs": {"essential": True, "value": "c1"}}}
    good = answer("200 OK", json.dumps(world.server.consents.give(world.email, CLIENT)), "Content-Type: application/json")
    async with answering(good) as stub:
        session = Session("account", world.credentials(), world.clock, where=Places(world.server.base, stub.base))
        await session.bearer(stale="old", claims=json.dumps(wanted))
        form = parse_qs(stub.heard[0].partition(b"\r\n\r\n")[2].decode())
        assert json.loads(form["claims"][0]) == wanted
        assert form["grant_type"] == ["refresh_token"]
