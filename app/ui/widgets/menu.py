"""Menus, for buttons and for right presses."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QPushButton, QSizePolicy, QWidget

from app.ui import theme
from app.ui.widgets.base import Focusable, draw_rounded, draw_text, painter_for, tell_role, text_width
from app.ui.widgets.buttons import plain
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.popups import Popover
from app.ui.widgets.text import Divider

tell_role("MenuPopup", QAccessible.Role.PopupMenu)
tell_role("MenuRow", QAccessible.Role.MenuItem)


class MenuRow(Focusable, QPushButton):
    """One entry of a menu."""

    focus_radius = 6
    focus_inside = True

    def __init__(self, text: str, icon: str, danger: bool, checked: bool | None, parent: QWidget) -> None:
        super().__init__(text, parent)
        self._icon, self._danger, self._ticked = icon, danger, checked
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def sizeHint(self) -> QSize:
        lead = 26 if self._icon or self._ticked is not None else 0
        return QSize(round(text_width(plain(self.text()), "body") + lead + 36), theme.sized(36))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        lit = (self.underMouse() or self.hasFocus()) and self.isEnabled()
        if lit:
            draw_rounded(painter, self.rect(), 6, c.danger_soft if self._danger else c.selected)
        colour = c.text_faint if not self.isEnabled() else c.danger_text if self._danger else c.text
        left = 12.0
        middle = (self.height() - 18) // 2
        if self._ticked:
            draw_icon(painter, "check-bold", QRectF(left, middle + 1, 16, 16), c.accent)
        elif self._icon:
            draw_icon(painter, self._icon, QRectF(left, middle, 18, 18), colour if self._danger else c.text_muted)
        if self._icon or self._ticked is not None:
            left += 26
        draw_text(painter, QRectF(left, 0, self.width() - left - 12, self.height()), plain(self.text()), "body", colour)


class MenuPopup(Popover):
    """A menu: ``add`` entries, then ``open_at`` or ``open_at_point``. Arrows move, Enter takes, letters jump."""

    def __init__(self, anchor: QWidget, *, name: str = "") -> None:
        super().__init__(anchor, name=name, width=0, padding=6)
        self.radius = 10
        self.setMinimumWidth(160)
        self._rows: list[MenuRow] = []

    def add(
        self,
        text: str,
        call: Callable[[], None],
        *,
        icon: str = "",
        danger: bool = False,
        checked: bool | None = None,
        possible: bool = True,
    ) -> MenuRow:
        """Adds an entry at the end; a press closes the menu, then calls ``call``. ``checked``: None for what has no tick."""
        entry = MenuRow(text, icon, danger, checked, self)
        entry.setEnabled(possible)
        entry.clicked.connect(lambda: self._take(call))
        self.body.addWidget(entry)
        self._rows.append(entry)
        return entry

    def add_separator(self) -> None:
        self.body.addSpacing(4)
        self.body.addWidget(Divider(12))
        self.body.addSpacing(4)

    def rows(self) -> tuple[MenuRow, ...]:
        return tuple(self._rows)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        possible = [entry for entry in self._rows if entry.isEnabled()]
        here = QApplication.focusWidget()
        at = possible.index(here) if here in possible else -1
        key = event.key()
        if key in (Qt.Key.Key_Down, Qt.Key.Key_Up) and possible:
            self._go(possible[(at + (1 if key == Qt.Key.Key_Down else -1 if at >= 0 else 0)) % len(possible)])
        elif key == Qt.Key.Key_Home and possible:
            self._go(possible[0])
        elif key == Qt.Key.Key_End and possible:
            self._go(possible[-1])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and at >= 0:
            possible[at].click()
        elif event.text().strip() and possible:
            after = possible[at + 1 :] + possible[: at + 1]
            found = next((entry for entry in after if plain(entry.text()).lower().startswith(event.text().lower())), None)
            if found is not None:
                self._go(found)
        else:
            super().keyPressEvent(event)

    def _go(self, entry: MenuRow) -> None:
        entry.setFocus(Qt.FocusReason.TabFocusReason)

    def _take(self, call: Callable[[], None]) -> None:
        self.close()
        call()
