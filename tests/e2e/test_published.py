"""Pages as strangers reach them: through a real reverse proxy over TLS, never fooled about who asks (PUB-1, QUALITY 4.4)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from subprocess import Popen

import httpx2
import pytest

from app.domain.pages import Mode
from app.domain.reaching import Obstacle, Serving
from app.domain.settings import Domain, Reach
from app.services.child import listen
from app.services.domains import DomainsService
from app.services.workspace import Workspace
from tests.e2e.reverse_proxy import free_port, proxied, trusting
from tests.e2e.serving import Served
from tests.services.opened import furnished, page
from tests.services.test_publishing import Now, reaching, until
from tests.web.conftest import hidden

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(120)]
PATIENCE = 20.0
PAGE = "/meetings/anna/page-1"
PERSON = {"first_name": "Ida", "last_name": "Winther", "email": "ida@example.org"}


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    opened = await furnished(tmp_path, Now(), page(1))
    opened.run()
    await opened.publishing.start(0)
    # Whom a visitor's browser trusts.
    opened.domains._trust = trusting
    domain = Domain("localhost", free_port())
    await reaching(opened, reach=Reach.PROXY, domains=(domain,), default_domain="localhost", programs=True)
    yield opened
    await opened.close()


@pytest.fixture
async def proxy(workspace: Workspace, tmp_path: Path) -> AsyncIterator[Popen[bytes]]:
    folder = tmp_path / "nginx"
    folder.mkdir()
    with proxied(folder, workspace.publishing.standing(), workspace.settings.current.publishing) as process:
        yield process


def origin(workspace: Workspace) -> str:
    return workspace.publishing.standing().url


def visitor(workspace: Workspace, address: str = "127.0.0.1", at: str = "", **headers: str) -> httpx2.AsyncClient:
    """Somebody with an address of their own; the proxy sees it, the pages see only the proxy."""
    return httpx2.AsyncClient(
        base_url=at or origin(workspace),
        transport=httpx2.AsyncHTTPTransport(verify=trusting(), local_address=address),
        timeout=PATIENCE,
        headers=headers,
    )


def guess() -> Iterator[str]:
    """Manage links that nobody has, each another one."""
    return (f"/manage/{number:043d}" for number in count())


@pytest.mark.shows("PUB-1", "PUB-2", "BOOK-5")
async def test_guest_when_coming_by_the_owners_proxy_then_books_over_tls_and_every_link_is_the_domains(
    workspace: Workspace, proxy: Popen[bytes]
) -> None:
    await until(lambda: workspace.publishing.standing().serving is Serving.LIVE)
    assert workspace.domains.checks[0].proxied
    async with visitor(workspace) as guest:
        start = (await guest.get(f"{PAGE}/slots")).json()["slots"][0]
        form = await guest.get(PAGE, params={"duration": "30", "start": start})
        assert form.headers["strict-transport-security"] == "max-age=31536000"
        await asyncio.sleep(2.1)
        sent = {**hidden(form.text, "book"), **PERSON, "remember": "on"}
        booked = await guest.post(
            f"{PAGE}/book", data=sent, headers={"origin": origin(workspace), "sec-fetch-site": "same-origin"}
        )
        assert booked.status_code == 303, booked.text
        assert "Secure" in booked.headers["set-cookie"]
        held = await guest.get(booked.headers["location"])
        assert f"{origin(workspace)}/manage/" in held.text.replace("%3A", ":").replace("%2F", "/")
        found = (await guest.get(booked.headers["location"], headers={"accept": "application/json"})).json()
        assert found["manage_url"].startswith(f"{origin(workspace)}/manage/")
        file = await guest.get(found["ics_url"])
        assert found["manage_url"] in file.text.replace("\r\n ", "")
        foreign = await guest.post(f"{PAGE}/book", data=sent, headers={"origin": "https://evil.example"})
        assert foreign.status_code == 403


@pytest.mark.shows("S5", "S6", "BOOK-8")
async def test_limits_when_pages_are_behind_the_proxy_then_count_each_visitor_and_forged_headers_gain_nothing(
    workspace: Workspace, proxy: Popen[bytes]
) -> None:
    secret = workspace.publishing.standing().proxy_secret
    forged = {
        "x-forwarded-for": "198.51.100.7",
        "x-aftale-proxy": "0" * 64,
        "forwarded": "for=198.51.100.7",
        "x-real-ip": "198.51.100.7",
        "cf-connecting-ip": "198.51.100.7",
    }
    guesses = guess()
    async with visitor(workspace, "127.0.0.2") as flooder, visitor(workspace, "127.0.0.3") as other:
        for _ in range(10):
            assert (await flooder.get(next(guesses))).status_code == 404
        assert (await flooder.get(next(guesses))).status_code == 429
        assert (await flooder.get(next(guesses), headers=forged)).status_code == 429
        # Even somebody who got hold of the secret is the proxy's word away from being believed.
        told = {**forged, "x-aftale-proxy": secret, "x-forwarded-for": "198.51.100.8"}
        assert (await flooder.get(next(guesses), headers=told)).status_code == 429
        assert (await other.get(next(guesses))).status_code == 404, "another visitor is another visitor"
        assert (await other.post(f"{PAGE}/book", content=b"x" * 70_000)).status_code == 413


@pytest.mark.shows("S6")
async def test_address_when_somebody_on_this_computer_makes_one_up_then_it_is_not_believed_without_the_secret(
    workspace: Workspace,
) -> None:
    here, guesses = workspace.publishing.url, guess()
    async with visitor(workspace, at=here) as sneak:
        for number in range(10):
            made_up = {"x-forwarded-for": f"198.51.100.{number}", "x-aftale-proxy": "f" * 64}
            assert (await sneak.get(next(guesses), headers=made_up)).status_code == 404
        assert (await sneak.get(next(guesses), headers={"x-forwarded-for": "198.51.100.99"})).status_code == 429
        secret = workspace.publishing.standing().proxy_secret
        said = {"x-aftale-proxy": secret, "x-forwarded-for": "127.0.0.1, 198.51.100.99"}
        assert (await sneak.get(next(guesses), headers=said)).status_code == 404, "the proxy's own word counts, the last one"
        nonsense = {"x-aftale-proxy": secret, "x-forwarded-for": "198.51.100.1, garbage<script>"}
        assert (await sneak.get(next(guesses), headers=nonsense)).status_code == 429, "what is no address is dropped"


@pytest.mark.shows("PUB-2")
async def test_state_when_the_proxy_goes_away_then_it_is_said_and_not_live(workspace: Workspace, proxy: Popen[bytes]) -> None:
    await until(lambda: workspace.publishing.standing().serving is Serving.LIVE)
    proxy.terminate()
    proxy.wait(PATIENCE)
    check = await workspace.domains.check(workspace.settings.current.publishing.domains[0])
    assert check.obstacle is Obstacle.REFUSED
    assert workspace.publishing.standing().serving is not Serving.LIVE
    await until(lambda: workspace.publishing.standing().serving is Serving.NOT_REACHED)
    assert workspace.publishing.standing().reason == "refused"


@pytest.mark.shows("URL-3")
async def test_certificate_when_nobody_trusts_it_then_the_domain_is_not_reached(
    workspace: Workspace, proxy: Popen[bytes]
) -> None:
    stranger = DomainsService(workspace.clock, lambda nonce: "")
    check = await stranger.check(workspace.settings.current.publishing.domains[0])
    assert check.obstacle is Obstacle.CERTIFICATE


@pytest.mark.shows("URL-6")
async def test_form_when_the_owner_switches_filling_in_off_then_neither_link_nor_browser_fills_anything(
    workspace: Workspace, proxy: Popen[bytes]
) -> None:
    async with visitor(workspace) as guest:
        start = (await guest.get(f"{PAGE}/slots")).json()["slots"][0]
        asked = {"duration": "30", "start": start, "first_name": "Zebulon"}
        form = await guest.get(PAGE, params=asked)
        assert 'value="Zebulon"' in form.text
        assert 'name="remember"' in form.text
        await reaching(workspace, prefill=False)
        form = await guest.get(PAGE, params=asked)
        assert 'value="Zebulon"' not in form.text
        assert 'name="remember"' not in form.text
        data = {**PERSON, "start": start, "duration": 30, "remember": True}
        booked = await guest.post(f"{PAGE}/book", content=json.dumps(data), headers={"content-type": "application/json"})
        assert booked.status_code == 201, booked.text
        assert "set-cookie" not in booked.headers


@pytest.mark.shows("URL-3")
async def test_database_when_everything_was_done_then_no_link_with_a_host_name_stands_in_it(
    workspace: Workspace, proxy: Popen[bytes], tmp_path: Path
) -> None:
    """Pages, secret links, bookings, requests, letters to come, notices: of all only the settings know a domain."""
    await workspace.pages.save(page(2, mode=Mode.APPROVAL))
    await workspace.pages.make_link("page1", single=True)
    await workspace.publishing.settled()
    async with visitor(workspace) as guest:
        for slug in ("page-1", "page-2"):
            start = (await guest.get(f"/meetings/anna/{slug}/slots")).json()["slots"][3]
            body = {**PERSON, "email": f"{slug}@example.org", "start": start, "duration": 30}
            booked = await guest.post(f"/meetings/anna/{slug}/book", json=body)
            assert booked.status_code == 201, booked.text
            manage = booked.json()["manage_url"]
            assert (await guest.get(manage)).status_code == 200
        assert (await guest.post(f"{manage}/cancel", json={})).status_code == 200
        await workspace.settings.switch_pages(False)
        await workspace.publishing.settled()
        missed = await guest.post(f"{PAGE}/book", json={**PERSON, "start": start, "duration": 30})
        assert missed.status_code == 503
    await workspace.settings.switch_pages(True)
    await workspace.publishing.settled()
    rows = await workspace.database.read(everything)
    assert sum(len(found) for found in rows.values()) > 12
    suspicious = [
        (table, row)
        for table, found in rows.items()
        for row in found
        if table != "setting" and any(each in row for each in ("localhost", "127.0.0.1", "://"))
    ]
    assert suspicious == []
    assert any("localhost" in row for row in rows["setting"])


def everything(session: object) -> dict[str, list[str]]:
    """Each row of each table, as text."""
    from sqlalchemy import text

    read = session.execute  # type: ignore[attr-defined]
    names = [name for (name,) in read(text("SELECT name FROM sqlite_master WHERE type = 'table'"))]
    return {name: [repr(tuple(row)) for row in read(text(f'SELECT * FROM "{name}"'))] for name in names}


async def test_two_domains_when_the_proxy_is_told_of_both_then_the_snippet_is_for_the_default_one(workspace: Workspace) -> None:
    from app.services.publishing_snippets import proxy_snippet

    standing, publishing = workspace.publishing.standing(), workspace.settings.current.publishing
    both = replace(publishing, domains=(*publishing.domains, Domain("meet.example.net")), default_domain="meet.example.net")
    for kind in ("nginx", "caddy"):
        text = proxy_snippet(kind, standing, both)
        assert "meet.example.net" in text
        assert f"127.0.0.1:{standing.port}" in text
        assert standing.proxy_secret in text
    assert len(standing.proxy_secret) == 64


@pytest.mark.shows("PUB-1", "PUB-2")
async def test_serve_when_pages_were_on_the_network_then_they_are_from_its_first_moment(tmp_path: Path) -> None:
    before = await furnished(tmp_path, Now(), page(1))
    await before.publishing.start()
    await reaching(before, reach=Reach.NETWORK)
    standing = before.publishing.standing()
    await before.close()
    served = Served(tmp_path)
    try:
        ready = served.ready()
        assert ready["url"] == f"http://127.0.0.1:{standing.port}"
        for url in (ready["url"], f"http://{standing.lan[0]}:{standing.port}"):
            async with httpx2.AsyncClient(timeout=PATIENCE) as client:
                assert (await client.get(f"{url}{PAGE}")).status_code == 200
    finally:
        assert served.stop() == 0


@pytest.mark.shows("PUB-1")
async def test_serve_when_another_program_has_the_port_in_the_network_then_serves_this_computer_all_the_same(
    tmp_path: Path,
) -> None:
    before = await furnished(tmp_path, Now(), page(1))
    await before.publishing.start()
    await reaching(before, reach=Reach.NETWORK)
    standing = before.publishing.standing()
    await before.close()
    with listen(standing.port, standing.lan[0]):
        served = Served(tmp_path)
        try:
            assert served.ready()["url"] == f"http://127.0.0.1:{standing.port}"
            assert served.http.get(PAGE).status_code == 200
        finally:
            assert served.stop() == 0
