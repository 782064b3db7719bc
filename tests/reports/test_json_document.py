"""The report as JSON: one document, whatever stands before the report."""

import json
from typing import Any

from crossfade.reports.formats import Lead
from crossfade.reports.gate import gate
from crossfade.reports.json_document import gate_json, to_json
from crossfade.shadow.evidence.records import SignatureCount


def test_a_lead(make: Any) -> None:
    """It is an object under its name, beside the report that stands alone without it."""
    report = make.report(make.route(matched=3))
    told = json.loads(to_json(report, Lead(name="rediff", lines=("not here",), record={"same": 3})))
    assert told == {"rediff": {"same": 3}, "report": json.loads(to_json(report))}


def test_a_gate(make: Any) -> None:
    """A program finds the verdict, the exit code and what a person reads."""
    report = make.report(make.route("GET /few", matched=3))
    told = json.loads(gate_json(report, gate(report, allow_inconclusive=True)))
    assert (told["verdict"], told["exit_code"]) == ("inconclusive", 0)
    assert told["sentences"] == list(gate(report, allow_inconclusive=True).sentences)
    assert told["findings"] == []


def test_what_to_fix_is_in_a_gate(make: Any) -> None:
    """The open findings, without the text of a cause, which the report has."""
    mark = make.fingerprint(cause="A1")
    route = make.route(signatures={(mark,): SignatureCount(count=5, distinct=5)}, clusters=(make.cluster(mark),))
    report = make.report(route)
    (finding,) = json.loads(gate_json(report, gate(report)))["findings"]
    assert finding == {
        key: value for key, value in json.loads(to_json(report))["findings"][0].items() if key != "cause"
    }
