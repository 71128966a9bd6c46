"""The four ways a source can fail to hand over rows, each with its own treatment.

None of them is ever turned into an empty success. The message of each says what was requested,
what came back and what a person can do next; it never carries a key.
"""


class MacrotapeError(Exception):
    """A failure a person can act on: its text is the one line the terminal shows."""


class NothingYet(MacrotapeError):
    """The source has no such document: a holiday, or not published yet. Not retried."""


class SourceRefused(MacrotapeError):
    """The source is blocked, rate-limited, slow or down. Retried within its budget, then counted as refused."""


class SourceRejected(MacrotapeError):
    """The source rejects the request (unknown id, bad key). Never retried by any layer."""


class UnexpectedPayload(MacrotapeError):
    """The bytes are not the document expected. Names what was expected and quotes what came. Never retried."""


class Misconfigured(MacrotapeError):
    """The request itself cannot be carried out: unknown fund, bad date, unwritable folder, mixed sources."""
