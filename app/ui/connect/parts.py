"""What the pages of the dialog are made of: the bar of steps, rows, promises, the ring that waits, the place for a file."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QEnterEvent, QFocusEvent, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.connect.state import State
from app.ui.widgets import Label, column, row
from app.ui.widgets.base import Focusable, Sized, draw_rounded, draw_text, painter_for, tell_role, text_width
from app.ui.widgets.buttons import Spin
from app.ui.widgets.icons import draw_icon

tell_role("StepBar", QAccessible.Role.ProgressBar)


class StepBar(Sized, QWidget):
    """Three bars with their names; those behind and the present one are filled."""

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ("", "", "")
        self._step = 1
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_step(self, step: int) -> None:
        """1 to 3."""
        self._step = step
        self._names = (_("Choose"), _("What is shared"), _("Sign in"))
        name = self._names[step - 1]
        self.setAccessibleName(_("Step {number} of 3: {name}").format(number=step, name=name))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 4 + 8 + theme.line("caption"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, c = painter_for(self), theme.colours()
        wide = (self.width() - 16) / 3
        for at, name in enumerate(self._names):
            left, reached, here = at * (wide + 8), at < self._step, at == self._step - 1
            draw_rounded(painter, QRectF(left, 0, wide, 4), 2, c.accent if reached else c.border)
            place = QRectF(left, 12, wide, theme.line("caption"))
            draw_text(painter, place, name, "caption", c.accent_text if here else c.text_muted)


class Panel(QWidget):
    """One page: title, one sentence, and what is below."""

    def __init__(self) -> None:
        super().__init__()
        self.title = Label("", "title", wrap=True)
        self.lead = Label("", "body", "muted", wrap=True)
        self.body: QVBoxLayout = column(on=self)
        self.body.addWidget(self.title)
        self.body.addSpacing(6)
        self.body.addWidget(self.lead)
        self.body.addSpacing(20)

    def show_state(self, state: State) -> None:
        raise NotImplementedError

    def first(self) -> QWidget | None:
        """Where the keyboard goes when the page comes; the main button if there is nothing."""
        return None


class ProviderRow(Focusable, QPushButton):
    """A row of 72 that is one target: glyph on its tile, name, what it is, and a caret that says it leads on."""

    focus_radius = 12

    def __init__(self, icon: str) -> None:
        super().__init__()
        self._icon, self._title, self._note = icon, "", ""
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_words(self, title: str, note: str) -> None:
        self._title, self._note = title, note
        self.setAccessibleName(title)
        self.setAccessibleDescription(note)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        # The name and the line below it, which may need two lines in another language.
        high = theme.line("sub") + self._note_lines() * theme.line("small") + 28
        return QSize(240, max(72, high))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def _note_lines(self) -> int:
        room = max(1, self.width() - 72 - 48)
        return 1 if text_width(self._note, "small") <= room or self.width() < 240 else 2

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self.updateGeometry()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, c = painter_for(self), theme.colours()
        lit = self.hasFocus() or self.underMouse() or self.isDown()
        outline = c.accent if lit else c.border
        draw_rounded(painter, self.rect(), 12, c.accent_soft if lit else c.surface, outline, 1.5 if lit else 1)
        tile = QRectF(14, (self.height() - 44) / 2, 44, 44)
        draw_rounded(painter, tile, 10, c.surface if lit else c.sunken)
        draw_icon(painter, self._icon, QRectF(tile.left() + 11, tile.top() + 11, 22, 22), c.text)
        room = self.width() - 72 - 48
        lines = self._note_lines()
        top = (self.height() - theme.line("sub") - 4 - lines * theme.line("small")) / 2
        draw_text(painter, QRectF(72, top, room, theme.line("sub")), self._title, "sub", c.text)
        note = QRectF(72, top + theme.line("sub") + 4, room, lines * theme.line("small"))
        painter.setFont(theme.font("small"))
        painter.setPen(c.text_muted)
        painter.drawText(note, int(Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap), self._note)
        caret = QRectF(self.width() - 14 - 18, (self.height() - 18) / 2, 18, 18)
        draw_icon(painter, "row_open", caret, c.accent if lit else c.text_muted)


class Promise(QWidget):
    """One line of the disclosure: an icon on its tile, what happens, and why."""

    def __init__(self, icon: str, title: str, text: str, quiet: bool) -> None:
        super().__init__()
        self._icon, self._quiet = icon, quiet
        words = column(gap=1)
        words.addWidget(Label(title, "sub", wrap=True))
        words.addWidget(Label(text, "small", "muted", wrap=True))
        line = row(margins=(52, 0, 0, 0), on=self)
        line.addLayout(words, 1)
        self.setMinimumHeight(36)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, c = painter_for(self), theme.colours()
        draw_rounded(painter, QRectF(0, 0, 36, 36), 8, c.sunken if self._quiet else c.accent_soft)
        draw_icon(painter, self._icon, QRectF(9, 9, 18, 18), c.text_muted if self._quiet else c.accent)


class SunkenBox(QWidget):
    """A quiet area that holds a few controls."""

    def __init__(self, *, gap: int = 8) -> None:
        super().__init__()
        self.body: QVBoxLayout = column(gap=gap, margins=(16, 12, 16, 12), on=self)

    def paintEvent(self, event: QPaintEvent) -> None:
        draw_rounded(painter_for(self), self.rect(), 12, theme.colours().sunken)


class Ring(QWidget):
    """The provider's glyph in a ring that turns while somebody is waited for; with reduced motion it stands still."""

    def __init__(self) -> None:
        super().__init__()
        self._icon = "provider_google"
        self._spin = Spin(self)
        self.setFixedSize(72, 72)

    def show_icon(self, icon: str) -> None:
        self._icon = icon
        self.update()

    def run(self, on: bool) -> None:
        self._spin.run(on, at_once=True)

    @property
    def turning(self) -> bool:
        return self._spin.shown

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, c = painter_for(self), theme.colours()
        if self._spin.shown:
            self._spin.draw(painter, QRectF(self.rect()), c.accent)
        draw_rounded(painter, QRectF(12, 12, 48, 48), 24, c.accent_soft)
        draw_icon(painter, self._icon, QRectF(24, 24, 24, 24), c.accent)


