"""A Microsoft for the tests: sign-in and Graph v1.0 on a loopback socket, as strict as the real service is.

``state`` is what the service knows and what its people do there, ``events`` the rules for events, ``recurrence`` for series,
``consent`` and ``signing`` the sign-in, ``methods``, ``mailbox``, ``reading``, ``delta`` and ``writing`` the API, ``faults``
what goes wrong, ``recording`` keeps exchanges for judges, ``serving`` has the socket.

By hand: ``python -m tests.servers.graph`` and start the program with the variables that it prints.
"""
