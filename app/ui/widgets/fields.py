"""What all inputs share: the outline, the label above, the message below, and the bare line of text."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.widgets.base import Sized, draw_rounded, draw_text, painter_for, text_width
from app.ui.widgets.buttons import Spin
from app.ui.widgets.icons import draw_icon
from app.ui.widgets.layouts import column, row
from app.ui.widgets.speaking import announce
from app.ui.widgets.text import Label

_PADDING = 12
_GLYPH = 18


def draw_input_frame(
    painter: QPainter, place: QRectF, *, focused: bool, error: bool, enabled: bool, read_only: bool = False
) -> None:
    """The outline of everything that can be filled in."""
    c = theme.colours()
    if not enabled or read_only:
        draw_rounded(painter, place, 8, c.sunken, c.border)
    elif error:
        draw_rounded(painter, place, 8, c.surface, c.danger, 2)
    elif focused:
        draw_rounded(painter, place, 8, c.surface, c.accent, 2)
    else:
        draw_rounded(painter, place, 8, c.surface, c.border_strong)


def clear_base(widget: QWidget) -> None:
    """Lets a text widget show what is painted beneath its text."""
    palette = QPalette()
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive, QPalette.ColorGroup.Disabled):
        palette.setColor(group, QPalette.ColorRole.Base, QColor(0, 0, 0, 0))
    widget.setPalette(palette)


class LineEdit(Sized, QLineEdit):
    """The bare input. ``icon`` stands at the left, ``unit`` or the mark of a state at the right."""

    def __init__(self, *, icon: str = "", unit: str = "", compact: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon, self._unit, self._compact = icon, unit, compact
        self._error = self._valid = False
        self._spin: Spin | None = None
        self.setFrame(False)
        self.setAttribute(Qt.WidgetAttribute.WA_MacShowFocusRect, False)
        clear_base(self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._set_margins()

    def set_unit(self, unit: str) -> None:
        self._unit = unit
        self._set_margins()

    def set_state(self, *, error: bool = False, valid: bool = False, busy: bool = False) -> None:
        """Replaces the whole state: what is not given is over. Of several the spinner is shown first, then the error."""
        self._error, self._valid = error, valid
        if busy and self._spin is None:
            self._spin = Spin(self)
        if self._spin is not None:
            self._spin.run(busy)
        self._set_margins()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, theme.sized(36 if self._compact else 40))

    def minimumSizeHint(self) -> QSize:
        return QSize(64, self.sizeHint().height())

    def _set_margins(self) -> None:
        left = _PADDING - 2 + (_GLYPH + 8 if self._icon else 0)
        right = _PADDING - 2
        if self._unit:
            right += round(text_width(self._unit, "body")) + 8
        elif self._error or self._valid or self._spin is not None:
            right += _GLYPH + 6
        self.setTextMargins(left, 0, right, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        place = QRectF(self.rect())
        draw_input_frame(
            painter, place, focused=self.hasFocus(), error=self._error, enabled=self.isEnabled(), read_only=self.isReadOnly()
        )
        middle = (self.height() - _GLYPH) // 2
        if self._icon:
            draw_icon(painter, self._icon, QRectF(_PADDING, middle, _GLYPH, _GLYPH), c.text_muted)
        right = QRectF(self.width() - _PADDING - _GLYPH, middle, _GLYPH, _GLYPH)
        if self._spin is not None and self._spin.shown:
            self._spin.draw(painter, right, c.accent)
        elif self._error:
            draw_icon(painter, "field_error", right, c.danger)
        elif self._valid:
            draw_icon(painter, "status_ok", right, c.success)
        if self._unit:
            draw_text(
                painter, place.adjusted(0, 0, -_PADDING, 0), self._unit, "body", c.text_muted, Qt.AlignmentFlag.AlignRight
            )
        painter.end()
        super().paintEvent(event)


class FieldMessage(Sized, QWidget):
    """The line below an input: help, an error with its icon, or a confirmation."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = ""
        self._label = Label("", "small", "muted", wrap=True)
        self._line = row(on=self)
        self._line.addWidget(self._label)
        self.hide()

    @property
    def text(self) -> str:
        return self._label.text()

    def say(self, text: str, kind: str) -> None:
        """``kind``: ``help``, ``error`` or ``valid``."""
        new = text != self.text
        self._icon = {"error": "field_error", "valid": "status_ok"}.get(kind, "")
        self._label.setText(text)
        self._label.set_tone("danger" if kind == "error" else "success" if kind == "valid" else "muted")
        self._line.setContentsMargins(24 if self._icon else 0, 0, 0, 0)
        self.setVisible(bool(text))
        if kind != "help" and new:
            announce(self, text)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._icon:
            c = theme.colours()
            at = QRectF(1, (theme.line("small") - 16) / 2, 16, 16)
            draw_icon(painter_for(self), self._icon, at, c.danger if self._icon == "field_error" else c.success)


