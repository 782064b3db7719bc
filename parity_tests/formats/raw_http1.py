"""One HTTP/1.1 message as its bytes: a request, or an answer. Pure."""

from dataclasses import replace

import h11

from crossfade.parity_tests.corpus.protocols import protocol_of
from crossfade.parity_tests.formats.exchanges import DamagedError
from crossfade.shadow.asking.clients.http1_answer import AnswerReader, CutError, Data, End, Head, NotHttpError
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.fields import as_recorded, wire_text

_EMPTY = Request(
    id="",
    protocol=Protocol.HTTP,
    method="",
    scheme="http",
    authority="",
    target="",
    headers=(),
    body=b"",
    truncated=False,
    trailers=(),
    started_at=0.0,
)


def read_request(data: bytes, name: str, started_at: float, peer: str) -> Request:
    """The request of its bytes; what comes behind it is not read. Raises: DamagedError; CutError: it is not whole."""
    reader = h11.Connection(h11.SERVER, max_incomplete_event_size=1_000_000)
    reader.receive_data(data)
    found = replace(_EMPTY, id=name, started_at=started_at, peer=peer)
    body = bytearray()
    while True:
        try:
            event = reader.next_event()
        except h11.RemoteProtocolError as error:
            raise DamagedError(_told(error)) from None
        match event:
            case h11.Request():
                headers = as_recorded(event.headers.raw_items())
                host = next((value for name, value in headers if name.lower() == "host"), "")
                found = replace(
                    found,
                    method=wire_text(bytes(event.method)),
                    target=wire_text(bytes(event.target)),
                    headers=headers,
                    authority=host,
                    protocol=protocol_of(headers, http2=False),
                )
            case h11.Data():
                body += event.data
            case h11.EndOfMessage():
                return replace(found, body=bytes(body), trailers=as_recorded(event.headers.raw_items()))
            case _:
                raise CutError


def read_answer(data: bytes, method: str, latency_ms: float) -> Answer:
    """The answer of its bytes to a request with this method. Raises: DamagedError; CutError: it is not whole."""
    reader = AnswerReader(method)
    body, head, end = bytearray(), Head(0, ()), End(())
    try:
        events = reader.feed(data)
        events += [] if reader.done else reader.end()
    except NotHttpError as error:
        raise DamagedError(f"expected an answer of HTTP/1.1, got {error}") from None
    for event in events:
        match event:
            case Head():
                head = event
            case Data():
                body += event.data
            case End():
                end = event
    return Answer(
        status=head.status,
        headers=head.fields,
        body=bytes(body),
        truncated=False,
        trailers=end.trailers,
        latency_ms=latency_ms,
    )


def _told(error: h11.RemoteProtocolError) -> str:
    """Without what was received."""
    return f"expected a request of HTTP/1.1, got what would be answered with {error.error_status_hint}"
