"""Is this the one? Who signed in, and which calendars become readable (CON-3, CON-13)."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from app import i18n
from app.domain.connecting import Candidate, OfferedCalendar
from app.domain.connections import ProviderKind
from app.i18n import _, local, ngettext
from app.ui import messages
from app.ui.connect import help as helps
from app.ui.connect.parts import Panel
from app.ui.connect.state import State, bookings_go_to
from app.ui.connect.steps import StepsPopover
from app.ui.connect.words import access_icon, time_left, why_not
from app.ui.widgets import Badge, Banner, Button, Card, ColourDot, Divider, Label, clear, column, row


class ConfirmPanel(Panel):
    """``open_requested`` carries the address of a page at the provider."""

    open_requested = Signal(str)
    audience_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._kind = ProviderKind.GOOGLE
        self.testing = Banner("amber", icon="status_warning")
        self.testing.action_requested.connect(lambda _action: self.audience_requested.emit())
        self.limits = Banner("accent", icon="info")
        self._caption = Label("", "sub")
        self._card = Card(padding=0)
        self.make = Button("", "ghost", "small", flush=True)
        self.more = Button("", "ghost", "small", flush=True)
        self.make.clicked.connect(lambda: self._help(self.make, helps.own_calendars(self._kind)))
        self.more.clicked.connect(lambda: self._help(self.more, helps.more_access(self._kind)))
        self._gaps = {banner: QWidget() for banner in (self.testing, self.limits)}
        for banner, gap in self._gaps.items():
            gap.setFixedHeight(16)
            self.body.addWidget(banner)
            self.body.addWidget(gap)
        self.body.addWidget(self._caption)
        self.body.addSpacing(8)
        self.body.addWidget(self._card)
        self.body.addSpacing(10)
        links = column(gap=2)
        links.addWidget(self.more)
        links.addWidget(self.make)
        self.body.addLayout(links)
        self._shown: tuple[object, ...] = ()

    def show_state(self, state: State) -> None:
        candidate = state.candidate
        if candidate is None:
            return
        self._kind = candidate.kind
        if candidate.email:
            self.title.setText(_("Connected as {email}. Is this the one?").format(email=candidate.email))
        else:
            name = candidate.name or candidate.calendars[0].name
            self.title.setText(_("Found {calendar}. Is this the one?").format(calendar=name))
        booking = bookings_go_to(candidate) if state.scheduling else ""
        if booking:
            self.lead.setText(_("Nothing is kept before you say so. Bookings then go to {calendar}.").format(calendar=booking))
        else:
            self.lead.setText(_("Nothing is kept before you say so."))
        count = len(candidate.calendars)
        self._caption.setText(
            ngettext("This calendar becomes readable", "These {count} calendars become readable", count).format(count=count)
        )
        key = (candidate.calendars, i18n.current())
        if key != self._shown:
            self._shown = key
            self._show_calendars(candidate.calendars)
        self._show_testing(candidate, state)
        self._show_limits(candidate, state)
        self.more.setText(_("How to see all event details"))
        self.make.setText(_("How to make and share calendars"))
        self.make.setVisible(candidate.kind is not ProviderKind.ICS)
        self.more.setVisible(any(why_not(each) for each in candidate.calendars))

    def _show_calendars(self, calendars: tuple[OfferedCalendar, ...]) -> None:
        clear(self._card.body)
        for number, calendar in enumerate(calendars):
            if number:
                self._card.body.addWidget(Divider(inset=34))
            self._card.body.addWidget(CalendarRow(calendar))

    def _show_testing(self, candidate: Candidate, state: State) -> None:
        if candidate.ends:
            ends = i18n.current().moment_long(local(candidate.ends, state.zone))
            self.testing.show_words(
                _("This sign-in ends in {time}").format(time=time_left(candidate.ends, state.now)),
                _(
                    "Your Google project is in Testing, so Google ends the sign-in on {moment}, and from then on nobody can "
                    "book you. Press “Publish app” on its Audience page and connect again: then the sign-in lasts."
                ).format(moment=ends),
                (("audience", _("Open the Audience page"), "secondary"),),
            )
        self._set_shown(self.testing, bool(candidate.ends))

    def _show_limits(self, candidate: Candidate, state: State) -> None:
        if candidate.shared:
            words = messages.sign_in_words("shared_mailbox")
            text = _("It belongs to nobody in particular, so bookings cannot go there. It can be checked for conflicts.")
            self.limits.show_words(words.title, text)
        elif candidate.kind is ProviderKind.ICS:
            text = _("Bookings cannot go into a calendar link.")
            self.limits.show_words(_("This calendar is only checked for conflicts"), text)
        elif not candidate.primary and state.beside:
            text = _("Bookings go on into {account}.").format(account=state.beside)
            self.limits.show_words(_("This account is only checked for conflicts"), text)
        elif not candidate.primary:
            self.limits.show_words(
                _("This account is only checked for conflicts"), _("It has no calendar that bookings could be written into.")
            )
        self._set_shown(self.limits, not candidate.primary)

    def _set_shown(self, banner: Banner, shown: bool) -> None:
        banner.setVisible(shown)
        self._gaps[banner].setVisible(shown)

    def _help(self, button: QPushButton, words: helps.Help) -> None:
        popover = StepsPopover(button, words)
        popover.open_requested.connect(self.open_requested)
        popover.open_at(button)


class CalendarRow(QWidget):
    """Dot, name, what the owner may do with it; greyed with the reason where it cannot be used."""

    def __init__(self, calendar: OfferedCalendar) -> None:
        super().__init__()
        reason = why_not(calendar)
        lines = column(gap=2, margins=(14, 9, 12, 9), on=self)
        line = row(gap=10)
        dot = ColourDot("slate" if reason else calendar.colour)
        line.addWidget(dot)
        name = Label(calendar.name, "body", "faint" if reason else "text")
        line.addWidget(name, 1)
        line.addWidget(Badge(messages.access_words(calendar.access), icon=access_icon(calendar.access)))
        lines.addLayout(line)
        whose = calendar.owner_name or calendar.owner
        note = reason or (_("Shared by {name}").format(name=whose) if whose else "")
        if note:
            below = row(margins=(20, 0, 0, 0))
            below.addWidget(Label(note, "small", "muted", wrap=True))
            lines.addLayout(below)
        self.setAccessibleName(
            ". ".join(part for part in (calendar.name, messages.access_words(calendar.access), note) if part)
        )
