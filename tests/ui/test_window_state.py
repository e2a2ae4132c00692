"""What the next start draws: kept for its user alone, and never believed longer than it is true."""

from __future__ import annotations

import json
import stat
from dataclasses import replace

import pytest

from app.domain.clock import DAY, HOUR
from app.domain.overview import Reachability
from app.domain.settings import Appearance, FirstRun, Language, Profile, Theme
from app.paths import first_screen_file
from app.ui import window_state
from app.ui.window_state import FirstScreen, as_of
from tests.ui.test_tray import INTRO, LOST, NOW, WELL

WHOLE = FirstScreen(
    profile=Profile("Anna Holm", "Organisation consultant", "Europe/Copenhagen", Language.DANISH),
    appearance=Appearance(Theme.DARK, Language.DANISH, text_size=130),
    first_run=FirstRun(4, True),
    overview=LOST,
    geometry="AdnQywADAAA=",
    section="pages",
)


def test_read_when_a_state_was_kept_gives_it_back_whole(workspace_folder):
    window_state.write(workspace_folder, WHOLE)
    assert window_state.read(workspace_folder) == WHOLE
    assert stat.S_IMODE(first_screen_file(workspace_folder).stat().st_mode) == 0o600


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"version": 2}', b'{"overview": 5}', b"\xff\xfe", b"null"])
def test_read_when_the_file_is_damaged_or_newer_counts_as_none(workspace_folder, damage):
    first_screen_file(workspace_folder).write_bytes(damage)
    assert window_state.read(workspace_folder) is None


def test_read_when_a_field_is_unknown_ignores_it(workspace_folder):
    window_state.write(workspace_folder, WHOLE)
    path = first_screen_file(workspace_folder)
    path.write_text(json.dumps({**json.loads(path.read_text()), "later": 1}))
    assert window_state.read(workspace_folder) == WHOLE


def test_write_when_the_folder_is_gone_does_nothing(workspace_folder):
    window_state.write(workspace_folder / "gone", WHOLE)


def test_as_of_when_hours_have_passed_shows_pages_as_starting_and_keeps_today():
    later = as_of(WELL, NOW + 2 * HOUR)
    assert (later.now, later.reach) == (NOW + 2 * HOUR, Reachability.STARTING)
    assert later.meetings == (INTRO,)


def test_as_of_when_a_day_has_passed_leaves_out_what_is_over():
    tomorrow = replace(INTRO, id="2", start=INTRO.start + DAY, end=INTRO.end + DAY)
    old = replace(WELL, meetings=(INTRO, tomorrow), free_today=((NOW, NOW + HOUR),))
    later = as_of(old, NOW + DAY)
    assert later.meetings == (tomorrow,)
    assert later.free_today == ()


def test_as_of_when_a_pause_is_over_shows_the_pages_on_again():
    paused = replace(WELL, pages_on=False, paused_until=NOW + HOUR)
    assert not as_of(paused, NOW + HOUR - 1).pages_on
    assert as_of(paused, NOW + HOUR).pages_on
    assert not as_of(replace(WELL, pages_on=False), NOW + DAY).pages_on
