"""The whole way with Microsoft's protocol on real sockets: dialog, services, msal, the consent page, and back."""

from __future__ import annotations

import asyncio
import html
import re
from pathlib import Path

import httpx2
import pytest
from PySide6.QtTest import QTest

from app.domain.connections import ProviderKind
from app.ui.connect.state import Page
from tests.providers.office365.worlds import CLIENT, GraphWorld
from tests.ui.connect.desk import InLoop, real_desk

pytestmark = pytest.mark.qt_log_ignore("does not support raise")
FORM = re.compile(r'<form method="post" action="([^"]*)"', re.IGNORECASE)
FIELD = re.compile(r'type="hidden" name="([^"]*)" value="([^"]*)"')


class Person:
    """Does at Microsoft's page what was decided."""

    def __init__(self, world: GraphWorld, decision: str) -> None:
        self.world, self.decision = world, decision
        self.task: asyncio.Task[None] | None = None

    def visit(self, address: str) -> None:
        self.task = asyncio.create_task(self._visit(address))

    async def _visit(self, address: str) -> None:
        async with httpx2.AsyncClient(verify=False) as http:
            action, fields = form_of(await http.get(address))
            answer = {**fields, "user": self.world.email, "decision": self.decision}
            action, fields = form_of(await http.post(f"{self.world.where.login}{action}", data=answer))
            await http.post(action, data=fields)


def form_of(page: httpx2.Response) -> tuple[str, dict[str, str]]:
    """Where the form of a page goes, and its hidden fields."""
    action = FORM.search(page.text)
    assert action, page.text
    return html.unescape(action[1]), {name: html.unescape(value) for name, value in FIELD.findall(page.text)}


@pytest.mark.shows("CON-1", "CON-3", "CON-4", "CON-7")
@pytest.mark.parametrize("decision", ["accept", "deny"])
def test_office365_when_the_person_decides_in_the_browser_is_connected_or_leaves_nothing(
    in_loop: InLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decision: str
) -> None:
    async def main() -> None:
        world = GraphWorld()
        for variable in ("AFTALE_GRAPH_BASE", "AFTALE_LOGIN_BASE"):
            monkeypatch.setenv(variable, world.server.base)
        person = Person(world, decision)
        async with real_desk(tmp_path, world.clock, ProviderKind.OFFICE365, person.visit) as d:
            await d.open()
            d.press("Office 365")
            d.press("Continue to Microsoft")
            await d.reach(Page.CLIENT)
            fields = d.window.client.fields
            QTest.keyClicks(fields["tenant"].edit, "not a tenant")
            assert fields["tenant"].error.startswith("A tenant is an ID in five groups")
            fields["tenant"].edit.clear()
            QTest.keyClicks(fields["client_id"].edit, CLIENT)
            assert d.opened == []
            d.press("Continue to Microsoft")
            if decision == "accept":
                await d.reach(Page.CONFIRM)
                assert f"Connected as {world.email}. Is this the one?" in d.texts()
                d.press("Yes, use it")
                await d.until(lambda: d.connected)
                assert d.connected[0].email == world.email
                assert any(each.remote == world.calendar for each in await d.workspace.accounts.calendars())
            else:
                await d.until(lambda: "Microsoft says that you did not agree" in d.texts())
                assert await d.nothing_kept()
            assert person.task is not None
            await person.task
        await world.close()

    in_loop(main)
