"""How much of a stranger's calendar is looked at. Light, for those who only need to know where to stop."""

LARGEST = 10 * 1024 * 1024
"""Bytes of a feed, characters of a file."""
