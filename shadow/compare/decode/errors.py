"""The errors of decoding."""


class UndecodableError(ValueError):
    """Bytes that are not what their type announces; the text names what was expected, and holds no payload."""


class TooLongError(UndecodableError):
    """A message longer than the limit."""
