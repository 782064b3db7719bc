"""A request as the candidate gets it: the rules for header fields drop some of the client's and replace others."""

from collections.abc import Callable
from dataclasses import replace

from crossfade.shadow.exchange import Headers
from crossfade.shadow.exchange.observations import RequestSample


def as_candidate_gets(
    request: RequestSample, fields: Callable[[RequestSample], Headers] | None
) -> tuple[RequestSample, str]:
    """The request with these fields, and what was changed in words, "" where nothing was.

    The rules are those of the config as it is now: no run stores the rules it had.
    """
    headers = request.headers if fields is None else fields(request)
    if headers == request.headers:
        return request, ""
    left = {name.lower() for name, _ in headers}
    dropped = [name for name, _ in request.headers if name.lower() not in left]
    replaced = [name for name, value in headers if (name, value) not in request.headers]
    changes = [
        f"{done} {', '.join(dict.fromkeys(names))}"
        for done, names in (("without", dropped), ("with another", replaced))
        if names
    ]
    gone = {f"header {name}".lower() for name in (*dropped, *replaced)}
    redacted = tuple(what for what in request.redacted if what.lower() not in gone)
    return (
        replace(request, headers=headers, redacted=redacted),
        f"for the candidate, by the present config: {', '.join(changes)}" if changes else "",
    )
