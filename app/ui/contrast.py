"""Forced colours: what the tokens become where somebody needs few and strong ones.

All surfaces are one colour and all lines and texts the other; what is chosen or acts takes the system's highlight. State shows
in words, icons and outlines, which the design has everywhere, so nothing is lost with the soft fills.
"""

from __future__ import annotations

from PySide6.QtGui import QColor, QPalette

from app.ui.tokens import Palette

_ENOUGH = 7.0
_SURFACES = {"canvas", "sidebar", "surface", "sunken", "hover", "selected", "on_tooltip"}
_SOFT = {"accent_soft", "amber_soft", "danger_soft", "success_soft"}
_ACTS = {"accent", "accent_hover", "accent_pressed", "danger", "danger_hover", "focus"}
_ON = {"on_accent", "on_danger"}


def forced(system: QPalette | None, *, dark: bool) -> Palette[QColor]:
    """The palette made of the system's colours, or without them of black, white and one strong blue or yellow."""
    if system is not None:
        back, ink = system.color(QPalette.ColorRole.Window), system.color(QPalette.ColorRole.WindowText)
        acts, on = system.color(QPalette.ColorRole.Highlight), system.color(QPalette.ColorRole.HighlightedText)
        off = system.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText)
    elif dark:
        back, ink, acts, on, off = (QColor(each) for each in ("#000000", "#FFFFFF", "#FFE14D", "#000000", "#A8FFB0"))
    else:
        back, ink, acts, on, off = (QColor(each) for each in ("#FFFFFF", "#000000", "#00338A", "#FFFFFF", "#4A4A4A"))
    found = dict.fromkeys(Palette._fields, ink)
    found |= dict.fromkeys(_SURFACES | _SOFT, back)
    found |= dict.fromkeys(_ACTS, acts)
    found |= dict.fromkeys(_ON, on)
    found |= {"text_faint": off, "accent_line": acts}
    return Palette(**found)


def strong(palette: QPalette) -> bool:
    """Whether text and highlight stand out as forced colours should."""
    role = QPalette.ColorRole
    pairs = ((role.WindowText, role.Window), (role.HighlightedText, role.Highlight))
    return all(ratio(palette.color(one), palette.color(other)) >= _ENOUGH for one, other in pairs)


def ratio(one: QColor, other: QColor) -> float:
    """The contrast of two colours by the formula of WCAG 2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
