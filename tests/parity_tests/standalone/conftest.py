"""Sessions as they were recorded, for what is made of them."""

import itertools
import json
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.standalone.hidden import redacted_by
from crossfade.parity_tests.standalone.left_out import LeftOut
from crossfade.parity_tests.standalone.session_record import Setting
from crossfade.shadow.evidence import Redactor
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.recording.redaction import ComparisonRedactor

PROTO = """\
syntax = "proto3";
package notes.v1;
message Note { int64 id = 1; string text = 2; double size = 3; repeated string tags = 4; }
service Notes {
  rpc Make(Note) returns (Note);
  rpc Get(Note) returns (Note) { option idempotency_level = NO_SIDE_EFFECTS; }
}
"""
SECRETS = Redactor(b"k" * 32)


@pytest.fixture(scope="session")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """One service."""
    path = tmp_path_factory.mktemp("proto") / "notes.proto"
    path.write_text(PROTO, encoding="utf-8")
    return load_contract(ProtoFiles(files=(path,)))


@pytest.fixture
def setting(contract: Contract) -> Callable[..., Setting]:
    """With these paths left out on all routes."""

    def make(*paths: str) -> Setting:
        redacted = redacted_by(ComparisonRedactor(Redactor(b"o" * 32), contract))
        return Setting(contract=contract, left_out=lambda _: LeftOut(paths), redacted=redacted)

    return make


@pytest.fixture
def http() -> Callable[..., Call]:
    """A recorded HTTP call: what was sent, status and JSON (or text) of the answer."""

    def make(method: str, target: str, sent: Any = None, *, status: int = 200, answer: Any = None, **more: Any) -> Call:
        body = b"" if sent is None else json.dumps(sent).encode()
        kind = more.get("kind", "application/json")
        data = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
        headers = (("Content-Type", kind), *more.get("headers", ()))
        fields = (("Content-Type", "application/json"), ("Host", "x"), ("X-Tenant", "a"))
        route = f"{method} {more.get('route', target.partition('?')[0])}"
        return _call(route, "http", Sent(method, target, fields, body), _answer(status, headers, data))

    return make


@pytest.fixture
def rpc(contract: Contract) -> Callable[..., Call]:
    """A recorded call: fields of the message and of the answer's message."""

    def make(method: str, sent: Mapping[str, Any], answer: Mapping[str, Any]) -> Call:
        kind: Any = contract.message_class("notes.v1.Note")
        bodies = [_frame(kind(**fields).SerializeToString()) for fields in (sent, answer)]
        headers = (("content-type", "application/grpc"), ("te", "trailers"), ("x-tenant", "a"))
        reply = _answer(200, (("content-type", "application/grpc"),), bodies[1])
        reply = replace(reply, trailers=(("grpc-status", "0"),))
        return _call(
            f"notes.v1.Notes/{method}", "unary", Sent("POST", f"/notes.v1.Notes/{method}", headers, bodies[0]), reply
        )

    return make


@pytest.fixture
def session() -> Callable[..., Session]:
    """A session of these calls."""
    return lambda *calls: Session(id="s", calls=calls)


class Sent:
    """What a client sent."""

    def __init__(self, method: str, target: str, headers: tuple[tuple[str, str], ...], body: bytes) -> None:
        self.method, self.target, self.headers, self.body = method, target, headers, body


def _call(route: str, call_type: str, sent: Sent, reply: Answer) -> Call:
    protocol = Protocol.HTTP if call_type == "http" else Protocol.GRPC
    request = Request(
        id="c",
        protocol=protocol,
        method=sent.method,
        scheme="http",
        authority="x",
        target=sent.target,
        headers=sent.headers,
        body=sent.body,
        truncated=False,
        trailers=(),
        started_at=1.0,
    )
    info = RouteInfo(
        route=route,
        protocol=protocol.value,
        call_type=call_type,
        stage=Stage.SHADOW,
        listener="http" if call_type == "http" else "grpc",
    )
    return Call(route=info, request=request, reply=reply, write=sent.method != "GET" and not route.endswith("/Get"))


def _answer(status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> Answer:
    return Answer(status=status, headers=headers, body=body, truncated=False, trailers=(), latency_ms=1.0)


def _frame(data: bytes) -> bytes:
    return struct.pack(">BI", 0, len(data)) + data


class Served:
    """A service on both protocols; ``environment`` names it to exported tests."""

    def __init__(self, contract: Contract, first_id: int, *, bug: bool = False) -> None:
        self._ids = itertools.count(first_id)
        self._notes: dict[int, dict[str, Any]] = {}
        self._bug = bug
        self._note: Any = contract.message_class("notes.v1.Note")
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        self._grpc = grpc.server(ThreadPoolExecutor(2))
        handlers = {
            name: grpc.unary_unary_rpc_method_handler(answer, self._note.FromString, self._note.SerializeToString)
            for name, answer in (("Make", self._make), ("Get", self._get))
        }
        self._grpc.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("notes.v1.Notes", handlers),))
        port = self._grpc.add_insecure_port("127.0.0.1:0")
        self._grpc.start()
        self.environment = {
            "SERVICE_URL_HTTP": f"http://127.0.0.1:{self._http.server_address[1]}",
            "SERVICE_URL_GRPC": f"http://127.0.0.1:{port}",
        }

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, Any]:
        """Makes and gives notes."""
        if method == "POST":
            made = next(self._ids)
            self._notes[made] = {"id": made, **json.loads(body)}
            return 201, self._notes[made]
        note = self._notes.get(int(target.rpartition("/")[2]))
        if note is None:
            return 404, {"error": "no such note"}
        return 200, note | ({"text": "?"} if self._bug else {})

    def _make(self, request: Any, _: Any) -> Any:
        made = next(self._ids)
        self._notes[made] = {"id": made, "text": request.text}
        return self._note(id=made, text=request.text, size=0.5)

    def _get(self, request: Any, context: grpc.ServicerContext) -> Any:
        if request.id not in self._notes:
            context.abort(grpc.StatusCode.NOT_FOUND, "no such note")
        return self._note(id=request.id, text=self._notes[request.id]["text"], size=0.25 if self._bug else 0.5)

    def stop(self) -> None:
        """Ends both servers."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        self._grpc.stop(None).wait()


def _handler(service: Served) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # an answer is written in two parts
        timeout = 5

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, value = service.answer(self.command, self.path, body)
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = _handle  # noqa: N815 - names of http.server

        def log_message(self, *_: Any) -> None:
            """Keeps quiet."""

    return Handler


@pytest.fixture
def serve(contract: Contract) -> Iterator[Callable[..., Served]]:
    """Serves notes whose ids begin at a number."""
    started: list[Served] = []

    def start(first_id: int, **more: Any) -> Served:
        started.append(Served(contract, first_id, **more))
        return started[-1]

    yield start
    for service in started:
        service.stop()
