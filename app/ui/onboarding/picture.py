"""The right half: the landscape with its sun, and on it a card that shows what guests see."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from app.domain.connections import ProviderKind
from app.i18n import _
from app.ui import theme
from app.ui.onboarding.state import Cell, MonthCard, State, Step
from app.ui.onboarding.text import Paragraph
from app.ui.tokens import Role
from app.ui.widgets import Avatar, Label, Landscape, column, row
from app.ui.widgets.base import Sized, draw_rounded, draw_text, painter_for
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.popups import draw_shadow

_DAY, _ROW, _COLUMN = 28, 30, 36


class FloatingCard(QFrame):
    """A white card without an edge; the picture behind it draws its shadow."""

    def __init__(self, width: int, padding: tuple[int, int, int, int] = (20, 20, 20, 20)) -> None:
        super().__init__()
        self._wide = width
        self.body: QVBoxLayout = column(margins=padding, on=self)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum)

    def hasHeightForWidth(self) -> bool:
        """No: the width is fixed, so the height that goes with it is simply the hint's."""
        return False

    def sizeHint(self) -> QSize:
        width = theme.sized(self._wide)
        return QSize(width, max(super().sizeHint().height(), self.body.heightForWidth(width)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        draw_rounded(painter_for(self), self.rect(), 14, c.surface, c.border if theme.active().dark else None)


class YouCard(FloatingCard):
    """Name and line, as they will stand on the page."""

    def __init__(self) -> None:
        super().__init__(304)
        self._avatar = Avatar("", 56, "fjord")
        self._name = Label("", "heading")
        self._tagline = Label("", "small", "muted")
        self._note = Paragraph("small", "muted")
        head, words = row(gap=14), column(gap=2)
        words.addStretch(1)
        words.addWidget(self._name)
        words.addWidget(self._tagline)
        words.addStretch(1)
        head.addWidget(self._avatar)
        head.addLayout(words, 1)
        self.body.addLayout(head)
        self.body.addSpacing(12)
        self.body.addWidget(self._note)

    def show_state(self, state: State) -> None:
        name = state.you.name.strip()
        self._avatar.set_name(name)
        self._name.setText(name or _("Your name"))
        self._name.set_tone("text" if name else "faint")
        self._tagline.setText(state.you.tagline.strip())
        self._tagline.setVisible(bool(state.you.tagline.strip()))
        self._note.setText(_("This is how guests see you."))


class _LockTile(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(44, 44)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, c = painter_for(self), theme.colours()
        draw_rounded(painter, self.rect(), 10, c.accent_soft)
        draw_icon(painter, "lock", QRectF(11, 11, 22, 22), c.accent_text)


class StaysCard(FloatingCard):
    """Where things lie, said at the moment at which it matters."""

    def __init__(self) -> None:
        super().__init__(328)
        self._title = Label("", "sub")
        self._text = Paragraph("small", "muted")
        words = column(gap=2)
        words.addWidget(self._title)
        words.addWidget(self._text)
        line = row(gap=14)
        line.addWidget(_LockTile(), 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(words, 1)
        self.body.addLayout(line)

    def show_state(self, state: State) -> None:
        self._title.setText(_("It stays with you"))
        if any(kind is not ProviderKind.LOCAL for kind in state.providers):
            self._text.setText(
                _("The sign-in key lies in your system’s keyring, and the copies of your events in a file on this computer.")
            )
        else:
            self._text.setText(_("Your calendar is a file on this computer. Guests only ever see which times are free."))


class _Glyph(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.icon = "eye"
        self.setFixedSize(20, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_icon(painter_for(self), self.icon, QRectF(0, 0, 20, 20), theme.colours().accent)


class DisclosureCard(FloatingCard):
    """What connecting means, beside the dialog of the provider."""

    def __init__(self) -> None:
        super().__init__(376)
        self._title = Label("", "sub")
        self.body.addWidget(self._title)
        self._lines: list[tuple[QWidget, _Glyph, Label, Paragraph]] = []

    def show_state(self, state: State) -> None:
        self._title.setText(_("What Aftale does with your calendar"))
        while len(self._lines) < len(state.disclosed):
            self._lines.append(self._make_line())
        for at, (line, glyph, title, text) in enumerate(self._lines):
            line.setVisible(at < len(state.disclosed))
            if at < len(state.disclosed):
                glyph.icon, words, meaning = state.disclosed[at]
                title.setText(words)
                text.setText(meaning)
                glyph.update()

    def _make_line(self) -> tuple[QWidget, _Glyph, Label, Paragraph]:
        line, glyph = QWidget(), _Glyph()
        title, text = Label("", "label", wrap=True), Paragraph("small", "muted")
        words = column(gap=1)
        words.addWidget(title)
        words.addWidget(text)
        across = row(gap=12, margins=(0, 10, 0, 0), on=line)
        across.addWidget(glyph, 0, Qt.AlignmentFlag.AlignTop)
        across.addLayout(words, 1)
        self.body.addWidget(line)
        return line, glyph, title, text


class MonthGrid(Sized, QWidget):
    """Month and times, painted; one sentence for screen readers."""

    def __init__(self) -> None:
        super().__init__()
        self._month: MonthCard | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_month(self, month: MonthCard | None) -> None:
        """None until the free times are known."""
        self._month = month
        self.setAccessibleName(month.counted if month else "")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        rows = 5 if self._month is None else -(-len(self._month.cells) // 7)
        return QSize(7 * theme.sized(_COLUMN), (rows + 1) * theme.sized(_ROW) + theme.sized(32) + 10)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        wide, tall = self.width() / 7, theme.sized(_ROW)
        if self._month is None:
            self._skeleton(painter, wide, tall)
            return
        c = theme.colours()
        for column_at, letter in enumerate(self._month.letters):
            place = QRectF(column_at * wide, 0, wide, tall)
            draw_text(painter, place, letter, "caption_regular", c.text_muted, Qt.AlignmentFlag.AlignHCenter)
        for at, cell in enumerate(self._month.cells):
            if cell is not None:
                self._cell(painter, cell, QRectF(at % 7 * wide, (at // 7 + 1) * tall, wide, tall))
        self._times(painter, self._month.times)

    def _cell(self, painter: QPainter, cell: Cell, place: QRectF) -> None:
        c, size = theme.colours(), theme.sized(_DAY)
        disc = QRectF(0, 0, size, size)
        disc.moveCenter(place.center())
        colour = c.text_muted
        if cell.chosen:
            draw_rounded(painter, disc, size / 2, c.accent)
            colour = c.on_accent
        elif cell.free:
            draw_rounded(painter, disc, size / 2, c.accent_soft)
            colour = c.accent_text
        role: Role = "caption" if cell.free else "caption_regular"
        draw_text(painter, place, str(cell.day), role, colour, Qt.AlignmentFlag.AlignHCenter)
        if cell.today:
            dot = QRectF(place.center().x() - 2, disc.bottom() - 5, 4, 4)
            draw_rounded(painter, dot, 2, c.on_accent if cell.chosen else c.amber)

    def _times(self, painter: QPainter, times: tuple[str, ...]) -> None:
        c, tall = theme.colours(), theme.sized(32)
        wide = (self.width() - 16) / 3
        for at, time in enumerate(times):
            place = QRectF(at * (wide + 8), self.height() - tall, wide, tall)
            chosen = at == min(1, len(times) - 1)
            draw_rounded(painter, place, 8, c.accent if chosen else c.surface, None if chosen else c.accent_line)
            colour = c.on_accent if chosen else c.accent_text
            draw_text(painter, place, time, "label", colour, Qt.AlignmentFlag.AlignHCenter)

    def _skeleton(self, painter: QPainter, wide: float, tall: int) -> None:
        size = theme.sized(_DAY) - 8
        for at in range(35):
            disc = QRectF(0, 0, size, size)
            disc.moveCenter(QRectF(at % 7 * wide, (at // 7 + 1) * tall, wide, tall).center())
            draw_rounded(painter, disc, size / 2, theme.colours().sunken)


class PageCard(FloatingCard):
    """The page in small, with the month as it really is."""

    def __init__(self) -> None:
        super().__init__(288, (18, 18, 18, 18))
        self._avatar = Avatar("", 40, "fjord")
        self._host = Label("", "small", "muted")
        self._title = Label("", "heading")
        self._grid = MonthGrid()
        self._empty = Paragraph("small", "muted")
        head, words = row(gap=12), column()
        words.addWidget(self._host)
        words.addWidget(self._title)
        head.addWidget(self._avatar)
        head.addLayout(words, 1)
        self.body.addLayout(head)
        self.body.addSpacing(8)
        self.body.addWidget(self._grid)
        self.body.addWidget(self._empty)

    def show_state(self, state: State) -> None:
        self._avatar.set_name(state.you.name)
        self._host.setText(state.you.name)
        self._title.setText(state.title)
        self._grid.set_month(state.month)
        self._empty.setText(_("This page has no free times yet."))
        self._empty.setVisible(state.month is not None and not state.month.times)


class Picture(Landscape):
    """The landscape, and the card of the step in its lower middle."""

    def __init__(self) -> None:
        super().__init__(State().phase)
        self._cards: dict[Step, YouCard | StaysCard | PageCard] = {
            Step.YOU: YouCard(),
            Step.CALENDAR: StaysCard(),
            Step.PAGE: PageCard(),
        }
        self._disclosure = DisclosureCard()
        self._shown: YouCard | StaysCard | PageCard | DisclosureCard = self._cards[Step.YOU]
        stack = column(margins=(24, 24, 24, 56), on=self)
        stack.addStretch(1)
        for card in (*self._cards.values(), self._disclosure):
            stack.addWidget(card, 0, Qt.AlignmentFlag.AlignHCenter)
            card.setVisible(card is self._shown)

    def show_state(self, state: State) -> None:
        self._shown = self._disclosure if state.disclosed else self._cards[state.step]
        for card in (*self._cards.values(), self._disclosure):
            card.setVisible(card is self._shown)
        self._shown.show_state(state)
        self.set_phase(state.phase)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        draw_shadow(painter_for(self), QRectF(self._shown.geometry()), 14)
