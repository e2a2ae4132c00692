"""What screen readers are told: the roles of painted controls, their names, states and actions, and what is said unasked."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleAnnouncementEvent,
    QAccessibleEvent,
    QAccessibleInterface,
)
from PySide6.QtWidgets import QAbstractButton, QAccessibleWidget, QComboBox, QWidget

_ROLES: dict[str, QAccessible.Role] = {}


def tell_role(class_name: str, role: QAccessible.Role) -> None:
    """Widgets of the Python class ``class_name`` are announced as ``role``."""
    if not _ROLES:
        QAccessible.installFactory(_make_interface)
    _ROLES[class_name] = role


def tell_nothing(class_name: str) -> None:
    """Widgets of the class ``class_name`` are decoration, and hidden from screen readers."""
    tell_role(class_name, QAccessible.Role.Whitespace)


def announce(widget: QWidget, words: str) -> None:
    """Says ``words`` now, politely: for what changes without being asked for, away from where the keyboard is."""
    if words and widget.isVisible():
        event = QAccessibleAnnouncementEvent(widget, words)
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
        send(event)


def tell(widget: QWidget, event: QAccessible.Event) -> None:
    """Tells who listens that something about ``widget`` is new."""
    send(QAccessibleEvent(widget, event))


def send(event: QAccessibleEvent) -> None:
    """Hands an event to whoever listens."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(event)


class _Spoken(QAccessibleWidget):
    """A painted control. A button that is announced as something else keeps its name, its state and its press; a select has
    its label as name and what is chosen as value, where Qt would say the value twice."""

    def _select(self) -> QComboBox | None:
        found = self.object()
        return found if isinstance(found, QComboBox) else None

    def _button(self) -> QAbstractButton | None:
        found = self.object()
        return found if isinstance(found, QAbstractButton) else None

    def text(self, which: QAccessible.Text) -> str:
        button = self._button()
        if which == QAccessible.Text.Name and button is not None and not button.accessibleName():
            return button.text().replace("&&", "\0").replace("&", "").replace("\0", "&")
        select = self._select()
        if which == QAccessible.Text.Value and select is not None:
            return select.currentText()
        return super().text(which)

    def state(self) -> QAccessible.State:
        found = super().state()
        if self.role() == QAccessible.Role.Whitespace:
            found.invisible = 1
        if self.role() == QAccessible.Role.Animation:
            found.busy = 1
        button = self._button()
        if button is not None and button.isCheckable():
            found.checkable = found.selectable = 1
            found.checked = found.selected = int(button.isChecked())
        if self._select() is not None:
            found.hasPopup = found.expandable = 1
        return found

    def actionNames(self) -> list[str]:
        names = super().actionNames()
        if self._button() is not None:
            names = [QAccessibleActionInterface.pressAction(), *names]
        if self._select() is not None:
            names = [QAccessibleActionInterface.showMenuAction(), *names]
        return names

    def doAction(self, name: str) -> None:
        button, select = self._button(), self._select()
        if button is not None and name == QAccessibleActionInterface.pressAction():
            button.click()
        elif select is not None and name == QAccessibleActionInterface.showMenuAction():
            select.showPopup()
        else:
            super().doAction(name)


def _make_interface(class_name: str, thing: QObject) -> QAccessibleInterface | None:
    role = _ROLES.get(class_name)
    if role is None or not isinstance(thing, QWidget):
        return None
    return _Spoken(thing, role, "")
