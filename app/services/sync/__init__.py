"""Copies of the calendars that are kept elsewhere, and how they follow (SYNC)."""
