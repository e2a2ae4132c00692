"""The third page while something is under way: the form, the wait for the browser, what went wrong, the first reading."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from app import i18n
from app.domain.connections import ProviderKind
from app.i18n import _, ngettext
from app.ui.connect.cards import ReportBox
from app.ui.connect.forms import SignInForm, form_of
from app.ui.connect.parts import Panel, Ring, StepLine
from app.ui.connect.state import TELLING, State
from app.ui.connect.words import ICONS, missing_rights, service_name, trouble_words
from app.ui.widgets import Banner, Button, Label, Landscape, clear, column, row


class FormPanel(Panel):
    """Holds the form of the chosen kind (``forms``). ``seen_to`` carries what has to be seen after something went wrong;
    ``formed`` a form that was made."""

    seen_to = Signal(object)
    formed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.problem = Banner("danger")
        self.report = ReportBox()
        self.form: SignInForm | None = None
        self.tried = False
        self._kind: ProviderKind | None = None
        self._said: tuple[object, ...] = ()
        self._known: object = None
        self._hold = column()
        self._gaps = {self.problem: QWidget(), self.report: QWidget()}
        for gap in self._gaps.values():
            gap.setFixedHeight(16)
        self.body.addWidget(self.problem)
        self.body.addWidget(self._gaps[self.problem])
        self.body.addLayout(self._hold)
        self.body.addWidget(self._gaps[self.report])
        self.body.addWidget(self.report)

    def show_state(self, state: State) -> None:
        if state.kind is not self._kind:
            self._make(state)
        if self.form is None:
            return
        self.form.again, self.form.kinds = state.again is not None, state.kinds
        title, lead, _action = self.form.words()
        self.title.setText(title)
        self.lead.setText(_("Your calendars and pages stay as they are.") if self.form.again else lead)
        if state.known is not self._known:
            self._known = state.known
            self.form.fill(state.known)
        # First, or the keyboard could not go to what is wrong.
        self.form.setEnabled(not state.busy)
        # By identity: the same mistake twice is said twice.
        said = (state.problems, state.trouble, i18n.current().language)
        if len(self._said) != len(said) or any(one is not other for one, other in zip(said, self._said, strict=True)):
            self._said = said
            self._say(state)
        self.report.retranslate()
        self._set_shown(self.report, state.trouble is not None and state.reported)

    def _make(self, state: State) -> None:
        clear(self._hold)
        self._kind, self.form = state.kind, form_of(state.kind)
        self._said, self._known, self.tried = (), None, False
        if self.form is not None:
            self._hold.addWidget(self.form)
            self.formed.emit(self.form)

    def _say(self, state: State) -> None:
        """What is wrong, where it can be mended; above the form if that is nowhere in it."""
        form, trouble = self.form, state.trouble
        assert form is not None
        form.retranslate()
        form.show_problems(state.problems)
        place: QWidget | None = None
        if trouble is not None:
            self.tried = True
            place = form.show_trouble(trouble)
            words = trouble_words(trouble, state.kind, state.again.email if state.again is not None else "")
            self.problem.show_words(words.title, words.text)
        self._set_shown(self.problem, trouble is not None and place is None)
        if place is not None or trouble is not None:
            self.seen_to.emit(place or self.problem)

    def _set_shown(self, part: QWidget, shown: bool) -> None:
        part.setVisible(shown)
        self._gaps[part].setVisible(shown)

    def first(self) -> QWidget | None:
        return self.form.first() if self.form is not None else None


class WaitingPanel(Panel):
    """A person is at the provider's page. Nothing here moves but the ring."""

    open_requested = Signal()
    copy_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.ring = Ring()
        self.open = Button("", "secondary", "small", icon="open_outside")
        self.copy = Button("", "ghost", "small", icon="copy")
        self.open.clicked.connect(self.open_requested)
        self.copy.clicked.connect(self.copy_requested)
        self.unopened = Banner("amber", icon="status_warning")
        self.lines = {code: StepLine() for code in TELLING}
        self._limit = Label("", "small", "muted", wrap=True)
        self.body.addSpacing(12)
        self.body.addWidget(self.ring, 0, Qt.AlignmentFlag.AlignHCenter)
        self.body.addSpacing(28)
        for line in self.lines.values():
            self.body.addWidget(line)
            self.body.addSpacing(6)
        self.body.addSpacing(18)
        self.body.addWidget(self.unopened)
        self.body.addSpacing(8)
        buttons = row(gap=8)
        buttons.addWidget(self.open)
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        self.body.addLayout(buttons)
        self.body.addSpacing(16)
        self.body.addWidget(self._limit)

    def show_state(self, state: State) -> None:
        reached = [code for code in TELLING if code in state.told]
        at_page = not reached or reached == ["browser"]
        self.title.setText(_("Waiting for your browser") if at_page else _("Almost there"))
        if state.again is not None and state.again.email:
            lead = _("Sign in there as {email} and agree. Aftale goes on by itself.").format(email=state.again.email)
        else:
            lead = _("Sign in there and agree. Aftale goes on by itself.")
        self.lead.setText(lead)
        self.ring.show_icon(ICONS[state.kind])
        self._show_lines(state, reached)
        self.open.setText(_("Open the page again"))
        self.copy.setText(_("Copy the link"))
        for button in (self.open, self.copy):
            button.setEnabled(bool(state.address) and at_page)
        self.unopened.show_words(
            _("Your browser did not open"), _("Copy the link and open it in the browser where you are signed in.")
        )
        self.unopened.setVisible(state.unopened and at_page)
        self._limit.setText(
            _("Aftale waits for five minutes. Nothing is kept before you have said that it is the right account.")
        )

    def _show_lines(self, state: State, reached: list[str]) -> None:
        """What was told last is under way; once the page is open, that is the person's part."""
        service = service_name(state.kind)
        words = {
            "browser": _("Open the page in your browser"),
            "token": _("Sign in at {service} and agree").format(service=service),
            "who": _("See who signed in"),
            "calendars": _("Read the list of calendars"),
        }
        last = reached[-1] if reached else ""
        here = {"": "browser", "browser": "token", "token": "who"}.get(last, last)
        for code, line in self.lines.items():
            line.show_step(words[code], TELLING.index(code) < TELLING.index(here), code == here)


