"""What goes to whoever helps says how things are and nothing about anybody (DATA-5)."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from app import log
from app.domain.booking import LeftMessage, Promised, Visitor
from app.domain.connections import Account, ProviderKind
from app.models.accounts import save_account
from app.models.secrets import save_secret
from tests.services.opened import StandingClock, at, furnished, page, settle, wish

pytestmark = [pytest.mark.anyio, pytest.mark.shows("DATA-5")]
PEOPLE = ("Ida", "Winther", "ida@example.org", "Jonas", "jonas@example.net", "+45 20 30 40 50", "Nyhavn 17")
WORDS = (
    "a word that only Ida wrote", "Anna Holm", "anna@example.com", "Divorce talk", "Dentist", "anna/page-1",
    "Coach for lawyers",
)  # fmt: skip
SECRETS = (
    "hunter2-hunter2", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "ya29.a0AfH6SMBx1234567890abcdefghij",
    "GOCSPX-planted-secret",
)  # fmt: skip


async def test_the_bundle_when_secrets_and_people_are_planted_holds_none_of_them(workspace_folder: Path) -> None:
    log.start(workspace_folder)
    workspace = await furnished(workspace_folder, StandingClock(), page(title="Divorce talk", guests_max=1))
    current = workspace.settings.current
    await workspace.settings.save(replace(current, profile=replace(current.profile, tagline="Coach for lawyers")))
    visitor = Visitor("Ida", "Winther", "ida@example.org", "Europe/Copenhagen", guests=("jonas@example.net",))
    answer = await workspace.bookings.book(wish(at(13, 10), visitor=visitor, message=f"{WORDS[0]}, +45 20 30 40 50, Nyhavn 17"))
    assert isinstance(answer, Promised)
    await workspace.bookings.leave_message(LeftMessage("anna/page-1", "Jonas", "jonas@example.net", "", WORDS[0]))
    await workspace.accounts.add_busy("local", at(14, 10), at(14, 11), "Dentist")
    elsewhere = Account("1", ProviderKind.GOOGLE, "Google", "anna@example.com")
    await workspace.database.write(lambda session: save_account(session, elsewhere))
    await workspace.database.write(lambda session: save_secret(session, "account:1", SECRETS[3].encode()))
    await settle(workspace)
    told = logging.getLogger("app.test")
    told.info("password=%s token=%s Authorization: Bearer %s for ida@example.org", SECRETS[0], SECRETS[1], SECRETS[2])
    told.info("visitor name='Ida Winther' message='%s'", WORDS[0])
    told.info("the page child is live")
    text = await workspace.data.support.collect()
    await workspace.close()
    log.stop()
    assert "the page child is live" in text
    for planted in (*PEOPLE, *WORDS, *SECRETS, answer.manage):
        assert planted.lower() not in text.lower(), planted
    for known in ("sqlite:", "database: revision", "rows in booking: 1", ": local,", ": google,", "backups: 0"):
        assert known in text


async def test_the_bundle_when_collected_is_written_nowhere(workspace_folder: Path) -> None:
    workspace = await furnished(workspace_folder, StandingClock())
    before = {each for each in workspace_folder.rglob("*") if each.is_file()}
    await workspace.data.support.collect()
    assert {each for each in workspace_folder.rglob("*") if each.is_file()} == before
    await workspace.close()
