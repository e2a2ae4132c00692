"""The real window, started as ``main.py`` starts it and watched from inside, for ``bench_start``.

``watched_window.py WHAT FOLDER PORT``: says a line at each point (``painted``, ``ready``, ``rest`` and, by WHAT, ``late`` or
``notices``) with its figures, and goes on when it reads one. Before the first paint it imports nothing of its own.
"""

from __future__ import annotations

import sys
import time

import main
from app.ui import first_picture


def tell(*words: object) -> None:
    """Says a line and waits until the bench has looked."""
    print(*words, flush=True)
    sys.stdin.readline()


def show(*arguments, real=first_picture.show):
    window = real(*arguments)
    if window is None:
        raise SystemExit("no picture was kept")
    tell("painted", time.monotonic())
    from tests.bench.window_watch import watch

    watch(sys.argv[1], tell)
    return window


if __name__ == "__main__":
    first_picture.show = show
    sys.exit(main.main(["--workspace", sys.argv[2], "--port", sys.argv[3]]))
