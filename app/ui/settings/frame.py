"""The frame of the settings window: one entry of its list, and the footer with Save."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.settings.state import SettingsState
from app.ui.widgets import Button, Label, row
from app.ui.widgets.base import Focusable, Sized, draw_rounded, draw_text, painter_for
from app.ui.widgets.icons import chosen as chosen_icon
from app.ui.widgets.icons import draw_icon

NAV = 248


class NavItem(Focusable, QPushButton):
    """One panel in the list."""

    stepped = Signal(int)

    def __init__(self, key: str, icon: str) -> None:
        super().__init__()
        self.key, self._icon = key, icon
        self._attention = False
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_words(self, name: str) -> None:
        self.setText(name)
        self._tell()

    def set_attention(self, on: bool) -> None:
        self._attention = on
        self._tell()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(NAV - 25, theme.sized(42))

    def nextCheckState(self) -> None:
        """The window decides what is current."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.stepped.emit(1 if event.key() == Qt.Key.Key_Down else -1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        chosen = self.isChecked()
        if chosen:
            draw_rounded(painter, self.rect(), 8, c.selected)
        elif self.underMouse():
            draw_rounded(painter, self.rect(), 8, c.border if not theme.active().dark else c.hover)
        place = QRectF(12, round((self.height() - 20) / 2), 20, 20)
        draw_icon(painter, chosen_icon(self._icon) if chosen else self._icon, place, c.accent if chosen else c.text_muted)
        room = QRectF(40, 0, self.width() - 40 - (24 if self._attention else 2), self.height())
        draw_text(painter, room, self.text(), "body_medium", c.accent_text if chosen else c.text)
        if self._attention:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(c.amber)
            painter.drawEllipse(QPointF(self.width() - 17, self.height() / 2), 4, 4)

    def _tell(self) -> None:
        self.setAccessibleName(self.text())
        self.setAccessibleDescription(_("Needs attention") if self._attention else "")


class Footer(Sized, QWidget):
    """What stands between the owner and Save, in words, and the two buttons."""

    def __init__(self) -> None:
        super().__init__()
        self._sign = ""
        self._words = Label("", "small", "muted", wrap=True)
        self.problem = Button("", "ghost", "small", flush=True)
        self.again = Button("", "ghost", "small")
        self.leave = Button("", "secondary")
        self.save = Button("", "primary")
        line = row(gap=8, margins=(40 + 24, 14, 40, 14), on=self)
        line.addWidget(self._words, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addWidget(self.problem)
        line.addWidget(self.again)
        line.addStretch(1)
        line.addWidget(self.leave)
        line.addWidget(self.save)

    def retranslate(self) -> None:
        self.save.setText(mnemonic(_("Save"), ""))
        self.again.setText(_("Try again"))

    def show_state(self, state: SettingsState, saving: bool, failed: str) -> None:
        """``failed``: why the settings could not be saved, in words; empty if they could."""
        problems = state.problems if state.dirty else ()
        self.save.setEnabled(state.dirty)
        self.save.set_busy(saving)
        self.leave.setText(mnemonic(_("Cancel") if state.dirty else _("Close"), _("Save")))
        self.problem.setVisible(bool(problems) and not failed)
        self.again.setVisible(bool(failed) and state.dirty and not problems)
        self._words.setVisible(not self.problem.isVisibleTo(self))
        self._sign = "error" if failed else "dirty" if state.dirty else "clean"
        self._words.set_tone("danger" if failed else "muted")
        self._words.setText(failed or (_("Unsaved changes") if state.dirty else _("Everything is saved")))
        if problems:
            self.problem.setText(problems[0].words)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        middle = self.height() / 2
        if self._sign == "dirty":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(c.amber)
            painter.drawEllipse(QPointF(46, middle), 4, 4)
        elif self._sign == "error":
            draw_icon(painter, "field_error", QRectF(38, round(middle) - 9, 18, 18), c.danger)
        else:
            draw_icon(painter, "ed_confirmation", QRectF(38, round(middle) - 9, 18, 18), c.success)


def mnemonic(text: str, other: str) -> str:
    """``text`` with its first letter as mnemonic, or the first that is not that of the ``other`` button."""
    taken = other[:1].casefold()
    at = next((at for at, letter in enumerate(text) if letter.isalpha() and letter.casefold() != taken), -1)
    return text if at < 0 else f"{text[:at]}&{text[at:]}"
