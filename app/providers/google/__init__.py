"""Google Calendar (API v3). ``provider`` speaks the protocol of all providers; ``mapping`` and ``client_file`` are pure.

Token calls are made with httpx2 as RFC 6749, 7636 and 8252 describe them: three form posts need no library of their own, and
one that blocks a thread (google-auth does) could not be cancelled.

``AFTALE_GOOGLE_BASE`` puts another server in the place of Google's, API and sign-in alike: for tests and for developers, who
may start ``python -m tests.servers.google`` and click through the whole connection.
"""
