"""The landscape as geometry: hills, sun or moon, water and glints, for any size, as path commands.

The window paints them with a painter path, the public pages write them as SVG; both come from here, so the two are the same
picture. The points are those of ``horizon`` in ``resources/tokens.json`` (a test compares them). Only the height of the sun
carries meaning: ``phase`` 0 to 1, or the moon for a pause.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]
Command = tuple[str, tuple[float, ...]]
"""``M x y``, ``L x y``, ``C x1 y1 x2 y2 x y`` or ``Z``, as in SVG."""
Path = tuple[Command, ...]

MOON = "moon"
Phase = float | str

WATER_LINE = 0.68
WIDE_FROM = 1.1
SUN_RADIUS_WIDE, SUN_RADIUS_TALL = 0.13, 0.105
SUN_X = 0.64
HALOS: tuple[Point, ...] = ((2.4, 0.1), (1.7, 0.16))
"""Radius in sun radii, and alpha."""
HILLS_WIDE: dict[str, tuple[Point, ...]] = {
    "far": ((0, 0.13), (0.2, 0.23), (0.4, 0.1), (0.56, 0.17), (0.8, 0.07), (1, 0.17)),
    "mid": ((0, 0.07), (0.26, 0.025), (0.44, 0.075), (0.64, 0.02), (0.86, 0.11), (1, 0.08)),
    "near": ((0, 0.62), (0.16, 0.7), (0.34, 0.42), (0.56, 0.15), (0.78, 0.02), (1, -0.06)),
}
HILLS_TALL: dict[str, tuple[Point, ...]] = {
    "far": ((0, 0.2), (0.3, 0.27), (0.74, 0.07), (1, 0.15)),
    "mid": ((0, 0.05), (0.22, 0.085), (0.58, 0.02), (1, 0.115)),
    "near": ((0, 0.66), (0.16, 0.74), (0.4, 0.4), (0.7, 0.06), (1, -0.08)),
}
GLINT_OFFSETS = (0, 0.12, -0.1, 0.05, 0)
"""From the sun's middle, in its diameters."""
GLINT_WIDTHS = (1.7, 1.1, 1.35, 0.7, 0.45)
_GLINT_UNIT = 1.6
"""What one of ``GLINT_WIDTHS`` is in sun radii."""
GLINT_FIRST, GLINT_STEP = 0.10, 0.13
GLINT_ALPHA, GLINT_ALPHA_STEP = 0.95, -0.16
_MOON_PHASE = 0.65
_MOON_BITE = (-0.41, -0.23, 0.88)
"""The circle that the crescent lacks: offset and radius in moon radii."""


@dataclass(frozen=True, slots=True)
class Circle:
    x: float
    y: float
    radius: float
    alpha: float = 1.0


