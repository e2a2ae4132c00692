"""A Microsoft for the tests: sign-in and Graph v1.0 on a loopback socket, as strict as the real service is.

``state`` is what the service knows and what its people do there, ``calendars`` one calendar of it; ``events`` and
``recurrence`` are the rules for events, ``ids`` and ``zones`` their names, ``invitations`` what guests find; ``consent``,
``signing`` and ``pages`` the sign-in; ``methods`` and ``queries`` what may be asked, ``mailbox``, ``reading``, ``delta`` and
``writing`` the answers; ``faults`` what goes wrong, ``recording`` keeps exchanges for judges, ``serving`` has the socket,
``driving`` is for the server's own tests.

By hand: ``python -m tests.servers.graph`` and start the program with the variables that it prints.
"""
