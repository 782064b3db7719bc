"""Small observations and a store to put them in; what a test is about is passed by name."""

import sqlite3
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.evidence.records import LatencyQuantiles, RouteEvidence, RunInfo
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.evidence.store import Store, open_store, store_in
from crossfade.shadow.evidence.stores import STORES
from crossfade.shadow.evidence.tally import Limits
from crossfade.shadow.evidence.writer import EvidenceWriter
from crossfade.shadow.exchange.difference import Fingerprint, Kind, Signature
from crossfade.shadow.exchange.observations import Example, Judged, RequestSample, Settled, Sighting
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo

STARTED = 1_790_000_000.0
KEY = b"0123456789abcdef"


class Make:
    """Records with defaults."""

    started = STARTED
    key = KEY

    @staticmethod
    def fingerprint(
        template: str = "body/a", kind: str = "value", cause: str = "", transition: str = ""
    ) -> Fingerprint:
        return Fingerprint(template=template, kind=kind, cause=cause, transition=transition)

    @staticmethod
    def info(run_id: str = "run-1", started_at: float = STARTED) -> RunInfo:
        return RunInfo(
            run_id=run_id,
            service="users",
            engine="mitmproxy",
            legacy_build="py 1",
            candidate_build="java 1",
            rules_digest="rules",
            contract_digest="contract",
            started_at=started_at,
        )

    @staticmethod
    def route(name: str = "GET /b/{id}") -> RouteInfo:
        return RouteInfo(route=name, protocol="http", call_type="http", stage="shadow")

    @staticmethod
    def request(**values: Any) -> RequestSample:
        defaults: dict[str, Any] = {"protocol": "http", "method": "GET", "target": "/b/1", "headers": (), "body": ""}
        return RequestSample(**(defaults | values))

    @staticmethod
    def example(fingerprint: Fingerprint | None = None, **values: Any) -> Example:
        defaults: dict[str, Any] = {
            "comparison_id": "c1",
            "fingerprint": fingerprint or Make.fingerprint(),
            "path": "body/a",
            "legacy": "1",
            "candidate": "2",
            "request": Make.request(),
        }
        return Example(**(defaults | values))

    @staticmethod
    def judged(*templates: str, request: int = 1, **values: Any) -> Judged:
        """A comparison that differs at these templates; with none of them the answers were the same."""
        signature: Signature = tuple(Make.fingerprint(name) for name in sorted(templates))
        defaults: dict[str, Any] = {
            "route": Make.route(),
            "at": STARTED + 1,
            "request_hash": request,
            "signature": signature,
            "noise": None,
            "examples": (),
            "legacy_ms": None,
            "candidate_ms": None,
        }
        return Judged(**(defaults | values))

    @staticmethod
    def sighting(template: str = "body/a", kind: str = "value", *, candidate: bool = False, **values: Any) -> Sighting:
        return Sighting(template=template, kind=kind, candidate=candidate, **values)

    @staticmethod
    def settled(outcome: Outcome = Outcome.SHED, reason: Reason = Reason.QUEUE_FULL, route: str = "") -> Settled:
        return Settled(route=Make.route(route) if route else Make.route(), outcome=outcome, reason=reason)

    @staticmethod
    def entered(count: int) -> Mapping[RouteInfo, int]:
        return {Make.route(): count}

    @staticmethod
    def evidence(**values: Any) -> RouteEvidence:
        """A route of which nothing is known but what is given."""
        empty = LatencyQuantiles(p50=None, p95=None, p99=None)
        defaults: dict[str, Any] = {
            "info": Make.route(),
            "entered": 0,
            "settled": {},
            "signatures": {},
            "distinct": 0,
            "secondary_asked": 0,
            "clusters": (),
            "legacy_ms": empty,
            "candidate_ms": empty,
            "paired_ratio": empty,
        }
        return RouteEvidence(**(defaults | values))

    @staticmethod
    def redactor(**values: Any) -> Redactor:
        return Redactor(KEY, **values)


