"""Named places at which a test can end the process, to see what a crash there leaves behind (reliability row R2).

Inert unless the environment names one: ``AFTALE_FAIL_AT="after provider call"`` ends the process there with kill -9's
suddenness.
"""

from __future__ import annotations

import os
import signal


def passing(place: str) -> None:
    if os.environ.get("AFTALE_FAIL_AT") == place:
        os.kill(os.getpid(), signal.SIGKILL)
