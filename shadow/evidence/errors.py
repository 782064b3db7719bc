"""The one error of this room."""


class EvidenceError(Exception):
    """A store or a key that can't be used: one line with the place, what was expected, and what to do."""