@pytest.fixture(scope="session")
def make() -> type[Make]:
    """The builders."""
    return Make


class Stores:
    """One store; every writer that was opened is closed at the end."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._writers: list[EvidenceWriter] = []

    def open(
        self, info: RunInfo | None = None, redactor: Redactor | None = None, limits: Limits | None = None
    ) -> EvidenceWriter:
        writer = EvidenceWriter.begin(self.store, info or Make.info(), redactor, limits)
        self.keep(writer)
        return writer

    def keep(self, writer: EvidenceWriter) -> None:
        """It is closed at the end."""
        self._writers.append(writer)

    def close(self) -> None:
        for writer in self._writers:
            writer.close()


class SqliteStores(Stores):
    """A store in the file of a folder."""

    def __init__(self, folder: Path) -> None:
        super().__init__(store_in(folder))
        self.folder = folder
        self.file = folder / "evidence.sqlite"

    def bytes_on_disk(self) -> bytes:
        """All bytes of the database and of its log beside it."""
        return b"".join(path.read_bytes() for path in sorted(self.folder.iterdir()))


URLS: dict[str, Callable[[Path], str]] = {
    "memory": lambda _: "memory:",
    "sqlite": lambda folder: f"sqlite:///{folder / 'evidence.sqlite'}",
}
"""By scheme, the URL of a store that is not there yet."""


@pytest.fixture(params=sorted(STORES))
def any_stores(request: Any, tmp_path: Path) -> Any:
    """A store of each kind that is registered."""
    found = Stores(open_store(URLS[request.param](tmp_path)))
    yield found
    found.close()


@pytest.fixture
def stores(tmp_path: Path) -> Any:
    """A folder for a store in a file."""
    found = SqliteStores(tmp_path)
    yield found
    found.close()


class History:
    """A store with runs of different ages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "evidence.sqlite"
        self.store = store_in(folder)
        self._writers: list[EvidenceWriter] = []

    def close(self) -> None:
        for writer in self._writers:
            writer.close()

    def begin(self, run_id: str, started_at: float, *, signatures: int = 1) -> EvidenceWriter:
        """A run with so many signatures on one route, flushed once and not ended."""
        names = ("service", "engine", "legacy_build", "candidate_build", "rules_digest", "contract_digest")
        info = RunInfo(run_id=run_id, started_at=started_at, **dict.fromkeys(names, "x"))
        writer = EvidenceWriter.begin(self.store, info, None)
        self._writers.append(writer)
        for number in range(signatures):
            writer.add(
                Judged(
                    route=Make.route("GET /a"),
                    at=started_at,
                    request_hash=number,
                    signature=(Fingerprint(template=f"body/{'x' * 200}{number}", kind=Kind.VALUE.value),),
                    noise=None,
                    examples=(),
                    legacy_ms=1.0,
                    candidate_ms=1.0,
                )
            )
        writer.flush({Make.route("GET /a"): signatures})
        return writer

    def run(self, run_id: str, started_at: float, ended_at: float, **values: Any) -> None:
        """A run that has ended."""
        self.begin(run_id, started_at, **values).finish({Make.route("GET /a"): 1}, now=ended_at)

    def cut_off(self, run_id: str, started_at: float, flushed_at: float) -> None:
        """A run that was killed."""
        self.run(run_id, started_at, flushed_at)
        self.sql(f"UPDATE runs SET ended_at = NULL WHERE run_id = '{run_id}'")
        self.sql(f"INSERT INTO meta VALUES ('flushed:{run_id}', '{flushed_at}')")

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Runs SQL as another program would."""
        with sqlite3.connect(self.path) as connection:
            found = connection.execute(statement).fetchall()
        connection.close()
        return found


@pytest.fixture
def store(tmp_path: Path) -> Any:
    """A folder without a store yet."""
    found = History(tmp_path)
    yield found
    found.close()
