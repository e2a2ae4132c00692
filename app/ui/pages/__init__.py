"""Scheduling pages: the list and the editor of one page (PAGE-1, PAGE-2).

``state`` and ``editor_state`` are pure and hold every decision; ``view`` and ``editor`` draw them and emit intents;
``controller`` and ``editor_controller`` call the services.
"""
