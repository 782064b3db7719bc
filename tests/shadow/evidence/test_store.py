"""A store is opened from its URL; another one is a module and a line in the registry."""

import sys
import types
from pathlib import Path

import pytest

from crossfade.reports.build import build_report
from crossfade.shadow.config import parse_config
from crossfade.shadow.evidence import EvidenceError, open_store, store_in
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.retention import Retention, prune
from crossfade.shadow.evidence.stores import STORES
from crossfade.shadow.evidence.stores.memory import MemoryStore
from crossfade.shadow.exchange.observations import Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.runs.run import open_run

ROUTE = RouteInfo(route="GET /a", protocol="http", call_type="http", stage="shadow")
KNOWN = ", ".join(f"{scheme}:" for scheme in sorted(STORES))
CONFIG = """\
[service]
name = "builds"
[[listen]]
name = "web"
address = "127.0.0.1:1"
legacy = "http://127.0.0.1:2"
candidate = "http://127.0.0.1:3"
[evidence]
keep_runs = 1
"""


def test_a_folder_has_its_store_in_one_file(tmp_path: Path) -> None:
    """As stores of earlier versions have it."""
    with pytest.raises(EvidenceError) as caught:
        store_in(tmp_path).runs()
    assert str(caught.value).startswith(f"{tmp_path / 'evidence.sqlite'}: ")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mysql://a/b", f"expected a URL that begins with one of {KNOWN}, got mysql://a/b"),
        ("", f"expected a URL that begins with one of {KNOWN}, got $"),
        ("evidence.sqlite", "got evidence.sqlite"),
        ("sqlite:", "expected sqlite:/// and the path of a file, got sqlite:"),
        ("sqlite:///", "expected sqlite:/// and the path of a file, got sqlite:///"),
        ("memory:x", "expected memory:, got memory:x"),
    ],
)
def test_not_a_store(url: str, expected: str) -> None:
    """One line that shows what was given."""
    with pytest.raises(EvidenceError, match=expected):
        open_store(url)


@pytest.fixture
def urls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Registers a store of its own; the URLs with which it was opened."""
    opened: list[str] = []
    module = types.ModuleType("a_store_of_its_own")

    class Own(MemoryStore):
        """It stands for one that was written elsewhere: nothing else knows of it."""

    def open_own(url: str) -> Own:
        opened.append(url)
        return Own()

    module.open_store = open_own  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(STORES, "own", module.__name__)
    return opened


def test_a_new_store_needs_a_line_in_the_registry(urls: list[str], tmp_path: Path) -> None:
    """A run is begun, counted, pruned, lost and reported in it, and nothing is written anywhere else."""
    store = open_store("own://host/name")
    assert urls == ["own://host/name"]
    config = parse_config(CONFIG, tmp_path / "crossfade.toml")
    for run_id in ("run-1", "run-2", "run-3"):
        run = open_run(config, store, run_id, engine="ingest")
        run.writer.add(Settled(route=ROUTE, outcome=Outcome.SHED, reason=Reason.QUEUE_FULL, count=3))
        run.writer.flush({ROUTE: 5})
        if run_id != "run-3":
            run.writer.finish({ROUTE: 5})
    assert [found.run_id for found in store.runs()] == ["run-2", "run-3"]
    assert store.close_lost("run-3", {ROUTE: 7}, now=2e9) == 4
    report = build_report(store.read(), gate=GateSettings(routes=("*",)), accepted=(), now=2e9)
    assert (report.run_id, report.entered, report.verdict) == ("run-3", 7, "inconclusive")
    assert prune(store, tmp_path, Retention(keep_days=1, keep_runs=1), now=2e9).run_ids == ("run-2",)
    assert list(tmp_path.iterdir()) == []
