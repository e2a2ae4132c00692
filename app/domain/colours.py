"""Colours of pages: contrast as WCAG 2 defines it, and a colour of the owner's own made readable wherever it is drawn.

A page's colour is one of ``NAMED`` or ``#rrggbb``. It marks the page as dot, bar and block, lies under the words of the date
tile and gives an avatar its ground and its ink (DESIGN 2). A colour that somebody chose for its looks need not be fit for any
of that, so it is made darker for light pages and lighter for dark ones, as little as the rules ask for. Its hue stays: only
OKLCH's lightness moves, and its chroma where a screen cannot show it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

NAMED = ("fjord", "heather", "moss", "amber", "brick", "slate")
MARK, TEXT = 3.0, 4.5
"""The contrast that WCAG 2.2 asks of what is not text (1.4.11) and of text (1.4.3)."""
DARKER = 1.35
"""By how much a page's colour is darkened under white words and as an avatar's ink."""
LIGHTER = 1.15
"""By how much it is lightened as an avatar's ink in the dark."""

_STEPS = 200
_HUES = 10
_HEX = re.compile(r"#?([0-9a-fA-F]{6}|[0-9a-fA-F]{3})")

Channels = tuple[float, float, float]
"""Red, green and blue from 0 to 1: as written in ``#rrggbb``, or linear light where that is said."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What colours are drawn on in one scheme: the surface, and everything else that a mark may lie on. ``veil``: how much of
    the page's colour an avatar's ground takes."""

    dark: bool
    surface: str
    others: tuple[str, ...]
    veil: float


LIGHT = Ground(False, "#FFFFFF", ("#F4F7F6", "#EEF2F1", "#F1F5F4", "#E2EFF1"), 0.16)
DARK = Ground(True, "#172124", ("#10181A", "#0F1719", "#1E2A2D", "#15353B"), 0.22)
"""Surface; canvas, sunken, hover and selected of ``resources/tokens.json`` (a test compares them)."""


@dataclass(frozen=True, slots=True)
class Shades:
    """One page colour in all its uses. ``page``: dot, bar, block; ``tile`` with ``on_tile`` for its words; ``initials`` on
    ``avatar``."""

    page: str
    tile: str
    on_tile: str
    avatar: str
    initials: str


class Shift(StrEnum):
    """What was done to a colour so that it can be read."""

    NONE = "none"
    DARKER = "darker"
    LIGHTER = "lighter"


def palette() -> tuple[tuple[str, ...], ...]:
    """Colours to begin with: rows from light to dark, ten hues across, and a row of greys beneath them."""
    hues = [math.tau * (step + 0.6) / _HUES for step in range(_HUES)]
    rows = [tuple(_from_oklch(lightness, 0.14, hue) for hue in hues) for lightness in (0.78, 0.66, 0.54, 0.42)]
    greys = tuple(_from_oklch(0.92 - 0.076 * step, 0.0, 0.0) for step in range(_HUES))
    return (*rows, greys)


def is_own(colour: str) -> bool:
    """Whether ``colour`` is one of the owner's own, written as ``#rrggbb``."""
    return len(colour) == 7 and colour[0] == "#" and _HEX.fullmatch(colour) is not None


def read_colour(typed: str) -> str:
    """``#rrggbb`` for what somebody typed (``#1A5F6C``, ``1a5f6c``, ``#abc``), or nothing where that is no colour."""
    found = _HEX.fullmatch(typed.strip())
    if found is None:
        return ""
    digits = found[1].lower()
    return "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def meets(colour: str, ground: Ground) -> bool:
    """Whether ``colour`` can be read in every use that a page's colour has on ``ground``."""
    found = _shades(colour, ground)
    return (
        all(contrast(found.page, under) >= MARK for under in (ground.surface, *ground.others))
        and contrast(found.on_tile, found.tile) >= TEXT
        and contrast(found.initials, found.avatar) >= TEXT
    )


@lru_cache(512)
def shown(colour: str, ground: Ground) -> str:
    """The colour nearest to ``colour`` that meets the rules on ``ground``: itself, or a darker or lighter one of the same
    hue."""
    if meets(colour, ground):
        return colour
    lightness, chroma, hue = _to_oklch(colour)
    end = 1.0 if ground.dark else 0.0
    for step in range(1, _STEPS):
        found = _from_oklch(lightness + (end - lightness) * step / _STEPS, chroma, hue)
        if meets(found, ground):
            return found
    return "#ffffff" if ground.dark else "#000000"


