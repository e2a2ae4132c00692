"""Signing in: a browser that follows the consent page to the door on this computer, and all the ways it does not."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx2
import pytest

from app.domain.clock import DAY
from app.domain.errors import SignInExpired
from app.providers.google import auth
from app.providers.google.auth import SignInFailed, lacking, sign_in, sign_out
from app.providers.google.client_file import OAuthClient
from app.providers.google.places import Places
from app.providers.google.tokens import EVENTS, FREE_BUSY, LIST, NEEDED, Tokens, consent_ends, died_of_testing
from tests.providers.contract import END, START
from tests.providers.google.browser import Browser
from tests.providers.google.worlds import TESTING, GoogleWorld

pytestmark = pytest.mark.anyio


async def signing_in(
    world: GoogleWorld,
    browser: Browser,
    client: OAuthClient | None = None,
    limit: float = 20,
    cancel: asyncio.Event | None = None,
) -> Tokens:
    try:
        return await sign_in(
            client or world.client, NEEDED, browser, cancel or asyncio.Event(), limit=limit, login_hint=world.email,
            clock=world.clock, where=Places.below(world.server.base),
        )  # fmt: skip
    finally:
        if browser.task:
            await browser.task


@pytest.mark.shows("CON-1", "CON-3")
async def test_sign_in_when_the_person_agrees_then_calendars_can_be_read(world: GoogleWorld) -> None:
    browser = Browser(world)
    tokens = await signing_in(world, browser)
    assert (tokens.email, lacking(tokens)) == (world.email, ())
    assert consent_ends(tokens) is None
    assert await world.connect(tokens).read_window(world.calendar, START, END) == ()
    page = browser.pages[-1]
    assert page.status_code == 200
    assert "close this page" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


async def test_consent_address_when_it_is_opened_then_it_carries_state_and_challenge_and_no_secret(world: GoogleWorld) -> None:
    browser = Browser(world)
    await signing_in(world, browser)
    query = dict(parse_qsl(urlsplit(browser.address).query))
    assert query["code_challenge_method"] == "S256"
    assert len(query["state"]) >= 43
    assert urlsplit(query["redirect_uri"]).hostname == "127.0.0.1"
    assert (query["access_type"], query["prompt"]) == ("offline", "consent")
    assert world.client.secret not in browser.address


@pytest.mark.shows("CON-4")
async def test_sign_in_when_the_person_refuses_then_nothing_comes_of_it(world: GoogleWorld) -> None:
    browser, before = Browser(world, "deny"), world.server.consents.token_calls
    with pytest.raises(SignInFailed) as failed:
        await signing_in(world, browser)
    assert failed.value.reason == "refused"
    assert world.server.consents.token_calls == before
    assert "Nothing was connected" in browser.pages[-1].text


@pytest.mark.shows("CON-6")
async def test_sign_in_when_boxes_are_unticked_then_it_says_which_rights_are_missing(world: GoogleWorld) -> None:
    tokens = await signing_in(world, Browser(world, ticked=["openid", LIST]))
    assert lacking(tokens) == (EVENTS, FREE_BUSY)


async def test_sign_in_when_it_is_cancelled_or_takes_too_long_then_the_door_is_shut(world: GoogleWorld) -> None:
    for limit, cancels, reason in ((20.0, True, "cancelled"), (0.05, False, "time_out")):
        browser, cancel = Browser(world, decision=""), asyncio.Event()
        running = asyncio.ensure_future(signing_in(world, browser, limit=limit, cancel=cancel))
        await browser.opened.wait()
        if cancels:
            cancel.set()
        with pytest.raises(SignInFailed) as failed:
            await running
        assert failed.value.reason == reason
        (redirect,) = parse_qs(urlsplit(browser.address).query)["redirect_uri"]
        async with httpx2.AsyncClient() as http:
            with pytest.raises(httpx2.ConnectError):
                await http.get(redirect)


async def test_door_when_others_knock_first_then_they_are_sent_away_and_the_waiting_goes_on(world: GoogleWorld) -> None:
    browser = Browser(world)
    browser.first = [
        lambda redirect, _state: httpx2.Request("GET", f"{redirect}/?code=stolen&state=guessed"),
        lambda redirect, _state: httpx2.Request("GET", f"{redirect}/favicon.ico"),
        lambda redirect, state: httpx2.Request("POST", f"{redirect}/?code=x&state={state}"),
        lambda redirect, state: httpx2.Request("GET", f"{redirect}/?code=x&state={state}", headers={"Host": "evil.example"}),
        lambda redirect, state: httpx2.Request("GET", f"{redirect}/?state={state}"),
    ]
    tokens = await signing_in(world, browser)
    assert tokens.email == world.email
    assert [each.status_code for each in browser.pages[1:-1]] == [400, 404, 405, 400, 400]


async def test_door_when_a_request_has_no_end_then_it_is_closed_and_the_waiting_goes_on(world: GoogleWorld) -> None:
    browser = Browser(world, decision="")
    running = asyncio.ensure_future(signing_in(world, browser))
    await browser.opened.wait()
    (redirect,) = parse_qs(urlsplit(browser.address).query)["redirect_uri"]
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(redirect).port)
    writer.write(b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000)
    assert await reader.read() == b""
    writer.close()
    browser.decision = "allow"
    browser(browser.address)
    assert (await running).email == world.email


async def test_sign_in_when_google_does_not_know_the_client_then_it_is_not_the_persons_fault(world: GoogleWorld) -> None:
    wrong = OAuthClient(world.client.id, "GOCSPX-another-secret")
    with pytest.raises(SignInFailed) as failed:
        await signing_in(world, Browser(world), client=wrong)
    assert (failed.value.reason, failed.value.detail) == ("client", "invalid_client")


async def test_sign_in_when_it_waits_then_no_thread_of_the_loop_is_used(world: GoogleWorld) -> None:
    class Refusing(ThreadPoolExecutor):
        def submit(self, *_: object, **__: object) -> object:  # type: ignore[override]
            raise AssertionError("a sign-in that waits must not keep the program from ending")

    asyncio.get_running_loop().set_default_executor(Refusing(1))
    try:
        assert (await signing_in(world, Browser(world))).refresh
    finally:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))


@pytest.mark.shows("CON-7")
async def test_testing_client_when_a_week_has_passed_then_it_was_known_and_is_recognised(world: GoogleWorld) -> None:
    world.client = TESTING
    tokens = await signing_in(world, Browser(world), client=TESTING)
    ends = consent_ends(tokens)
    assert ends == pytest.approx(world.clock.now() + 7 * DAY, abs=5)
    ahead = world.server.service.clock.ahead
    world.server.service.clock.advance(7 * DAY + 60)
    try:
        with pytest.raises(SignInExpired):
            await world.connect(tokens).calendars()
        assert died_of_testing(tokens, world.clock.now())
    finally:
        world.server.service.clock.ahead = ahead


@pytest.mark.shows("CON-11")
async def test_sign_out_when_done_then_google_takes_the_tokens_no_more(world: GoogleWorld) -> None:
    tokens = world.tokens()
    await sign_out(world.session(tokens))
    with pytest.raises(SignInExpired):
        await world.connect(tokens).calendars()
    await sign_out(world.session(tokens))


@pytest.mark.shows("CON-10")
async def test_tokens_when_shown_or_raised_then_no_secret_is_seen(world: GoogleWorld) -> None:
    tokens = await signing_in(world, Browser(world))
    shown = f"{tokens} {world.client} {world.session(tokens)} {world.connect(tokens)!r}"
    world.sign_out()
    with pytest.raises(SignInExpired) as expired:
        await world.connect(tokens).calendars()
    shown += f"{expired.value!r} {expired.value.__cause__!r}"
    for secret in (tokens.access, tokens.refresh, world.client.secret):
        assert secret not in shown


@pytest.mark.shows("CON-6")
async def test_sign_in_when_the_answer_leaves_the_scopes_out_then_they_are_those_that_were_asked_for(
    world: GoogleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange = auth.exchange

    async def without_scope(*given: Any) -> Tokens:
        return replace(await exchange(*given), scopes=())

    monkeypatch.setattr(auth, "exchange", without_scope)
    assert lacking(await signing_in(world, Browser(world))) == ()
