"""Buffers and limits: free time around a meeting, start times, notice, how far ahead, how many."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAccessible, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.i18n import _
from app.ui import theme
from app.ui.pages.date_field import DateField
from app.ui.pages.editing import Editing
from app.ui.pages.editor_state import STEPS, to_page
from app.ui.pages.editor_words import step_name
from app.ui.pages.grids import columns_of
from app.ui.pages.sections.section import HeldField, SectionBody
from app.ui.pages.sections.span_field import SpanField
from app.ui.pages.summaries import span_in_words
from app.ui.widgets import CheckBox, Option, Segmented, Select, TextField, column, row
from app.ui.widgets.base import Sized, draw_rounded, draw_text, painter_for, tell_role, text_width

tell_role("BufferDrawing", QAccessible.Role.Graphic)


class LimitsSection(SectionBody):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.before = TextField(_("Free before"), unit=_("min"))
        self.after = TextField(_("Free after"), unit=_("min"))
        self.step = Select(_("Start times every"), [Option(each, step_name(each)) for each in STEPS])
        self.notice = SpanField(_("Notice at least"))
        self.per_day = TextField(_("Most per day"), unit=_("meetings"), placeholder="–")
        self.per_week = TextField(_("Most per week"), unit=_("meetings"), placeholder="–")
        self.kind = Segmented(
            [Option(False, _("Days ahead")), Option(True, _("Fixed dates"))], False, name=_("How far ahead guests can book")
        )
        self._window_field = HeldField(_("How far ahead guests can book"), self.kind)
        self.ahead = TextField(_("Book ahead up to"), unit=_("days"))
        self.working = CheckBox(_("Count only days with hours"))
        self.first = DateField(_("From"))
        self.last = DateField(_("To"))
        self.drawing = BufferDrawing()
        self.fields = {
            "before": self.before,
            "after": self.after,
            "notice": self.notice,
            "per_day": self.per_day,
            "per_week": self.per_week,
            "ahead": self.ahead,
            "first": self.first,
            "last": self.last,
        }
        self._fill()
        self._connect()

    def _fill(self) -> None:
        lines = column(gap=14, on=self)
        lines.addWidget(columns_of([self.before, self.after, self.step, self.notice, self.per_day, self.per_week]))
        lines.addWidget(self._window_field)
        self._rolling = QWidget()
        rolling = row(gap=16, on=self._rolling)
        rolling.addWidget(self.ahead, 1)
        rolling.addWidget(self.working, 2, Qt.AlignmentFlag.AlignBottom)
        self._fixed = columns_of([self.first, self.last], most=2, least=180)
        lines.addWidget(self._rolling)
        lines.addWidget(self._fixed)
        lines.addWidget(self.drawing)

    def _connect(self) -> None:
        self.before.changed.connect(lambda text: self.change(before=text))
        self.after.changed.connect(lambda text: self.change(after=text))
        self.per_day.changed.connect(lambda text: self.change(per_day=text))
        self.per_week.changed.connect(lambda text: self.change(per_week=text))
        self.ahead.changed.connect(lambda text: self.change(ahead=text))
        self.step.chosen.connect(lambda step: self.change(step=step))
        self.notice.changed.connect(lambda span: self.change(notice=span))
        self.kind.chosen.connect(self._choose_window)
        self.working.clicked.connect(lambda on: self.change(working=on))
        self.first.changed.connect(lambda day: self.change(first=day))
        self.last.changed.connect(lambda day: self.change(last=day))
        for name in ("before", "after", "per_day", "per_week", "ahead"):
            field = self.fields[name]
            assert isinstance(field, TextField)
            field.edit.editingFinished.connect(lambda name=name: self.leave(name))
        self.notice.left.connect(lambda: self.leave("notice"))
        self.first.left.connect(lambda: self.leave("first"))
        self.last.left.connect(lambda: self.leave("last"))

    def _choose_window(self, fixed: object) -> None:
        self.change(fixed=bool(fixed))
        (self.first if fixed else self.ahead).setFocus(Qt.FocusReason.OtherFocusReason)

    def show_draft(self, editing: Editing) -> None:
        draft = editing.draft
        self.before.set_text(draft.before)
        self.after.set_text(draft.after)
        if draft.step not in STEPS:
            self.step.set_options([Option(each, step_name(each)) for each in sorted({*STEPS, draft.step})])
        self.step.set_value(draft.step)
        self.notice.set_span(draft.notice)
        self.per_day.set_text(draft.per_day)
        self.per_week.set_text(draft.per_week)
        self.kind.set_value(draft.fixed)
        self._rolling.setVisible(not draft.fixed)
        self._fixed.setVisible(draft.fixed)
        self.ahead.set_text(draft.ahead)
        self.working.setChecked(draft.working)
        self.first.set_day(draft.first, editing.today)
        self.last.set_day(draft.last, editing.today)
        page = to_page(draft, editing.base)
        rules = page.rules
        self.drawing.show_rules(page.title, page.colour, rules.durations[-1], rules.buffer_before, rules.buffer_after)


class BufferDrawing(Sized, QWidget):
    """The meeting with the free time around it, to scale as far as the width allows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title, self._colour = "", "fjord"
        self._length, self._before, self._after = 30, 0, 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rules(self, title: str, colour: str, length: int, before: int, after: int) -> None:
        self._title, self._colour = title, colour
        self._length, self._before, self._after = length, before, after
        self.setAccessibleName(
            _("{before} free before, {length} meeting, {after} free after").format(
                before=span_in_words(before), length=span_in_words(length), after=span_in_words(after)
            )
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(240, 16 + 24 + 6 + theme.line("caption") + 12)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = painter_for(self)
        draw_rounded(painter, self.rect(), 8, theme.colours().sunken)
        words = f"{self._title} {span_in_words(self._length)}"
        least = text_width(words, "caption") + 24
        before, meeting, after = _widths(self.width() - 48.0, self._before, self._length, self._after, least)
        left = (self.width() - before - meeting - after) / 2
        self._draw_free(painter, QRectF(left, 16, before - 2, 24), self._before)
        self._draw_free(painter, QRectF(left + before + meeting, 16, after - 2, 24), self._after)
        block = QRectF(left + before, 16, meeting - 2, 24)
        fill = theme.page_colour(self._colour)
        draw_rounded(painter, block, 6, fill if theme.active().dark else fill.darker(135))
        middle = Qt.AlignmentFlag.AlignHCenter
        draw_text(painter, block.adjusted(8, 0, -8, 0), words, "caption", theme.colours().surface, middle)

    def _draw_free(self, painter: QPainter, place: QRectF, minutes: int) -> None:
        """The hatched time beside the meeting and, below it, how much it is."""
        if not minutes:
            return
        c = theme.colours()
        draw_rounded(painter, place, 4, c.accent_soft)
        shape = QPainterPath()
        shape.addRoundedRect(place, 4, 4)
        painter.save()
        painter.setClipPath(shape)
        painter.setPen(QPen(c.accent_line, 1.5))
        for step in range(0, round(place.width() + place.height()), 7):
            left = place.left() - place.height() + step
            painter.drawLine(QPointF(left, place.bottom()), QPointF(left + place.height(), place.top()))
        painter.restore()
        below = QRectF(place.center().x() - 90, 46, 180, theme.line("caption"))
        label = _("{span} free").format(span=span_in_words(minutes))
        draw_text(painter, below, label, "caption_regular", c.text_muted, Qt.AlignmentFlag.AlignHCenter)


def _widths(room: float, before: int, length: int, after: int, least: float) -> tuple[float, float, float]:
    """Widths of the three parts: to scale, but never so small that the words do not fit."""
    scale = min(4.8, room / max(1, before + length + after))
    first = max(84.0, before * scale) if before else 0.0
    last = max(84.0, after * scale) if after else 0.0
    meeting = max(least, min(length * scale, room - first - last))
    share = min(1.0, max(0.0, room - meeting) / (first + last)) if first + last else 1.0
    return first * share, meeting, last * share
