"""An Exchange for the tests: EWS and autodiscover on a loopback socket, as strict as a real server is.

``state`` is what the server knows and what its people do there, ``changing``, ``folders`` and ``items`` the rules for
calendars and events, ``recurrence`` for series, ``authentication`` the sign-in, ``places``, ``operations``, ``searching``,
``syncing`` and ``streaming`` the API, ``autodiscover`` how a mailbox is found, ``soap``, ``fields`` and ``telling`` its
language, ``certificates`` what TLS shows, ``faults`` and ``silence`` what goes wrong, ``replay`` answers what a real server
once said, ``recording`` keeps exchanges for judges, ``serving`` has the socket, ``driving`` is for tests of the server
itself.

By hand: ``python -m tests.servers.ews`` and connect with the address that it prints.
"""
