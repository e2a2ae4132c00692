"""What the pages are made of besides their texts: style, script, fonts, icons, the mark and the landscape, read once at start.

Files under ``/static/`` carry a digest of their content in the name, so that a browser may keep them for ever.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from markupsafe import Markup

from app.domain.horizon import Phase, crescent, scene, to_svg

RESOURCES = Path(__file__).resolve().parent.parent.parent / "resources"
_TYPES = {".js": "text/javascript; charset=utf-8", ".woff2": "font/woff2", ".svg": "image/svg+xml"}
_LATIN = (
    "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+0304,U+0308,U+0329,U+2000-206F,U+20AC,U+2122,"
    "U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD"
)
_LATIN_EXT = (
    "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+1D00-1DBF,U+1E00-1E9F,U+1EF2-1EFF,U+2020,U+20A0-20AB,"
    "U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF"
)
_FACES = (
    ("Inter", 400, "inter-latin-400", _LATIN),
    ("Inter", 500, "inter-latin-500", _LATIN),
    ("Inter", 600, "inter-latin-600", _LATIN),
    ("Schibsted Grotesk", 600, "schibsted-grotesk-latin-600", _LATIN),
    ("Inter", 400, "inter-latin-ext-400", _LATIN_EXT),
    ("Inter", 500, "inter-latin-ext-500", _LATIN_EXT),
    ("Inter", 600, "inter-latin-ext-600", _LATIN_EXT),
    ("Schibsted Grotesk", 600, "schibsted-grotesk-latin-ext-600", _LATIN_EXT),
)
_MARK = (
    '<circle cx="8" cy="8" r="8" fill="{one}"/><circle cx="16" cy="8" r="8" fill="{two}"/>'
    '<path d="M12 1.07A8 8 0 0 1 12 14.93A8 8 0 0 1 12 1.07Z" fill="{lens}"/>'
)


@dataclass(frozen=True, slots=True)
class File:
    """One file of ``/static/``. ``packed``: the body as gzip, where that is smaller."""

    name: str
    type: str
    body: bytes
    packed: bytes = b""


def _file(name: str, body: bytes) -> File:
    stem, dot, ending = name.rpartition(".")
    digest = hashlib.sha256(body).hexdigest()[:12]
    packed = gzip.compress(body, 9, mtime=0) if ending != "woff2" else b""
    return File(f"{stem}.{digest}.{ending}", _TYPES[dot + ending], body, packed)


class Assets:
    """Everything by name. ``style`` is the text of the one style sheet and ``style_hash`` its source in the content policy."""

    def __init__(self, folder: Path = RESOURCES) -> None:
        self._icons = folder / "icons"
        self._found: dict[str, str] = {}
        self.files: dict[str, File] = {}
        self.script = self._keep("page.js", (folder / "web/static/page.js").read_bytes())
        mark = _MARK.format(one="#1A5F6C", two="#7FB5BD", lens="#EDB953")
        svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 -4 24 24">{mark}</svg>'
        self.favicon = self._keep("mark.svg", svg.encode())
        faces = [self._face(folder, *face) for face in _FACES]
        self.preloads = tuple(address for address, _ in faces[:2])
        css = shorten((folder / "web/static/page.css").read_text(encoding="utf-8"))
        self.style = "".join(rule for _, rule in faces) + css
        digest = hashlib.sha256(self.style.encode()).digest()
        self.style_hash = f"'sha256-{base64.b64encode(digest).decode()}'"

    def _keep(self, name: str, body: bytes) -> str:
        found = _file(name, body)
        self.files[found.name] = found
        return f"/static/{found.name}"

    def _face(self, folder: Path, family: str, weight: int, name: str, letters: str) -> tuple[str, str]:
        address = self._keep(f"{name}.woff2", (folder / "fonts/web" / f"{name}.woff2").read_bytes())
        rule = (
            f'@font-face{{font-family:"{family}";font-weight:{weight};font-display:swap;'
            f'src:url({address}) format("woff2");unicode-range:{letters}}}'
        )
        return address, rule

    def icon_path(self, name: str) -> str:
        """The drawing inside an icon's file, 256 units wide and high."""
        if name not in self._found:
            svg = (self._icons / f"{name}.svg").read_text(encoding="utf-8")
            self._found[name] = svg[svg.index(">") + 1 : svg.rindex("</svg>")].strip()
        return self._found[name]


def shorten(css: str) -> str:
    """A style sheet without comments and without the spaces that mean nothing."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    css = re.sub(r"\s+", " ", css)
    return re.sub(r" ?([{};,>]) ?", r"\1", css).replace(": ", ":").replace(";}", "}").strip()


def mark() -> Markup:
    """Two circles and the lens where they meet, in the colours of the scheme."""
    drawn = "".join(
        (
            '<circle cx="8" cy="8" r="8" class="m-1"/><circle cx="16" cy="8" r="8" class="m-2"/>',
            '<path d="M12 1.07A8 8 0 0 1 12 14.93A8 8 0 0 1 12 1.07Z" class="m-3"/>',
        )
    )
    return Markup(f'<svg class="mark" viewBox="0 0 24 16" aria-hidden="true">{drawn}</svg>')


def banner(height: int, phase: Phase) -> Markup:
    """The landscape over a narrow page, twice: for its width and for that of a phone. The style sheet shows one."""
    return landscape(640, height, phase, extra="land-desk") + landscape(390, height, phase, extra="land-phone")


@lru_cache(maxsize=64)
def landscape(width: int, height: int, phase: Phase, fading: bool = False, extra: str = "") -> Markup:
    """The landscape as SVG, coloured by the style sheet; ``fading``: its sky begins in the card's own colour.

    A night has a sky of one colour.
    """
    drawn = scene(width, height, phase)
    line = f"{drawn.water_line:.1f}"
    sky = f"sky-{width}"
    top, low = "sky_none" if fading else "sky_top", "sky_top" if drawn.bite else "sky_low"
    parts = [
        f'<svg class="land {extra}" viewBox="0 0 {width} {height}" preserveAspectRatio="xMidYMax slice" aria-hidden="true">',
        f'<linearGradient id="{sky}" x2="0" y2="1"><stop class="{top}"/><stop offset="1" class="{low}"/></linearGradient>',
        f'<rect width="{width}" height="{line}" fill="url(#{sky})"/>',
    ]
    parts += [_disc(halo.x, halo.y, halo.radius, f' opacity="{halo.alpha}"') for halo in drawn.halos]
    if drawn.bite is not None:
        parts.append(f'<path class="l-sun" d="{to_svg(crescent(drawn.sun, drawn.bite))}"/>')
    else:
        parts.append(_disc(drawn.sun.x, drawn.sun.y, drawn.sun.radius))
    parts += [
        f'<path class="l-far" d="{to_svg(drawn.far)}"/><path class="l-mid" d="{to_svg(drawn.mid)}"/>',
        f'<rect class="l-water" y="{line}" width="{width}" height="{height - drawn.water_line:.1f}"/>',
    ]
    for glint in drawn.glints:
        parts.append(
            f'<rect class="l-glint" opacity="{glint.alpha:.2f}" x="{glint.x:.1f}" y="{glint.y:.1f}" width="{glint.width:.1f}"'
            f' height="{glint.height:.1f}" rx="{glint.height / 2:.1f}"/>'
        )
    parts.append(f'<path class="l-near" d="{to_svg(drawn.near)}"/></svg>')
    return Markup("".join(parts))


def _disc(x: float, y: float, radius: float, more: str = "") -> str:
    return f'<circle class="l-sun"{more} cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'
