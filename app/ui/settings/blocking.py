"""*What blocks*: which events of an account's calendars take the owner's time (SET-5). Folded until it is asked for."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.domain.calendars import ONLY_BUSY, BlockingPolicy
from app.i18n import _
from app.ui.settings.account_words import blocking_kinds, blocking_summary
from app.ui.widgets import Button, ChoiceRow, FlowLayout, Label, Switch, column, row

USUAL = BlockingPolicy()


class BlockingChoice(QWidget):
    """``changed`` carries the new policy. ``opened``: whether the switches are shown."""

    changed = Signal(object)

    def __init__(self, account: str, name: str, policy: BlockingPolicy, *, opened: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._policy, self._account, self.opened = policy, account, False
        lines = column(gap=4, on=self)
        head = row(gap=8)
        words = column(gap=2)
        words.addWidget(Label(_("What blocks"), "body_medium"))
        self._summary = Label("", "small", "muted", wrap=True)
        words.addWidget(self._summary)
        head.addLayout(words, 1)
        self.fold = Button("", "secondary", "small")
        self.fold.setObjectName(f"blocks {account}")
        self.fold.setAccessibleDescription(name)
        self.fold.clicked.connect(lambda: self.open_up(not self.opened))
        head.addWidget(self.fold)
        lines.addLayout(head)
        self._inner = QWidget()
        self._rows: dict[str, ChoiceRow] = {}
        self._fill()
        lines.addWidget(self._inner)
        self.open_up(opened)
        self.show_policy(policy)

    def open_up(self, opened: bool) -> None:
        """Shows or folds the switches."""
        self.opened = opened
        self._inner.setVisible(opened)
        self.fold.setText(_("Done") if opened else _("Change"))
        self.fold.setAccessibleName(_("What blocks: {action}").format(action=self.fold.text()))

    def show_policy(self, policy: BlockingPolicy) -> None:
        """Shows a policy that came from elsewhere or was just chosen."""
        self._policy = policy
        self._summary.setText(blocking_summary(policy))
        for name, line in self._rows.items():
            if isinstance(line.box, Switch) and line.box.isChecked() != getattr(policy, name):
                line.box.set_on(getattr(policy, name))
        self.usual.setEnabled(policy != USUAL)
        self.only_busy.setEnabled(policy != ONLY_BUSY)

    def _fill(self) -> None:
        lines = column(gap=12, margins=(0, 10, 0, 4), on=self._inner)
        presets = FlowLayout()
        self.usual = Button(_("As usual"), "secondary", "small")
        self.usual.setObjectName(f"usual {self._account}")
        self.usual.clicked.connect(lambda: self.changed.emit(USUAL))
        self.only_busy = Button(_("Only busy"), "secondary", "small")
        self.only_busy.setObjectName(f"only busy {self._account}")
        self.only_busy.clicked.connect(lambda: self.changed.emit(ONLY_BUSY))
        presets.addWidget(self.usual)
        presets.addWidget(self.only_busy)
        lines.addLayout(presets)
        for name, title, effect in blocking_kinds():
            line = ChoiceRow(Switch(), title)
            line.box.setObjectName(f"blocks {name} {self._account}")
            line.toggled.connect(lambda on, name=name: self.changed.emit(replace(self._policy, **{name: on})))
            self._rows[name] = line
            lines.addWidget(line)
            line.set_words(title, effect)
        lines.addWidget(
            Label(
                _("An invitation that you declined never blocks. An all-day event follows what it shows as."),
                "small",
                "muted",
                wrap=True,
            )
        )
