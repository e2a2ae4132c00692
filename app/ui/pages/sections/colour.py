"""The page's colour in Basics: one of the six, or one of the owner's own with what becomes of it so that it can be read."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.domain import colours
from app.domain.colours import DARK, LIGHT, NAMED, Ground, Shades, Shift
from app.i18n import _
from app.ui import theme, tokens
from app.ui.pages.sections.palette import PalettePopover
from app.ui.pages.summaries import colour_name
from app.ui.widgets import Button, Label, Option, Select, TextField, column, row
from app.ui.widgets.badges import initials
from app.ui.widgets.base import Sized, draw_rounded, draw_text, painter_for

OWN = "own"
_GAP, _HIGH = 12, 88


class ColourSelect(Select):
    """The six colours, and *A colour of your own…*. ``picked`` carries a colour of ``Page.colour``."""

    picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("Colour"), parent=parent)
        self._colour = NAMED[0]
        self._offer("")
        self.chosen.connect(self._take)

    def show_colour(self, colour: str) -> None:
        """A name, or a colour of one's own as ``#rrggbb``, whatever of it is typed so far."""
        own = colour.startswith("#")
        if own:
            read = colours.read_colour(colour)
            self._offer(read)
        elif self._colour.startswith("#"):
            self._offer("")
        self._colour = colour
        self.set_value(OWN if own else colour)

    def _offer(self, own: str) -> None:
        """``own``: the dot beside the last entry."""
        named = [Option(name, colour_name(name), colour=name) for name in NAMED]
        self.set_options([*named, Option(OWN, _("A colour of your own"), colour=own, icon="" if own else "set_appearance")])

    def _take(self, value: object) -> None:
        if value != OWN:
            self.picked.emit(str(value))
        elif not self._colour.startswith("#"):
            # Begins with what was chosen, so that it can be changed from there.
            self.picked.emit(tokens.load().light.pages[self._colour].lower())


class OwnColour(QWidget):
    """Shown while the colour is an own one. ``typed`` carries what stands in the field, ``left`` that it was left."""

    typed = Signal(str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = TextField(_("Colour as #rrggbb"), placeholder="#1a5f6c")
        self.pick = Button(_("Pick…"), icon="set_appearance")
        self.sample = ColourSample()
        self.said = Label("", "small", "muted", wrap=True)
        line = row(gap=8)
        line.addWidget(self.field, 1)
        line.addWidget(self.pick, 0, Qt.AlignmentFlag.AlignBottom)
        lines = column(gap=10, on=self)
        lines.addLayout(line)
        lines.addWidget(self.sample)
        lines.addWidget(self.said)
        self.pick.setAccessibleName(_("Pick a colour"))
        self.field.changed.connect(self._type)
        self.field.edit.editingFinished.connect(self.left)
        self.pick.clicked.connect(self._ask)

    def show_colour(self, colour: str, title: str, owner: str) -> None:
        """``title`` and ``owner`` stand in the sample."""
        self.setVisible(colour.startswith("#"))
        if not colour.startswith("#"):
            return
        if "#" + self.field.text().strip().removeprefix("#") != colour:
            self.field.set_text(colour)
        read = colours.read_colour(colour)
        self.sample.setVisible(bool(read))
        self.said.setVisible(bool(read))
        if read:
            self.sample.show_colour(read, title, owner)
            self.said.setText(shift_words(read))

    def _type(self, text: str) -> None:
        self.typed.emit("#" + text.strip().removeprefix("#"))

    def _ask(self) -> None:
        popover = PalettePopover(self.pick, colours.read_colour(self.field.text()))
        popover.picked.connect(self.typed)
        popover.open_at(self.pick, "right")


def shift_words(colour: str) -> str:
    """What becomes of an own colour so that it can be read."""
    light, dark = colours.shift(colour, LIGHT), colours.shift(colour, DARK)
    if light is Shift.NONE and dark is Shift.NONE:
        return _("It can be read in light and in dark, so it is shown as it is.")
    if dark is Shift.NONE:
        return _("In light it is made darker, so that it can be read. In dark it is shown as it is.")
    if light is Shift.NONE:
        return _("In light it is shown as it is. In dark it is made lighter, so that it can be read.")
    return _("In light it is made darker and in dark lighter, so that it can be read.")


class ColourSample(Sized, QWidget):
    """What the colour does, in light and in dark: initials, bar and dot, and the date tile of the public page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour, self._title, self._owner = "#1a5f6c", "", ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_colour(self, colour: str, title: str, owner: str) -> None:
        self._colour, self._title, self._owner = colour, title, owner
        light, dark = colours.shown(colour, LIGHT), colours.shown(colour, DARK)
        self.setAccessibleName(_("In light {light}, in dark {dark}").format(light=light, dark=dark))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, theme.sized(_HIGH))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        half = (self.width() - _GAP) / 2
        for number, (ground, scheme) in enumerate(((LIGHT, "light"), (DARK, "dark"))):
            place = QRectF(number * (half + _GAP), 0, half, self.height())
            palette = theme.colours_of("dark" if scheme == "dark" else "light")
            draw_rounded(painter, place, 8, palette.surface, palette.border)
            self._draw(painter, place, ground, palette.text, palette.text_muted, palette.border)

    def _draw(self, painter: QPainter, place: QRectF, ground: Ground, text: QColor, muted: QColor, line: QColor) -> None:
        found = colours.shades(self._colour, ground)
        middle = place.center().y()
        disc = QRectF(place.left() + 12, middle - 20, 40, 40)
        draw_rounded(painter, disc, 20, QColor(found.avatar))
        centre = Qt.AlignmentFlag.AlignHCenter
        draw_text(painter, disc, initials(self._owner), "sub", QColor(found.initials), centre)
        draw_rounded(painter, QRectF(disc.right() + 12, middle - 18, 4, 36), 2, QColor(found.page))
        left, right = disc.right() + 26, place.right() - 64
        first, second = theme.line("body_medium"), theme.line("caption_regular")
        top = round(middle - (first + second) / 2)
        draw_text(painter, QRectF(left, top, right - left, first), self._title, "body_medium", text)
        draw_rounded(painter, QRectF(left, top + first + (second - 8) / 2, 8, 8), 4, QColor(found.page))
        words = _("dark") if ground.dark else _("light")
        draw_text(painter, QRectF(left + 14, top + first, right - left - 14, second), words, "caption_regular", muted)
        _draw_tile(painter, QRectF(place.right() - 56, middle - 26, 44, 52), found, ground, text, line)


def _draw_tile(painter: QPainter, place: QRectF, found: Shades, ground: Ground, text: QColor, line: QColor) -> None:
    """The date tile of the public pages, small."""
    head = 18.0
    draw_rounded(painter, place, 8, QColor(found.tile))
    painter.save()
    painter.setClipRect(place.adjusted(-1, head, 1, 1))
    draw_rounded(painter, place, 8, QColor(ground.surface))
    painter.restore()
    draw_rounded(painter, place, 8, None, line)
    centre = Qt.AlignmentFlag.AlignHCenter
    draw_text(
        painter, QRectF(place.left(), place.top(), place.width(), head), _("OCT"), "caption", QColor(found.on_tile), centre
    )
    below = QRectF(place.left(), place.top() + head, place.width(), place.height() - head)
    draw_text(painter, below, "15", "sub", text, centre)
