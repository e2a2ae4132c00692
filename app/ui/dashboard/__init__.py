"""The Meetings dashboard: is all well, what comes next, what must the owner answer."""
