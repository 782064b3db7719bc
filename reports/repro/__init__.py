"""Requests as command lines that a person can paste.

``curl`` for HTTP, ``grpcurl`` for gRPC and ``raw`` for calls whose bytes JSON does not give; ``sides`` knows the
servers, ``candidate`` what of a request the candidate gets, ``quote`` makes words.
"""

from crossfade.reports.repro.candidate import as_candidate_gets
from crossfade.reports.repro.curl import curl
from crossfade.reports.repro.grpcurl import grpcurl
from crossfade.reports.repro.quote import quote
from crossfade.reports.repro.raw import raw_call
from crossfade.reports.repro.sides import ANY_SIDE, Listener, ReproSettings, Side
from crossfade.shadow.exchange.observations import RequestSample

__all__ = ["Listener", "ReproSettings", "Side", "as_candidate_gets", "command_line"]


def command_line(
    request: RequestSample, side: Side = ANY_SIDE, *, schema: tuple[str, ...] = (), changed: str = ""
) -> str:
    """One line for bash or zsh; without a side ``$ADDRESS`` stands for the server to call.

    Where the request is not what the client sent, the line begins with what is left out, what are pseudonyms and what
    was ``changed``.
    """
    if request.protocol != "grpc":
        line = curl(request, side)
    elif request.data is None:
        line = grpcurl(request, side, schema)
    else:
        line = raw_call(request, side)
    notes = _notes(request, changed)
    return f": {quote(notes)}; {line}" if notes else line


def _notes(request: RequestSample, changed: str) -> str:
    """For ``:``, which does nothing: a comment would be a word in zsh."""
    abridged = f"abridged: without {request.cut}" if request.cut else ""
    redacted = f"redacted: {', '.join(request.redacted)}" if request.redacted else ""
    return "; ".join(filter(None, (abridged, redacted, changed)))
