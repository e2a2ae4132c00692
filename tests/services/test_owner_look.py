"""What the owner chose for all pages reaches the guest who opens one: language, picture, landscape, the line at the foot."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from app.domain.clock import SystemClock
from app.domain.pages import Picture
from app.domain.settings import Appearance
from app.services.workspace import Workspace
from tests.services.opened import StandingClock, furnished, page

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(90), pytest.mark.shows("DESK-5", "PAGE-3")]
PATIENCE = 20.0
GERMAN_THEN_ENGLISH = {"accept-language": "de, en;q=0.5"}


class Now(StandingClock):
    """The computer's clock, for the child has no other."""

    def now(self) -> int:
        return SystemClock().now()


@pytest.fixture
async def published(tmp_path: Path) -> AsyncIterator[Workspace]:
    workspace = await furnished(tmp_path, Now(), page(1), page(2, language="en"))
    workspace.run()
    await workspace.publishing.start(0)
    yield workspace
    await workspace.close()


async def read(workspace: Workspace, number: int = 1, query: str = "") -> str:
    """The page as a guest gets it whose browser speaks English."""
    await workspace.publishing.settled()
    async with httpx2.AsyncClient(timeout=PATIENCE, headers=GERMAN_THEN_ENGLISH) as client:
        return str((await client.get(f"{workspace.publishing.url}/meetings/anna/page-{number}{query}")).text)


async def look(workspace: Workspace, **changes: object) -> None:
    current = workspace.settings.current
    await workspace.settings.save(replace(current, appearance=replace(current.appearance, **changes)))  # type: ignore[arg-type]


async def test_language_of_all_pages_when_chosen_goes_before_the_browsers_and_after_the_pages_own(published: Workspace) -> None:
    assert '<html lang="en"' in await read(published)
    await look(published, pages_language="da")
    assert '<html lang="da"' in await read(published)
    assert '<html lang="en"' in await read(published, 2)
    assert '<html lang="en"' in await read(published, query="?lang=en")
    await look(published, pages_language="")
    assert '<html lang="en"' in await read(published)


async def test_picture_of_the_owner_when_there_is_one_is_served_with_the_page(published: Workspace) -> None:
    name = await published.pages.keep_picture("image/png", b"not looked at by the server")
    assert name not in await read(published)
    await look(published, picture=name, picture_kind=Picture.PHOTO)
    assert f"/picture/{name}" in await read(published)
    async with httpx2.AsyncClient(timeout=PATIENCE) as client:
        answer = await client.get(f"{published.publishing.url}/picture/{name}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content == b"not looked at by the server"


async def test_line_at_the_foot_when_switched_off_is_gone(published: Workspace) -> None:
    assert "Made with Aftale" in await read(published)
    await look(published, made_with=False)
    assert "Made with Aftale" not in await read(published)


async def test_colour_when_chosen_is_that_of_pages_made_from_now_on(published: Workspace) -> None:
    assert published.pages.draft().colour == Appearance().colour
    await look(published, colour="moss")
    assert published.pages.draft().colour == "moss"
    assert {each.colour for each in await published.pages.all()} == {"fjord"}
