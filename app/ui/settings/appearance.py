"""Appearance and language. Every choice is shown at once and kept with Save."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from app.domain.settings import Appearance, Language, Theme
from app.i18n import _
from app.ui import theme, tokens
from app.ui.settings.panel import Panel, Section
from app.ui.settings.state import SettingsState
from app.ui.tokens import Palette, Scheme
from app.ui.widgets import ChoiceRow, Option, Radio, Select, Switch, column, row
from app.ui.widgets.base import draw_rounded, painter_for


class LookPicture(QWidget):
    """A small window in one of the looks: light, dark, or half and half for *as the system*."""

    def __init__(self, look: Theme, radio: Radio, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look, self._radio = look, radio
        radio.toggled.connect(self.update)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(180, 108)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._radio.click()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        chosen = self._radio.isChecked()
        draw_rounded(painter, self.rect(), 12, c.surface, c.accent if chosen else c.border, 2 if chosen else 1)
        inner = QRectF(self.rect()).adjusted(8, 8, -8, -8)
        if self._look is Theme.SYSTEM:
            half = QRectF(inner)
            half.setWidth(inner.width() / 2)
            self._draw(painter, inner, "light", half)
            self._draw(painter, inner, "dark", half.translated(half.width(), 0))
        else:
            self._draw(painter, inner, "dark" if self._look is Theme.DARK else "light", inner)

    def _draw(self, painter: QPainter, place: QRectF, scheme: Scheme, part: QRectF) -> None:
        c = theme.colours_of(scheme)
        painter.save()
        shape = QPainterPath()
        shape.addRoundedRect(place, 6, 6)
        clip = QPainterPath()
        clip.addRect(part)
        painter.setClipPath(shape.intersected(clip))
        painter.fillRect(place, c.canvas)
        painter.fillRect(QRectF(place.x(), place.y(), place.width() * 0.26, place.height()), c.sidebar)
        self._draw_window(painter, place, c)
        painter.restore()

    def _draw_window(self, painter: QPainter, place: QRectF, c: Palette[QColor]) -> None:
        wide = place.width() * 0.17
        for line in range(4):
            at = QRectF(place.x() + place.width() * 0.045, place.y() + 12 + 14 * line, wide, 5)
            draw_rounded(painter, at, 2.5, c.accent if line == 0 else c.border)
        left, width = place.x() + place.width() * 0.315, place.width() * 0.62
        for card in range(2):
            top = place.y() + 12 + 39 * card
            draw_rounded(painter, QRectF(left, top, width, 31), 5, c.surface, c.border)
            if card == 0:
                draw_rounded(painter, QRectF(left + 8, top + 9, 4, 13), 2, c.accent)
            draw_rounded(painter, QRectF(left + 18, top + 13, width * (0.52 if card == 0 else 0.38), 5), 2.5, c.text_faint)


class AppearancePanel(Panel):
    """Look, language, clock, text size, and what the pages show of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._looks = Section()
        self._group = QButtonGroup(self)
        self._radios: dict[Theme, Radio] = {}
        cards = row(gap=16)
        for look in Theme:
            cards.addLayout(self._make_look(look), 1)
        self._looks.body.addLayout(cards)
        self.lines.addWidget(self._looks)
        self.lines.addSpacing(24)
        self._language = Select(icon="language")
        self._clock = Select(icon="set_availability")
        self._size = Select(icon="text_size")
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(20)
        for at, field in enumerate((self._language, self._clock, self._size)):
            grid.addWidget(field, at // 2, at % 2, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.lines.addLayout(grid)
        self.lines.addSpacing(28)
        self._pages = Section()
        self._landscape = ChoiceRow(Switch(), "")
        self._made_with = ChoiceRow(Switch(), "")
        self._pages.body.addWidget(self._landscape)
        self._pages.body.addSpacing(4)
        self._pages.body.addWidget(self._made_with)
        self.lines.addWidget(self._pages)
        self.lines.addStretch(1)
        self._connect()
        self.retranslate()

    def render_state(self, state: SettingsState) -> None:
        super().render_state(state)
        shown = state.draft.appearance
        self._radios[shown.theme].setChecked(True)
        self._language.set_value(shown.language)
        self._clock.set_value(shown.clock_24)
        self._size.set_value(shown.text_size)
        for choice, on in ((self._landscape, shown.landscape), (self._made_with, shown.made_with)):
            if isinstance(choice.box, Switch) and choice.box.isChecked() != on:
                choice.box.set_on(on)

    def rows(self) -> list[tuple[str, QWidget]]:
        return [
            (_("Light and dark"), self._radios[Theme.SYSTEM]),
            (_("Language of Aftale"), self._language.box),
            (_("Times"), self._clock.box),
            (_("Text size"), self._size.box),
            (_("Landscape on my pages"), self._landscape.box),
            (_("“Made with Aftale” on my pages"), self._made_with.box),
        ]

    def retranslate(self) -> None:
        self.set_words(_("Appearance and language"), _("How Aftale and your pages look and speak."))
        self._looks.heading.setText(_("Light and dark"))
        words = {Theme.SYSTEM: _("As the system"), Theme.LIGHT: _("Light"), Theme.DARK: _("Dark")}
        for look, radio in self._radios.items():
            radio.setText(words[look])
        self._language.set_label(_("Language of Aftale"))
        languages = [Option(Language.ENGLISH, "English"), Option(Language.DANISH, "Dansk")]
        self._language.set_options(languages, self._language.value())
        self._clock.set_label(_("Times"))
        clocks = [Option(True, _("09:40 (24 hours)")), Option(False, _("9:40 am (12 hours)"))]
        self._clock.set_options(clocks, self._clock.value())
        self._size.set_label(_("Text size"))
        names = {90: _("Small"), 100: _("Normal"), 115: _("Large"), 130: _("Very large")}
        sizes = [Option(size, names.get(size, f"{size} %")) for size in tokens.load().text_sizes]
        self._size.set_options(sizes, self._size.value())
        self._pages.heading.setText(_("Your pages"))
        self._landscape.set_words(_("Landscape on my pages"), _("A calm horizon under your name, drawn in your colour."))
        self._made_with.set_words(_("“Made with Aftale” on my pages"), _("One line at the foot of each page."))

    def _make_look(self, look: Theme) -> QVBoxLayout:
        radio = Radio()
        self._group.addButton(radio)
        self._radios[look] = radio
        lines = column(gap=6)
        lines.addWidget(LookPicture(look, radio))
        lines.addWidget(radio)
        return lines

    def _connect(self) -> None:
        for look, radio in self._radios.items():
            radio.clicked.connect(lambda _checked=False, look=look: self._set(theme=look))
        self._language.chosen.connect(lambda value: self._set(language=value))
        self._clock.chosen.connect(lambda value: self._set(clock_24=value))
        self._size.chosen.connect(lambda value: self._set(text_size=value))
        self._landscape.toggled.connect(lambda on: self._set(landscape=on))
        self._made_with.toggled.connect(lambda on: self._set(made_with=on))

    def _set(self, **changes: object) -> None:
        self.edit(lambda draft: replace(draft, appearance=_changed(draft.appearance, changes)))


def _changed(appearance: Appearance, changes: dict[str, object]) -> Appearance:
    return replace(appearance, **changes)  # type: ignore[arg-type]
