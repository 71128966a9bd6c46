"""The words for what a request to a source ended with; stored, and shown everywhere.

A landing stores one of the first four in raw.macrotape__source_checks. A probe of `macrotape doctor`, which lands
nothing, reports one of the last four.
"""

LANDED = "landed"  # rows were read
NOTHING_YET = "nothing_yet"  # a valid response without new rows
REFUSED = "refused"  # blocked, limited or down, within the whole retry budget
CHANGED = "changed"  # the document cannot be read

WORKS = "works"  # a document with the expected date
LATE = "late"  # a valid document, older than expected
BLOCKED = "blocked"  # as REFUSED

# A source whose latest observation is older than expected; only the second changes the exit status of a run.
LATE_NOT_NEEDED = "late"  # no number of the session depends on it
LATE_AND_NEEDED = "late and needed"
