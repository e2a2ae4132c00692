"""An Exchange for the tests: EWS and autodiscover on a loopback socket, as strict as a real server is.

``state`` is what the server knows and what its people do there, ``folders`` and ``items`` the rules for calendars and events,
``recurrence`` for series, ``authentication`` the sign-in, ``operations``, ``searching``, ``syncing`` and ``streaming`` the
API, ``autodiscover`` how a mailbox is found, ``soap`` and ``fields`` its language, ``certificates`` what TLS shows, ``faults``
what goes wrong, ``replay`` answers what a real server once said, ``recording`` keeps exchanges for judges, ``serving`` has the
socket.

By hand: ``python -m tests.servers.ews`` and connect with the address that it prints.
"""
