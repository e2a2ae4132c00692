"""Where Google's doors are, and where they are when another server stands in for them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

VARIABLE = "AFTALE_GOOGLE_BASE"
"""Base address of another server: ``/calendar/v3``, ``/o/oauth2/v2/auth``, ``/token`` and ``/revoke`` lie below it."""


@dataclass(frozen=True, slots=True)
class Places:
    """Addresses without a slash at their end."""

    api: str = "https://www.googleapis.com/calendar/v3"
    consent: str = "https://accounts.google.com/o/oauth2/v2/auth"
    token: str = "https://oauth2.googleapis.com/token"
    revoke: str = "https://oauth2.googleapis.com/revoke"

    @classmethod
    def below(cls, base: str) -> Places:
        """All doors of a stand-in."""
        base = base.rstrip("/")
        return cls(f"{base}/calendar/v3", f"{base}/o/oauth2/v2/auth", f"{base}/token", f"{base}/revoke")


def places(environment: Mapping[str, str] = os.environ) -> Places:
    """Google's own doors, unless the environment names a stand-in."""
    base = environment.get(VARIABLE, "")
    return Places.below(base) if base else Places()
