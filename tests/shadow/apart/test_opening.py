"""Heavy comparisons are judged under the rules of the run, in whichever process."""

import pickle
from pathlib import Path

import pytest

from crossfade.shadow.apart.opening import setup_of
from crossfade.shadow.config import parse_config
from crossfade.shadow.evidence import store_in
from crossfade.shadow.evidence.key import KEY_VARIABLE
from crossfade.shadow.exchange.difference import Difference, Kind
from crossfade.shadow.runs.run import open_run
from crossfade.shadow.runs.setup import units_of

CONFIG = """
[service]
name = "s"
[ingest]
address = "127.0.0.1:0"
[routes]
http = ["GET /a/{id}"]
[[compare.ignore]]
path = "body/at"
reason = "clock"
[[compare.list]]
path = "body/rows"
key = "id"
"""


@pytest.mark.parametrize("pct", [0, 100])
def test_what_the_process_is_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pct: int) -> None:
    """All rules of the run, which go through a pipe; the key only where something is recorded."""
    monkeypatch.setenv(KEY_VARIABLE, "k" * 64)
    config = parse_config(f"{CONFIG}[record]\nsample_pct = {pct}\n", tmp_path / "crossfade.toml")
    units = units_of(config)
    run = open_run(config, store_in(config.evidence.dir), "run-1", engine="mitmproxy", units=units)
    given = setup_of(run)
    run.writer.close()
    read = pickle.loads(pickle.dumps(given))
    assert ([rule.path for rule in read.rules.ignore], [rule.path for rule in read.rules.lists]) == (
        ["body/at"],
        ["body/rows"],
    )
    assert (read.rules.templates, read.rules.units) == (("GET /a/{id}",), units)
    word = Difference(path="body/state", template="body/state", kind=Kind.VALUE, legacy="open", candidate="shut")
    secret = Difference(
        path="body/password", template="body/password", kind=Kind.VALUE, legacy="open", candidate="shut"
    )
    assert (read.rules.shows(word, "open"), read.rules.shows(secret, "open")) == (True, False)
    assert (read.redactor is not None) == (pct > 0)
