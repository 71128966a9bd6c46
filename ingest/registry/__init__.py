"""Facts the program reads: raw tables, funds and series, market calendars."""
