"""A call as its exact bytes for curl: for what JSON loses, what no contract can read, and any number of messages."""

from collections.abc import Iterator

from crossfade.reports.repro.curl import before_body, header_words, tls_words
from crossfade.reports.repro.quote import quote, sent_headers
from crossfade.reports.repro.sides import ANY_SIDE, Side, virtual_host
from crossfade.shadow.exchange.observations import RequestSample

_TYPE = "application/grpc"


def raw_call(request: RequestSample, side: Side = ANY_SIDE) -> str:
    """The command line; it shows header, frames and trailers, with unprintable bytes as ``cat -v`` writes them."""
    place = f'"{side.scheme}$ADDRESS"' if side is ANY_SIDE else f"{side.scheme}{side.word}"
    words = [
        f"curl -sSi {'--http2' if side.is_tls else '--http2-prior-knowledge'}",
        *tls_words(side),
        *_headers(request),
        "--data-binary @-" if request.data else "--data-binary ''",
        f"--output - {place}{quote(request.target)} | cat -v",
    ]
    return before_body(request.data) + " ".join(words)


def _headers(request: RequestSample) -> Iterator[str]:
    headers = list(sent_headers(request.headers))
    names = {name.lower() for name, _ in headers}
    own = [("te", "trailers"), *([] if "content-type" in names else [("content-type", _TYPE)])]
    yield from header_words([*(("Host", host) for host in virtual_host(request)), *own, *headers])
    if "accept" not in names:
        yield "-H accept:"