@dataclass(frozen=True, slots=True)
class Glint:
    """A bar of light on the water, with round ends."""

    x: float
    y: float
    width: float
    height: float
    alpha: float


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything to paint, from back to front: sky, halos, sun or moon, far and middle hills, water, glints, the near shore.

    ``bite`` is set for the moon: the crescent is ``sun`` without it.
    """

    width: float
    height: float
    water_line: float
    sun: Circle
    halos: tuple[Circle, ...]
    bite: Circle | None
    far: Path
    mid: Path
    near: Path
    glints: tuple[Glint, ...]


def scene(width: float, height: float, phase: Phase) -> Scene:
    """The landscape of ``width`` by ``height``, with the sun at ``phase`` (0 at the horizon, 1 high) or the moon."""
    unit = min(width, height)
    wide = width > WIDE_FROM * height
    hills = HILLS_WIDE if wide else HILLS_TALL
    line = WATER_LINE * height
    radius = (SUN_RADIUS_WIDE if wide else SUN_RADIUS_TALL) * unit
    moon = isinstance(phase, str)
    rise = _MOON_PHASE if isinstance(phase, str) else phase
    sun = Circle(SUN_X * width, line - 0.2 * radius - (line - 0.16 * height) * rise, radius)
    dx, dy, size = _MOON_BITE
    return Scene(
        width=width,
        height=height,
        water_line=line,
        sun=sun,
        halos=() if moon else tuple(Circle(sun.x, sun.y, radius * many, alpha) for many, alpha in HALOS),
        bite=Circle(sun.x + dx * radius, sun.y + dy * radius, size * radius) if moon else None,
        far=_ridge([(x * width, line - y * unit) for x, y in hills["far"]], line),
        mid=_ridge([(x * width, line - y * unit) for x, y in hills["mid"]], line),
        near=_ridge([(x * width, height - y * (height - line)) for x, y in hills["near"]], height),
        glints=_glints(sun, line, height, unit),
    )


def to_svg(path: Path) -> str:
    """The value of an SVG ``d`` attribute, rounded to a tenth."""
    return "".join(name + " ".join(f"{value:.1f}".removesuffix(".0") for value in values) for name, values in path)


def crescent(moon: Circle, bite: Circle) -> Path:
    """The part of ``moon`` that ``bite`` leaves, as a path of cubic curves."""
    distance = math.hypot(bite.x - moon.x, bite.y - moon.y)
    toward = math.atan2(bite.y - moon.y, bite.x - moon.x)
    along = (distance**2 + moon.radius**2 - bite.radius**2) / (2 * distance)
    open_ = math.acos(along / moon.radius)
    inner = math.atan2(math.sqrt(max(0.0, moon.radius**2 - along**2)), along - distance)
    rim = _arc(moon, toward + open_, toward + 2 * math.pi - open_)
    back = _arc(bite, toward - inner, toward + inner - 2 * math.pi)
    start = (moon.x + moon.radius * math.cos(toward + open_), moon.y + moon.radius * math.sin(toward + open_))
    return (("M", start), *rim, *back, ("Z", ()))


def _arc(circle: Circle, begin: float, end: float) -> Path:
    """The arc from angle ``begin`` to ``end`` as four cubic curves."""
    parts = 4
    step = (end - begin) / parts
    reach = 4 / 3 * math.tan(step / 4) * circle.radius
    found: list[Command] = []
    for index in range(parts):
        a, b = begin + index * step, begin + (index + 1) * step
        ax, ay = circle.x + circle.radius * math.cos(a), circle.y + circle.radius * math.sin(a)
        bx, by = circle.x + circle.radius * math.cos(b), circle.y + circle.radius * math.sin(b)
        found.append(
            (
                "C",
                (
                    ax - reach * math.sin(a),
                    ay + reach * math.cos(a),
                    bx + reach * math.sin(b),
                    by - reach * math.cos(b),
                    bx,
                    by,
                ),
            )
        )
    return tuple(found)


def _ridge(points: list[Point], foot: float) -> Path:
    """A line of hills through ``points``, closed along ``foot``. Neighbours are joined by cubic curves with handles half way
    in x."""
    found: list[Command] = [("M", points[0])]
    for (x0, y0), (x1, y1) in pairwise(points):
        half = (x0 + x1) / 2
        found.append(("C", (half, y0, half, y1, x1, y1)))
    found += [("L", (points[-1][0], max(foot, points[-1][1]))), ("L", (points[0][0], foot)), ("Z", ())]
    return tuple(found)


def _glints(sun: Circle, line: float, height: float, unit: float) -> tuple[Glint, ...]:
    deep = height - line
    return tuple(
        Glint(
            x=sun.x + offset * 2 * sun.radius - width * _GLINT_UNIT * sun.radius / 2,
            y=line + (GLINT_FIRST + GLINT_STEP * index) * deep,
            width=width * _GLINT_UNIT * sun.radius,
            height=max(2.0, 0.010 * unit),
            alpha=GLINT_ALPHA + GLINT_ALPHA_STEP * index,
        )
        for index, (offset, width) in enumerate(zip(GLINT_OFFSETS, GLINT_WIDTHS, strict=True))
    )
