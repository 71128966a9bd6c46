"""Exit statuses of the program, the same for every command."""

SUCCESS = 0
FAILED = 1  # nothing could be published; the last release is still served
USAGE = 2  # the command or a setting is wrong
ATTENTION = 3  # done, and something needs attention: a source is late, blocked, or a backfill is not finished
