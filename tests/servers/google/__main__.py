"""Starts the server for a person who wants to click through a connection."""

from __future__ import annotations

import argparse
import json
import threading

from tests.servers.google.serving import GoogleServer, serving
from tests.servers.google.state import OAuthRegistration

CLIENT = "123456789012-aftaledemoaftaledemo.apps.googleusercontent.com"
SECRET = "GOCSPX-aftale-for-tests"


def furnish(server: GoogleServer, testing: bool) -> None:
    """Two people, some calendars, and a client."""
    service = server.service
    service.clients[CLIENT] = OAuthRegistration(CLIENT, SECRET, testing)
    service.add_user("anna@example.com", "Anna Holm")
    service.add_user("bo@example.com", "Bo Lind")
    service.add_calendar("anna@example.com", "Workshops")
    for summary, role in (("Team", "writer"), ("Board", "reader"), ("Bo", "freeBusyReader")):
        shared = service.add_calendar("bo@example.com", summary)
        service.share(shared.id, "anna@example.com", role)
    start = {"dateTime": "2026-12-01T09:00:00", "timeZone": "Europe/Copenhagen"}
    end = {"dateTime": "2026-12-01T10:00:00", "timeZone": "Europe/Copenhagen"}
    service.insert("anna@example.com", {"summary": "Weekly", "start": start, "end": end, "recurrence": ["RRULE:FREQ=WEEKLY"]})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8787)
    parser.add_argument("--testing", action="store_true", help="the client is in testing: its consents end after a week")
    options = parser.parse_args()
    with serving(options.port) as server:
        furnish(server, options.testing)
        installed = {"client_id": CLIENT, "client_secret": SECRET, "project_id": "aftale-demo"}
        print(f"export AFTALE_GOOGLE_BASE={server.base}")
        print("client_secret.json:", json.dumps({"installed": installed}))
        print("Ctrl+C ends it.", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
