"""The settings document: kept whole, brought up from older versions, never overwritten when it cannot be read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest

from app.domain.pages import Limits
from app.domain.settings import VERSION, Appearance, Availability, FirstRun, Language, Profile, Settings, Spell, Theme
from app.models.database import Database
from app.models.peek import last_place
from app.models.settings import UPGRADES, kept_settings, load_settings, save_settings, upgrade, workspace_salt
from tests.models.made import NOON

pytestmark = pytest.mark.anyio

FULL = Settings(
    profile=Profile("Åse Sørensen", "Designer", "Europe/Copenhagen", Language.DANISH),
    appearance=Appearance(Theme.DARK, Language.DANISH, text_size=125),
    availability=Availability(spells=(Spell(date(2026, 12, 24), date(2026, 12, 26), name="Christmas"),), limits=Limits(4, 12)),
    first_run=FirstRun(4, True),
    own_part="aase",
    default_page="p1",
    pages_on=False,
    paused_until=NOON,
)


async def documents(database, table="setting"):
    return await database.read(
        lambda session: [row[0] for row in session.exec_driver_sql(f"SELECT document FROM {table} ORDER BY id")]
    )


async def put(database, document):
    await database.write(
        lambda session: session.exec_driver_sql("INSERT OR REPLACE INTO setting (id, document) VALUES (1, ?)", (document,))
    )


async def test_settings_when_never_saved_are_the_defaults(database):
    assert await database.read(load_settings) == (Settings(), "")


async def test_settings_when_saved_come_back_as_they_were(database):
    for settings in (FULL, replace(FULL, pages_on=True), Settings()):
        await database.write(lambda session, settings=settings: save_settings(session, settings))
        assert await database.read(load_settings) == (settings, "")
    (document,) = await documents(database)
    assert json.loads(document)["version"] == VERSION
    assert await documents(database, "setting_aside") == []


@pytest.mark.shows("DATA-4")
@pytest.mark.parametrize(
    ("document", "why"),
    [
        ("{", "Expecting"),
        ("[]", "not an object"),
        ('{"version": 99, "own_part": "new"}', "version 99 is newer"),
        ('{"version": true}', "version True"),
        ('{"version": 0}', "version 0 is not known"),
        ('{"version": 1, "pages_on": "yes"}', "pages_on"),
        ('{"version": 1, "appearance": {"theme": "pink"}}', "pink"),
        ('{"version": 2, "profile": {"zone": "Moon/Base"}}', "Moon/Base"),
        ('{"version": 2, "profile": {"zone": "../../etc/passwd"}}', "passwd"),
        ('{"availability": {"journeys": [{"first": "2026-12-01", "last": "2026-12-03", "zone": "Moon/Base"}]}}', "Moon/Base"),
        ('{"version": 1, "availability": {"overrides": 7}}', "overrides"),
        ('{"version": 1, "availability": {"overrides": [7]}}', "overrides"),
        ('{"version": 1, "availability": {"overrides": [{"ranges": []}]}}', "overrides"),
        ('{"version": 1, "availability": {"overrides": [{"day": "2026-12-24", "ranges": 7}]}}', "ranges"),
        ("[" * 100_000, "too deep"),
        ('{"a":' * 100_000, "too deep"),
    ],
)
async def test_settings_when_they_cannot_be_read_are_kept_aside_and_never_overwritten(database, document, why):
    await put(database, document)
    settings, reason = await database.read(load_settings)
    assert settings == Settings()
    assert why in reason
    assert await documents(database) == [document]
    await database.write(lambda session: save_settings(session, FULL))
    assert await database.read(load_settings) == (FULL, "")
    assert await documents(database, "setting_aside") == [document]
    await database.write(lambda session: save_settings(session, Settings()))
    assert await documents(database, "setting_aside") == [document]
    assert [each.document for each in await database.read(kept_settings)] == [document]


def test_settings_of_an_older_version_are_brought_up_step_by_step():
    steps = {1: lambda old: {"b": old["a"] + 1}, 2: lambda old: {"c": old["b"] * 10}}
    assert upgrade({"version": 1, "a": 1}, steps, newest=3) == {"version": 3, "c": 20}
    assert upgrade({"a": 1}, steps, newest=3) == {"version": 3, "c": 20}
    assert upgrade({"version": 2, "b": 5}, steps, newest=3) == {"version": 3, "c": 50}
    assert upgrade({"version": 3, "c": 7}, steps, newest=3) == {"version": 3, "c": 7}


def test_every_older_version_of_the_settings_has_its_step():
    assert sorted(UPGRADES) == list(range(1, VERSION))


async def test_the_salt_when_the_workspace_opens_again_is_the_same_and_no_other_workspaces(database, tmp_path):
    salt = await database.read(workspace_salt)
    assert len(salt) == 32
    database.close()
    database.open()
    assert await database.read(workspace_salt) == salt
    other = Database(tmp_path / "other" / "aftale.db")
    other.open()
    assert await other.read(workspace_salt) != salt
    other.close()


async def test_dates_with_other_hours_of_an_older_document_when_loaded_then_are_spells_of_a_day(database):
    hours = {"day": "2026-12-24", "ranges": [[540, 720]]}
    await put(database, json.dumps({"version": 1, "availability": {"overrides": [hours, {"day": "2026-12-25"}]}}))
    settings, why = await database.read(load_settings)
    assert not why
    assert settings.availability.spells == (
        Spell(date(2026, 12, 24), date(2026, 12, 24), ((540, 720),)),
        Spell(date(2026, 12, 25), date(2026, 12, 25)),
    )


@pytest.mark.shows("DATA-4")
async def test_the_last_port_when_the_settings_are_nested_too_deeply_cannot_be_told(database):
    await put(database, '{"a":' * 100_000)
    database.close()
    assert last_place(database.path) == (0, "")
