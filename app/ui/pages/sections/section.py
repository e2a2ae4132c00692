"""The card of a section, and what all sections' bodies share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, QPropertyAnimation, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QWidget

from app.i18n import _, ngettext
from app.ui import theme
from app.ui.pages.editing import Editing
from app.ui.pages.editor_state import PageDraft, Section
from app.ui.pages.editor_words import problem_words, section_name
from app.ui.widgets import Badge, Focusable, column
from app.ui.widgets.base import draw_rounded, draw_text, painter_for, text_width
from app.ui.widgets.fields import Field
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.motion import curve

_ICONS = {
    Section.BASICS: "ed_basics",
    Section.HOURS: "ed_hours",
    Section.LIMITS: "ed_buffers",
    Section.BOOKING: "booked_at_once",
    Section.FORM: "ed_form",
    Section.CONSENT: "ed_consent",
    Section.INVITE: "email",
    Section.CONFIRMATION: "ed_confirmation",
    Section.LOOK: "set_appearance",
    Section.LINKS: "lock",
}
_SIDE, _TEXT = 16, 49
_NO_LIMIT = 16777215


class SectionBody(QWidget):
    """What an open section holds. ``draft_changed`` carries the draft with what was just typed or chosen, ``field_left`` the
    name of a field that was left.

    Each field that can be wrong is kept in ``fields`` under its name in the draft, so that its problem appears there.
    """

    draft_changed = Signal(object)
    field_left = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.draft = PageDraft()
        self.fields: dict[str, Field] = {}

    def render_editing(self, editing: Editing) -> None:
        """Shows the draft and what is wrong with it."""
        self.draft = editing.draft
        self.show_draft(editing)
        self.show_problems(editing.told)

    def show_draft(self, editing: Editing) -> None:
        raise NotImplementedError

    def show_problems(self, told: dict[str, str]) -> None:
        """``told``: reason codes by field. A field that is not among them has no error any more."""
        for name, field in self.fields.items():
            words = problem_words(name, told[name]) if name in told else ""
            if words != field.error:
                field.set_error(words)

    def change(self, **values: Any) -> None:
        """Takes new values into the draft and tells it."""
        self.draft = replace(self.draft, **values)
        self.draft_changed.emit(self.draft)

    def leave(self, name: str) -> None:
        self.field_left.emit(name)

    def go_to(self, key: str) -> None:
        """Brings the keyboard to the field of a problem."""
        field = self.fields.get(key)
        if field is not None:
            field.setFocus(Qt.FocusReason.OtherFocusReason)


class SectionCard(QFrame):
    """A section: its head, which opens and closes it, and its body, made when it is first wanted. Tells what the body tells."""

    opened = Signal(bool)
    draft_changed = Signal(object)
    field_left = Signal(str)

    def __init__(self, section: Section, make: Callable[[], SectionBody], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.section = section
        self._make = make
        self._body: SectionBody | None = None
        self.head = SectionHead(_ICONS[section])
        self._room = QWidget()
        self._animation = QPropertyAnimation(self._room, b"maximumHeight", self)
        self._animation.setEasingCurve(curve())
        self._animation.finished.connect(self._settle)
        self._inner = column(margins=(_SIDE, 0, _SIDE, _SIDE), on=self._room)
        lines = column(on=self)
        lines.addWidget(self.head)
        lines.addWidget(self._room)
        self._room.hide()
        self.head.toggled.connect(self._open)

    @property
    def body(self) -> SectionBody:
        if self._body is None:
            self._body = self._make()
            self._body.draft_changed.connect(self.draft_changed)
            self._body.field_left.connect(self.field_left)
            self._inner.addWidget(self._body)
        return self._body

    @property
    def is_open(self) -> bool:
        return self.head.isChecked()

    def set_open(self, on: bool) -> None:
        self.head.setChecked(on)

    def render_editing(self, editing: Editing, value: str) -> None:
        self.head.show_section(
            section_name(self.section), value, edited=self.section in editing.edited, problems=editing.count(self.section)
        )
        if self.is_open:
            self.body.render_editing(editing)

    def _open(self, on: bool) -> None:
        self._animation.stop()
        if on:
            self.body.show()
        if not self.isVisible() or theme.duration(1) == 0:
            self._settle()
        else:
            full = self._room.heightForWidth(self.width())
            self._room.setMaximumHeight(0 if on else full)
            self._room.show()
            self._animation.setDuration(theme.duration(theme.motion().expand))
            self._animation.setStartValue(0 if on else full)
            self._animation.setEndValue(full if on else 0)
            self._animation.start()
        self.opened.emit(on)

    def _settle(self) -> None:
        self._room.setMaximumHeight(_NO_LIMIT)
        self._room.setVisible(self.is_open)

    def paintEvent(self, event: QPaintEvent) -> None:
        c = theme.colours()
        draw_rounded(painter_for(self), self.rect(), 12, c.surface, c.border)


class SectionHead(Focusable, QPushButton):
    """Icon, name, and while closed the value; a badge for what was edited or is wrong."""

    focus_radius = 12
    focus_inside = True

    def __init__(self, icon: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon
        self._value = ""
        self.badge = Badge("", "amber", size=20, parent=self)
        self.badge.hide()
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.toggled.connect(self._toggled)

    def show_section(self, name: str, value: str, *, edited: bool, problems: int) -> None:
        """``problems``: how many are told; the badge says those rather than that something was edited."""
        self.setText(name)
        self._value = value
        if problems:
            words = ngettext("{count} to mend", "{count} to mend", problems).format(count=problems)
            self.badge.set_text(words, "danger")
        else:
            self.badge.set_text(_("Edited"), "amber")
        self.badge.setVisible(bool(problems) or edited)
        self.setAccessibleName(name)
        self.setAccessibleDescription(f"{value}. {self.badge.text()}" if self.badge.isVisibleTo(self) else value)
        self._place_badge()
        self._tell_rest()
        self.update()

    def _tell_rest(self) -> None:
        """A value that is longer than the card is the tool tip."""
        room = self.width() - _TEXT - 54 - (self.badge.width() + 12 if self.badge.isVisibleTo(self) else 0)
        self.setToolTip(self._value if text_width(self._value, "caption_regular") > room else "")

    def sizeHint(self) -> QSize:
        if self.isChecked():
            return QSize(240, max(50, theme.line("sub") + 26))
        return QSize(240, max(58, theme.line("sub") + theme.line("caption_regular") + 20))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _toggled(self, on: bool) -> None:
        self.updateGeometry()
        self._place_badge()
        self.update()

    def resizeEvent(self, event: object) -> None:
        self._place_badge()
        self._tell_rest()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            self.update()
        return super().event(event)

    def _place_badge(self) -> None:
        size = self.badge.sizeHint()
        self.badge.setGeometry(
            self.width() - 54 - size.width(), (self.height() - size.height()) // 2, size.width(), size.height()
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        if self.underMouse() and not self.isChecked():
            draw_rounded(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), 11, c.hover)
        middle = self.height() / 2
        on = self.isChecked()
        draw_icon(painter, self._icon, QRectF(_SIDE, round(middle - 10), 20, 20), c.accent if on else c.text_muted)
        right = self.width() - _SIDE - 18
        draw_icon(painter, "collapse" if on else "expand", QRectF(right, round(middle - 8), 16, 16), c.text_muted)
        room = right - _TEXT - 12 - (self.badge.width() + 12 if self.badge.isVisibleTo(self) else 0)
        name, value = theme.line("sub") - 2, theme.line("caption_regular")
        if on or not self._value:
            draw_text(painter, QRectF(_TEXT, 0, room, self.height()), self.text(), "sub", c.text)
            return
        top = round(middle - (name + value) / 2)
        draw_text(painter, QRectF(_TEXT, top, room, name), self.text(), "sub", c.text)
        draw_text(painter, QRectF(_TEXT, top + name, room, value), self._value, "caption_regular", c.text_muted)


class HeldField(Field):
    """Label and message around any control, for choices that are not typed."""

    def __init__(self, label: str, control: QWidget, *, help: str = "", parent: QWidget | None = None) -> None:
        super().__init__(label, help=help, parent=parent)
        self.control = control
        self._place_input(control)

    def _mark(self, *, error: bool = False, valid: bool = False) -> None:
        self.control.setProperty("error", error)
