"""The month of the guest's calendar in the preview."""

from app.ui.days.month_grid import MonthGrid as MonthGrid
from app.ui.days.month_grid import month_head as month_head
