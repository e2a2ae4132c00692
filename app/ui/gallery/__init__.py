"""Every component of the kit in all its states, on one sheet: ``python -m app.ui.gallery``."""
