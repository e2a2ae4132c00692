"""The core: pure functions and frozen dataclasses. No clock, no I/O, no logging; imports nothing but the standard library."""
