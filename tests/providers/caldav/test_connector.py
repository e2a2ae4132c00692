"""How CalDAV accounts are connected: from what a person types to a provider, and what goes wrong on the way."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.connections import Access, ProviderKind
from app.domain.errors import InvalidFields, RateLimited, SignInFailed, Unreachable
from app.providers.base import Connector as AnyConnector
from app.providers.base import Reporting, SignedIn
from app.providers.caldav import client as client_module
from app.providers.caldav.client import Client
from app.providers.caldav.connector import Connector
from app.providers.caldav.discovery import Search
from app.providers.caldav.forms import candidates, typed
from app.providers.caldav.keys import Keys
from app.providers.caldav.provider import CalDavProvider
from tests.providers.caldav.worlds import CalDavWorld, FixedClock
from tests.providers.contract import END, START
from tests.servers.caldav.door import Answer, Behind, Door, forwarding, open_door
from tests.servers.caldav.faults import Kind
from tests.servers.caldav.odd import PASSWORD as ODD_PASSWORD
from tests.servers.caldav.odd import USER, OddServer
from tests.servers.caldav.radicale import PASSWORD, free_port
from tests.servers.ews.certificates import Tls, authority, pem, write
from tests.servers.graph.certificate import write_certificate

pytestmark = pytest.mark.anyio


async def keep(secret: bytes) -> None:
    raise AssertionError("a password does not change by itself")


async def signed_in(connector: AnyConnector, fields: dict[str, str], limit: float = 30) -> tuple[SignedIn, list[str]]:
    steps: list[str] = []
    found = await connector.sign_in(fields, lambda _: None, asyncio.Event(), steps.append, FixedClock(), limit=limit)
    return found, steps


async def failed(connector: AnyConnector, fields: dict[str, str], limit: float = 30) -> SignInFailed:
    with pytest.raises(SignInFailed) as error:
        await signed_in(connector, fields, limit)
    return error.value


def typed_for(world: CalDavWorld, **more: str) -> dict[str, str]:
    return {"address": world.door.base, "user": world.user, "password": PASSWORD, **more}


def host(door: Door) -> str:
    return door.base.partition("//")[2]


def leading(*places: str) -> Search:
    """Where the servers of the tests are, instead of what DNS and the usual names say."""
    return Search(services=lambda domain: places, usual=lambda form: ())


@pytest.mark.shows("CON-9")
async def test_connector_when_a_bare_server_is_typed_then_its_calendars_are_found(world: CalDavWorld) -> None:
    connector = Connector()
    found, steps = await signed_in(connector, typed_for(world))
    assert (steps[0], steps[-1]) == ("look", "calendars")
    assert f"server:{host(world.door)}" in steps
    assert found.email == f"{world.user}@127.0.0.1"
    provider = connector.provider("account", found.secret, keep, FixedClock())
    assert (provider.kind, provider.account) == (ProviderKind.CALDAV, "account")
    assert [each.id for each in await provider.calendars()] == [world.calendar]
    assert await provider.read_window(world.calendar, START, END) == ()
    await provider.close()
    await connector.sign_out(found.secret, FixedClock())
    assert connector.sign_in_ends(found.secret) == 0


@pytest.mark.shows("CON-9")
async def test_connector_when_an_email_address_is_typed_then_dns_leads_to_the_server(world: CalDavWorld) -> None:
    connector = Connector(leading(f"{world.door.base}/.well-known/caldav"))
    found, _ = await signed_in(connector, {"address": f"{world.user}@example.com", "password": PASSWORD})
    # The whole address is no name there, what stands before its @ is.
    assert Keys.load(found.secret).user == world.user
    assert found.email == f"{world.user}@example.com"
    assert connector.known(found.secret) == {"preset": "", "address": f"{world.door.base}/{world.user}/", "user": world.user}


async def test_connector_when_the_address_is_that_of_a_calendar_then_its_neighbours_are_found(world: CalDavWorld) -> None:
    found, _ = await signed_in(Connector(), typed_for(world, address=f"{world.door.base}{world.calendar}"))
    assert Keys.load(found.secret).homes == (f"{world.door.base}/{world.user}/",)


@pytest.fixture
def odd() -> Iterator[tuple[OddServer, Door]]:
    server = OddServer()
    with open_door(server) as door:
        yield server, door


@pytest.mark.shows("CON-13")
async def test_connector_when_another_server_answers_then_names_owners_and_rights_are_read(odd: tuple[OddServer, Door]) -> None:
    """Digest, a redirect, privileges ``all`` alone, calendars of a colleague."""
    _server, door = odd
    connector = Connector(leading(f"{door.base}/.well-known/caldav"))
    found, _ = await signed_in(connector, {"address": USER, "password": ODD_PASSWORD})
    assert (found.email, found.name) == (USER, "Bo")
    assert Keys.load(found.secret).schedules
    provider = connector.provider("account", found.secret, keep, FixedClock())
    calendars = {each.name: each for each in await provider.calendars()}
    await provider.close()
    own = dict.fromkeys(("Arbejde", "Plain", "Bare"), Access.OWNER)
    shared = {"Cy's": Access.DETAILS, "Times of Cy": Access.FREE_BUSY}
    assert {name: each.access for name, each in calendars.items()} == own | shared
    assert (calendars["Cy's"].owner, calendars["Cy's"].owner_name) == ("cy@example.com", "Cy")
    assert [each.name for each in calendars.values() if each.primary] == ["Arbejde"]
    assert (calendars["Arbejde"].owner, calendars["Arbejde"].colour) == ("", "moss")


@pytest.mark.shows("CON-9")
async def test_connector_when_the_password_is_wrong_then_the_names_that_were_tried_are_told(world: CalDavWorld) -> None:
    connector = Connector(leading(world.door.base, "http://127.0.0.1:1/"))
    secret = "very s3cret/&+ä"
    error = await failed(connector, {"address": f"{world.user}@example.com", "password": secret})
    assert (error.reason, error.detail) == ("password", f"{world.user}@example.com, {world.user}")
    assert isinstance(connector, Reporting)
    report = connector.report()
    asked = [line for line in report.splitlines() if "PROPFIND" in line]
    assert asked
    assert all(world.door.base in line and line.endswith("401") for line in asked), "another server was shown the password"
    assert secret not in report
    assert base64.b64encode(secret.encode()).decode().rstrip("=") not in report


@pytest.mark.shows("CON-9")
async def test_connector_when_there_is_no_server_then_the_addresses_that_were_tried_are_told() -> None:
    place = f"http://127.0.0.1:{free_port()}"
    error = await failed(Connector(), {"address": place, "user": "anna", "password": "x"})
    assert error.reason == "server"
    assert error.detail.split() == [f"{place}/.well-known/caldav", f"{place}/", f"{place}/remote.php/dav/"]


async def page(request: object, body: bytes) -> Answer:
    return 200, {"content-type": "text/html"}, b"<html><body>Welcome</body></html>"


async def test_connector_when_a_web_page_answers_then_it_is_no_server() -> None:
    with open_door(page) as door, door.unrecorded():
        error = await failed(Connector(), {"address": door.base, "user": "anna", "password": "x"})
    assert error.reason == "server"


async def test_connector_when_it_is_led_to_somebody_else_then_it_does_not_follow(world: CalDavWorld) -> None:
    async def away(request: object, body: bytes) -> Answer:
        return 301, {"location": "https://attacker.example/dav/"}, b""

    with open_door(away) as door, door.unrecorded():
        connector = Connector(leading(door.base))
        error = await failed(connector, {"address": "anna@example.com", "password": "s3cret"})
    assert error.reason == "server"
    assert "led to another site: attacker.example" in connector.report()


async def test_connector_when_there_is_no_calendar_then_it_says_so(world: CalDavWorld) -> None:
    await world.remove_calendar()
    assert (await failed(Connector(), typed_for(world))).reason == "no_calendars"


@pytest.mark.shows("CON-9")
async def test_connector_when_nobody_believes_the_certificate_then_it_is_described(tmp_path: Path) -> None:
    certificate, key = write_certificate(tmp_path)
    with open_door(page, ssl_certfile=str(certificate), ssl_keyfile=str(key)) as door, door.unrecorded():
        error = await failed(Connector(), {"address": door.base, "user": "anna", "password": "x"})
    assert error.reason == "certificate"
    assert error.detail.startswith("why=self_signed; subject=CN=localhost; issuer=CN=localhost; until=")


@pytest.mark.parametrize(
    ("kind", "wait", "expected"),
    [(Kind.LIMIT_429, 7, RateLimited), (Kind.ERROR_500, None, Unreachable)],
)
async def test_connector_when_the_server_is_not_well_then_it_can_be_tried_later(
    world: CalDavWorld, kind: Kind, wait: int | None, expected: type[Exception]
) -> None:
    world.faults.add(kind, 10, wait=wait)
    with pytest.raises(expected):
        await signed_in(Connector(), typed_for(world))


@pytest.mark.shows("CON-9")
async def test_connector_when_the_server_hangs_then_it_can_be_cancelled_and_ends_by_itself(world: CalDavWorld) -> None:
    gate = world.hold()
    error = await failed(Connector(), typed_for(world), limit=0.3)
    assert error.reason == "time_out"
    cancel = asyncio.Event()
    asyncio.get_running_loop().call_later(0.2, cancel.set)
    with pytest.raises(SignInFailed) as cancelled:
        await Connector().sign_in(typed_for(world), lambda _: None, cancel, lambda _: None, FixedClock())
    assert cancelled.value.reason == "cancelled"
    gate.set()


@pytest.mark.parametrize(
    ("fields", "problems"),
    [
        ({}, {"address": "missing", "password": "missing"}),
        ({"address": "anna@example.com", "password": "x"}, {}),
        ({"address": "cloud.example.com", "password": "x"}, {"user": "missing"}),
        ({"address": "cloud.example.com/dav", "user": "anna", "password": "x"}, {}),
        ({"address": "http://cloud.example.com/", "user": "anna", "password": "x"}, {"address": "http"}),
        ({"address": "http://127.0.0.1:5232/", "user": "anna", "password": "x"}, {}),
        ({"address": "https://anna:pw@cloud.example.com/", "user": "anna", "password": "x"}, {"address": "form"}),
        ({"address": "ftp://cloud.example.com/", "user": "anna", "password": "x"}, {"address": "form"}),
        ({"address": "two words", "user": "anna", "password": "x"}, {"address": "form"}),
        ({"preset": "icloud", "address": "cloud.example.com", "user": "a", "password": "x"}, {"address": "form"}),
        ({"preset": "aol", "address": "anna@example.com", "password": "x"}, {"preset": "form"}),
        ({"address": "anna@example.com", "user": "an:na", "password": "x"}, {"user": "form"}),
    ],
)
async def test_check_when_a_form_is_filled_in_then_it_says_what_is_wrong(
    fields: dict[str, str], problems: dict[str, str]
) -> None:
    assert Connector().check(fields) == problems
    if problems:
        with pytest.raises(InvalidFields):
            await signed_in(Connector(), fields)
    with pytest.raises(InvalidFields):
        Connector().read_file("{}")


@pytest.mark.parametrize(
    ("preset", "address", "first"),
    [
        ("icloud", "anna@icloud.com", "https://caldav.icloud.com/"),
        ("", "anna@me.com", "https://caldav.icloud.com/"),
        ("fastmail", "anna@own.example", "https://caldav.fastmail.com/.well-known/caldav"),
        ("nextcloud", "cloud.example.com", "https://cloud.example.com/remote.php/dav/"),
        ("nextcloud", "https://example.com/cloud", "https://example.com/cloud/remote.php/dav/"),
        ("nextcloud", "anna@cloud.example.com", "https://cloud.example.com/remote.php/dav/"),
        ("", "anna@example.com", "https://example.com/.well-known/caldav"),
        ("", "https://dav.example.com/anna", "https://dav.example.com/anna"),
    ],
)
def test_preset_when_it_is_chosen_then_its_server_is_asked_first(preset: str, address: str, first: str) -> None:
    form = typed({"preset": preset, "address": address, "user": "", "password": "x"})
    assert candidates(form)[0] == first


def test_secret_when_it_is_shown_then_the_password_is_not() -> None:
    keys = Keys("anna@example.com", "anna", "s3cret", ("https://example.com/",))
    assert "s3cret" not in repr(keys)
    assert "s3cret" not in repr(Connector().provider("account", keys.dump(), keep, FixedClock()))
    assert Keys.load(keys.dump()) == keys


@contextmanager
def open_tls(kind: Tls, folder: Path, behind: Behind = page) -> Iterator[Door]:
    certificate, key = write(kind, folder)
    with open_door(behind, ssl_certfile=str(certificate), ssl_keyfile=str(key)) as door, door.unrecorded():
        yield door


@pytest.fixture
def private(world: CalDavWorld, tmp_path: Path) -> Iterator[Door]:
    """The world's server, with a certificate that only an own authority vouches for."""
    with open_tls(Tls.GOOD, tmp_path, forwarding(world.server.base)) as door:
        yield door


