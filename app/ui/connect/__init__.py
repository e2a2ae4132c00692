"""The dialog that connects a calendar: choose, read what is shared, sign in, say that this is the one (CON-3)."""
