"""Turns templates and values into pages.

Everything that a page says comes in as a value or through ``_``; all of it is escaped.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import jinja2
from markupsafe import Markup, escape

from app.domain import colours
from app.domain.asking import Field
from app.domain.clock import to_iso
from app.domain.public import PublicPage
from app.domain.saying import genitive, initials, small
from app.i18n import Wording
from app.web.answers import Drawn
from app.web.assets import RESOURCES, Assets, banner, landscape, mark
from app.web.visit import Visit

_OTHER = {"en": ("da", "Dansk"), "da": ("en", "English")}


@dataclass(frozen=True, slots=True)
class Switch:
    """The link to the same page in the other language."""

    address: str
    language: str
    name: str


@dataclass(frozen=True, slots=True)
class OwnStyle:
    """The rules of a colour of the owner's own, and their source expression in the content policy."""

    text: Markup
    source: str


@lru_cache(256)
def own_style(colour: str) -> OwnStyle:
    """An own colour in all its uses, readable in light and dark."""
    light, dark = (_rules(colours.shades(colour, ground)) for ground in (colours.LIGHT, colours.DARK))
    text = f".c-own{light}@media(prefers-color-scheme:dark){{.c-own{dark}}}"
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return OwnStyle(Markup(text), f"'sha256-{digest}'")


def _rules(found: colours.Shades) -> str:
    return f"{{--page:{found.page};--tile:{found.tile};--on_tile:{found.on_tile};--initials:{found.initials}}}"


class Icons:
    """The icons of one page: each is drawn once, out of sight, and shown wherever it is named."""

    def __init__(self, assets: Assets) -> None:
        self._assets = assets
        self._used: dict[str, None] = {}

    def __call__(self, name: str, extra: str = "") -> Markup:
        self._used[name] = None
        return Markup(f'<svg class="i{" " if extra else ""}{extra}" aria-hidden="true"><use href="#i-{name}"/></svg>')

    def also(self, *names: str) -> str:
        """Has these drawn as well, for the script to show."""
        self._used.update(dict.fromkeys(names))
        return ""

    def sprite(self) -> Markup:
        """The drawings. To be put where everything else has been drawn."""
        drawn = "".join(
            f'<symbol id="i-{name}" viewBox="0 0 256 256">{self._assets.icon_path(name)}</symbol>' for name in self._used
        )
        return Markup(f'<svg class="sprite" aria-hidden="true">{drawn}</svg>')


def fill(text: str, **values: object) -> Markup:
    """``text`` with its placeholders replaced; values that are markup stay markup."""
    return Markup(str(escape(text))).format(**values)


def attributes(field: Field, id: str) -> Markup:
    """What every input of a form says of itself."""
    found = Markup(' id="{}" name="{}"').format(id, field.name)
    found += Markup(" required") if field.required else ""
    found += Markup(' autocomplete="{}"').format(field.autocomplete) if field.autocomplete else ""
    found += Markup(' aria-invalid="true"') if field.fault else ""
    described = [f"{id}-{part}" for part, text in (("fault", field.fault), ("help", field.help)) if text]
    return found + (Markup(' aria-describedby="{}"').format(" ".join(described)) if described else "")


def as_data(value: object) -> Markup:
    """JSON that can stand inside a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)


class Drawing:
    """Draws pages with the templates of ``resources/web/templates``."""

    def __init__(self, assets: Assets) -> None:
        self.assets = assets
        self._templates = jinja2.Environment(
            loader=jinja2.FileSystemLoader(RESOURCES / "web/templates"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._templates.globals.update(
            assets=assets,
            style=Markup(assets.style),
            fill=fill,
            mark=mark,
            landscape=landscape,
            iso=to_iso,
            attributes=attributes,
            small=small,
        )
        self._templates.filters["iso"] = to_iso

    def warm(self, *names: str) -> None:
        """Compiles templates ahead of their first use."""
        for name in names:
            self._templates.get_template(f"{name}.html")

    def draw(
        self,
        name: str,
        visit: Visit,
        *,
        title: str,
        page: PublicPage | None = None,
        words: Wording | None = None,
        here: str = "",
        scripted: bool = True,
        **values: Any,
    ) -> Drawn:
        """``here``: where the page can be read again by GET, for the other language's link; by default where it was asked."""
        words = words or visit.words
        host = visit.host
        path = visit.path_of(page) if page is not None else ""
        colour = page.colour if page is not None else colours.NAMED[0]
        privacy = [("privacy", ""), ("lang", words.language), *visit.staying]
        own = own_style(colour) if colours.is_own(colour) else None
        text = self._templates.get_template(f"{name}.html").render(
            {
                "_": words.gettext,
                "ngettext": words.ngettext,
                "words": words,
                "host": host,
                "names": genitive(host.first_name, words.language),
                "initials": initials(host.name),
                "icon": Icons(self.assets),
                "title": title,
                "page": page,
                "path": path,
                "home": visit.home_of(page) if page is not None else "",
                "embed": visit.embed,
                "privacy": f"{path}?{urlencode(privacy)}" if page is not None else "",
                "colour": colour if colour in colours.NAMED else "own" if own else colours.NAMED[0],
                "own_style": own.text if own else "",
                "switch": _switch(visit, words, here),
                "noindex": not visit.indexed,
                "scripted": scripted,
                "banner": banner if host.landscape else lambda *_: "",
                **values,
            }
        )
        drawn = Drawn(text)
        drawn.style = own.source if own else ""
        # A manage page is never shown by others: what is pressed there changes a booking.
        drawn.framable = page is not None and visit.path.startswith("/meetings/")
        return drawn


def _switch(visit: Visit, words: Wording, here: str) -> Switch:
    language, name = _OTHER[words.language]
    pairs = [] if here else [(key, value) for key, value in visit.query if key != "lang"]
    query = urlencode([*pairs, *(visit.staying if here else ()), ("lang", language)])
    return Switch(f"{here}?{query}", language, name)
