"""The lines of a recording that are no events."""

import json
from typing import Any

import pytest

from crossfade.shadow.exchange.difference import Fingerprint
from crossfade.shadow.exchange.observations import Sighting, Unjudged
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.recording.lines import (
    end_line,
    header_line,
    read_end,
    read_header,
    read_result,
    result_line,
)
from crossfade.shadow.recording.records import End, Header, Result

SIGNATURE = (Fingerprint(template="body/a", kind="value", cause="B2"),)
TOLD = (Fingerprint(template="status", kind="value", transition="404 -> 401"),)
SIGHTINGS = (
    Sighting(template="body/a", kind="value", candidate=True),
    Sighting(
        template="body/b",
        kind="format",
        candidate=False,
        secondary=True,
        candidate_again=None,
        secondary_again=False,
        drift=True,
    ),
    Sighting(template="body/c", kind="value", candidate=True, secondary=True, unjudged=Unjudged.ABOVE),
)


def test_the_header(make: Any) -> None:
    """The run and the share that was kept."""
    header = Header(run=make.run(contract_digest="00ff"), sample_pct=12.5)
    assert read_header(json.loads(header_line(header))) == header


def test_another_version_is_refused(make: Any) -> None:
    """Not guessed at."""
    record = json.loads(header_line(Header(run=make.run(), sample_pct=1.0)))
    with pytest.raises(ValueError, match="expected version 1 of recordings, got 2"):
        read_header(record | {"crossfade_recording": 2})


@pytest.mark.parametrize("altered", [True, False])
@pytest.mark.parametrize(
    "result",
    [
        Result(signature=()),
        Result(signature=SIGNATURE, noise=()),
        Result(signature=TOLD),
        Result(signature=SIGNATURE, noise=SIGNATURE),
        Result(signature=SIGNATURE, cut=Reason.CUT_BY_CLIENT),
        Result(signature=None, reason=Reason.TRUNCATED),
        Result(signature=(), excused=SIGNATURE, drift=SIGNATURE, sightings=SIGHTINGS),
    ],
    ids=str,
)
def test_the_result(make: Any, result: Result, *, altered: bool) -> None:
    """No signature, an empty one and no noise are three things."""
    line = result_line("c-1", make.route, result, altered=altered)
    assert read_result(json.loads(line)) == (make.route, result, altered)


def test_the_end() -> None:
    """How many were recorded, how many were chosen and left out."""
    assert read_end(json.loads(end_line(End(recorded=3, left_out=1)))) == End(recorded=3, left_out=1)


def test_sightings_of_earlier_versions(make: Any) -> None:
    """They end before what was not known then; one that knows more is of no version."""
    line = result_line("c", make.route, Result(signature=(), sightings=SIGHTINGS), altered=True)
    record = json.loads(line)
    record["sightings"] = [values[:-1] for values in record["sightings"]]
    _, result, _ = read_result(record)
    assert [item.unjudged for item in result.sightings] == [None, None, None]
    assert result.sightings[:2] == SIGHTINGS[:2]
    record["sightings"][0] += [None, 1]
    with pytest.raises(ValueError, match="expected at most 9 values of a sighting, got 10"):
        read_result(record)