class _Caption(Sized, QWidget):
    """The label over an input, with the asterisk of a required one or the word of an optional one."""

    def __init__(self, text: str, required: bool, optional: bool) -> None:
        super().__init__()
        self.text, self.required, self.optional = text, required, optional
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        extra = text_width(" *", "label") if self.required else 0.0
        extra += text_width("  " + _("optional"), "label") if self.optional else 0.0
        return QSize(round(text_width(self.text, "label") + extra + 1), theme.line("label"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        c = theme.colours()
        draw_text(painter, QRectF(self.rect()), self.text, "label", c.text)
        after = QRectF(text_width(self.text, "label"), 0, self.width(), self.height())
        if self.required:
            draw_text(painter, after.adjusted(3, 0, 0, 0), "*", "label", c.danger)
        elif self.optional:
            draw_text(painter, after.adjusted(6, 0, 0, 0), _("optional"), "label", c.text_faint)


class Field(Sized, QWidget):
    """An input with label above and message below. Subclasses give the input."""

    def __init__(
        self, label: str, *, required: bool = False, optional: bool = False, help: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._help, self._error = help, ""
        self._caption = _Caption(label, required, optional)
        self._message = FieldMessage()
        self._lines = column(gap=6, on=self)
        self._lines.addWidget(self._caption)
        self._lines.addWidget(self._message)
        self._caption.setVisible(bool(label))

    def _place_input(self, widget: QWidget) -> None:
        self._lines.insertWidget(1, widget)
        self.setFocusProxy(widget)
        self._tell()
        self._show_message()

    def input(self) -> QWidget:
        """The widget that takes what is typed."""
        found = self.focusProxy()
        assert found is not None
        return found

    @property
    def label(self) -> str:
        return self._caption.text

    @property
    def error(self) -> str:
        return self._error

    def set_label(self, text: str) -> None:
        """Also names the input for screen readers. An empty label takes the line away and leaves the input its name."""
        self._caption.text = text
        self._caption.setVisible(bool(text))
        self._caption.updateGeometry()
        self._caption.update()
        self._tell()

    def set_help(self, text: str) -> None:
        """Stands below the input whenever no error does."""
        self._help = text
        self._show_message()

    def set_error(self, text: str) -> None:
        """Says what to do about what was typed; an empty text takes the error away."""
        self._error = text
        self._mark(error=bool(text))
        self._show_message()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._tell()

    def _mark(self, *, error: bool = False, valid: bool = False) -> None:
        raise NotImplementedError

    def _show_message(self) -> None:
        if self._error:
            self._message.say(self._error, "error")
        else:
            self._message.say(self._help, "help")
        self.input().setAccessibleDescription(self._message.text)

    def _tell(self) -> None:
        name = self._caption.text
        if self._caption.required and name:
            name = _("{label}, required").format(label=name)
        if name and self.focusProxy() is not None:
            # One without a label is named by whoever made it.
            self.input().setAccessibleName(name)


def required_note(parent: QWidget | None = None) -> Label:
    """The line that explains the asterisks."""
    return Label(_("Fields marked with * are required"), "small", "muted", parent=parent)
