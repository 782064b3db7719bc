"""The report as JSON, for programs; every key is in the schema."""

import json

from crossfade.reports.formats import Format, Lead
from crossfade.reports.gate import GateResult
from crossfade.reports.report import Report


def to_json(report: Report, lead: Lead | None = None) -> str:
    """The report as indented JSON with a newline at its end; behind a lead it stands under ``report``."""
    if lead is None:
        return report.model_dump_json(indent=2) + "\n"
    return _indented({lead.name: lead.record, "report": report.model_dump(mode="json")})


def gate_json(report: Report, result: GateResult) -> str:
    """An object with ``exit_code``, ``verdict``, ``sentences`` and the open ``findings``, without their causes."""
    told = [one.model_dump(mode="json", exclude={"cause"}) for one in report.findings if one.status == "open"]
    document = {"exit_code": result.exit_code, "verdict": report.verdict, "sentences": list(result.sentences)}
    return _indented(document | {"findings": told})


def _indented(document: object) -> str:
    return json.dumps(document, indent=2) + "\n"


FORMAT = Format(suffix=".json", render=to_json, gate=gate_json)
