"""A pair of small services behind HTTP and gRPC, a corpus for them, and a pytest that has both."""

import datetime
import itertools
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import grpc
import pytest

# An inner pytest forgets what it imported, and protobuf can't be imported twice.
import crossfade.parity_tests.plugin.both_sides
import crossfade.parity_tests.plugin.items
import crossfade.parity_tests.plugin.one_side  # noqa: F401
from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Manifest, Session
from crossfade.parity_tests.plugin.request_maker import Extras, RequestMaker
from crossfade.shadow.config import load_config

PROTO = """\
syntax = "proto3";
package notes.v1;
message GetNote { int64 id = 1; }
message Note { int64 id = 1; string text = 2; int64 size = 3; }
message Words { repeated string words = 1; }
service Notes {
  rpc Get(GetNote) returns (Note) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc Split(GetNote) returns (stream Note) { option idempotency_level = NO_SIDE_EFFECTS; }
}
"""


_PLUGINS = ("-p", "crossfade.parity_tests.plugin", "-p", "no:asyncio")
_QUIET = ("-W", "ignore::pytest.PytestAssertRewriteWarning")  # here the plug-in is imported before it is loaded


class Service:
    """Notes; ``first_id`` is its first id, ``bugs`` are mistakes of a port, ``noisy`` a place that is never the same."""

    def __init__(self, first_id: int, bugs: frozenset[str] = frozenset()) -> None:
        self.bugs = bugs
        self.noise = itertools.count(first_id)
        self._ids = itertools.count(first_id)
        self._since = 1_700_000_000.25 + 3600 * first_id
        self._notes: dict[str, dict[str, Any]] = {}

    def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Status and JSON."""
        if path == "/ping":
            return 200, {"up": True, "end": None} if "null" not in self.bugs else {"up": True}
        if path == "/noisy":
            return 200, {"at": f"n{next(self.noise)}", "steady": 1 if "steady" not in self.bugs else 2} | self._now()
        if path in {"/since", "/secret"}:
            return 200, self._kept() if path == "/since" else {"password": f"hunter{3 if 'secret' in self.bugs else 2}"}
        name = path.partition("?")[0].removeprefix("/notes").removeprefix("/")
        if method == "POST":
            made = next(self._ids)
            self._notes[str(made)] = {"id": made, **json.loads(body)}
            return 201, self._notes[str(made)]
        if name not in self._notes:
            unknown = 404, {"error": "no such note"}
            return unknown if "found" not in self.bugs else (200, {"id": 0, "text": "", "tags": []})
        note = next(iter(self._notes.values())) if "another" in self.bugs else self._notes[name]
        return 200, note

    def _kept(self) -> dict[str, str]:
        since = self._since + (next(self._ids) if "restless" in self.bugs else 0)
        return {"since": datetime.datetime.fromtimestamp(since, datetime.UTC).isoformat()}

    def _now(self) -> dict[str, str]:
        beside = datetime.timedelta(hours=2 if "hours" in self.bugs else 0)
        return {"now": (datetime.datetime.now(datetime.UTC) + beside).isoformat()}

    def size(self, text: str) -> int:
        """The size of a text."""
        return len(text) + ("size" in self.bugs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where a service is."""

    http: str
    grpc: str


