"""crossfade fuzz on a small service and its port."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.tools.cli import main

pytestmark = pytest.mark.slow

KEY = {"CROSSFADE_REDACTION_KEY": "k" * 32}


class Side(BaseHTTPRequestHandler):
    """Gives two items; the port writes their size as text."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # an answer is written in two parts
    timeout = 5
    size: Any = 2
    status = 200

    def do_GET(self) -> None:
        """A list of items, or one of them."""
        value: Any = {"items": [{"id": "i1"}, {"id": "i2"}]}
        if self.path != "/items":
            value = {"id": self.path.rpartition("/")[2][:9], "size": self.size, "password": "hunter2"}
        body = json.dumps(value).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


class Port(Side):
    """The candidate."""

    size = "2"


class Closed(Side):
    """Refuses whatever it is asked."""

    status = 401


@pytest.fixture
def config_of(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """The config of legacy and a candidate, both on loopback."""
    with ExitStack() as ended:

        def serve(side: type[Side]) -> str:
            server = ThreadingHTTPServer(("127.0.0.1", 0), side)
            server.daemon_threads = True
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            ended.callback(thread.join)
            ended.callback(server.server_close)
            ended.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}"

        def write(candidate: type[Side] | None, more: str = "", legacy: type[Side] = Side) -> Path:
            path = tmp_path / "crossfade.toml"
            url = "http://127.0.0.1:9" if candidate is None else serve(candidate)
            path.write_text(
                '[service]\nname = "items"\n[[listen]]\nname = "web"\naddress = "127.0.0.1:1"\n'
                f'legacy = "{serve(legacy)}"\ncandidate = "{url}"\n'
                f'[routes]\nhttp = ["GET /items", "GET /items/{{id}}"]\n{more}',
                encoding="utf-8",
            )
            return path

        yield write


def _fuzz(config: Path, *more: str, key: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(main, ["fuzz", "--config", str(config), "--max-examples", "30", *more], env=key or {})


def test_a_divergence_is_kept_as_a_session(config_of: Callable[..., Path], tmp_path: Path) -> None:
    """Exit 1; the session can be read again, secrets are pseudonyms, and a second run adds nothing."""
    config, found = config_of(Port), tmp_path / "found"
    done = _fuzz(config, "--output", str(found), key=KEY)
    assert done.exit_code == 1, done.output
    assert "web GET /items/{id}  body/size (type" in done.stdout
    (session,) = CorpusFolder(found).sessions()
    assert [call.route.route for call in session.calls] == ["GET /items/{id}"]
    assert "hunter2" not in next((found / "sessions").iterdir()).read_text(encoding="utf-8")
    assert "0 new sessions" in _fuzz(config, "--output", str(found), key=KEY).stderr


def test_a_corpus_to_start_from(config_of: Callable[..., Path], tmp_path: Path) -> None:
    """Recorded requests are drawn too; one that is not there is exit 2."""
    config, found = config_of(Port), tmp_path / "found"
    _fuzz(config, "--output", str(found), key=KEY)
    assert _fuzz(config, "--corpus", str(found)).exit_code == 1
    assert _fuzz(config, "--corpus", str(tmp_path / "none")).exit_code == 2


def test_no_divergence(config_of: Callable[..., Path]) -> None:
    """Exit 0, and JSON tells what was compared on each route."""
    done = _fuzz(config_of(Side), "--json")
    record = json.loads(done.stdout)
    assert (done.exit_code, record["cases"]) == (0, [])
    assert all(route["compared"] for route in record["routes"])


def test_what_is_accepted(config_of: Callable[..., Path]) -> None:
    """An accept rule makes it no failure, and it is told."""
    rule = '[[accept]]\nroute = "GET /items/{id}"\npath = "body/size"\nreason = "agreed"\n'
    done = _fuzz(config_of(Port, rule))
    assert done.exit_code == 0, done.output
    assert "accepted: web GET /items/{id} body/size" in done.stdout


def test_a_service_that_is_not_there(config_of: Callable[..., Path]) -> None:
    """Exit 4 with its URL."""
    done = _fuzz(config_of(None))
    assert done.exit_code == 4
    assert "web: candidate can't be reached: http://127.0.0.1:9" in done.stderr


def test_legacy_refuses_everything(config_of: Callable[..., Path]) -> None:
    """Exit 3: that both ask for a credential shows nothing of the port."""
    done = _fuzz(config_of(Closed, legacy=Closed))
    assert done.exit_code == 3, done.output
    assert "refused by legacy: all " in done.stdout
    assert " calls of web GET /items" in done.stdout


def test_nothing_to_compare(config_of: Callable[..., Path]) -> None:
    """Exit 3 where no route is wanted."""
    assert _fuzz(config_of(Port), "--route", "GET /users").exit_code == 3


def test_nothing_is_stored_without_a_key(config_of: Callable[..., Path], tmp_path: Path) -> None:
    """Exit 2 before anything is sent."""
    done = _fuzz(config_of(Port), "--output", str(tmp_path / "found"))
    assert done.exit_code == 2
    assert "expected a redaction key for --output" in done.stderr


def test_without_hypothesis(config_of: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 4 and the line that installs it."""
    monkeypatch.setattr("crossfade.tools.commands.fuzz.find_spec", lambda _: None)
    done = _fuzz(config_of(Port))
    assert done.exit_code == 4
    assert "pip install 'crossfade[fuzz]'" in done.stderr
