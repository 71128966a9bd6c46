"""How long and how much a source may take."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits of one run; seconds, except `body` in bytes and `attempts`.

    A graph of FRED may need 20 s to its first byte, so reading waits longer than connecting. The budget
    caps what one endpoint may waste in one run: a source that hangs costs a minute, not a minute a task.
    """

    connect: float = 6
    read: float = 45
    whole: float = 50
    body: int = 32 * 2**20
    attempts: int = 3
    backoff: float = 1
    longest_wait: float = 30
    budget: float = 60
    pace: float = 1
    issuer_pace: float = 2
