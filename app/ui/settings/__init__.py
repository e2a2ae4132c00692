"""The settings window: one list of panels, one Save for all of them."""
