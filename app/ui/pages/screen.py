"""The screen of the main window: the list, and over it the editor while a page is being edited."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QStackedLayout, QWidget

from app.ui.pages.view import PagesList

if TYPE_CHECKING:
    from app.ui.pages.editor import Editor


class PagesScreen(QWidget):
    """``editing_changed`` tells whether the editor is open (the sidebar is compact then), ``shown`` that it came to sight,
    ``way_chosen`` the way to a meeting or a panel of the settings.

    The editor is made when it is first needed.
    """

    editing_changed = Signal(bool)
    shown = Signal()
    way_chosen = Signal(object)
    language_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = PagesList()
        self._editor: Editor | None = None
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.list)

    @property
    def editor(self) -> Editor:
        if self._editor is None:
            # Some thirty modules that no start of the program has to wait for.
            from app.ui.pages.editor import Editor

            self._editor = Editor()
            self._stack.addWidget(self._editor)
        return self._editor

    @property
    def editing(self) -> bool:
        return self._editor is not None and self._stack.currentWidget() is self._editor

    @property
    def help_view(self) -> str:
        return "editor" if self.editing else "pages"

    def go_back(self) -> bool:
        """Esc leaves the editor."""
        if self.editing:
            self.editor.back_requested.emit()
        return self.editing

    def panes(self) -> list[QWidget]:
        """Where F6 goes in turn."""
        return [self.editor.bar, self.editor.area, self.editor.preview] if self.editing else [self.list]

    def show_editor(self) -> None:
        self._show(self.editor)

    def show_list(self) -> None:
        self._show(self.list)

    def _show(self, widget: QWidget) -> None:
        if self._stack.currentWidget() is not widget:
            self._stack.setCurrentWidget(widget)
            self.editing_changed.emit(self.editing)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.language_changed.emit()
