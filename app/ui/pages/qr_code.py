"""The QR code of a page: to be shown, copied as a link, or kept as a picture for print (PUB-3)."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QFileDialog, QWidget

from app.domain.pages import to_slug_part
from app.i18n import _
from app.ui.pages.state import without_scheme
from app.ui.widgets import Button, Label, Popover, column, row
from app.ui.widgets.qr import QrCode, modules

_SIDE = 200
_PRINT = 1200
"""Pixels of the picture that is kept: ten centimetres at 300 to the inch."""
_QUIET = 4
"""Modules of quiet zone on each side (ISO/IEC 18004)."""


class QrPopover(Popover):
    """``copy_requested`` carries the link, ``kept`` the name of the file that was written; ``failed``: it could not be."""

    copy_requested = Signal(str)
    kept = Signal(str)
    failed = Signal()

    def __init__(self, anchor: QWidget, title: str, link: str) -> None:
        super().__init__(anchor, name=_("QR code of {page}").format(page=title), width=300)
        self._title, self._link = title, link
        self.code = QrCode(link, _("QR code that leads to {address}").format(address=without_scheme(link)), _SIDE)
        self.copy = Button(_("Copy link"), "secondary", "small", icon="copy")
        self.keep = Button(_("Save picture…"), "secondary", "small", icon="download")
        words = column(gap=2)
        words.addWidget(Label(title, "sub", wrap=True))
        words.addWidget(Label(without_scheme(link), "caption_regular", "muted", wrap=True))
        foot = row(gap=8)
        foot.addWidget(self.copy)
        foot.addWidget(self.keep)
        foot.addStretch(1)
        self.body.addLayout(words)
        self.body.addSpacing(14)
        self.body.addWidget(self.code, 0, Qt.AlignmentFlag.AlignHCenter)
        self.body.addSpacing(14)
        self.body.addLayout(foot)
        self.copy.clicked.connect(lambda: self.copy_requested.emit(link))
        self.keep.clicked.connect(self._ask)

    def _ask(self) -> None:
        dialog = QFileDialog(self.window(), _("Save the QR code"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(_("Pictures") + " (*.png)")
        dialog.setDefaultSuffix("png")
        dialog.selectFile(f"{to_slug_part(self._title) or 'qr'}.png")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.keep_as)
        dialog.open()

    def keep_as(self, path: str) -> None:
        """Writes the picture."""
        if picture_of(self._link).save(path):
            self.kept.emit(Path(path).name)
        else:
            self.failed.emit()


def picture_of(link: str) -> QImage:
    """The code for print: black on white, whole pixels a module, with its quiet zone."""
    code = modules(link)
    module = _PRINT // (len(code) + 2 * _QUIET)
    side = module * (len(code) + 2 * _QUIET)
    picture = QImage(QSize(side, side), QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    for y, line in enumerate(code):
        for x, dark in enumerate(line):
            if dark:
                left, top = (x + _QUIET) * module, (y + _QUIET) * module
                painter.fillRect(left, top, module, module, Qt.GlobalColor.black)
    painter.end()
    return picture
