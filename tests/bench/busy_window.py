"""The real window, which keeps its own thread busy or leaves it idle as it is told, for ``bench_visitors``.

``busy_window.py FOLDER PORT``: says ``ready`` once its pages are served; from then on each line that it reads (``busy``,
``idle`` or ``quit``) is done at once and said back. Busy means that the whole window is drawn again and again without a pause.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, QSocketNotifier, QTimer

import main
from app.ui import first_picture

_kept: list[QObject] = []


class Obey(QObject):
    def __init__(self) -> None:
        super().__init__()
        from tests.bench.window_watch import found_session

        self._session_of_window = found_session
        self._drawing, self._looking = QTimer(self), QTimer(self)
        self._drawing.timeout.connect(lambda: self._session.shell.window.repaint())
        self._looking.timeout.connect(self._look)
        self._looking.start(20)

    def _look(self) -> None:
        self._session = self._session_of_window()
        overview = self._session.shell.watch.current if self._session is not None else None
        if overview is not None and overview.reach == "computer_only":
            self._looking.stop()
            self._told = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
            self._told.activated.connect(self._do)
            print("ready", flush=True)

    def _do(self) -> None:
        word = sys.stdin.readline().strip()
        if word == "busy":
            self._drawing.start(0)
        elif word == "idle":
            self._drawing.stop()
        else:
            self._told.setEnabled(False)
            self._session._quit()
        print(word, flush=True)


def show(*arguments, real=first_picture.show):
    window = real(*arguments)
    _kept.append(Obey())
    return window


if __name__ == "__main__":
    first_picture.show = show
    sys.exit(main.main(["--workspace", sys.argv[1], "--port", sys.argv[2]]))
