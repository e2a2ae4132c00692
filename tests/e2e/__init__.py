"""The whole program from outside: real processes, a real socket, a real database file."""
