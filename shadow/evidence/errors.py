"""The one error of this room."""


class EvidenceError(Exception):
    """A store or a key that can't be used: one line that says where, what was expected, what to do."""
