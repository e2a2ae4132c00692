"""Whether a domain leads to this program: asked of real servers, with real TLS (URL-3, PUB-2)."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest

from app.domain.clock import Instant, SystemClock
from app.domain.errors import SlugTaken
from app.domain.notices import NoticeKind
from app.domain.overview import Reachability
from app.domain.reaching import DomainCheck, Obstacle, Serving
from app.domain.settings import Domain, Reach
from app.services import domains, reach_watch
from app.services.domains import DomainsService
from app.services.workspace import Workspace
from tests.e2e.proxy import Proxy, Weather
from tests.servers.ews.certificates import Tls, authority, pem, write
from tests.services.opened import StandingClock, furnished, page
from tests.services.test_publishing import reaching, until

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(90)]


class Shifted(StandingClock):
    """The computer's clock, which a test may set."""

    def __init__(self) -> None:
        super().__init__(0)

    def now(self) -> Instant:
        return SystemClock().now() + self.at


@pytest.fixture
def clock() -> Shifted:
    return Shifted()


@pytest.fixture
async def published(tmp_path: Path, clock: Shifted) -> AsyncIterator[Workspace]:
    workspace = await furnished(tmp_path, clock, page(1))
    workspace.run()
    await workspace.publishing.start(0)
    yield workspace
    await workspace.close()


def here(workspace: Workspace) -> Domain:
    return Domain("127.0.0.1", workspace.publishing.standing().port, secure=False)