class StepLine(QWidget):
    """One step of signing in, with a mark once it is done."""

    def __init__(self) -> None:
        super().__init__()
        self._done = self._here = False
        self._label = Label("", "body", "faint")
        line = row(margins=(30, 0, 0, 0), on=self)
        line.addWidget(self._label, 1)
        self.setMinimumHeight(24)

    def show_step(self, words: str, done: bool, here: bool) -> None:
        """``here``: it is under way."""
        self._done, self._here = done, here
        self._label.setText(words)
        self._label.set_tone("text" if done or here else "faint")
        mark = _("done") if done else _("now") if here else _("not yet")
        self.setAccessibleName(f"{words}: {mark}")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, c = painter_for(self), theme.colours()
        place = QRectF(1, (self.height() - 18) / 2, 18, 18)
        if self._done:
            draw_icon(painter, "status_ok", place, c.success)
        else:
            draw_rounded(painter, place.adjusted(2, 2, -2, -2), 7, None, c.accent if self._here else c.border_strong, 1.5)


class FilePlace(Focusable, QPushButton):
    """Takes the provider's file: dropped here, or chosen after a press."""

    dropped = Signal(str)
    focus_radius = 12

    def __init__(self) -> None:
        super().__init__()
        self._over = False
        self._words = ("", "")
        self.setAcceptDrops(True)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_words(self, title: str, note: str) -> None:
        self._words = (title, note)
        self.setAccessibleName(title)
        self.setAccessibleDescription(note)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, max(72, theme.line("body_medium") + theme.line("small") + 32))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _file_of(event.mimeData()):
            self._over = True
            event.acceptProposedAction()
            self.update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._over = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._over = False
        self.update()
        if path := _file_of(event.mimeData()):
            event.acceptProposedAction()
            self.dropped.emit(path)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, c = painter_for(self), theme.colours()
        lit = self._over or self.underMouse()
        outline = c.accent if lit else c.border_strong
        draw_rounded(painter, self.rect(), 12, c.accent_soft if lit else c.surface, outline, dashed=True)
        draw_icon(painter, "file-arrow-up", QRectF(20, (self.height() - 24) / 2, 24, 24), c.accent if lit else c.text_muted)
        one, two = theme.line("body_medium"), theme.line("small")
        top, room = (self.height() - one - two) / 2, self.width() - 60 - 16
        draw_text(painter, QRectF(60, top, room, one), self._words[0], "body_medium", c.text)
        draw_text(painter, QRectF(60, top + one, room, two), self._words[1], "small", c.text_muted)


def _file_of(data: QMimeData) -> str:
    """The one local file that is being dragged; empty if it is something else."""
    urls = data.urls() if data.hasUrls() else []
    return urls[0].toLocalFile() if len(urls) == 1 and urls[0].isLocalFile() else ""
