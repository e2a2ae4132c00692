"""Use cases: what the window, the public child and the command line can do with a workspace. Async, no Qt, no HTTP client."""
