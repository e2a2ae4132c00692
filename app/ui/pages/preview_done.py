"""The last page of the preview: what guests read once they have booked or asked."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from app.domain.after import Done
from app.i18n import _
from app.ui import theme
from app.ui.pages.card import Glyph
from app.ui.widgets import Badge, Label, Landscape, column, row


class PreviewDone(QWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = Landscape(0.62)
        self._picture.setFixedHeight(96)
        self._state = Badge("", "success", size=24)
        self._heading = Label("", "title", wrap=True)
        self._thanks = Label("", "body", "muted", wrap=True)
        self._text = Label("", "body", "muted", wrap=True)
        self._title = Label("", "small", "muted", wrap=True)
        self._day = Label("", "sub", wrap=True)
        self._place = Label("", "small", "muted", wrap=True)
        self._zone = Label("", "small", "muted", wrap=True)
        self._onward = Label("", "small", wrap=True)
        self._calendar = Label("", "label", wrap=True)
        self.nothing = Label(_("Choose a day with free times to see this page."), "body", "muted", wrap=True)
        self._whole = QWidget()
        self._fill()

    def _fill(self) -> None:
        badge = row()
        badge.addWidget(self._state)
        badge.addStretch(1)
        lines = column(gap=10, on=self._whole)
        lines.addWidget(self._picture)
        lines.addLayout(badge)
        for label in (self._heading, self._thanks, self._onward, self._text, self._title, self._day, self._zone):
            lines.addWidget(label)
        where = row(gap=8)
        where.addWidget(Glyph("where_place", 16))
        where.addWidget(self._place, 1)
        lines.addLayout(where)
        lines.addWidget(self._calendar)
        whole = column(margins=(16, 8, 16, 12), on=self)
        whole.addWidget(self._whole)
        whole.addWidget(self.nothing)
        whole.addStretch(1)

    def show_done(self, done: Done | None, colour: str = "fjord") -> None:
        """None: there is no time with which it could end. ``colour`` is the page's."""
        self._whole.setVisible(done is not None)
        self.nothing.setVisible(done is None)
        if done is None:
            return
        self._picture.set_phase(0.3 if done.request else 0.62)
        self._picture.set_tint(None if colour == "fjord" else theme.page_colour(colour))
        self._state.set_text(done.state, "accent" if done.request else "success")
        self._heading.setText(done.heading)
        self._show(self._thanks, done.thanks)
        self._show(self._onward, done.leads)
        self._text.setText(done.text)
        self._title.setText(done.title)
        self._day.setText(f"{done.when.day}, {done.when.span}")
        self._zone.setText(done.when.zone + (f" ({done.when.elsewhere})" if done.when.elsewhere else ""))
        self._place.setText(done.place.text)
        self._show(self._calendar, done.calendar)

    def _show(self, label: Label, text: str) -> None:
        label.setText(text)
        label.setVisible(bool(text))
