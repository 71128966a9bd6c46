"""Sessions of the New York Stock Exchange, from the rules of exchange_calendars: nothing is fetched.

One row: a session date, its scheduled close (UTC) and whether it closes early.
Quirks: unscheduled closings (2012-10-29, 2018-12-05, 2025-01-09) are known to the library's version
installed; a later version may learn of one more, which then stays here as an older version of the row.
"""

from ingest.registry.raw_tables import XNYS_SESSIONS

TABLE = XNYS_SESSIONS
PUBLISHER = "xnys"
SOURCE = "xnys:sessions"
