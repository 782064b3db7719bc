"""What a person and a program are told of a rediff."""

import dataclasses
import json
from typing import Any

import pytest

from crossfade.parity_tests.rediff import Change, Rediff, rediff
from crossfade.parity_tests.rediff_text import _WORDS, rediff_lines, rediff_record
from crossfade.shadow.recording.records import End, Header


@pytest.fixture
def found(mixed: Any, judge: Any) -> Rediff:
    """The mixed recording with one path ignored."""
    return rediff(mixed.finish(), judge("body/at"), None, "other")


def test_lines(found: Rediff) -> None:
    """What is in it, what changed, and only the clusters that did."""
    assert rediff_lines(found) == (
        "run run-1, py against java, judged again",
        f"38 recorded = 32 the same + 5 {_WORDS[Change.OTHER_FINDINGS]} + 1 {_WORDS[Change.NOT_JUDGED]}",
        "other rules: other, recorded under r",
        "  5 -> 0  GET /a  body/at  value",
    )


def test_what_is_not_the_whole_is_said(found: Rediff) -> None:
    """A sample, a recording that was cut off or that was full, another contract."""
    header = Header(run=dataclasses.replace(found.header.run, contract_digest="00ff"), sample_pct=12.5)
    text = "\n".join(rediff_lines(dataclasses.replace(found, header=header, end=None)))
    for part in ("a sample of 12.5 %", "the recording was cut off", "another contract: none, recorded under 00ff"):
        assert part in text
    text = "\n".join(rediff_lines(dataclasses.replace(found, end=End(recorded=38, left_out=1200))))
    assert "1,200 more were chosen and not recorded" in text


def test_nothing_in_it_acts_in_a_terminal(found: Rediff) -> None:
    """A route comes from traffic."""
    evil = dataclasses.replace(found.clusters[0], route="GET /\x1b[2J")
    assert "\x1b" not in "".join(rediff_lines(dataclasses.replace(found, clusters=(evil,))))


def test_the_record(found: Rediff) -> None:
    """All clusters, changed or not, with the ids of the report."""
    told = json.loads(json.dumps(rediff_record(found)))
    assert (told["schema_version"], told["run_id"], told["complete"], told["left_out"]) == (1, "run-1", True, 0)
    assert set(told["changes"]) == {change.value for change in Change}
    assert sum(told["changes"].values()) == told["recorded"] == 38
    gone, *rest = told["clusters"]
    assert (gone["path"], gone["before"], gone["after"]) == ("body/at", 5, 0)
    assert all(item["before"] == item["after"] for item in rest)
    assert len(rest) == 3


def test_every_change_has_its_words() -> None:
    """None is told by its name."""
    assert set(_WORDS) == set(Change)