class FailedPanel(Panel):
    """Nothing was connected, and why."""

    def __init__(self) -> None:
        super().__init__()
        self.banner = Banner("danger")
        self._rights = column(gap=6)
        self.body.addWidget(self.banner)
        self.body.addSpacing(16)
        self.body.addLayout(self._rights)
        self._shown: tuple[str, ...] = ()

    def show_state(self, state: State) -> None:
        self.title.setText(_("Nothing was connected"))
        self.lead.setText(_("Nothing was kept either. You can try as often as you like."))
        if state.trouble is None:
            return
        words = trouble_words(state.trouble, state.kind, state.again.email if state.again is not None else "")
        self.banner.show_words(words.title, words.text)
        missing = missing_rights(state.trouble.detail) if state.trouble.reason == "rights" else ()
        if missing != self._shown:
            self._shown = missing
            clear(self._rights)
            if missing:
                caption = ngettext("This right was left out:", "These rights were left out:", len(missing))
                self._rights.addWidget(Label(caption, "small", "muted"))
            for each in missing:
                self._rights.addWidget(Label(each, "body_medium", wrap=True))


class ReadingPanel(Panel):
    """The first reading. The account is connected already; this can be left at any time."""

    def __init__(self) -> None:
        super().__init__()
        self._picture = Landscape(0.35, radius=12)
        self.count = Label("", "heading", centred=True)
        self._note = Label("", "small", "muted", wrap=True, centred=True)
        self._picture.setMinimumHeight(180)
        self.body.addWidget(self._picture)
        self.body.addSpacing(20)
        self.body.addWidget(self.count)
        self.body.addSpacing(4)
        self.body.addWidget(self._note)

    def show_state(self, state: State) -> None:
        email = state.account.email if state.account is not None else ""
        self.title.setText(_("{email} is connected").format(email=email) if email else _("The calendar is connected"))
        self.lead.setText(_("Aftale now reads the events of the time in which people can book you."))
        self.count.setText(ngettext("{count} event read", "{count} events read", state.events).format(count=state.events))
        self.count.setAccessibleName(self.count.text())
        self._note.setText(_("You can go on meanwhile. If you stop, the rest is read later."))
        self._picture.set_phase(0.6)
