"""Text: labels that keep the line heights of the type scale, and the hairline between things."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from app.ui import theme
from app.ui.tokens import Role
from app.ui.widgets.base import Sized

Tone = Literal["text", "muted", "faint", "accent", "amber", "danger", "success", "on_accent"]


def tone_colour(tone: Tone) -> QColor:
    found = theme.colours()
    return {
        "text": found.text,
        "muted": found.text_muted,
        "faint": found.text_faint,
        "accent": found.accent,
        "amber": found.amber_text,
        "danger": found.danger_text,
        "success": found.success_text,
        "on_accent": found.on_accent,
    }[tone]


class Label(Sized, QLabel):
    """Plain text in a role of the type scale. What people typed is shown as it is, never as markup.

    ``wrap``: breaks into lines and takes the height that its width needs; else one line, cut with an ellipsis where it does
    not fit (the whole text is then the tool tip). ``set_strong`` sets a part of it in semibold.
    """

    def __init__(
        self,
        text: str = "",
        role: Role = "body",
        tone: Tone = "text",
        *,
        wrap: bool = False,
        centred: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self._role, self._tone, self._centred = role, tone, centred
        self._strong = ""
        self.setWordWrap(wrap)
        # A fixed height would be that of the preferred width, and cut a text that wraps.
        high = QSizePolicy.Policy.Minimum if wrap else QSizePolicy.Policy.Fixed
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, high)
        policy.setHeightForWidth(wrap)
        self.setSizePolicy(policy)
        self._made: tuple[tuple[object, ...], QTextLayout] | None = None
        self.setText(text)

    def setText(self, text: str) -> None:
        if text == self.text():
            return
        super().setText(text)
        self.updateGeometry()
        self.update()

    def set_tone(self, tone: Tone) -> None:
        self._tone = tone
        self.update()

    def set_role(self, role: Role) -> None:
        self._role = role
        self.updateGeometry()
        self.update()

    def set_strong(self, part: str) -> None:
        """Sets the first place where ``part`` stands in the text in semibold."""
        self._strong = part
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        wide = QFontMetricsF(theme.font(self._role)).horizontalAdvance(self.text()) + (4 if self._strong else 0)
        line = theme.line(self._role)
        if not self.wordWrap():
            return QSize(int(wide) + 1, line)
        width = min(int(wide) + 1, max(240, round(420 * theme.active().scale)))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        if not self.wordWrap():
            return QSize(min(self.sizeHint().width(), 24), theme.line(self._role))
        metrics = QFontMetricsF(theme.font(self._role))
        words = (metrics.horizontalAdvance(word) for word in self.text().split())
        return QSize(int(min(max(words, default=0.0), 160)) + 1, theme.line(self._role))

    def hasHeightForWidth(self) -> bool:
        return self.wordWrap()

    def heightForWidth(self, width: int) -> int:
        if not self.wordWrap():
            return theme.line(self._role)
        return max(1, self._layout(width).lineCount()) * theme.line(self._role)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(tone_colour(self._tone if self.isEnabled() else "faint"))
        line = theme.line(self._role)
        layout = self._layout(self.width())
        top = 0.0 if self.wordWrap() else max(0.0, (self.height() - line) / 2)
        for index in range(layout.lineCount()):
            found = layout.lineAt(index)
            left = (self.width() - found.naturalTextWidth()) / 2 if self._centred else 0.0
            found.draw(painter, QPointF(left, top + index * line + (line - found.height()) / 2 - found.y()))

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        if not self.wordWrap():
            cut = QFontMetricsF(theme.font(self._role)).horizontalAdvance(self.text()) > self.width() + 0.5
            self.setToolTip(self.text() if cut else "")

    def _layout(self, width: int) -> QTextLayout:
        key = (self.text(), width, self._role, self._strong, theme.active().scale, theme.active().scheme)
        if self._made is None or self._made[0] != key:
            self._made = (key, self._make_layout(width))
        return self._made[1]

    def _make_layout(self, width: int) -> QTextLayout:
        text = self.text()
        font = theme.font(self._role)
        if not self.wordWrap():
            text = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, width + 0.5)
        layout = QTextLayout(text.replace("\n", "\u2028"), font)
        option = QTextOption()
        option.setWrapMode(
            QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere if self.wordWrap() else QTextOption.WrapMode.NoWrap
        )
        layout.setTextOption(option)
        self._emphasise(layout, text)
        layout.beginLayout()
        while True:
            found = layout.createLine()
            if not found.isValid():
                break
            found.setLineWidth(max(1, width))
        layout.endLayout()
        return layout

    def _emphasise(self, layout: QTextLayout, text: str) -> None:
        at = text.find(self._strong) if self._strong else -1
        if at < 0:
            return
        from PySide6.QtGui import QTextCharFormat

        style = QTextCharFormat()
        style.setFontWeight(QFont.Weight.DemiBold)
        style.setForeground(theme.colours().text)
        part = QTextLayout.FormatRange()
        part.start, part.length, part.format = at, len(self._strong), style
        layout.setFormats([part])


class Divider(QWidget):
    """A hairline. ``inset`` pixels at the left stay free, so that it starts at the text."""

    def __init__(self, inset: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inset = inset
        self.setFixedHeight(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect().adjusted(self._inset, 0, 0, 0), theme.colours().border)


class VerticalDivider(QWidget):
    """A hairline between columns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(1)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.colours().border)
