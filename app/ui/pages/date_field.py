"""The date field of the editor's sections."""

from app.ui.days.date_field import DateField as DateField
from app.ui.days.date_field import MonthPopover as MonthPopover