def shift(colour: str, ground: Ground) -> Shift:
    """What ``shown`` does to ``colour``."""
    if meets(colour, ground):
        return Shift.NONE
    return Shift.LIGHTER if ground.dark else Shift.DARKER


@lru_cache(512)
def shades(colour: str, ground: Ground) -> Shades:
    """An own colour in all its uses on ``ground``, each readable."""
    return _shades(shown(colour, ground), ground)


def _shades(page: str, ground: Ground) -> Shades:
    avatar = _mixed(page, ground.surface, ground.veil)
    if ground.dark:
        return Shades(page, page, ground.surface, avatar, _lighter(page))
    dark = darker(page)
    return Shades(page, dark, "#FFFFFF", avatar, dark)


def darker(colour: str) -> str:
    """The colour darkened to 1/1.35, as Qt's ``QColor.darker(135)`` does it."""
    red, green, blue = _channels(colour)
    return _written((red / DARKER, green / DARKER, blue / DARKER))


def _lighter(colour: str) -> str:
    """The colour lightened by 1.15, as Qt's ``QColor.lighter(115)`` does it: what does not fit into the value is taken from the
    saturation."""
    red, green, blue = _channels(colour)
    high, low = max(red, green, blue), min(red, green, blue)
    if high == 0.0:
        return colour
    over = max(0.0, high * LIGHTER - 1.0)
    value = min(1.0, high * LIGHTER)
    before = (high - low) / high
    share = max(0.0, before - over) / before if before else 0.0
    return _written(tuple(value * (1.0 - (1.0 - each / high) * share) for each in (red, green, blue)))  # type: ignore[arg-type]


def _mixed(colour: str, under: str, alpha: float) -> str:
    """``colour`` at ``alpha`` over ``under``."""
    pairs = zip(_channels(colour), _channels(under), strict=True)
    return _written(tuple(top * alpha + low * (1 - alpha) for top, low in pairs))  # type: ignore[arg-type]


def _channels(colour: str) -> Channels:
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def _written(channels: Channels) -> str:
    return "#" + "".join(f"{round(min(1.0, max(0.0, each)) * 255):02x}" for each in channels)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def _gamma(light: float) -> float:
    return light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(each) for each in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


# OKLCH: Björn Ottosson, "A perceptual color space for image processing", 2020.


def _to_oklch(colour: str) -> Channels:
    """Lightness 0 to 1, chroma, hue in radians."""
    red, green, blue = (_linear(each) for each in _channels(colour))
    one = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    two = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    three = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    lightness = 0.2104542553 * one + 0.7936177850 * two - 0.0040720468 * three
    a = 1.9779984951 * one - 2.4285922050 * two + 0.4505937099 * three
    b = 0.0259040371 * one + 0.7827717662 * two - 0.8086757660 * three
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _from_oklch(lightness: float, chroma: float, hue: float) -> str:
    """The colour with this lightness and hue; of a chroma that no screen shows, as much as one does."""
    low, high = 0.0, chroma
    light = _light_of(lightness, chroma, hue)
    if not _on_screen(light):
        for _ in range(12):
            middle = (low + high) / 2
            if _on_screen(_light_of(lightness, middle, hue)):
                low = middle
            else:
                high = middle
        light = _light_of(lightness, low, hue)
    return _written(tuple(_gamma(min(1.0, max(0.0, each))) for each in light))  # type: ignore[arg-type]


def _on_screen(light: Channels) -> bool:
    return all(-0.0005 <= each <= 1.0005 for each in light)


def _light_of(lightness: float, chroma: float, hue: float) -> Channels:
    """Linear light, also beyond what a screen shows."""
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    one = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    two = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    three = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * one - 3.3077115913 * two + 0.2309699292 * three,
        -1.2684380046 * one + 2.6097574011 * two - 0.3413193965 * three,
        -0.0041960863 * one - 0.7034186147 * two + 1.7076147010 * three,
    )
