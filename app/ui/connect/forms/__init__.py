"""What is filled in on the third step by those who are not signed in to in a browser: one module a kind, named after it.

A module has a class ``Form`` that keeps the promise of ``SignInForm``. To connect another kind, add its module here; nothing
else in the dialog names it.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.connections import ProviderKind
from app.ui.connect.state import Trouble
from app.ui.widgets import column


class SignInForm(QWidget):
    """Fields of one kind of account. ``changed`` after each key; what is wrong comes back through ``show_problems`` as reason
    codes by field, and through ``show_trouble``. ``title`` and ``lead`` stand above it, ``action`` on the main button.

    ``again``: an account is signed in to once more; ``kinds``: what else can be connected. ``kind_requested`` carries the kind
    that is the right one instead, ``open_requested`` the address of a page, ``known_requested`` a mail domain whose server may
    be known from another account.
    """

    changed = Signal()
    kind_requested = Signal(object)
    open_requested = Signal(str)
    known_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.again = False
        self.kinds: tuple[ProviderKind, ...] = ()
        self.body: QVBoxLayout = column(gap=14, on=self)

    def words(self) -> tuple[str, str, str]:
        """Title, lead and the main button's words, in the language in force."""
        raise NotImplementedError

    def retranslate(self) -> None:
        """Sets the words of the fields."""
        raise NotImplementedError

    def fields(self) -> dict[str, str]:
        """What is filled in, by the names that the connector knows."""
        raise NotImplementedError

    def fill(self, fields: Mapping[str, str]) -> None:
        """Fills in what is known already, never over what somebody has written."""

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Says at each field what to do; goes to the first one that is wrong. Without any, all is well again."""
        raise NotImplementedError

    def show_trouble(self, trouble: Trouble) -> QWidget | None:
        """Says what went wrong where it can be mended, and goes there. Returns what has to be seen; None if it is nothing of
        the form's."""
        return None

    def first(self) -> QWidget:
        """Where the keyboard goes."""
        raise NotImplementedError


def form_of(kind: ProviderKind) -> SignInForm | None:
    """The form of a kind, made now; None for a kind that has none."""
    name = f"{__name__}.{kind.value}"
    if importlib.util.find_spec(name) is None:
        return None
    made: SignInForm = importlib.import_module(name).Form()
    return made
