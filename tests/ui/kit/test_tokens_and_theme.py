"""The design's numbers reach the screen: tokens, contrast, fonts, light and dark, text size."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QFont, QFontInfo, QFontMetricsF, QRawFont
from PySide6.QtWidgets import QApplication, QWidget

from app.domain import horizon
from app.ui import theme, tokens
from app.ui.widgets import Button, Label, icons
from app.ui.widgets.base import text_width

DOCUMENT = json.loads((tokens.RESOURCES / "tokens.json").read_bytes())


@pytest.fixture(autouse=True)
def plain_look(qapp: QApplication) -> Iterator[None]:
    theme.active().apply("light", 100)
    yield
    theme.active().apply("light", 100)


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_contrast_when_a_pair_is_used_reaches_what_wcag_asks(scheme: tokens.Scheme) -> None:
    palette = tokens.load().scheme(scheme).palette
    for pair in DOCUMENT["contrast"]:
        found = contrast(getattr(palette, pair["text"]), getattr(palette, pair["on"]))
        assert found >= pair["needed"], pair
        assert found == pytest.approx(pair[scheme], abs=0.02)


def test_tokens_when_read_hold_every_colour_and_type_of_the_document() -> None:
    found = tokens.load()
    assert found.light.palette._asdict() == DOCUMENT["color"]["light"]
    assert found.dark.palette._asdict() == DOCUMENT["color"]["dark"]
    assert set(found.type) == set(DOCUMENT["type"]["desktop"])
    assert found.text_sizes == (90, 100, 115, 130)


def test_horizon_when_compared_with_the_tokens_uses_the_same_points() -> None:
    drawn = DOCUMENT["horizon"]["geometry"]
    for name, hills in (("hills_wide", horizon.HILLS_WIDE), ("hills_tall", horizon.HILLS_TALL)):
        assert {part: [list(point) for point in points] for part, points in hills.items()} == drawn[name]
    assert [list(pair) for pair in horizon.HALOS] == [[halo["radius"], halo["alpha"]] for halo in drawn["halo"]]
    assert list(horizon.GLINT_OFFSETS) == drawn["glints"]["offset_r2"]
    assert list(horizon.GLINT_WIDTHS) == drawn["glints"]["width_r"]
    assert float(drawn["water_line"].split()[0]) == horizon.WATER_LINE
    assert [float(each) for each in re.findall(r"0\.\d+", drawn["sun_radius"])] == [
        horizon.SUN_RADIUS_WIDE,
        horizon.SUN_RADIUS_TALL,
    ]


def test_horizon_when_the_sun_rises_goes_up_and_stays_behind_the_water_line() -> None:
    heights = [horizon.scene(280, 160, phase / 10).sun.y for phase in range(11)]
    assert heights == sorted(heights, reverse=True)
    assert all(height < horizon.scene(280, 160, 0).water_line for height in heights)


def test_horizon_when_the_owner_pauses_shows_a_crescent_without_halo() -> None:
    night = horizon.scene(640, 184, horizon.MOON)
    assert night.halos == ()
    assert night.bite is not None
    path = horizon.crescent(night.sun, night.bite)
    points = [values[at : at + 2] for _, values in path for at in range(0, len(values), 2)]
    assert all(abs(x - night.sun.x) <= night.sun.radius * 1.06 for x, _ in points)
    assert re.fullmatch(r"M[-\d. ]+(C[-\d. ]+)+Z", horizon.to_svg(path))


def test_fonts_when_loaded_are_the_products_own() -> None:
    assert QFontInfo(theme.font("body")).family() == "Inter"
    assert QFontInfo(theme.font("title")).family().startswith("Schibsted Grotesk")
    assert QFontInfo(theme.font("body_medium")).weight() == QFont.Weight.Medium


def test_fonts_when_figures_stand_below_each_other_are_tabular_but_spaces_keep_their_width() -> None:
    assert text_width("11:11", "body") == pytest.approx(text_width("08:08", "body"), abs=0.1)
    proportional = QFont(theme.font("body"))
    proportional.unsetFeature(QFont.Tag("tnum"))
    for text in ("anna-holm", "a b c"):
        assert text_width(text, "body") == pytest.approx(QFontMetricsF(proportional).horizontalAdvance(text), abs=0.1)


def test_fonts_when_names_have_letters_from_far_still_show_them() -> None:
    for role in ("title", "body"):
        raw = QRawFont.fromFont(theme.font(role))
        missing = [letter for letter in "æøåÆØÅéñüßłčőžğıșțđ" if not raw.supportsCharacter(ord(letter))]
        assert not missing, role


@pytest.mark.shows("DESK-5")
def test_theme_when_the_setting_changes_repaints_without_restart(qapp: QApplication) -> None:
    window = QWidget()
    button = Button("Save", "primary", parent=window)
    window.resize(200, 80)
    window.show()
    light = button.grab().toImage().pixelColor(8, 18)
    theme.active().apply("dark", 100)
    qapp.processEvents()
    dark = button.grab().toImage().pixelColor(8, 18)
    assert light.name() == theme.colours_of("light").accent.name()
    assert dark.name() == theme.colours_of("dark").accent.name()
    window.close()


@pytest.mark.shows("DESK-5")
@pytest.mark.parametrize("size", [90, 115, 130])
def test_text_size_when_changed_grows_text_and_what_holds_it(qapp: QApplication, size: int) -> None:
    window = QWidget()
    label, button = Label("Nobody can book you", "sub", parent=window), Button("Reconnect", parent=window)
    window.show()
    before = label.sizeHint(), button.sizeHint()
    theme.active().apply("light", size)
    qapp.processEvents()
    after = label.sizeHint(), button.sizeHint()
    assert (after[0].width() > before[0].width()) == (size > 100)
    assert (after[1].width() > before[1].width()) == (size > 100)
    assert after[1].height() >= 36
    window.close()


@pytest.mark.parametrize("role", sorted(tokens.load().icons))
def test_icon_when_the_design_names_one_has_a_file(role: str) -> None:
    assert (icons.FOLDER / f"{icons.file_name(role)}.svg").is_file()


def test_icon_when_drawn_takes_the_colour_it_is_given(qapp: QApplication) -> None:
    image = icons.icon("add", theme.colours().danger, 18, 2.0).toImage()
    assert image.width() == 36
    assert image.pixelColor(18, 18).name() == theme.colours().danger.name()


def test_resources_when_fonts_and_icons_ship_their_notices_do_too() -> None:
    notices = (tokens.RESOURCES / "NOTICES.md").read_text()
    for words in ("Inter", "Schibsted Grotesk", "Phosphor", "SIL OPEN FONT LICENSE Version 1.1", "MIT License"):
        assert words in notices
