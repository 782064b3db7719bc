"""Plain text as its lines."""

from crossfade.shadow.exchange.difference import Value

_NO_LINES = ("<", "{", "[", '"', "--")
_MAX_LINES = 100_000
_SPANS_LINES = "-----BEGIN "  # a key in PEM is one value, and is hidden as one


class Lines(tuple[Value, ...]):
    """The lines of a text, without their ends; the last one is empty where the text ends with a line end."""

    __slots__ = ()


def read_lines(text: Value) -> Lines | None:
    """The lines of a text of several; None for another value, too many, or what begins as JSON, markup or parts do.

    What names a value may stand in another line there, and a secret is known by its name.
    """
    if not isinstance(text, str) or "\n" not in text or _SPANS_LINES in text:
        return None
    if text.lstrip().startswith(_NO_LINES) or text.count("\n") > _MAX_LINES:
        return None
    return Lines(text.split("\n"))
