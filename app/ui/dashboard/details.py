"""One meeting in full, in a popover: when, where, who, what the guest answered."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app import i18n
from app.domain.booking import LIVE, Booking
from app.domain.overview import Overview
from app.i18n import _, local
from app.ui import messages
from app.ui.widgets import Avatar, Button, Divider, IconButton, Label, Popover, ScrollArea, column, row


@dataclass(frozen=True, slots=True)
class Details:
    """What the popover shows. ``answers``: question and answer; ``can_cancel``: it is still to come."""

    booking: str
    title: str
    when: str
    place: str
    name: str
    email: str
    message: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    guests: str = ""
    note: str = ""
    can_cancel: bool = False


def details_of(booking: Booking, overview: Overview) -> Details:
    """The words for ``booking``. Questions are asked for by the page as it is now; one that is gone shows its answer alone."""
    wording = i18n.current()
    start, end = local(booking.start, overview.zone), local(booking.end, overview.zone)
    page = next((summary.page for summary in overview.pages if summary.page.id == booking.page), None)
    labels = {question.id: question.label for question in page.questions} if page is not None else {}
    live = booking.state in LIVE
    return Details(
        booking=booking.id,
        title=booking.title,
        when=f"{_first_up(wording.date_long(start))}, {wording.span(start, end)}",
        place=messages.place(booking.location)[1],
        name=booking.visitor.name,
        email=booking.visitor.email,
        message=booking.message,
        answers=tuple((labels.get(key, ""), answer) for key, answer in booking.answers.items() if answer),
        guests=", ".join(booking.visitor.guests),
        note=_("Not in your calendar yet") if booking.id in overview.failed_writes else "",
        can_cancel=live and booking.end > overview.now,
    )


class DetailsPopover(Popover):
    """Emits what the owner wants to do with the meeting."""

    cancel_requested = Signal(str)
    write_requested = Signal(str)
    copy_requested = Signal(str)

    def __init__(self, anchor: QWidget, details: Details) -> None:
        super().__init__(anchor, name=details.title)
        self.details = details
        self.body.addWidget(Label(details.title, "heading", wrap=True))
        self.body.addSpacing(4)
        self.body.addWidget(Label(details.when, "body", wrap=True))
        self.body.addWidget(Label(details.place, "small", "muted", wrap=True))
        if details.note:
            self.body.addWidget(Label(details.note, "small", "amber", wrap=True))
        self.body.addSpacing(14)
        self._add_guest(details)
        if details.message or details.answers or details.guests:
            self._add_answers(details)
        self._add_buttons(details)

    def _add_guest(self, details: Details) -> None:
        line = row(gap=10)
        line.addWidget(Avatar(details.name, 36))
        words = column()
        words.addWidget(Label(details.name, "body_medium"))
        words.addWidget(Label(details.email, "small", "muted"))
        line.addLayout(words, 1)
        copy = IconButton("copy", _("Copy the e-mail address"))
        copy.clicked.connect(lambda: self.copy_requested.emit(details.email))
        line.addWidget(copy)
        self.body.addLayout(line)

    def _add_answers(self, details: Details) -> None:
        self.body.addSpacing(12)
        self.body.addWidget(Divider())
        inner = QWidget()
        lines = column(gap=2, margins=(0, 12, 12, 0), on=inner)
        if details.message:
            lines.addWidget(Label(_("“{text}”").format(text=details.message), "small", wrap=True))
            lines.addSpacing(6)
        for question, answer in details.answers:
            if question:
                lines.addWidget(Label(question, "caption_regular", "muted", wrap=True))
            lines.addWidget(Label(answer, "small", wrap=True))
            lines.addSpacing(6)
        if details.guests:
            lines.addWidget(Label(_("Also invited: {guests}").format(guests=details.guests), "small", "muted", wrap=True))
        area = ScrollArea(inner)
        area.setFixedHeight(min(inner.heightForWidth(336), 200))
        self.body.addWidget(area)

    def _add_buttons(self, details: Details) -> None:
        self.body.addSpacing(16)
        line = row(gap=8)
        write = Button(messages.write_to(details.name), "secondary", "small", icon="email")
        write.clicked.connect(self._write)
        line.addWidget(write)
        line.addStretch(1)
        if details.can_cancel:
            cancel = Button(_("Cancel the meeting"), "danger_outline", "small")
            cancel.clicked.connect(self._cancel)
            line.addWidget(cancel)
        self.body.addLayout(line)

    def _write(self) -> None:
        self.close()
        self.write_requested.emit(self.details.booking)

    def _cancel(self) -> None:
        self.close()
        self.cancel_requested.emit(self.details.booking)


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