@contextlib.contextmanager
def answering(
    body: bytes, status: int = 200, tls: Tls | None = None, folder: Path | None = None, **headers: str
) -> Iterator[int]:
    """Somebody else's server; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None and folder is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*write(tls, folder))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        # A client that turns away from a certificate is what is tested.
        server.handle_error = lambda request, address: None  # type: ignore[method-assign]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def trusting_authority() -> ssl.SSLContext:
    return ssl.create_default_context(cadata=pem(authority()[0]))


@pytest.mark.shows("URL-3", "PUB-2")
async def test_domain_when_it_leads_here_then_it_is_reached_and_its_numbers_are_told(published: Workspace) -> None:
    check = await published.domains.check(here(published))
    assert (check.reached, check.obstacle, check.addresses) == (True, None, ("127.0.0.1",))
    assert not check.proxied
    assert published.domains.checks == (check,)
    assert published.publishing.standing().checks == (check,)


@pytest.mark.shows("URL-3", "PUB-2")
async def test_domain_when_another_aftale_answers_there_then_that_is_told(published: Workspace, tmp_path: Path) -> None:
    other = await furnished(tmp_path / "other", Shifted(), page(1))
    await other.publishing.start(0)
    assert (await published.domains.check(here(other))).obstacle is Obstacle.ANOTHER
    assert (await other.domains.check(here(other))).reached
    await other.close()


@pytest.mark.shows("URL-3")
@pytest.mark.parametrize(
    ("body", "more"),
    [
        (b"<h1>Parked</h1>", {}),
        (b"ok", {}),
        (b"[]", {}),
        (b"{}", {}),
        (b'{"status":"ok","sign":7}', {}),
        (b"[" * 100_000, {}),
        (b" " * 10_000 + b"{}", {}),
        (b"", {"status": 302, "location": "/healthz"}),
        (b'{"status":"ok"}', {"status": 404}),
    ],
)
async def test_domain_when_somebody_else_answers_there_then_it_leads_elsewhere(
    published: Workspace, body: bytes, more: dict[str, object]
) -> None:
    with answering(body, **more) as port:  # type: ignore[arg-type]
        assert (await published.domains.check(Domain("127.0.0.1", port, secure=False))).obstacle is Obstacle.ELSEWHERE


@pytest.mark.shows("URL-3")
@pytest.mark.parametrize("sign", ["0" * 64, "é"])
async def test_domain_when_somebody_makes_up_a_sign_then_it_is_not_believed(published: Workspace, sign: str) -> None:
    with answering(f'{{"status":"ok","sign":"{sign}"}}'.encode()) as port:
        assert (await published.domains.check(Domain("127.0.0.1", port, secure=False))).obstacle is Obstacle.ANOTHER


@pytest.mark.shows("URL-3")
async def test_domain_when_nobody_takes_the_call_or_answers_then_each_is_told_apart(
    published: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(domains, "CHECKED_WITHIN", 0.5)
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        place = Domain("127.0.0.1", mute.getsockname()[1], secure=False)
        assert (await published.domains.check(place)).obstacle is Obstacle.REFUSED
        mute.listen()
        assert (await published.domains.check(place)).obstacle is Obstacle.TIMEOUT

    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert (await published.domains.check(Domain("meet.example.com"))).obstacle is Obstacle.NO_ADDRESS


@pytest.mark.shows("URL-3")
@pytest.mark.parametrize("tls", [Tls.EXPIRED, Tls.STRANGER, Tls.OTHER_NAME, Tls.SELF_SIGNED])
async def test_domain_when_its_certificate_is_not_good_then_that_is_told(tls: Tls, tmp_path: Path, clock: Shifted) -> None:
    service = DomainsService(clock, lambda nonce: "", trusting_authority)
    with answering(b"{}", tls=tls, folder=tmp_path) as port:
        assert (await service.check(Domain("localhost", port))).obstacle is Obstacle.CERTIFICATE


async def test_domain_when_no_tls_is_spoken_there_then_it_is_no_certificate_that_is_wrong(clock: Shifted) -> None:
    service = DomainsService(clock, lambda nonce: "", trusting_authority)
    with answering(b"{}") as port:
        assert (await service.check(Domain("localhost", port))).obstacle is Obstacle.ELSEWHERE


# The watch


@pytest.fixture
async def relayed(published: Workspace, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    """Published behind something that carries visitors on, and that can be cut."""
    monkeypatch.setattr(reach_watch, "FAILED", (0.1,))
    relay = Proxy(published.publishing.url)
    domain = Domain("localhost", port_of(relay), secure=False)
    await reaching(published, reach=Reach.PROXY, domains=(domain,), default_domain="localhost")
    yield relay
    relay.close()


def port_of(relay: Proxy) -> int:
    return int(relay.base.rpartition(":")[2])


def serving(workspace: Workspace) -> Serving:
    return workspace.publishing.standing().serving


@pytest.mark.shows("PUB-2", "URL-3")
async def test_state_when_the_way_is_cut_and_mended_then_it_follows_and_is_never_live_in_between(
    published: Workspace, relayed: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reach_watch, "WELL", (0.2,))
    seen: list[tuple[Serving, bool]] = []
    heard = published.domains.heard

    def hear(domain: Domain, check: DomainCheck) -> None:
        heard(domain, check)
        seen.append((serving(published), check.reached))

    published.domains.heard = hear
    published.publishing._watch.look()
    await until(lambda: serving(published) is Serving.LIVE)
    standing = published.publishing.standing()
    assert (standing.reach, standing.url) == ("proxy", f"http://localhost:{port_of(relayed)}")
    assert published.publishing.reach() == (Reachability.LIVE, standing.url)
    relayed.weather = Weather.RESET
    await until(lambda: serving(published) is Serving.NOT_REACHED)
    assert published.publishing.standing().reason == "refused"
    assert published.publishing.reach()[0] is Reachability.NOT_REACHED
    relayed.weather = Weather.FINE
    await until(lambda: serving(published) is Serving.LIVE)
    assert all(reached for state, reached in seen if state is Serving.LIVE)


@pytest.mark.shows("PUB-2", "DESK-3")
async def test_owner_when_no_guest_finds_the_pages_for_two_minutes_then_is_told_once_until_they_are_live_again(
    published: Workspace, relayed: Proxy, clock: Shifted
) -> None:
    async def told() -> list[NoticeKind]:
        published.publishing._changed.set()
        await published.publishing.settled()
        await asyncio.sleep(0.1)
        return [each.kind for each in await published.notices.pending()]

    await until(lambda: serving(published) is Serving.LIVE)
    for times in (1, 2):
        relayed.weather = Weather.RESET
        clock.at += 30  # The computer slept: everything is asked anew.
        await until(lambda: serving(published) is Serving.NOT_REACHED)
        assert len(await told()) == times - 1, "not for a moment's fault"
        for _ in range(2):
            clock.at += 125
            assert await told() == [NoticeKind.SERVER] * times
        relayed.weather = Weather.FINE
        await until(lambda: serving(published) is Serving.LIVE)


@pytest.mark.shows("PUB-2")
async def test_state_when_the_computer_slept_then_everything_is_asked_at_once(
    published: Workspace, relayed: Proxy, clock: Shifted
) -> None:
    await until(lambda: serving(published) is Serving.LIVE)
    relayed.weather = Weather.RESET
    assert serving(published) is Serving.LIVE, "nobody asks for a minute"
    clock.at += 3600
    await until(lambda: serving(published) is Serving.NOT_REACHED)


@pytest.mark.shows("PUB-2")
async def test_state_when_there_is_no_domain_then_it_is_not_live(published: Workspace) -> None:
    await reaching(published, reach=Reach.PROXY)
    await until(lambda: serving(published) is Serving.NOT_REACHED)
    assert published.publishing.standing().reason == "no_domain"
    await reaching(published, domains=(here(published),))
    await until(lambda: serving(published) is Serving.LIVE)


def address(domain: Domain, path: str = "/meetings/anna/page-1") -> str:
    return f"{domain.origin}{path}"


@pytest.mark.shows("URL-1", "URL-2", "URL-3", "URL-5")
async def test_links_when_the_default_domain_changes_then_all_follow_and_every_domain_serves_every_page(
    published: Workspace, relayed: Proxy
) -> None:
    first = published.settings.current.publishing.domains[0]
    second = Domain("127.0.0.1", first.port, secure=False, indexed=True)
    assert published.pages.link("anna/page-1") == address(first)
    await reaching(published, domains=(first, second), default_domain=second.host)
    assert published.pages.link("anna/page-1") == address(second)
    assert (await published.overview.load()).link == address(second)
    assert published.publishing.standing().url == second.origin
    await published.pages.save(replace(await published.pages.get("page1"), slug="anna/renamed"))
    await published.publishing.settled()
    async with httpx2.AsyncClient(timeout=20) as http:
        for domain, listed in ((first, False), (second, True)):
            moved = await http.get(address(domain, "/meetings/anna/page-1?duration=30"))
            assert (moved.status_code, moved.headers["location"]) == (301, "/meetings/anna/renamed?duration=30")
            shown = await http.get(address(domain, moved.headers["location"]))
            assert (shown.status_code, "noindex" in shown.text) == (200, not listed)
            assert ("noindex" in shown.headers.get("x-robots-tag", "")) is not listed
            robots = await http.get(address(domain, "/robots.txt"))
            assert ("Disallow: /meetings*" in robots.text) is not listed
            assert (await http.get(address(domain, "/meetings/anna"))).headers["location"] == "/meetings/anna/renamed"
    for slug in ("anna/renamed", "anna/page-1"):
        with pytest.raises(SlugTaken):
            await published.pages.save(page(2, slug=slug))
