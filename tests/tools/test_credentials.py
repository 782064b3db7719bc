"""No credential of today stands in anything that is written: one that a request carries, or that a login answers."""

import base64
import json
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import zstandard

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Manifest, Session
from crossfade.parity_tests.plugin.request_maker import RequestMaker
from crossfade.shadow.config import load_config
from crossfade.shadow.exchange import Answer

FIXED = "fixed+Of/Today=77"
"""A credential that the environment has, and all sides get."""
MAGIC = b"\x28\xb5\x2f\xfd"  # RFC 8878


@dataclass
class Logins:
    """A service that repeats what it is given; ``port`` repeats it otherwise."""

    name: str
    port: bool = False
    given: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, headers: Any) -> tuple[int, Any, dict[str, str]]:
        if method == "POST":
            self.given += [f"{self.name}{len(self.given)}A7c9e1f3b5d7", f"cookie/{self.name}+{len(self.given)}=x8y6"]
            token, cookie = self.given[-2:]
            return (
                201,
                {"access_token": token, "note": "" if self.port else f"take {token}"},
                {"Set-Cookie": f"sid={quote(cookie)}; Path=/"},
            )
        token = headers.get("authorization", "").removeprefix("Bearer ")
        cookie = headers.get("cookie", "").removeprefix("sid=")
        if path == "/last" and self.given:
            token = self.given[-2]
        if self.port:
            return 200, {"via": "nobody", "of": f"{token[:3]}", "link": "", "deep": []}, {}
        link = f"https://x.test/in?t={quote(token, safe='')}&c={cookie}&u={token}"
        return 200, {"via": token, "of": f"by key_{token}, {cookie}", "link": link, "deep": [f'{{"a": "{token}"}}']}, {}


@pytest.fixture
def serve() -> Iterator[Callable[[Logins], str]]:
    """Serves a service, and gives its address."""
    with ExitStack() as ended:

        def start(service: Logins) -> str:
            class Handler(BaseHTTPRequestHandler):
                protocol_version = "HTTP/1.1"
                timeout = 5

                def _handle(self) -> None:
                    self.rfile.read(int(self.headers.get("content-length") or 0))
                    status, value, more = service.answer(self.command, self.path, self.headers)
                    data = json.dumps(value).encode()
                    self.send_response(status)
                    fields = {"Content-Type": "application/json", "Content-Length": str(len(data)), **more}
                    for item in fields.items():
                        self.send_header(*item)
                    self.end_headers()
                    self.wfile.write(data)

                do_GET = do_POST = _handle  # noqa: N815 - names of http.server

                def log_message(self, *_: object) -> None:
                    """Says nothing."""

            server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            ended.callback(thread.join)
            ended.callback(server.server_close)
            ended.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_port}"

        yield start


@dataclass
class Bench:
    """Both services, a config, a corpus, and all that was written beside them."""

    folder: Path
    services: tuple[Logins, ...]
    told: list[str] = field(default_factory=list)

    @property
    def config(self) -> Path:
        return self.folder / "crossfade.toml"

    def found(self) -> list[str]:
        """Where something of today stands: in a file by its name, in the output that was kept."""
        secrets = [FIXED, *(given for service in self.services for given in service.given)]
        assert any(service.given for service in self.services)
        spelt = {s for secret in secrets for s in (secret, quote(secret), quote(secret, safe=""), _coded(secret))}
        texts = {f"told {at}": text.encode() for at, text in enumerate(self.told)}
        texts |= {str(path): _content(path) for path in self.folder.rglob("*") if path.is_file()}
        assert len(texts) > 3
        return [f"{name}: {secret}" for name, text in texts.items() for secret in spelt if secret.encode() in text]


def _coded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _content(path: Path) -> bytes:
    data = path.read_bytes()
    if MAGIC not in data:
        return data
    with zstandard.ZstdDecompressor().stream_reader(data[data.index(MAGIC) :], read_across_frames=True) as plain:
        return plain.read()


