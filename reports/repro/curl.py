"""An HTTP request for curl: nothing is added to it, and curl reads no part of it as an option, a file or a pattern."""

import re
from collections.abc import Iterator

from crossfade.reports.repro.quote import header_word, quote, sent_headers
from crossfade.reports.repro.sides import ANY_SIDE, Side, virtual_host
from crossfade.shadow.exchange.observations import RequestSample

_PLAIN_TARGET = re.compile(r"/[A-Za-z0-9._~%/!$&'()*+,;=:@?-]*")
_DOT_SEGMENT = re.compile(r"/\.{1,2}(?:[/?]|$)")  # curl folds these, as browsers do
_OWN_HEADERS = ("accept", "content-type")  # what curl adds where the client sent none; content-type with a body only
_HEAD_S = 10


def curl(request: RequestSample, side: Side = ANY_SIDE) -> str:
    """The command line."""
    words = [
        "curl -sS",
        *_version(request, side),
        *tls_words(side),
        *_method(request),
        *_headers(request),
        *_body(request),
        *_target(request, side),
    ]
    return before_body(request.data) + " ".join(words)


def _version(request: RequestSample, side: Side) -> Iterator[str]:
    """Without TLS curl has to know that a server speaks only HTTP/2; with TLS the two negotiate."""
    if request.h2c and not side.is_tls:
        yield "--http2-prior-knowledge"


def tls_words(side: Side) -> Iterator[str]:
    """The trusted authority, and the client's certificate."""
    if side.is_tls:
        yield from (
            f"{option} {quote(path)}" for option, path in (("--cacert", side.ca), ("--cert", side.cert)) if path
        )


def before_body(data: str | None) -> str:
    """A pipe that passes exact bytes, even NUL, which no word of a command line can hold."""
    return f"printf %s {quote(data)} | base64 -d | " if data else ""


def header_words(headers: list[tuple[str, str]]) -> Iterator[str]:
    """Each field as an option; ``Name;`` is curl's way to send one without a value, ``Name:`` would take it away."""
    return (f"-H {header_word(name, value, without_value=';')}" for name, value in headers)


def _method(request: RequestSample) -> Iterator[str]:
    has_body = bool(request.body or request.data)
    if request.method == "HEAD" and not has_body:
        yield "-I"
    elif request.method != ("POST" if has_body else "GET"):
        yield f"-X {quote(request.method)}"
    if request.method == "HEAD" and has_body:
        yield f"-m {_HEAD_S}"  # curl would wait for the body that Content-Length announces


def _headers(request: RequestSample) -> Iterator[str]:
    headers = [
        (name, value)
        for name, value in sent_headers(request.headers)
        if name.lower() != "content-encoding" or request.data is not None  # the text is what was decoded
    ]
    yield from header_words([*(("Host", host) for host in virtual_host(request)), *headers])
    sent = {name.lower() for name, _ in headers}
    for name in _OWN_HEADERS:
        if name not in sent and (name == "accept" or request.body or request.data):
            yield f"-H {name}:"


def _body(request: RequestSample) -> Iterator[str]:
    if request.data:
        yield "--data-binary @-"
    elif request.body:
        yield f"--data-raw {quote(request.body)}"  # --data-binary would read a file where the body begins with @


def _target(request: RequestSample, side: Side) -> Iterator[str]:
    """In the URL where curl sends it as it is, else apart: curl globs [] and {}, folds dots and drops fragments."""
    place = f'"{side.scheme}$ADDRESS"' if side is ANY_SIDE else f"{side.scheme}{side.word}"
    if _PLAIN_TARGET.fullmatch(request.target) and not _DOT_SEGMENT.search(request.target):
        yield f"{place}{quote(request.target)}"
    else:
        yield f"--request-target {quote(request.target)} {place}"
