"""Starts the server for a person who wants to click through a connection."""

from __future__ import annotations

import argparse
import tempfile
import threading
from pathlib import Path

from tests.servers.ews.serving import EwsServer, serving
from tests.servers.ews.versions import RELEASES

PASSWORD = "correct horse"
ANNA, BO = "anna@example.com", "bo@example.com"


def furnish(server: EwsServer) -> None:
    """Two people, some calendars, and a series."""
    service = server.service
    service.add_user(ANNA, "Anna Holm", PASSWORD)
    service.add_user(BO, "Bo Lind", PASSWORD)
    service.add_calendar(ANNA, "Workshops")
    team = service.add_calendar(BO, "Team")
    service.share(team.id, ANNA, "Editor")
    service.share(service.default(BO).id, ANNA, "Reviewer")
    weekly = {
        "pattern": "WeeklyRecurrence", "Interval": 1, "DaysOfWeek": ["Tuesday"], "range": "NoEndRecurrence",
        "StartDate": "2026-12-01",
    }  # fmt: skip
    body = {"Subject": "Weekly", "Start": "2026-12-01T09:00:00", "End": "2026-12-01T10:00:00", "Recurrence": weekly}
    service.insert(service.default(ANNA).id, body)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.servers.ews", description=__doc__)
    parser.add_argument("--port", type=int, default=8789)
    parser.add_argument("--version", choices=RELEASES, default="2019")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, serving(options.port, tls=True, version=options.version) as server:
        furnish(server)
        authority = Path(folder) / "private-ca.pem"
        authority.write_text(server.ca, encoding="ascii")
        print(f"e-mail address: {ANNA}\npassword: {PASSWORD}\nserver: {server.url}\nprivate CA: {authority}")
        print("Ctrl+C ends it.", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
