"""The closed lists of the code stand in README: a user meets no word that is not explained."""

import re
from typing import Any, get_args

from crossfade.reports.run import Cluster
from crossfade.shadow.evidence.key import KEY_VARIABLE
from crossfade.shadow.evidence.patterns import NAMES
from crossfade.shadow.exchange.difference import Kind
from crossfade.shadow.exchange.outcome import Outcome, Reason


def _quoted(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))


def test_every_outcome_and_reason_is_explained(readme: Any) -> None:
    """One row for each outcome; a reason stands with its outcome, or is one of the sides' failures."""
    rows = {cells[0].strip("`"): cells[1] for cells in readme.rows() if len(cells) == 2}
    assert set(Outcome) <= set(rows)
    stated = set().union(*(_quoted(rows[outcome.value]) for outcome in Outcome))
    assert {reason.value for reason in Reason} <= stated


def test_every_reason_says_what_to_do(readme: Any) -> None:
    """One row for each: what it is, and what a person does about it."""
    rows = [cells for cells in readme.rows() if len(cells) == 3 and cells[1] and cells[2]]
    stated = set().union(*(_quoted(cells[0]) for cells in rows))
    assert {reason.value for reason in Reason} <= stated


def test_every_severity_is_explained(readme: Any) -> None:
    """What it means for a caller."""
    stated = {cells[0].strip("`") for cells in readme.rows() if len(cells) == 2}
    assert set(get_args(Cluster.model_fields["severity"].annotation)) <= stated


def test_every_kind_is_explained(readme: Any) -> None:
    """Each kind of difference stands in the first column of a table."""
    stated = set().union(*(_quoted(cells[0]) for cells in readme.rows()))
    assert {kind.value for kind in Kind} <= stated


def test_every_redacted_name_is_listed(readme: Any) -> None:
    """What is hidden by default is written down, and so is where the key comes from."""
    assert set(NAMES) <= _quoted(readme.prose)
    assert KEY_VARIABLE in _quoted(readme.prose)
