"""What all panels of the settings window share."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.settings.state import Draft, SettingsState
from app.ui.widgets import Label, ScrollArea, column

MARGIN = 40


class Panel(QWidget):
    """A scrolling page with title and one line below it. ``edited`` carries the new draft; ``render_state`` shows one.
    ``troubled`` names a field and says why it cannot be saved as it stands, with empty words once it can be.

    ``rows`` are what *Find a setting* looks through: words and the control to go to.
    """

    edited = Signal(object)
    troubled = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state: SettingsState | None = None
        self._title = Label("", "heading")
        self._lead = Label("", "small", "muted", wrap=True)
        content = QWidget()
        self.lines: QVBoxLayout = column(margins=(MARGIN, 24, MARGIN, 24), on=content)
        self.lines.addWidget(self._title)
        self.lines.addSpacing(4)
        self.lines.addWidget(self._lead)
        self.lines.addSpacing(20)
        self.area = ScrollArea(content)
        column(on=self).addWidget(self.area)

    def set_words(self, title: str, lead: str) -> None:
        self._title.setText(title)
        self._lead.setText(lead)
        self.setAccessibleName(title)

    def render_state(self, state: SettingsState) -> None:
        self.state = state

    def rows(self) -> list[tuple[str, QWidget]]:
        """Words and control of each setting."""
        return []

    def show_field(self, field: str) -> None:
        """Brings a field into view and gives it the keyboard."""

    def go_to(self, control: QWidget) -> None:
        """Brings a control into view and gives it the keyboard."""
        self.area.ensureWidgetVisible(control, 0, 80)
        control.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def edit(self, change: Callable[[Draft], Draft]) -> None:
        """Tells the window the draft after ``change``."""
        if self.state is not None:
            self.edited.emit(change(self.state.draft))

    def retranslate(self) -> None:
        """Sets all words of the panel."""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
            if self.state is not None:
                self.render_state(self.state)


class Section(QWidget):
    """A heading of the second order and what stands beneath it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.heading = Label("", "sub")
        self.body: QVBoxLayout = column(gap=12, on=self)
        self.body.addWidget(self.heading)
