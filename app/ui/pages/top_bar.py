"""The bar on top of the editor: which page, what is unsaved, Discard and Save."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.pages.editing import Editing
from app.ui.widgets import Badge, Button, ColourDot, IconButton, Label, column, row
from app.ui.widgets.base import painter_for


class TopBar(QWidget):
    """Back, colour, name, state, address; what is unsaved, Discard and Save. ``fault_pressed``: lead to what is wrong."""

    fault_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back = IconButton("back", _("Back to the scheduling pages"), glyph=20, tone="text")
        self._dot = ColourDot(size=12)
        self._name = Label("", "heading")
        self.on = Badge("", "success", dot=True, size=20)
        self._address = Label("", "caption_regular", "muted")
        self.copy = IconButton("copy", _("Copy the link"), glyph=16)
        self._spot = Spot()
        self.status = Label("", "small", "muted")
        self.fault = Button("", "ghost", "small", flush=True)
        self.look = IconButton("show_password", _("Preview"), outlined=True)
        self.look.setCheckable(True)
        self.discard = Button(_("Discard"))
        self.save = Button(_("Save"), "primary")
        self.status.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.fault.clicked.connect(self.fault_pressed)
        self._fill()

    def _fill(self) -> None:
        first = row(gap=8)
        first.addWidget(self._name)
        first.addWidget(self.on)
        first.addStretch(1)
        words = column()
        words.addStretch(1)
        words.addLayout(first)
        words.addWidget(self._address)
        words.addStretch(1)
        about = row(gap=4)
        about.addLayout(words)
        about.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignVCenter)
        about.addStretch(1)
        line = row(gap=12, margins=(16, 6, 24, 6), on=self)
        line.addWidget(self.back)
        line.addWidget(self._dot)
        line.addLayout(about, 1)
        line.addWidget(self._spot)
        line.addWidget(self.status)
        line.addWidget(self.fault)
        line.addWidget(self.look)
        line.addWidget(self.discard)
        line.addWidget(self.save)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(600, theme.sized(64))

    def render_editing(self, editing: Editing) -> None:
        draft, dirty = editing.draft, editing.dirty
        self._dot.set_colour(draft.colour)
        self._name.setText(draft.title.strip() or _("New page"))
        self._show_state(editing)
        self._address.setText(f"{editing.prefix}{editing.base.slug if not editing.new else draft.slug}")
        self.copy.setVisible(not editing.new)
        wrong = len(editing.told)
        self._spot.setVisible(dirty or bool(editing.fault))
        self._spot.show_tone("danger" if wrong or editing.fault else "amber")
        self.fault.setVisible(bool(wrong) and not editing.fault)
        self.fault.setText(_("Show what to mend"))
        self.status.setVisible(not self.fault.isVisibleTo(self))
        self.status.setText(_status(editing))
        self.discard.setVisible(dirty)
        self.save.setEnabled(dirty)
        self.save.set_busy(editing.saving)

    def _show_state(self, editing: Editing) -> None:
        if editing.new:
            self.on.set_text(_("New"), "accent")
        elif editing.base.on and editing.pages_on:
            self.on.set_text(_("On"), "success")
        else:
            self.on.set_text(_("Paused"), "neutral")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        painter.fillRect(self.rect(), c.surface)
        painter.fillRect(0, self.height() - 1, self.width(), 1, c.border)


def _status(editing: Editing) -> str:
    if editing.fault:
        return _("Not saved. Nothing you typed is lost.")
    if editing.dirty:
        return _("Unsaved changes")
    return "" if editing.new else _("Everything is saved")


class Spot(QWidget):
    """The dot before the status."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tone = "amber"
        self.setFixedSize(8, 8)

    def show_tone(self, tone: str) -> None:
        self._tone = tone
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(getattr(theme.colours(), self._tone))
        painter.drawEllipse(self.rect())
