"""A replay as a process: ended by a signal, its run is whole."""

import importlib.util
import json
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.contract import ProtoFiles, load_contract
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Manifest
from crossfade.shadow.config import load_config
from crossfade.shadow.config.settings import ContractSettings
from crossfade.shadow.errors import ShadowError
from crossfade.tools.replay_run import Replay, ReplayOptions

_spec = importlib.util.spec_from_file_location(
    "notes_services", Path(__file__).parents[1] / "parity_tests" / "replay" / "conftest.py"
)
assert _spec is not None
assert _spec.loader is not None
_services = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_services)
serve, numbered, renumbered = _services.serve, _services.numbered, _services.renumbered
call_of, life_of, config_of = _services.call_of, _services.life_of, _services.config_of

OPTIONS = ReplayOptions(at_once=1, speed=0.0, is_recorded=False)


@pytest.fixture
def corpus(tmp_path: Path, life_of: Any, numbered: Any) -> CorpusFolder:
    """Two sessions."""
    made, service = CorpusFolder.create(tmp_path / "corpus", Manifest(service="notes")), numbered(start=9001)
    for number in range(2):
        made.add(life_of(f"s-{number}", service, source="a run", start_s=10.0 * number))
    return made


class _Waiting:
    """Answers, but holds what reads one note until it is told."""

    def __init__(self, notes: Any) -> None:
        self._notes = notes
        self.asked, self.go_on = threading.Event(), threading.Event()

    def answer(self, method: str, path: str, body: bytes) -> Any:
        if method == "GET" and path != "/notes":
            self.asked.set()
            self.go_on.wait(60)
        return self._notes.answer(method, path, body)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_in_order(
    corpus: Any, serve: Any, numbered: Any, renumbered: Any, config_of: Any, command: Any, invoke: Any, number: Any
) -> None:
    """Exit 130; what was played is kept, the rest is shed, and the sum is what entered."""
    legacy = _Waiting(numbered())
    config_of(serve(legacy), serve(renumbered()))
    config = corpus.folder.parent / "crossfade.toml"
    process = command("replay", corpus.folder, "--config", config, "--at-once", 1, "--json")
    try:
        assert legacy.asked.wait(60)
        process.send_signal(number)
        told, errors = process.communicate(timeout=60)
    finally:
        process.kill()
        legacy.go_on.set()
    assert process.returncode == 130, errors
    result = json.loads(told)
    assert result["replay"]["interrupted"] is True
    outcomes = result["report"]["totals"]["outcomes"]
    assert (outcomes["matched"], outcomes["shed"], sum(outcomes.values())) == (3, 11, 14)
    assert "(Clopper-Pearson)" not in invoke("gate", "--config", config).output


def test_the_contract_of_a_corpus_counts_where_the_config_has_none(
    tmp_path: Path, life_of: Any, config_of: Any
) -> None:
    """A recording is read by the contract under which it was made."""
    proto = tmp_path / "s.proto"
    proto.write_text('syntax = "proto3"; package s.v1; message Note {} service S { rpc Get(Note) returns (Note); }')
    contract = load_contract(ProtoFiles(files=(proto,)))
    made = CorpusFolder.create(
        tmp_path / "corpus", Manifest(service="notes", contract_digest=contract.digest), contract
    )
    made.add(life_of("s"))
    config = config_of("http://127.0.0.1:2", "http://127.0.0.1:3")
    replay = Replay(config, tmp_path / "crossfade.toml", made, OPTIONS, now=1.0)
    assert replay._config.contract == ContractSettings(descriptor_set=made.contract_path)


def test_a_config_without_ports(tmp_path: Path, corpus: Any) -> None:
    """One that only takes what generated services send names no service to contact."""
    path = tmp_path / "crossfade.toml"
    path.write_text('[service]\nname = "a"\n[ingest]\naddress = "127.0.0.1:0"\n', encoding="utf-8")
    with pytest.raises(ShadowError, match=r"crossfade.toml: listen: expected a port with both services, got none"):
        Replay(load_config(path), path, corpus, OPTIONS, now=1.0)