@pytest.fixture(scope="session")
def proto(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The contract's file."""
    path = tmp_path_factory.mktemp("proto") / "notes.proto"
    path.write_text(PROTO, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def contract(proto: Path) -> Contract:
    """The contract."""
    return load_contract(ProtoFiles(files=(proto,)))


@pytest.fixture
def serve(contract: Contract) -> Iterator[Callable[[Service], Served]]:
    """Serves a service on both protocols."""
    with ExitStack() as ended:

        def start(service: Service) -> Served:
            return Served(http=_serve_http(service, ended), grpc=_serve_grpc(service, contract, ended))

        yield start


def _serve_http(service: Service, ended: ExitStack) -> str:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(service))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    ended.callback(thread.join)
    ended.callback(server.server_close)
    ended.callback(server.shutdown)
    return f"http://127.0.0.1:{server.server_address[1]}"


def _handler(service: Service) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # an answer is written in two parts
        timeout = 5

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, value = service.answer(self.command, self.path, body)
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = _handle  # noqa: N815 - names of http.server

        def log_message(self, *_: Any) -> None:
            """Keeps quiet."""

    return Handler


def _serve_grpc(service: Service, contract: Contract, ended: ExitStack) -> str:
    asked: Any = contract.message_class("notes.v1.GetNote")
    note: Any = contract.message_class("notes.v1.Note")

    def get(request: Any, context: grpc.ServicerContext) -> Any:
        if not request.id:
            context.abort(grpc.StatusCode.NOT_FOUND, "no such note")
        text = f"note {request.id}"
        return note(id=request.id, text=text, size=service.size(text))

    def split(request: Any, _: grpc.ServicerContext) -> Iterator[Any]:
        for at, word in enumerate(("one", "two")):
            yield note(id=request.id + at, text=word, size=service.size(word))

    handlers = {
        "Get": grpc.unary_unary_rpc_method_handler(get, asked.FromString, note.SerializeToString),
        "Split": grpc.unary_stream_rpc_method_handler(split, asked.FromString, note.SerializeToString),
    }
    server = grpc.server(ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("notes.v1.Notes", handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    ended.callback(lambda: server.stop(None).wait())
    return f"http://127.0.0.1:{port}"


class Pytest:
    """A folder with a config of both services, in which an inner pytest runs."""

    def __init__(self, pytester: pytest.Pytester, sides: dict[str, Served], proto: Path, more: str) -> None:
        self.pytester = pytester
        self.folder = pytester.path
        config = self.folder / "crossfade.toml"
        ports = "".join(
            f'[[listen]]\nname = "{name}"\naddress = "127.0.0.1:{number}"\n'
            + "".join(f'{side} = "{getattr(served, name)}"\n' for side, served in sides.items())
            for number, name in enumerate(("http", "grpc"), 1)
        )
        text = (
            f'[service]\nname = "notes"\n{ports}[contract]\nprotos = ["{proto}"]\nincludes = ["{proto.parent}"]\n{more}'
        )
        config.write_text(text, encoding="utf-8")
        self.maker = RequestMaker(load_config(config), load_contract(ProtoFiles(files=(proto,))))

    def get(self, path: str) -> Call:
        """A recorded GET."""
        return self.maker.http("http", "GET", path, Extras())

    def post(self, path: str, body: Any) -> Call:
        """A recorded POST."""
        return self.maker.http("http", "POST", path, Extras(json=body))

    def corpus(self, name: str = "corpus", **sessions: list[Call]) -> Path:
        """A corpus of these sessions."""
        corpus = CorpusFolder.create(self.folder / name, Manifest(service="notes"))
        for session_id, calls in sessions.items():
            corpus.add(Session(id=session_id, calls=tuple(calls)))
        return corpus.folder

    def run(self, *args: str) -> pytest.RunResult:
        """An inner pytest with the plug-in."""
        return self.pytester.runpytest_inprocess(*_PLUGINS, *_QUIET, *args)

    def run_apart(self, *args: str) -> pytest.RunResult:
        """The same in a process of its own, as people start it."""
        return self.pytester.runpytest_subprocess(*_PLUGINS, *args)


@pytest.fixture
def pair(pytester: pytest.Pytester, serve: Callable[[Service], Served], proto: Path) -> Callable[..., Pytest]:
    """Both services with these bugs of the port, and a second legacy on demand."""

    def make(*bugs: str, secondary: bool = False, more: str = "") -> Pytest:
        sides = {"legacy": serve(Service(1)), "candidate": serve(Service(501, frozenset(bugs)))}
        if secondary:
            sides["secondary"] = serve(Service(901))
        return Pytest(pytester, sides, proto, more)

    return make
