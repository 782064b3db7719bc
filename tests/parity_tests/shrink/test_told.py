"""What was shrunk, in words."""

from dataclasses import replace
from typing import Any

import pytest

from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.shrink.failing import Target
from crossfade.parity_tests.shrink.shrinking import Shrunk, Verdict
from crossfade.parity_tests.shrink.told import shrunk_lines, shrunk_record
from crossfade.shadow.exchange.difference import Fingerprint
from crossfade.shadow.exchange.observations import Example, RequestSample


@pytest.fixture
def shrunk(call_of: Any) -> Shrunk:
    """Two calls that fail each time."""
    fingerprint = Fingerprint(template="status", kind="value", cause="text.strip", transition="404 -> 500")
    return Shrunk(
        target=Target(route="GET /notes/{id}", fingerprint=fingerprint),
        session=Session(id="case", calls=(call_of("POST", "/notes", {"a": 1}), call_of("GET", "/notes/1"))),
        verdict=Verdict.CONFIRMED,
        minimal=True,
        replays=9,
        calls=20,
    )


def test_lines(shrunk: Shrunk) -> None:
    """What failed, what is left, and each request."""
    assert list(shrunk_lines(shrunk, 200)) == [
        f"{shrunk.target.id}  GET /notes/{{id}}  status value 404 -> 500 (text.strip): confirmed",
        "  2 of 200 calls left, after 9 replays with 20 calls",
        '  > POST /notes {"a": 1}',
        "  > GET /notes/1",
    ]


def test_budget(shrunk: Shrunk) -> None:
    """It is told where it ended the search; not where nothing failed."""
    spent = replace(shrunk, minimal=False)
    assert next(line for line in shrunk_lines(spent, 9) if "left" in line).endswith("; not minimal: budget")
    nothing = replace(spent, verdict=Verdict.NOT_REPRODUCED)
    assert not any("budget" in line for line in shrunk_lines(nothing, 9))


def test_record(shrunk: Shrunk) -> None:
    """The same for a program."""
    record = shrunk_record(shrunk, 200)
    assert (record["cluster"], record["verdict"], record["minimal"]) == (shrunk.target.id, "confirmed", True)
    assert (record["calls_before"], record["calls"], record["calls_sent"]) == (200, 2, 20)


def test_values(shrunk: Shrunk) -> None:
    """What the two services answered, where it was seen."""
    sample = RequestSample(protocol="http", method="GET", target="/notes/1", headers=(), body="")
    example = Example(
        comparison_id="c",
        fingerprint=shrunk.target.fingerprint,
        path="status",
        legacy="404",
        candidate="5" * 999,
        request=sample,
    )
    *_, legacy, candidate = shrunk_lines(replace(shrunk, example=example), 9)
    assert (legacy, candidate) == ("  legacy    404", f"  candidate {'5' * 200}")
    assert shrunk_record(replace(shrunk, example=example), 9)["legacy"] == "404"
