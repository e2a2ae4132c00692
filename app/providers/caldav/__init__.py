"""CalDAV servers (RFC 4791): iCloud, Fastmail, Nextcloud, Radicale and what else speaks it.

``forms`` is what a person types, ``discovery`` finds the calendars behind it (RFC 6764), ``client`` sends requests, ``dav``
makes and reads their bodies, ``listing`` understands what a server says of its calendars; ``reading`` makes events of calendar
objects, ``writing`` makes objects of drafts, ``collection`` fetches and stores them, ``tokens`` remembers; ``provider`` and
``connector`` speak the protocols of all providers.

Series are expanded here, not by the server: servers expand differently and some of them wrongly (Radicale 3.9 gives an
occurrence that was made all-day the form of the others). Only a series whose rule is refused here is asked for expanded. The
PyPI package *caldav* is not used: what it brings replaces urllib3 for the whole program.
"""
