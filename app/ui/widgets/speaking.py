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
from PySide6.QtWidgets import QAbstractButton, QAccessibleWidget, QWidget

_ROLES: dict[str, QAccessible.Role] = {}


def tell_role(class_name: str, role: QAccessible.Role) -> None:
    """Widgets of the Python class ``class_name`` are announced as ``role``."""
    if not _ROLES:
        QAccessible.installFactory(_make_interface)
    _ROLES[class_name] = role


def announce(widget: QWidget, words: str) -> None:
    """Says ``words`` now, politely: for what changes without being asked for, away from where the keyboard is."""
    if words and QAccessible.isActive() and widget.isVisible():
        event = QAccessibleAnnouncementEvent(widget, words)
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
        QAccessible.updateAccessibility(event)


def tell(widget: QWidget, event: QAccessible.Event) -> None:
    """Tells who listens that something about ``widget`` is new."""
    if QAccessible.isActive():
        QAccessible.updateAccessibility(QAccessibleEvent(widget, event))


class _Spoken(QAccessibleWidget):
    """A painted control. A button that is announced as something else keeps its name, its state and its press."""

    def _button(self) -> QAbstractButton | None:
        found = self.object()
        return found if isinstance(found, QAbstractButton) else None

    def text(self, which: QAccessible.Text) -> str:
        button = self._button()
        if which == QAccessible.Text.Name and button is not None and not button.accessibleName():
            return button.text().replace("&&", "\0").replace("&", "").replace("\0", "&")
        return super().text(which)

    def state(self) -> QAccessible.State:
        found = super().state()
        button = self._button()
        if button is not None and button.isCheckable():
            found.checkable = found.selectable = 1
            found.checked = found.selected = int(button.isChecked())
        return found

    def actionNames(self) -> list[str]:
        names = super().actionNames()
        if self._button() is not None:
            names = [QAccessibleActionInterface.pressAction(), *names]
        return names

    def doAction(self, name: str) -> None:
        button = self._button()
        if button is not None and name == QAccessibleActionInterface.pressAction():
            button.click()
        else:
            super().doAction(name)


def _make_interface(class_name: str, thing: QObject) -> QAccessibleInterface | None:
    role = _ROLES.get(class_name)
    if role is None or not isinstance(thing, QWidget):
        return None
    return _Spoken(thing, role, "")
