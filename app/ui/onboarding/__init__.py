"""The first run: three questions, and a page that can be booked (DESK-1). It can be left at each and is resumed there."""
