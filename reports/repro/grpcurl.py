"""A call for grpcurl: every message of it, its metadata and its deadline."""

import re
from collections.abc import Iterator

from crossfade.reports.repro.quote import Variable, header_word, quote, sent_headers
from crossfade.reports.repro.sides import ANY_SIDE, Side, virtual_host
from crossfade.shadow.exchange.observations import RequestSample

_OF_THE_PROTOCOL = ("grpc-", "content-type")  # grpcurl sets them
_TIMEOUT = re.compile(r"([0-9]{1,8})([HMSmun])")  # grpc/doc/PROTOCOL-HTTP2.md
_UNIT_S = {"H": 3600.0, "M": 60.0, "S": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9}


def grpcurl(request: RequestSample, side: Side = ANY_SIDE, schema: tuple[str, ...] = ()) -> str:
    """The command line; the messages are proto JSON, one after the other.

    Without ``schema`` the server must have reflection.
    """
    words = ["grpcurl", *_tls(side), *map(quote, schema), *_authority(request), *_headers(request), *_deadline(request)]
    if request.body:
        words.append(f"-d {quote(request.body)}")
    return " ".join([*words, side.word, quote(request.target.lstrip("/"))])


def _tls(side: Side) -> Iterator[str]:
    if not side.is_tls:
        yield "-plaintext"
        return
    options = (("-cacert", side.ca), ("-cert", side.cert), ("-key", side.cert))
    yield from (f"{option} {quote(path)}" for option, path in options if path)


def _authority(request: RequestSample) -> Iterator[str]:
    yield from (f"-authority {quote(host)}" for host in virtual_host(request))


def _headers(request: RequestSample) -> Iterator[str]:
    """Binary metadata stays base64, which grpcurl decodes; a list in one field is several values."""
    for name, value in sent_headers(request.headers):
        if name.lower().startswith(_OF_THE_PROTOCOL):
            continue
        values = value.split(",") if name.lower().endswith("-bin") else [value]
        yield from (f"-H {header_word(name, item if isinstance(item, Variable) else item.strip())}" for item in values)


def _deadline(request: RequestSample) -> Iterator[str]:
    """The first that can be read, in seconds."""
    values = (value for name, value in request.headers if name.lower() == "grpc-timeout")
    for match in filter(None, (_TIMEOUT.fullmatch(value.strip()) for value in values)):
        yield f"-max-time {float(match[1]) * _UNIT_S[match[2]]:.9f}".rstrip("0").rstrip(".")
        return
