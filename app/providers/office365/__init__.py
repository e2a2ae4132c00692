"""Office 365: Microsoft Graph v1.0 behind a sign-in at Microsoft Entra. ``connector`` signs in, ``provider`` speaks the
protocol of all providers; ``mapping``, ``drafts``, ``recurrence`` and ``zones`` are pure.

The package is loaded in a thread (``registry``) and may import what is slow. Tokens are msal's business, which is imported at
first use (some 160 ms more) and blocks: every call of it runs in a daemon thread of its own (``apart``), never on the executor
of the loop, which would keep the program from ending.

``AFTALE_GRAPH_BASE`` and ``AFTALE_LOGIN_BASE`` put other servers in the places of Graph and of the sign-in: for tests and for
developers, who may start ``python -m tests.servers.graph`` and click through the whole connection.
"""
