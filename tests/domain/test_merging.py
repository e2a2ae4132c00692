"""Two changes of the same settings or page, made from the same state: both hold, in whichever order they are kept."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.domain.merging import merged
from app.domain.pages import Consent, ConsentKind, Location, LocationKind, Page, Rules
from app.domain.settings import Appearance, Availability, Holidays, Limits, Profile, Settings, Theme

CHANGES = {
    "name": lambda held, value: replace(held, profile=replace(held.profile, name=value)),
    "tagline": lambda held, value: replace(held, profile=replace(held.profile, tagline=value)),
    "own part": lambda held, value: replace(held, own_part=value),
    "pages on": lambda held, value: replace(held, pages_on=value == "on"),
    "theme": lambda held, value: replace(
        held, appearance=replace(held.appearance, theme=Theme.DARK if value == "on" else Theme.LIGHT)
    ),
    "limits": lambda held, value: replace(
        held, availability=replace(held.availability, limits=Limits(per_day=len(value) or None))
    ),
    "country": lambda held, value: replace(held, availability=replace(held.availability, holidays=Holidays(value))),
}
WRITER = st.dictionaries(st.sampled_from(sorted(CHANGES)), st.sampled_from(["on", "off", "", "Anna"]))


def after(held: Settings, changes: dict[str, str]) -> Settings:
    for name, value in changes.items():
        held = CHANGES[name](held, value)
    return held


@given(start=WRITER, first=WRITER, second=WRITER)
def test_two_writers_when_kept_one_after_the_other_then_both_hold_and_the_later_one_wins_where_both_changed(
    start: dict[str, str], first: dict[str, str], second: dict[str, str]
) -> None:
    base = after(Settings(), start)
    # A change to what is there already is none.
    second = {name: value for name, value in second.items() if after(base, {name: value}) != base}
    stored = merged(base, after(base, first), base)
    assert stored == after(base, first)
    assert merged(base, after(base, second), stored) == after(after(base, first), second)


def test_settings_when_nothing_was_touched_follow_what_is_stored() -> None:
    stored = Settings(profile=Profile("Anna"), appearance=Appearance(theme=Theme.DARK), pages_on=False)
    assert merged(Settings(), Settings(), stored) is stored


def test_parts_of_one_section_when_changed_by_two_then_both_hold() -> None:
    base = Settings()
    holidays = replace(base, availability=Availability(holidays=Holidays("DK")))
    limits = replace(base, availability=Availability(limits=Limits(per_day=3)))
    both = Availability(holidays=Holidays("DK"), limits=Limits(per_day=3))
    assert merged(base, limits, holidays).availability == both


def test_a_place_and_a_consent_when_changed_by_two_then_are_never_mixed() -> None:
    base = Page("p", "anna/intro", "Intro", location=Location(LocationKind.PLACE, "Main Street 1"))
    called = replace(base, location=Location(LocationKind.HOST_CALLS))
    moved = replace(base, location=Location(LocationKind.PLACE, "Main Street 2"), rules=Rules((60,)))
    assert merged(base, moved, called).location == Location(LocationKind.PLACE, "Main Street 2")
    told = replace(base, consent=Consent(ConsentKind.NOTICE, "We keep it."))
    asked = replace(base, consent=Consent(ConsentKind.TICK, "May we keep it?"))
    assert merged(base, asked, told).consent == asked.consent
