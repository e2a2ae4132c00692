"""CalDAV servers for the tests: a real Radicale on a loopback socket with a door before it, and an odd one of our own.

``radicale`` starts the real server, ``rights`` decides inside it who may do what, ``door`` stands before it: there faults
strike and exchanges are recorded for judges. ``odd`` answers as other servers do: privileges ``all`` alone, 412 for a dead sync
token, Digest, calendars without tags.
"""
