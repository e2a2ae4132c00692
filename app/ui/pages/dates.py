"""Days as the editor reads, writes and turns them."""

from app.ui.days.dates import day_text as day_text
from app.ui.days.dates import month_of as month_of
from app.ui.days.dates import picker_month as picker_month
from app.ui.days.dates import read_day as read_day
from app.ui.days.dates import shifted as shifted
