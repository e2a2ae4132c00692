"""Starts the server for a person who wants to click through a connection."""

from __future__ import annotations

import argparse
import json
import threading

from tests.servers.google.seed import CLIENT, SECRET, furnish
from tests.servers.google.serving import serving


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.servers.google", description=__doc__)
    parser.add_argument("--port", type=int, default=8787)
    parser.add_argument("--testing", action="store_true", help="the client is in testing: its consents end after a week")
    options = parser.parse_args()
    with serving(options.port) as server:
        furnish(server.service, options.testing)
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
