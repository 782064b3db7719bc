"""An HTTP request for curl, with nothing added to it and nothing of it read as an option, a file or a pattern."""

import re
from collections.abc import Iterator

from crossfade.reports.repro.quote import quote, sent_headers
from crossfade.shadow.evidence.records import RequestSample

_PLAIN_TARGET = re.compile(r"/[A-Za-z0-9._~%/!$&'()*+,;=:@?-]*")
_DOT_SEGMENT = re.compile(r"/\.{1,2}(?:[/?]|$)")  # curl folds these, as browsers do
_OWN_HEADERS = ("accept", "content-type")  # what curl adds where the client sent none; content-type with a body only


def curl(request: RequestSample) -> str:
    """The command line; ``$ADDRESS`` is host:port."""
    return " ".join(["curl -sS", *_method(request), *_headers(request), *_body(request), *_target(request)])


def _method(request: RequestSample) -> Iterator[str]:
    if request.method == "HEAD" and not request.body:
        yield "-I"
    elif request.method != ("POST" if request.body else "GET"):
        yield f"-X {quote(request.method)}"


def _headers(request: RequestSample) -> Iterator[str]:
    headers = list(sent_headers(request.headers))
    for name, value in headers:
        # "Name;" is curl's way to send a header without a value; "Name:" would take the header away
        yield f"-H {quote(f'{name}: {value}' if value.strip() else f'{name};')}"
    sent = {name.lower() for name, _ in headers}
    for name in _OWN_HEADERS:
        if name not in sent and (name == "accept" or request.body):
            yield f"-H {name}:"


def _body(request: RequestSample) -> Iterator[str]:
    if request.body:
        yield f"--data-raw {quote(request.body)}"  # --data-binary would read a file where the body begins with @


def _target(request: RequestSample) -> Iterator[str]:
    """In the URL where curl sends it as it is, else apart: curl globs [] and {}, folds dots and drops fragments."""
    if _PLAIN_TARGET.fullmatch(request.target) and not _DOT_SEGMENT.search(request.target):
        yield f'"http://$ADDRESS"{quote(request.target)}'
    else:
        yield f'--request-target {quote(request.target)} "http://$ADDRESS"'
