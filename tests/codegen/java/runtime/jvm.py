"""The generated runtime as a process, and crossfade's end of the ingest socket."""

import json
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, cast

Event = Mapping[str, Any]
_WAIT_S = 30.0


class Lines:
    """JSON lines as they come in from a thread."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._over = False
        self._changed = threading.Condition()

    def add(self, line: str) -> None:
        """One more; what is no JSON is kept as text."""
        try:
            event = json.loads(line)
        except ValueError:
            event = {"text": line}
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def no_more(self) -> None:
        """Nothing comes any more, so nothing need be waited for."""
        with self._changed:
            self._over = True
            self._changed.notify_all()

    def wait(self, matches: Callable[[Event], bool], *, since: int = 0, timeout_s: float = _WAIT_S) -> Event:
        """The first event from ``since`` on that matches."""

        def found() -> Event | None:
            return next((event for event in self.events[since:] if matches(event)), None)

        with self._changed:
            self._changed.wait_for(lambda: found() or self._over, timeout=timeout_s)
            event = found()
        assert event is not None, [*self.events[since:]][-20:]
        return cast("Event", event)

    def named(self, name: str, *, since: int = 0) -> Event:
        """The first event of this name."""
        return self.wait(lambda event: event.get("event") == name, since=since)


class Jvm(Lines):
    """One JVM that runs the probe; its log is read as it is written."""

    def __init__(self, build: Path, env: Mapping[str, str], *, java: str = "java", final: bool = False) -> None:
        super().__init__()
        classpath = f"{build / 'target/classes'}:{build / 'target/lib'}/*"
        command = [java, "-XX:TieredStopAtLevel=1", "-Xmx256m", "-cp", classpath, "dev.probe.Main"]
        self.process = subprocess.Popen(
            [*command, "final"] if final else command,
            env={"PATH": "/usr/bin:/bin", **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self.add(line.rstrip("\n"))
        self.no_more()

    @property
    def port(self) -> int:
        """Where it listens, once it does."""
        return int(self.named("server.started")["port"])

    def ready(self) -> "Jvm":
        """Itself, when it has said that it is ready."""
        self.wait(lambda event: event.get("event") == "readiness.changed" and event["ready"])
        return self

    def end(self) -> int:
        """SIGTERM, and the exit code."""
        self.process.terminate()
        return self.wait_end()

    def wait_end(self) -> int:
        """The exit code."""
        try:
            return self.process.wait(timeout=20)
        finally:
            self.process.kill()
            self.process.wait()
            self._reader.join(10)


class Ingest(Lines):
    """A socket that takes evidence as crossfade does."""

    def __init__(self, path: Path | None = None, *, refusing: bool = False) -> None:
        super().__init__()
        self.refusing = refusing  # it hangs up after the hello
        if path is None:
            self._listener = socket.create_server(("127.0.0.1", 0))
            self.address = "{}:{}".format(*self._listener.getsockname())
        else:
            self._listener = socket.create_server(str(path), family=socket.AF_UNIX)
            self.address = f"unix:{path}"
        self._open: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            self._threads.append(threading.Thread(target=self._read, args=(connection,), daemon=True))
            self._threads[-1].start()

    def _read(self, connection: socket.socket) -> None:
        with connection, connection.makefile("r", encoding="utf-8") as lines:
            try:
                for line in lines:
                    self.add(line)
                    if self.refusing:
                        return
            except OSError:
                return

    def hang_up(self) -> None:
        """Loses every connection; new ones are taken."""
        while self._open:
            _shut(self._open.pop())

    def close(self) -> None:
        """Takes nothing more."""
        _shut(self._listener)
        self._listener.close()
        self.hang_up()
        for thread in self._threads:
            thread.join(10)
            assert not thread.is_alive()

    def settled(self, route: str, calls: int, *, since: int = 0) -> dict[str, Any]:
        """All counts of a route since then, when this many calls are accounted for."""
        deadline = time.monotonic() + _WAIT_S
        while True:
            total = self._total(f"probe.v1.Probe/{route}", since)
            done = total["equal"] + len(total["pairs"]) + sum(total["shed"].values())
            if total["entered"] >= calls and done >= calls:
                return total
            assert time.monotonic() < deadline, total
            time.sleep(0.01)

    def _total(self, route: str, since: int) -> dict[str, Any]:
        total: dict[str, Any] = {"entered": 0, "equal": 0, "shed": {}, "hashes": [], "pairs": []}
        for event in [event for event in self.events[since:] if event.get("route") == route]:
            if event["kind"] == "pair":
                total["pairs"].append(event)
                continue
            total["entered"] += event["entered"]
            total["equal"] += event["equal"]
            total["hashes"] += event["hashes"]
            assert len(event["hashes"]) == len(event["legacy_ms"]) == len(event["candidate_ms"]) == event["equal"]
            for reason, count in event["shed"].items():
                total["shed"][reason] = total["shed"].get(reason, 0) + count
        return total


class Collector(ThreadingHTTPServer):
    """Takes metrics as an OpenTelemetry collector does."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.bodies: list[tuple[str, bytes]] = []


class _Post(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        cast("Collector", self.server).bodies.append((self.path, body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@contextmanager
def collector() -> Iterator[Collector]:
    """A collector that serves until it is left."""
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _shut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
