"""What to write in Java, in one line from the catalogue."""

import re

from crossfade.codegen.pitfalls import Pitfall, find_pitfall

_SENTENCE = re.compile(r"(?:`[^`]*`|[^`])*?[.;](?=\s|$)")


def advice_on(pitfall_id: str) -> str:
    """The title of the pitfall and the Java call, or the first sentence of the fix if the catalogue names no call.

    Raises: ValueError: the catalogue does not have it.
    """
    pitfall = find_pitfall(pitfall_id)
    if pitfall is None:
        raise ValueError(f"no pitfall {pitfall_id}")
    return f"{pitfall.title}: {_java(pitfall)}"


def _java(pitfall: Pitfall) -> str:
    call = getattr(pitfall, "java_call", "")  # an entry need not have one
    if call:
        return str(call)
    match = _SENTENCE.match(pitfall.java_fix)
    return (match[0] if match else pitfall.java_fix).rstrip(";.")
