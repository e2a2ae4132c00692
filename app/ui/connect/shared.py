"""The second page: what is shared, before anything is asked of the provider (CON-4)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.connections import ProviderKind
from app.i18n import _
from app.ui.connect import disclosure
from app.ui.connect.access import AccessQuestion
from app.ui.connect.parts import Panel, Promise, SunkenBox
from app.ui.connect.state import WITHOUT_ACCESS, State
from app.ui.connect.words import trouble_words
from app.ui.widgets import Banner, CheckBox, FlowLayout, Label, ScrollArea, clear, column
from app.ui.widgets.dialog import Dialog


class SharedPanel(Panel):
    """``boxes_changed`` carries *Calendar sync* and *Meeting scheduling pages*."""

    boxes_changed = Signal(bool, bool)

    def __init__(self) -> None:
        super().__init__()
        self.refusal = Banner("amber", icon="never")
        self._gap = QWidget()
        self._gap.setFixedHeight(16)
        self._lines = column(gap=14)
        self.sync, self.scheduling = CheckBox(), CheckBox()
        self._caption = Label("", "small", "muted")
        self._box = SunkenBox(gap=4)
        self._box.body.addWidget(self._caption)
        boxes = FlowLayout(gap=32, line_gap=4)
        for box in (self.sync, self.scheduling):
            box.toggled.connect(lambda _on: self.boxes_changed.emit(self.sync.isChecked(), self.scheduling.isChecked()))
            boxes.addWidget(box)
        self._box.body.addLayout(boxes)
        self.access = AccessQuestion()
        for widget in (self.refusal, self.access, self._gap):
            self.body.addWidget(widget)
        self.body.addLayout(self._lines)
        self.body.addSpacing(22)
        self.body.addWidget(self._box)
        self._shown: tuple[object, ...] = ()

    def show_state(self, state: State) -> None:
        local = state.kind is ProviderKind.LOCAL
        self.title.setText(_("What Aftale does with this calendar") if local else _("What Aftale does with your calendar"))
        self.lead.setText(disclosure.lead(state.kind))
        lines = disclosure.lines(state.kind, state.beside)
        if lines != self._shown:
            self._shown = lines
            clear(self._lines)
            for line in lines:
                self._lines.addWidget(Promise(*line))
        self._show_boxes(state)
        self.access.show_state(state, needed=state.kind not in WITHOUT_ACCESS)
        refused = state.trouble is not None
        if state.trouble is not None:
            words = trouble_words(state.trouble, state.kind)
            self.refusal.show_words(words.title, words.text)
        self.refusal.setVisible(refused)
        self._gap.setVisible(refused or self.access.isVisibleTo(self))

    def _show_boxes(self, state: State) -> None:
        self._caption.setText(_("Turned on when you connect"))
        self.sync.setText(_("Calendar sync"))
        self.scheduling.setText(_("Meeting scheduling pages"))
        for box, on in ((self.sync, state.sync), (self.scheduling, state.scheduling)):
            blocked = box.blockSignals(True)
            box.setChecked(on)
            box.blockSignals(blocked)
        self._box.setVisible(not state.beside and state.kind not in WITHOUT_ACCESS)


class PrivacyDialog(Dialog):
    """*Privacy in detail*: all that the short lines leave out."""

    def __init__(self, parent: QWidget, kind: ProviderKind, beside: str) -> None:
        super().__init__(parent, _("Privacy in detail"), width=520)
        inside = QWidget()
        lines = column(margins=(24, 24, 24, 24), on=inside)
        for number, section in enumerate(disclosure.in_detail(kind, beside)):
            if number:
                lines.addSpacing(20)
            lines.addWidget(Label(section.title, "heading", wrap=True))
            for point in section.points:
                lines.addSpacing(6)
                lines.addWidget(Label(point, "body", "muted", wrap=True))
            for plain, name in section.rights:
                lines.addSpacing(8)
                lines.addWidget(Label(plain, "body_medium", wrap=True))
                lines.addWidget(Label(name, "caption_regular", "muted", wrap=True))
        lines.addStretch(1)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.addWidget(ScrollArea(inside))
        self.add_button("close", _("Close"), "primary")
        self.resize(self.minimumWidth(), min(600, max(360, parent.height() - 40)))
