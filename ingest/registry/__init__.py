"""Facts the program is told: raw tables, funds and series, market calendars."""
