"""Starts the server for a person who wants to click through a connection."""

from __future__ import annotations

import argparse
import threading

from tests.servers.graph.serving import GraphServer, serving
from tests.servers.graph.state import PERSONAL_TENANT, AppRegistration

CLIENT = "0a7e1f5c-92b4-4c1d-8f35-6d1c2b9e4a70"


def furnish(server: GraphServer) -> None:
    """Three people, some calendars, and an app."""
    service = server.service
    service.clients[CLIENT] = AppRegistration(CLIENT)
    anna = service.add_user("anna@contoso.example", "Anna Holm")
    service.add_user("bo@contoso.example", "Bo Lind")
    service.add_user("anna.holm@outlook.example", "Anna at home", tenant=PERSONAL_TENANT)
    service.add_user("guest@contoso.example", "Gitte Gæst", mailbox=False)
    service.add_calendar(anna.email, "Workshops")
    for name, role in (("Team", "write"), ("Board", "read"), ("Bo", "freeBusyRead")):
        shared = service.add_calendar("bo@contoso.example", name)
        service.share(shared.id, anna.email, role)
    start = {"dateTime": "2026-12-01T09:00:00", "timeZone": "Romance Standard Time"}
    end = {"dateTime": "2026-12-01T10:00:00", "timeZone": "Romance Standard Time"}
    pattern = {"type": "weekly", "interval": 1, "daysOfWeek": ["tuesday"], "firstDayOfWeek": "monday"}
    weekly = {"pattern": pattern, "range": {"type": "noEnd", "startDate": "2026-12-01"}}
    service.insert(service.default(anna.email).id, {"subject": "Weekly", "start": start, "end": end, "recurrence": weekly})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8788)
    parser.add_argument("--tls", action="store_true", help="speak https, with a certificate whose file is printed")
    options = parser.parse_args()
    with serving(options.port, options.tls) as server:
        furnish(server)
        print(f"export AFTALE_GRAPH_BASE={server.base}")
        print(f"export AFTALE_LOGIN_BASE={server.base}")
        print(f"client id: {CLIENT}")
        if server.certificate:
            print(f"export SSL_CERT_FILE={server.certificate} REQUESTS_CA_BUNDLE={server.certificate}")
        print("Ctrl+C ends it.", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
