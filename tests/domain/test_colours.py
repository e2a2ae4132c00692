"""Colours of pages: readable wherever they are drawn, whatever was chosen (DESIGN 2)."""

from __future__ import annotations

import json
from colorsys import rgb_to_hsv
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PySide6.QtGui import QColor

from app.domain import colours
from app.domain.colours import DARK, LIGHT, MARK, NAMED, TEXT, Ground, Shift, contrast, read_colour, shades, shift, shown

TOKENS = json.loads((Path(__file__).parents[2] / "resources/tokens.json").read_bytes())
ANY = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
GROUNDS = pytest.mark.parametrize("ground", [LIGHT, DARK], ids=["light", "dark"])


@GROUNDS
@given(colour=ANY)
@example(colour="#ffffff")
@example(colour="#000000")
@example(colour="#0000ff")
@example(colour="#ffff00")
def test_any_colour_when_shown_then_meets_every_rule_of_the_design(ground: Ground, colour: str) -> None:
    found = shades(colour, ground)
    for under in (ground.surface, *ground.others):
        assert contrast(found.page, under) >= MARK
    assert contrast(found.on_tile, found.tile) >= TEXT
    assert contrast(found.initials, found.avatar) >= TEXT


@GROUNDS
@given(colour=ANY)
def test_a_colour_when_it_is_made_readable_then_goes_in_one_direction_and_once(ground: Ground, colour: str) -> None:
    found = shown(colour, ground)
    if shift(colour, ground) is Shift.NONE:
        assert found == colour
    else:
        wanted = Shift.LIGHTER if ground.dark else Shift.DARKER
        assert shift(colour, ground) is wanted
        before, after = contrast(colour, "#000000"), contrast(found, "#000000")
        assert after > before if ground.dark else after < before
    assert shown(found, ground) == found


@pytest.mark.parametrize("colour", ["#ffe14d", "#3aa0ff", "#5b1fa8", "#0b3d2e", "#e05c8a"])
@GROUNDS
def test_a_colour_when_it_is_made_readable_then_keeps_its_hue(ground: Ground, colour: str) -> None:
    def hue(of: str) -> float:
        return rgb_to_hsv(*(int(of[at : at + 2], 16) / 255 for at in (1, 3, 5)))[0] * 360

    away = abs(hue(shown(colour, ground)) - hue(colour))
    assert min(away, 360 - away) < 12, "the same colour for the eye"


@pytest.mark.parametrize("name", NAMED)
def test_the_designs_own_colours_when_measured_then_need_no_change(name: str) -> None:
    pages = TOKENS["page_color"]
    assert shown(pages["light"][name], LIGHT) == pages["light"][name]
    assert shown(pages["dark"][name], DARK) == pages["dark"][name]


@pytest.mark.parametrize(("scheme", "ground"), [("light", LIGHT), ("dark", DARK)])
def test_the_grounds_when_compared_with_the_tokens_then_are_theirs(scheme: str, ground: Ground) -> None:
    palette = TOKENS["color"][scheme]
    assert ground.surface == palette["surface"]
    assert ground.others == tuple(palette[name] for name in ("canvas", "sunken", "hover", "selected"))
    assert ground.veil == TOKENS["page_color"]["avatar"][scheme]["fill_alpha"]


@given(colour=ANY)
def test_ink_when_darkened_or_lightened_then_is_what_the_window_paints(colour: str) -> None:
    def close(one: str, other: QColor) -> bool:
        mine = QColor(one)
        pairs = ((mine.red(), other.red()), (mine.green(), other.green()), (mine.blue(), other.blue()))
        return all(abs(here - there) <= 2 for here, there in pairs)

    assert close(colours.darker(colour), QColor(colour).darker(135))
    assert close(shades(colour, DARK).initials, QColor(shown(colour, DARK)).lighter(115))


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("#1A5F6C", "#1a5f6c"), ("1a5f6c", "#1a5f6c"), (" #abc ", "#aabbcc"), ("ABC", "#aabbcc"),
        ("", ""), ("#", ""), ("#12", ""), ("#12345", ""), ("#gggggg", ""), ("fjord", ""), ("#1a5f6c;", ""), ("#１２３", ""),
    ],
)  # fmt: skip
def test_a_typed_colour_when_read_then_is_hex_or_nothing(typed: str, read: str) -> None:
    assert read_colour(typed) == read
    assert not read or colours.is_own(read)


def test_contrast_when_computed_then_is_that_of_the_standard() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)
    assert contrast("#2C7A89", "#FFFFFF") == pytest.approx(4.94, abs=0.005), "as the design's table has it"