@pytest.mark.shows("CON-8", "CON-10")
async def test_connector_when_the_file_of_an_own_authority_is_given_then_it_counts_for_that_server_alone(
    world: CalDavWorld, private: Door, tmp_path: Path
) -> None:
    ca, connector = pem(authority()[0]), Connector()
    fields = typed_for(world, address=private.base)
    assert (await failed(connector, fields)).detail.startswith("why=unknown_ca; subject=CN=localhost")
    assert (await failed(connector, {**fields, "ca": pem(authority("Another CA")[0])})).reason == "certificate"
    found, _ = await signed_in(connector, {**fields, "ca": ca})
    assert Keys.load(found.secret).ca == ca.strip()
    assert connector.known(found.secret)["ca"] == ca.strip()
    provider = connector.provider("account", found.secret, keep, FixedClock())
    assert [each.id for each in await provider.calendars()] == [world.calendar]
    await provider.close()
    # Another account at the same server knows nothing of it.
    bare = connector.provider("other", replace(Keys.load(found.secret), ca="").dump(), keep, FixedClock())
    with pytest.raises(Unreachable):
        await bare.calendars()
    await bare.close()
    with open_tls(Tls.EXPIRED, tmp_path) as expired:
        error = await failed(connector, {**fields, "address": expired.base, "ca": ca})
    assert error.detail.startswith("why=expired; ")
    assert connector.check({**fields, "ca": "no certificate"}) == {"ca": "not_a_certificate"}
    assert connector.check({**fields, "ca": ca}) == {}


def test_client_when_it_is_led_to_a_well_known_service_then_an_own_authority_does_not_count() -> None:
    client = Client("anna", "x", FixedClock(), ca=pem(authority()[0]))
    own, service = client._open("https://cloud.example.com/"), client._open("https://p01-caldav.icloud.com/")
    assert own is client._open("https://dav.example.com/")
    assert own is not service


@pytest.mark.shows("SYNC-6")
async def test_answer_when_it_comes_byte_by_byte_for_ever_then_it_is_not_waited_for(
    world: CalDavWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError), contextlib.closing(writer):
            for byte in itertools.chain(b"HTTP/1.1 207 Multi-Status\r\nContent-Length: 9999\r\n\r\n", itertools.repeat(32)):
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.01)
        ended.set()

    monkeypatch.setattr(client_module, "WHOLE", 0.5)
    server = await asyncio.start_server(drip, "127.0.0.1")
    home = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    provider = CalDavProvider("account", Keys("anna@example.com", "anna", "x", (home,), home), FixedClock())
    with pytest.raises(Unreachable):
        async with asyncio.timeout(5):
            await provider.calendars()
    await provider.close()
    await ended.wait()
    server.close()
