"""Sessions as a script."""

from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.formats.command_lines import script_lines
from crossfade.shadow.exchange import Failure, FailureReason, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

NO_REPLY = Failure(reason=FailureReason.RESET, detail="", latency_ms=0.0)


def call_of(protocol: Protocol, target: str, body: bytes, route: str) -> Call:
    """A call without an answer."""
    request = Request(
        id="7",
        protocol=protocol,
        method="POST",
        scheme="http",
        authority="svc.test",
        target=target,
        headers=(("content-type", "application/json"),),
        body=body,
        truncated=False,
        trailers=(),
        started_at=1.0,
    )
    info = RouteInfo(route=route, protocol=protocol.value, call_type="x", stage=Stage.SHADOW, listener="web")
    return Call(route=info, request=request, reply=NO_REPLY, write=True)


def test_a_line_for_each_call() -> None:
    """With its session, its id and its route before it; nothing in a route acts in a shell or a terminal."""
    calls = (
        call_of(Protocol.HTTP, "/a", b'{"a":1}', "POST /a\n\x1brm -rf"),
        call_of(Protocol.GRPC, "/p.S/Get", b"\0\0\0\0\0", "p.S/Get"),
    )
    lines = list(script_lines([Session(id="s-1", calls=calls)], None))
    assert lines[1] == "# s-1 7: POST /a??rm -rf"
    assert lines[2].startswith("curl -sS ")
    assert "--data-raw '{\"a\":1}'" in lines[2]
    assert '"http://$ADDRESS"/a' in lines[2]
    assert lines[3] == "# s-1 7: p.S/Get"
    assert "curl -sSi --http2-prior-knowledge" in lines[4]
    assert not any("\n" in line for line in lines)
