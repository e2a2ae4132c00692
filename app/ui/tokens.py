"""The design tokens as code: ``resources/tokens.json`` read once into named tuples.

No Qt here, so that tests and scripts can read colours, sizes and the type scale without a screen.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Generic, Literal, NamedTuple, TypeVar

RESOURCES = Path(__file__).resolve().parents[2] / "resources"

C = TypeVar("C")

Role = Literal[
    "display",
    "title",
    "heading",
    "sub",
    "body",
    "body_medium",
    "label",
    "small",
    "caption",
    "caption_regular",
    "tick",
    "code",
]
Scheme = Literal["light", "dark"]


class Palette(NamedTuple, Generic[C]):
    """The named colours of one scheme; ``C`` is ``str`` here and ``QColor`` in the theme."""

    canvas: C
    sidebar: C
    surface: C
    sunken: C
    hover: C
    selected: C
    border: C
    border_button: C
    border_strong: C
    text: C
    text_muted: C
    text_faint: C
    accent: C
    accent_hover: C
    accent_pressed: C
    on_accent: C
    accent_soft: C
    accent_line: C
    accent_text: C
    amber: C
    amber_soft: C
    amber_line: C
    amber_text: C
    danger: C
    danger_hover: C
    on_danger: C
    danger_soft: C
    danger_line: C
    danger_text: C
    success: C
    success_soft: C
    success_line: C
    success_text: C
    focus: C
    tooltip: C
    on_tooltip: C


class Brand(NamedTuple):
    """The colours of the mark."""

    circle_1: str
    circle_2: str
    lens: str


class LandscapeColours(NamedTuple):
    """The colours of the landscape."""

    sky_top: str
    sky_low: str
    sun: str
    hill_far: str
    hill_mid: str
    hill_near: str
    water: str
    glint: str


class TypeStyle(NamedTuple):
    """One row of the type scale, in logical pixels at text size 100."""

    font: Literal["heading", "text", "code"]
    size: int
    line: int
    weight: int
    tracking: float = 0.0


class SchemeTokens(NamedTuple):
    """Everything that differs between light and dark."""

    palette: Palette[str]
    pages: dict[str, str]
    brand: Brand
    landscape: LandscapeColours
    scrim_alpha: float
    avatar_alpha: float


class Motion(NamedTuple):
    """Lengths of movements in milliseconds."""

    hover: int
    press: int
    switch: int
    expand: int
    toast: int
    dialog: int
    sun: int


class Tokens(NamedTuple):
    """The whole document, as far as the desktop program needs it."""

    light: SchemeTokens
    dark: SchemeTokens
    type: dict[str, TypeStyle]
    icons: dict[str, str]
    motion: Motion
    text_sizes: tuple[int, ...]

    def scheme(self, name: Scheme) -> SchemeTokens:
        return self.dark if name == "dark" else self.light


@cache
def load() -> Tokens:
    """Reads the document; later calls return the same object."""
    document: dict[str, Any] = json.loads((RESOURCES / "tokens.json").read_bytes())
    return Tokens(
        light=_scheme(document, "light"),
        dark=_scheme(document, "dark"),
        type={name: TypeStyle(**style) for name, style in document["type"]["desktop"].items()},
        icons={role: name.removeprefix("ph.") for role, name in document["icon"]["roles"].items()},
        motion=_motion(document["motion"]),
        text_sizes=tuple(round(100 * scale) for scale in document["type"]["scale_setting"]),
    )


def _scheme(document: dict[str, Any], name: Scheme) -> SchemeTokens:
    return SchemeTokens(
        palette=Palette(**document["color"][name]),
        pages=dict(document["page_color"][name]),
        brand=Brand(**document["brand"][name]),
        landscape=LandscapeColours(**document["horizon"][name]),
        scrim_alpha=float(document["scrim"][name].rstrip(")").rpartition(",")[2]),
        avatar_alpha=document["page_color"]["avatar"][name]["fill_alpha"],
    )


def _motion(found: dict[str, Any]) -> Motion:
    names = {"toast": "toast_in_ms", "dialog": "dialog_in_ms"}
    return Motion(**{field: found[names.get(field, f"{field}_ms")] for field in Motion._fields})