@pytest.fixture
def bench(tmp_path: Path, serve: Any, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A recorded session: in, and what one is, twice; beside it a call with what the environment has."""
    monkeypatch.setenv("TODAYS", f"Bearer {FIXED}")
    services = (Logins("legacy"), Logins("candidate", port=True))
    legacy, candidate = map(serve, services)
    made = Bench(tmp_path, services)
    made.config.write_text(
        f'[service]\nname = "logins"\n[[listen]]\nname = "web"\naddress = "127.0.0.1:0"\n'
        f'legacy = "{legacy}"\ncandidate = "{candidate}"\n[routes]\nhttp = ["GET /me", "GET /fixed", "GET /last", "POST /login"]\n'
        f'[record]\nsample_pct = 100\n[gate]\nroutes = ["*"]\n[evidence]\ndir = "{tmp_path}/kept"\n'
        f'[redact]\nkey_file = "{tmp_path}/redact.key"\n[[mirror.rule]]\nroute = "POST /login"\naction = "mirror"\nreason = "a login"\n'
        f'[[replay.header]]\nroute = "GET /fixed"\nname = "authorization"\naction = "replace"\nvalue_env = "TODAYS"\n',
        encoding="utf-8",
    )
    key = tmp_path / "redact.key"
    key.write_text("6b" * 32, encoding="utf-8")
    key.chmod(0o600)
    maker = RequestMaker(load_config(made.config), None)
    then = Logins("then")
    login = _recorded(then, maker.http("web", "POST", "/login", {"json": {"name": "ann"}}))
    token, cookie = then.given
    fields = {"Authorization": f"Bearer {token}", "Cookie": f"sid={quote(cookie)}"}
    calls = [_recorded(then, maker.http("web", "GET", "/me", {"headers": fields})) for _ in range(2)]
    fixed = _recorded(then, maker.http("web", "GET", "/fixed", {"headers": {"Authorization": "Bearer then-and-gone"}}))
    corpus = CorpusFolder.create(tmp_path / "corpus", Manifest(service="logins"))
    corpus.add(Session(id="s-1", calls=(login, *calls, fixed)))
    return made


def _recorded(then: Logins, call: Call) -> Call:
    headers = {name.lower(): value for name, value in call.request.headers}
    status, value, more = then.answer(call.request.method, call.request.target, headers)
    fields = (("Content-Type", "application/json"), *more.items())
    reply = Answer(
        status=status, headers=fields, body=json.dumps(value).encode(), truncated=False, trailers=(), latency_ms=1.0
    )
    return Call(route=call.route, request=call.request, reply=reply, write=call.write)


def test_a_replay_and_what_is_told_of_it(bench: Bench, invoke: Any) -> None:
    """Its report in every format, its evidence and its recording."""
    for form in ("terminal", "json", "html"):
        words = ("replay", bench.folder / "corpus", "--config", bench.config, "--format", form)
        result = invoke(*words, "--output", bench.folder / f"replay.{form}")
        bench.told.append(result.output)
        assert result.exit_code == 1, result.output
    bench.told.append(invoke("report", "--config", bench.config, "--json").output)
    places = {cluster["path"] for cluster in json.loads(bench.told[-1])["clusters"]}
    assert places >= {"body/via", "body/link", "body/note"}
    assert bench.found() == []


def test_the_lines_of_pytest_and_its_junit_file(bench: Bench) -> None:
    """Of a session, and of a test that is written by hand."""
    (bench.folder / "test_hand.py").write_text(
        "def test_me(both):\n"
        "    made = both.post('/login', json={'name': 'ann'})\n"
        "    token = made.legacy.json['access_token']\n"
        "    both.get('/me', headers={'authorization': 'Bearer ' + token}).same()\n",
        encoding="utf-8",
    )
    words = ("-p", "crossfade.parity_tests.plugin", "--crossfade-config", "crossfade.toml", "--junitxml", "junit.xml")
    words = (*words, "--crossfade-corpus", "corpus", "-p", "no:cacheprovider", "--tb=short", "test_hand.py")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *words], cwd=bench.folder, capture_output=True, text=True, check=False
    )
    bench.told += [done.stdout, done.stderr]
    assert "2 failed" in done.stdout, done.stdout
    assert "body/via" in done.stdout
    assert bench.found() == []


def test_fuzzing_and_its_cases(bench: Bench, invoke: Any) -> None:
    """What a login answers is in no case, neither on the terminal nor in the corpus."""
    words = ("fuzz", "--config", bench.config, "--seed", "1", "--max-examples", "20", "--route", "POST /login")
    for flags in (("--json",), ("--output", bench.folder / "cases")):
        result = invoke(*words, *flags)
        bench.told.append(result.output)
        assert result.exit_code == 1, result.output
    assert "body/note" in bench.told[0]
    assert bench.found() == []


@pytest.mark.slow
def test_the_live_shadow(bench: Bench, command: Any, invoke: Any) -> None:
    """Its evidence, its recording, its log and its report."""
    pytest.importorskip("mitmproxy")
    child = command("shadow", "--config", bench.config)
    try:
        address = re.search(r"on ([\d.:]+)", child.stdout.readline())
        assert address is not None
        _visit(address[1])
        child.terminate()
        bench.told += child.communicate(timeout=60)
    finally:
        child.kill()
    bench.told.append(invoke("report", "--config", bench.config, "--json").output)
    places = {(cluster["route"], cluster["path"]) for cluster in json.loads(bench.told[-1])["clusters"]}
    assert places >= {("GET /me", "body/via"), ("GET /last", "body/via"), ("GET /me", "body/link")}
    assert any(MAGIC in path.read_bytes() for path in (bench.folder / "kept").rglob("*") if path.is_file())
    assert bench.found() == []


def _visit(address: str) -> None:
    client = HTTPConnection(address, timeout=30)
    client.request("POST", "/enter", body=b"{}", headers={"Content-Type": "application/json"})  # legacy alone gets it
    client.getresponse().read()
    client.request("GET", "/last")
    client.getresponse().read()
    client.request("POST", "/login", body=b"{}", headers={"Content-Type": "application/json"})
    answer = client.getresponse()
    token = json.loads(answer.read())["access_token"]
    cookie = answer.headers["set-cookie"].partition(";")[0]
    for fields in ({"Authorization": f"Bearer {token}", "Cookie": cookie}, {"Authorization": f"Bearer {FIXED}"}):
        client.request("GET", "/me", headers=fields)
        client.getresponse().read()
    client.close()
