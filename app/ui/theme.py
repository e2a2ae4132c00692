"""Colours, fonts and sizes of the desktop program, and how they follow the system and the settings.

Widgets ask this module while they paint, so a change of light and dark or of the text size needs no new widgets: the
application's palette and font change, Qt tells every widget, and each one paints again. The controls are painted by
``app.ui.widgets``; a style sheet is not used, because one sheet on the application makes every widget pass through its
matching at start, and the parts that Fusion still draws follow the palette.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from app.ui import tokens
from app.ui.fonts import load_fonts
from app.ui.tokens import Brand, LandscapeColours, Motion, Palette, Role, Scheme

_FAMILIES = {
    "heading": ["Schibsted Grotesk SemiBold", "Schibsted Grotesk", "Inter"],
    "text": ["Inter"],
    "code": ["JetBrains Mono", "DejaVu Sans Mono", "monospace"],
}
_WEIGHTS = {400: QFont.Weight.Normal, 500: QFont.Weight.Medium, 600: QFont.Weight.DemiBold}
_WITHOUT_DESKTOP = ("offscreen", "minimal")
_TABULAR = QFont.Tag("tnum")


class Theme(QObject):
    """The look in force. ``changed`` follows every change of colours or sizes."""

    changed = Signal()

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._wish = "system"
        self._fonts: dict[Role, QFont] = {}
        self._still = self._system_still = False
        self.scale = 1.0
        self.scheme: Scheme = "light"
        self.contrast = False
        """Forced colours: few and strong ones, those of the system, and an outline around everything that is filled."""
        self._forced: bool | None = None
        self.colours = colours_of(self.scheme)
        # Kept, because what they lead to is lost with them.
        self._hints = app.styleHints()
        self._wishes = self._hints.accessibility()
        load_fonts()
        if sys.platform != "linux":
            # Elsewhere Qt would take the system's own style; here Fusion is the only one, and asking for it again costs 4 ms.
            app.setStyle("Fusion")
        self._read_scheme()
        self._use()
        self._hints.colorSchemeChanged.connect(self._system_changed)
        self._wishes.contrastPreferenceChanged.connect(self._system_changed)
        if app.platformName() not in _WITHOUT_DESKTOP:
            # After the first picture: nothing moves before, and asking costs a few milliseconds.
            QTimer.singleShot(1500, self, self._ask_stillness)

    @property
    def reduced_motion(self) -> bool:
        """Whether things stand still: by the setting, or by the system's wish."""
        return self._still or self._system_still

    @reduced_motion.setter
    def reduced_motion(self, still: bool) -> None:
        self._still = still

    def _ask_stillness(self) -> None:
        from app.ui import stillness

        stillness.ask(self, self.follow_stillness)

    def follow_stillness(self, still: bool) -> None:
        """What the system wishes now."""
        self._system_still = still

    @property
    def dark(self) -> bool:
        return self.scheme == "dark"

    def apply(self, theme: str = "system", text_size: int = 100) -> None:
        """Follows the settings: ``theme`` is ``system``, ``light`` or ``dark``; ``text_size`` in per cent."""
        if (theme, text_size / 100) == (self._wish, self.scale):
            return
        self._wish, self.scale = theme, text_size / 100
        if theme == "system":
            self._hints.unsetColorScheme()
        else:
            self._hints.setColorScheme(Qt.ColorScheme.Dark if theme == "dark" else Qt.ColorScheme.Light)
        self._read_scheme()
        self._use()

    def force_contrast(self, on: bool | None) -> None:
        """Forced colours whatever the system wishes; None follows the system again."""
        self._forced = on
        self._system_changed()

    def font(self, role: Role) -> QFont:
        """The font of a row of the type scale, at the chosen text size. A copy is cheap: Qt shares it."""
        found = self._fonts.get(role)
        if found is None:
            found = self._fonts[role] = self._make_font(role)
        return found

    def line(self, role: Role) -> int:
        """The line height of a row of the type scale, at the chosen text size."""
        return round(tokens.load().type[role].line * self.scale)

    def sized(self, pixels: float) -> int:
        """A height that holds text, at the chosen text size; never below the drawn one, which keeps targets large enough."""
        return round(pixels * max(1.0, self.scale))

    def _make_font(self, role: Role) -> QFont:
        style = tokens.load().type[role]
        font = QFont()
        font.setFamilies(_FAMILIES[style.font])
        font.setPixelSize(max(10, round(style.size * self.scale)))
        font.setWeight(_WEIGHTS[style.weight])
        if style.tracking:
            font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, style.tracking * self.scale)
        if style.font == "text":
            font.setFeature(_TABULAR, 1)
        else:
            font.unsetFeature(_TABULAR)
        return font

    def _read_scheme(self) -> None:
        system = self._hints.colorScheme() == Qt.ColorScheme.Dark
        self.scheme = "dark" if self._wish == "dark" or (self._wish == "system" and system) else "light"
        wished = self._wishes.contrastPreference() == Qt.ContrastPreference.HighContrast
        self.contrast = wished if self._forced is None else self._forced

    def _system_changed(self) -> None:
        before = self.scheme, self.contrast
        self._read_scheme()
        if (self.scheme, self.contrast) != before:
            self._use()

    def _use(self) -> None:
        self._fonts.clear()
        self._app.setFont(self.font("body"))
        self.colours = self._forced_colours() if self.contrast else colours_of(self.scheme)
        palette = _qt_palette(self.colours)
        self._app.setPalette(palette)
        QToolTip.setFont(self.font("caption_regular"))
        QToolTip.setPalette(palette)
        self.changed.emit()

    def _forced_colours(self) -> Palette[QColor]:
        """Those of the system where they are as strong as they should be, else black and white."""
        from app.ui.contrast import forced, strong

        self._app.setPalette(QPalette())
        system = self._app.palette()
        return forced(system if strong(system) else None, dark=self.dark)


