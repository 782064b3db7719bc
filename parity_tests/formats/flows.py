"""Flow files of mitmproxy, read by mitmproxy itself: it knows all its versions of them."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.protocols import protocol_of
from crossfade.parity_tests.formats.exchanges import (
    MAX_BODY_BYTES,
    Exchange,
    Found,
    LeftOut,
    Omission,
    check_size,
)
from crossfade.shadow.exchange import Answer, Headers, Request, header_values
from crossfade.shadow.exchange.fields import as_recorded, wire_text

_MS = 1000


def read_flows(path: Path) -> Found:
    """The HTTP flows of a file. Raises: ParityError: it is none, or mitmproxy is not installed."""
    check_size(path)
    for number, flow in zip(count(1), _flows(path)):
        if flow is None:
            yield LeftOut(omission=Omission.CUT_OFF, place=f"flow {number}")
            return
        omitted = _omission(flow)
        place = f"flow {number}"
        yield _exchange(flow, str(number)) if omitted is None else LeftOut(omission=omitted, place=place)


def _flows(path: Path) -> Iterator[Any]:
    """The flows, and None where the file ends within one or goes on with something else."""
    try:
        from mitmproxy.exceptions import FlowReadException  # noqa: PLC0415 - an extra
        from mitmproxy.io import FlowReader  # noqa: PLC0415
    except ModuleNotFoundError as error:
        message = f"{path}: expected mitmproxy, which reads its files, got no module named {error.name}"
        raise ParityError(f"{message}; pip install 'crossfade[mitmproxy]'", exit_code=4) from None
    with path.open("rb") as file:
        found = False
        try:
            for flow in FlowReader(file).stream():
                found = True
                yield flow
        except (FlowReadException, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            if not found:
                raise ParityError(f"{path}: expected a flow file of mitmproxy, got something else") from None
            yield None


def _omission(flow: Any) -> Omission | None:  # noqa: ANN401 - mitmproxy's
    if getattr(flow, "request", None) is None or flow.websocket is not None or flow.request.method == "CONNECT":
        return Omission.OTHER_PROTOCOL
    if flow.response is None or flow.error is not None:
        return Omission.NO_ANSWER
    bodies = (flow.request.raw_content, flow.response.raw_content)
    if None in bodies:
        return Omission.NO_BODY
    return Omission.TOO_LARGE if max(map(len, bodies)) > MAX_BODY_BYTES else None


def _exchange(flow: Any, name: str) -> Exchange:  # noqa: ANN401 - mitmproxy's
    request, response = flow.request, flow.response
    headers = _fields(request.headers)
    http2 = request.http_version.startswith("HTTP/2")
    began = request.timestamp_end or request.timestamp_start
    ended = response.timestamp_end or response.timestamp_start or began
    host = next(iter(header_values(headers, "host")), "")
    peer = flow.client_conn.peername
    sent = Request(
        id=name,
        protocol=protocol_of(headers, http2=http2),
        method=wire_text(request.data.method),
        scheme=request.scheme,
        authority=wire_text(request.data.authority) or host,
        target=wire_text(request.data.path),
        headers=_joined(headers) if http2 else headers,
        body=bytes(request.raw_content),
        truncated=False,
        trailers=_fields(request.trailers),
        started_at=request.timestamp_start,
        peer=f"{peer[0]}:{peer[1]}" if peer else "",
    )
    reply = Answer(
        status=response.status_code,
        headers=_fields(response.headers),
        body=bytes(response.raw_content),
        truncated=False,
        trailers=_fields(response.trailers),
        latency_ms=max(0.0, (ended - began) * _MS),
    )
    return Exchange(request=sent, reply=reply, port=request.port)


def _fields(headers: Any) -> Headers:  # noqa: ANN401 - mitmproxy's
    return () if headers is None else as_recorded(headers.fields)


def _joined(headers: Headers) -> Headers:
    """HTTP/2 may send each cookie in a field of its own (RFC 9113 8.2.3); over HTTP/1.1 they are one."""
    cookies = header_values(headers, "cookie")
    if len(cookies) < 2:  # noqa: PLR2004
        return headers
    rest = tuple(item for item in headers if item[0].lower() != "cookie")
    return (*rest, ("cookie", "; ".join(cookies)))
