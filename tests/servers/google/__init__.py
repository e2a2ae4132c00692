"""A Google for the tests: Calendar API v3 and sign-in on a loopback socket, as strict as the real service is.

``state`` is what the service knows and what its people do there, ``events`` the rules for events, ``consent`` the sign-in,
``methods`` and ``calendar`` the API, ``faults`` what goes wrong, ``recording`` keeps exchanges for judges, ``serving`` has
the socket.

By hand: ``python -m tests.servers.google`` and start the program with ``AFTALE_GOOGLE_BASE`` set to the address it prints.
"""