_theme: Theme | None = None


def active() -> Theme:
    """The theme of the running application; made at the first call, which must come after the application object."""
    global _theme
    if _theme is None:
        app = QApplication.instance()
        if not isinstance(app, QApplication):
            raise RuntimeError("the theme needs an application object")
        _theme = Theme(app)
    return _theme


def colours() -> Palette[QColor]:
    return active().colours


def contrast() -> bool:
    """Whether colours are forced."""
    return active().contrast


@lru_cache(2)
def colours_of(scheme: Scheme) -> Palette[QColor]:
    """The palette of one scheme, also of the one that is not in force (for the picture in Settings)."""
    found = tokens.load().scheme(scheme).palette
    return Palette(*(QColor(value) for value in found))


def page_colour(name: str) -> QColor:
    """The mark of a scheduling page: ``fjord``, ``heather``, … or an own ``#rrggbb``, made readable; an unknown name is
    ``slate``."""
    if name.startswith("#"):
        from app.domain import colours as readable

        if readable.is_own(name):
            return QColor(readable.shown(name, readable.DARK if active().dark else readable.LIGHT))
    pages = tokens.load().scheme(active().scheme).pages
    return QColor(pages.get(name, pages["slate"]))


def brand() -> Brand:
    return tokens.load().scheme(active().scheme).brand


def landscape() -> LandscapeColours:
    return tokens.load().scheme(active().scheme).landscape


def font(role: Role) -> QFont:
    return active().font(role)


def line(role: Role) -> int:
    return active().line(role)


def sized(pixels: float) -> int:
    return active().sized(pixels)


def motion() -> Motion:
    return tokens.load().motion


def duration(milliseconds: int) -> int:
    """The length of a movement; with reduced motion all of them are at most a short fade."""
    return min(milliseconds, 100) if active().reduced_motion else milliseconds


def retranslate_all() -> None:
    """Tells every widget that the language changed: each gets ``changeEvent`` with ``LanguageChange``, as after a Qt
    translator."""
    for window in QApplication.topLevelWidgets():
        QCoreApplication.sendEvent(window, QEvent(QEvent.Type.LanguageChange))


def on_change(widget: QWidget, call: Callable[[], None]) -> None:
    """Calls ``call`` after each change of theme for as long as ``widget`` lives."""
    active().changed.connect(call, Qt.ConnectionType.AutoConnection)
    widget.destroyed.connect(lambda: active().changed.disconnect(call))


def _qt_palette(found: Palette[QColor]) -> QPalette:
    """What Fusion draws by itself takes these: menus, native dialogs, selections, tool tips."""
    palette = QPalette()
    role = QPalette.ColorRole
    for key, value in (
        (role.Window, found.canvas),
        (role.WindowText, found.text),
        (role.Base, found.surface),
        (role.AlternateBase, found.sunken),
        (role.Text, found.text),
        (role.PlaceholderText, found.text_faint),
        (role.Button, found.surface),
        (role.ButtonText, found.text),
        (role.BrightText, found.on_danger),
        (role.Highlight, found.accent),
        (role.HighlightedText, found.on_accent),
        (role.Accent, found.accent),
        (role.Link, found.accent),
        (role.LinkVisited, found.accent),
        (role.ToolTipBase, found.tooltip),
        (role.ToolTipText, found.on_tooltip),
        (role.Light, found.surface),
        (role.Midlight, found.hover),
        (role.Mid, found.border),
        (role.Dark, found.border_strong),
        (role.Shadow, found.border_strong),
    ):
        palette.setColor(key, value)
    for key in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, key, found.text_faint)
    palette.setColor(QPalette.ColorGroup.Disabled, role.Base, found.sunken)
    return palette
