"""How Google accounts are connected: from the fields of a form to a provider, and back to nothing."""

from __future__ import annotations

import asyncio
import json

import pytest

from app.domain.clock import DAY
from app.domain.connections import ProviderKind
from app.domain.errors import InvalidFields, SignInExpired, SignInFailed
from app.providers.base import Connector as AnyConnector
from app.providers.base import SignedIn
from app.providers.google.client_file import OAuthClient
from app.providers.google.connector import Connector, load
from app.providers.google.tokens import EVENTS, FREE_BUSY, LIST
from tests.providers.contract import END, START
from tests.providers.google.browser import Browser
from tests.providers.google.worlds import TESTING, GoogleWorld

pytestmark = pytest.mark.anyio


class Kept:
    """What a workspace would seal."""

    def __init__(self) -> None:
        self.secrets: list[bytes] = []

    async def __call__(self, secret: bytes) -> None:
        self.secrets.append(secret)


@pytest.fixture
def connector(world: GoogleWorld, monkeypatch: pytest.MonkeyPatch) -> AnyConnector:
    monkeypatch.setenv("AFTALE_GOOGLE_BASE", world.server.base)
    return Connector()


def fields(client: OAuthClient) -> dict[str, str]:
    return {"client_id": f" {client.id} ", "client_secret": f"{client.secret}\n"}


async def connected(
    connector: AnyConnector, world: GoogleWorld, browser: Browser | None = None, client: OAuthClient | None = None
) -> tuple[SignedIn, list[str]]:
    """Who signed in, and the steps that were told."""
    steps: list[str] = []
    browser = browser or Browser(world)
    signed_in = await connector.sign_in(
        fields(client or world.client), browser, asyncio.Event(), steps.append, world.clock, login_hint=world.email
    )
    if browser.task:
        await browser.task
    return signed_in, steps


@pytest.mark.shows("CON-1", "CON-3")
async def test_connector_when_the_person_agrees_then_its_secret_alone_opens_the_calendars(
    connector: AnyConnector, world: GoogleWorld
) -> None:
    signed_in, steps = await connected(connector, world)
    assert steps == ["browser", "token", "who"]
    assert (signed_in.email, signed_in.missing, signed_in.ends, signed_in.shared) == (world.email, (), 0, False)
    kept = Kept()
    provider = connector.provider("account", signed_in.secret, kept, world.clock)
    assert (provider.kind, provider.account) == (ProviderKind.GOOGLE, "account")
    world.server.consents.expire_access(world.email)
    assert await provider.read_window(world.calendar, START, END) == ()
    await provider.close()
    (new,) = kept.secrets
    assert load(new)[0] == load(signed_in.secret)[0]
    assert load(new)[1].access != load(signed_in.secret)[1].access
    again = connector.provider("account", new, kept, world.clock)
    assert await again.read_window(world.calendar, START, END) == ()
    await again.close()
    assert len(kept.secrets) == 1


@pytest.mark.shows("CON-6")
async def test_connector_when_boxes_are_unticked_then_it_says_which_rights_are_missing(
    connector: AnyConnector, world: GoogleWorld
) -> None:
    signed_in, _ = await connected(connector, world, Browser(world, ticked=["openid", "email", LIST]))
    assert signed_in.missing == (EVENTS, FREE_BUSY)
    with pytest.raises(SignInFailed) as failed:
        await connected(connector, world, Browser(world, ticked=["openid", LIST]))
    assert (failed.value.reason, failed.value.detail) == ("rights", "email")


@pytest.mark.shows("CON-7")
async def test_connector_when_the_client_cannot_be_one_then_no_browser_is_opened(
    connector: AnyConnector, world: GoogleWorld
) -> None:
    browser = Browser(world)
    for wrong in ({}, {"client_id": "aftale", "client_secret": world.client.secret}):
        with pytest.raises(InvalidFields) as refused:
            await connector.sign_in(wrong, browser, asyncio.Event(), print, world.clock)
        assert refused.value.fields == connector.check(wrong)
    assert not browser.opened.is_set()


@pytest.mark.shows("CON-7")
def test_connector_when_a_client_file_is_read_then_its_fields_can_be_signed_in_with(connector: AnyConnector) -> None:
    file = {"installed": {"client_id": TESTING.id, "client_secret": TESTING.secret, "project_id": "p"}}
    found = connector.read_file(json.dumps(file))
    assert found == {"client_id": TESTING.id, "client_secret": TESTING.secret}
    assert connector.check(found) == {}
    with pytest.raises(InvalidFields):
        connector.read_file("{}")


@pytest.mark.shows("CON-7")
@pytest.mark.parametrize("told", [True, False])
async def test_connector_when_the_client_is_in_testing_then_the_end_of_its_week_is_kept(
    connector: AnyConnector, world: GoogleWorld, told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Google tells the end at the sign-in, or it is known once the week has passed: kept it is in either case."""
    monkeypatch.setattr(world.server.consents, "tells_ends", told)
    signed_in, _ = await connected(connector, world, client=TESTING)
    ends = pytest.approx(world.clock.now() + 7 * DAY, abs=5)
    assert signed_in.ends == (ends if told else 0)
    kept = Kept()
    provider = connector.provider("account", signed_in.secret, kept, world.clock)
    world.server.consents.expire_access(world.email)
    await provider.calendars()
    assert connector.sign_in_ends(kept.secrets[-1]) == (ends if told else 0)
    ahead = world.server.service.clock.ahead
    world.server.service.clock.advance(7 * DAY + 60)
    try:
        with pytest.raises(SignInExpired) as expired:
            await provider.calendars()
    finally:
        world.server.service.clock.ahead = ahead
    await provider.close()
    assert expired.value.detail == "testing"
    assert connector.sign_in_ends(kept.secrets[-1]) == ends


@pytest.mark.shows("CON-11")
async def test_connector_when_signed_out_then_the_secret_is_worth_nothing(connector: AnyConnector, world: GoogleWorld) -> None:
    signed_in, _ = await connected(connector, world)
    await connector.sign_out(signed_in.secret, world.clock)
    provider = connector.provider("account", signed_in.secret, Kept(), world.clock)
    with pytest.raises(SignInExpired):
        await provider.calendars()
    await provider.close()


@pytest.mark.shows("CON-10")
async def test_connector_when_what_it_gives_is_shown_then_no_secret_is_seen(
    connector: AnyConnector, world: GoogleWorld
) -> None:
    signed_in, _ = await connected(connector, world)
    client, tokens = load(signed_in.secret)
    shown = f"{signed_in!r} {client!r} {tokens!r} {connector.provider('a', signed_in.secret, Kept(), world.clock)!r}"
    assert not any(secret in shown for secret in (client.secret, tokens.access, tokens.refresh))
