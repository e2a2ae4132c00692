"""The whole way with Google's protocol on real sockets: dialog, services, provider, the consent page, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from app.domain.connections import ProviderKind
from app.providers.google.connector import Connector as GoogleConnector
from app.ui.connect.state import Page
from tests.providers.google.browser import Browser
from tests.providers.google.worlds import TESTING, GoogleWorld
from tests.ui.connect.desk import InLoop, real_desk

pytestmark = pytest.mark.qt_log_ignore("does not support raise")


class Person(Browser):
    """Browses as the dialog wants it."""

    def visit(self, address: str) -> bool:
        self(address)
        return True


@pytest.mark.shows("CON-1", "CON-3", "CON-4", "CON-7", "SYNC-1")
def test_google_when_it_is_connected_in_the_dialog_is_read_and_only_asked_after_the_button(
    in_loop: InLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def main() -> None:
        world = GoogleWorld()
        monkeypatch.setenv("AFTALE_GOOGLE_BASE", world.server.base)
        for number in range(3):
            start = world.clock.now() + (number + 1) * 86_400
            world.server.service.insert(world.calendar, event(start, f"Consultation {number}"))
        person = Person(world)
        asked_before = (world.user.requests, world.server.consents.token_calls)
        async with real_desk(tmp_path, world.clock, ProviderKind.GOOGLE, person.visit) as d:
            await d.open()
            d.press("Google")
            d.press("Continue to Google")
            await d.reach(Page.CLIENT)
            fields = d.window.client.fields
            QTest.keyClicks(fields["client_id"].edit, TESTING.id)
            QTest.keyClicks(fields["client_secret"].edit, TESTING.secret)
            assert (world.user.requests, world.server.consents.token_calls) == asked_before
            d.press("Continue to Google")
            await d.reach(Page.CONFIRM)
            assert f"Connected as {world.email}. Is this the one?" in d.texts()
            assert "Consultations" in d.texts()
            assert "This sign-in ends in" in d.texts()
            d.press("Yes, use it")
            await d.until(lambda: d.connected)
            account = d.connected[0]
            assert (account.email, account.primary) == (world.email, True)
            shared = next(each for each in await d.workspace.accounts.calendars() if each.remote == world.calendar)
            assert shared.read_at > 0
            assert sorted(await d.secrets()) == [f"account:{account.id}", "client:google"]
            assert person.task is not None
            await person.task
        await world.close()

    in_loop(main)


@pytest.mark.shows("CON-4")
@pytest.mark.parametrize("answer", ["deny", "another"])
def test_google_when_the_person_does_not_agree_keeps_nothing_and_gives_everything_back(
    in_loop: InLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    async def main() -> None:
        world = GoogleWorld()
        monkeypatch.setenv("AFTALE_GOOGLE_BASE", world.server.base)
        person = Person(world, decision="deny" if answer == "deny" else "allow")
        async with real_desk(tmp_path, world.clock, ProviderKind.GOOGLE, person.visit) as d:
            client = {"client_id": world.client.id, "client_secret": world.client.secret}
            assert GoogleConnector().check(client) == {}
            await d.workspace.connecting.save_client(ProviderKind.GOOGLE, client)
            await d.open(ProviderKind.GOOGLE)
            d.press("Continue to Google")
            if answer == "deny":
                await d.until(lambda: "Google says that you did not agree" in d.texts())
            else:
                await d.reach(Page.CONFIRM)
                d.press("No, another account")
                mine = [each for each in world.server.consents.grants if each.email == world.email]
                await d.until(lambda: mine[-1].revoked)
            assert d.page is Page.SHARED
            assert await d.nothing_kept()
            assert person.task is not None
            await person.task
        await world.close()

    in_loop(main)


def event(start: int, title: str) -> dict[str, object]:
    begin, end = (datetime.fromtimestamp(at, UTC).isoformat() for at in (start, start + 3600))
    return {"summary": title, "start": {"dateTime": begin}, "end": {"dateTime": end}}
