"""Exchange on premises: Exchange Web Services behind a name and a password. ``connector`` signs in, ``provider`` speaks the
protocol of all providers, ``listening`` hears from the server that something changed; ``forms``, ``discovery``,
``subscribing``, ``mapping``, ``writing``, ``recurrence`` and ``zones`` are pure.

exchangelib carries what is hard about EWS: SOAP, versions, NTLM, and the words for what goes wrong. What is asked for and how
an answer is read stands here: elements are read as they come, in any order, which real servers make use of, and quickly. It
takes half a second to import and blocks; so it is loaded and called in a thread of the account's own (``worker``), never on the
executor of the loop, which would keep the program from ending. Its autodiscovery is not used: it keeps a file in the temporary
folder and asks hosts in a way that cannot be stopped.
"""
