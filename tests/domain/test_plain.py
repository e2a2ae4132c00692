"""Dataclasses to plain JSON values and back."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.booking import Booking, BookingRequest
from app.domain.calendars import EventDraft
from app.domain.connections import Account, Calendar
from app.domain.pages import DayOverride, Fixed, Hours, Page, Rolling, Rules, WeeklyHours
from app.domain.plain import from_plain, to_plain
from app.domain.settings import Availability, Settings, Spell
from tests.domain.cases import day_ranges, weeks

hours = st.builds(Hours, st.text(), weeks, st.lists(st.builds(DayOverride, st.dates(), day_ranges), max_size=3).map(tuple))
spells = st.lists(st.builds(Spell, st.dates(), st.dates(), day_ranges), max_size=3).map(tuple)
overrides = st.lists(st.builds(DayOverride, st.dates(), day_ranges), max_size=3).map(tuple)
kept = st.one_of(
    st.builds(Page, hours=st.none() | hours),
    st.builds(Settings, availability=st.builds(Availability, weekly=weeks, spells=spells)),
    st.from_type(Booking),
    st.from_type(BookingRequest),
    st.from_type(EventDraft),
    st.from_type(Account),
    st.from_type(Calendar),
)


class Tint(StrEnum):
    FJORD = "fjord"
    MOSS = "moss"


@dataclass(frozen=True)
class Inner:
    number: int = 3
    day: date | None = None


@dataclass(frozen=True)
class Outer:
    name: str
    tint: Tint = Tint.FJORD
    inner: Inner = Inner()
    window: Rolling | Fixed = Rolling()
    pair: tuple[int, str] = (1, "one")
    many: tuple[Inner, ...] = ()
    tags: frozenset[str] = frozenset()
    by_number: dict[int, Inner] = field(default_factory=dict)
    share: float = 0.5
    mode: Literal["a", "b"] = "a"
    anything: Any = None
    sure: bool = False


FULL = Outer(
    "x", Tint.MOSS, Inner(4, date(2026, 11, 24)), Fixed(date(2026, 1, 1), date(2026, 2, 1)), (2, "two"), (Inner(), Inner(5)),
    frozenset({"b", "a"}), {30: Inner(1)}, 0.25, "b", {"k": [1]}, True,
)  # fmt: skip


@pytest.mark.shows("DATA-4")
@given(kept)
def test_from_plain_when_given_what_to_plain_made_then_is_equal_also_through_json(value: Any) -> None:
    text = json.dumps(to_plain(value))
    assert from_plain(type(value), json.loads(text)) == value


def test_to_plain_when_a_field_has_its_default_then_leaves_it_out() -> None:
    assert to_plain(Outer("x")) == {"name": "x", "by_number": {}}
    assert to_plain(Rules(step=15))["step"] == 15


def test_from_plain_when_everything_is_given_then_is_the_same_again() -> None:
    assert from_plain(Outer, json.loads(json.dumps(to_plain(FULL)))) == FULL


def test_from_plain_when_fields_are_missing_or_unknown_then_takes_defaults_and_ignores_the_rest() -> None:
    assert from_plain(Outer, {"name": "x", "added_later": [1, 2]}) == Outer("x")


def test_from_plain_when_a_whole_number_stands_for_a_fraction_then_is_taken() -> None:
    assert from_plain(Outer, {"name": "x", "share": 1}).share == 1.0


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        "x",
        {},
        {"name": 1},
        {"name": None},
        {"name": "x", "tint": "pink"},
        {"name": "x", "tint": []},
        {"name": "x", "inner": {"number": "3"}},
        {"name": "x", "inner": {"number": True}},
        {"name": "x", "inner": {"number": 3.5}},
        {"name": "x", "inner": {"day": "2026-02-30"}},
        {"name": "x", "inner": {"day": 5}},
        {"name": "x", "inner": []},
        {"name": "x", "window": {"first": "2026-01-01"}, "pair": [1]},
        {"name": "x", "pair": [1]},
        {"name": "x", "pair": ["1", "one"]},
        {"name": "x", "many": {}},
        {"name": "x", "tags": [1]},
        {"name": "x", "by_number": {"thirty": {}}},
        {"name": "x", "by_number": []},
        {"name": "x", "share": "half"},
        {"name": "x", "share": True},
        {"name": "x", "mode": "c"},
        {"name": "x", "sure": 1},
    ],
)
def test_from_plain_when_a_value_does_not_fit_then_raises_value_error(plain: object) -> None:
    with pytest.raises(ValueError):
        from_plain(Outer, plain)


@pytest.mark.parametrize("days", [[], [[]] * 6, [[[600, 540]]] + [[]] * 6, [[[0, 1500]]] + [[]] * 6])
def test_from_plain_when_hours_are_impossible_then_raises_value_error(days: list[object]) -> None:
    with pytest.raises(ValueError):
        from_plain(WeeklyHours, {"days": days})


def test_to_plain_when_a_value_has_no_plain_form_then_raises_type_error() -> None:
    with pytest.raises(TypeError):
        to_plain(object())
    with pytest.raises(TypeError):
        to_plain(Outer)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(st.sampled_from((Outer, Settings, Page, Booking)), json_values)
def test_from_plain_when_given_any_json_then_raises_nothing_but_value_error(kind: type, value: object) -> None:
    with suppress(ValueError):
        from_plain(kind, value)
