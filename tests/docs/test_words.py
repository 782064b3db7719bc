"""The closed lists of the code stand in the reference: a user meets no word that is not explained."""

import re
from pathlib import Path
from typing import Any, get_args

import pytest

from crossfade.codegen.pitfalls import all_pitfalls
from crossfade.reports.report import Cluster, Report
from crossfade.shadow.asking.clients.notes import Note
from crossfade.shadow.evidence import contracts, recordings, store
from crossfade.shadow.evidence.key import KEY_VARIABLE
from crossfade.shadow.evidence.patterns import NAMES
from crossfade.shadow.exchange.difference import Kind
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.operate import switch

_EVENT = re.compile(r'log\.(?:info|warning|error|exception)\(\s*"([a-z%]+\.[a-z_%]+)')
_STOPPED = re.compile(r'_stop\(f?"([a-z]+\.[a-z]+) ')
_COMPLAINT = re.compile(r'(?:ProtocolError|_complain|complaints\.say)\(\s*"(\w+)"')


def _quoted(text: str) -> set[str]:
    return set(re.findall(r"`([^`]+)`", text))


def _first_cells(document: Any) -> set[str]:
    return set().union(*(_quoted(cells[0]) for cells in document.rows()))


def _found(pattern: re.Pattern[str], folders: list[Path]) -> set[str]:
    """What a pattern finds in the code of some folders."""
    files = [path for folder in folders for path in folder.rglob("*.py")]
    return {word for path in files for word in pattern.findall(path.read_text(encoding="utf-8"))}


def test_every_outcome_and_reason_is_explained(page: Any) -> None:
    """One row for each outcome; a reason stands with its outcome, or is one of a stream that was cut."""
    document = page("reference/outcomes.md")
    rows = {cells[0].strip("`"): cells[1] for cells in document.rows() if len(cells) == 2}
    assert set(rows) - {"outcome"} == {*Outcome, "---"}
    stated = set().union(*(_quoted(rows[outcome.value]) for outcome in Outcome))
    assert {reason.value for reason in Reason if not reason.value.startswith("cut_by_")} <= stated


def test_every_reason_tells_what_to_do(page: Any) -> None:
    """One row for each: what it is, and what a person does about it."""
    rows = [cells for cells in page("reference/outcomes.md").rows() if len(cells) == 3 and cells[1] and cells[2]]
    assert set().union(*(_quoted(cells[0]) for cells in rows)) == {reason.value for reason in Reason}


@pytest.mark.parametrize("words", [get_args(Cluster.model_fields["severity"].annotation), tuple(Kind)])
def test_every_severity_and_kind_is_explained(page: Any, words: tuple[str, ...]) -> None:
    """What it means for a caller, and for the candidate's answer."""
    assert set(words) <= _first_cells(page("reference/kinds-and-paths.md"))


def test_every_redacted_name_is_listed(page: Any) -> None:
    """What is hidden by default is written down, and so is where the key comes from."""
    assert set(NAMES) | {KEY_VARIABLE} <= _quoted(page("guides/redaction.md").prose)
    assert KEY_VARIABLE in _first_cells(page("reference/config.md"))


def test_every_pitfall_is_explained(page: Any) -> None:
    """Each entry of the catalogue has a heading, its reason and its fix."""
    text = page("reference/causes.md").text
    assert len(all_pitfalls()) > 100
    for entry in all_pitfalls().values():
        assert f"### {entry.id} {entry.title}\n\n{entry.why}\n\nIn Java: {entry.java_fix}\n" in text


def test_every_key_of_the_report_is_listed(page: Any) -> None:
    """Each record has a chapter, and each of its keys a row there."""
    _, *chapters = re.split(r"^## ", page("reference/report-schema.md").text, flags=re.MULTILINE)
    stated = {text.partition("\n")[0]: set(re.findall(r"^\| `(\w+)`", text, re.MULTILINE)) for text in chapters}
    written = Report.model_json_schema()
    assert stated == {record["title"]: set(record["properties"]) for record in (written, *written["$defs"].values())}
    assert [
        line for text in chapters for line in re.findall(r"^\| `.*", text, re.MULTILINE) if line.endswith("|  |")
    ] == []


def test_every_event_of_the_log_is_explained(page: Any, root: Path) -> None:
    """Each name that the code logs stands in the tables, and no other; a side and a kind have their own lists.

    What crossfade itself does is counted, and no event.
    """
    houses = [root / "shadow", root / "parity_tests", root / "tools"]
    logged = _found(_EVENT, houses) | _found(_STOPPED, houses)
    assert len(logged) > 15
    notes = {f"{side}.{note.value}" for side in ("candidate",) for note in Note if note is not Note.SECOND_LOOK}
    wanted = {event for event in logged if "%" not in event} | notes
    stated = {word for word in _first_cells(page("operations/logs.md")) if re.fullmatch(r"[a-z]+\.[a-z_]+", word)}
    assert stated == wanted


def test_every_note_and_complaint_is_explained(page: Any, root: Path) -> None:
    """The values of the labels of two metrics."""
    complaints = _found(_COMPLAINT, [root / "shadow" / "ingest"])
    assert len(complaints) > 8
    assert {note.value for note in Note} | complaints <= _first_cells(page("reference/metrics.md"))


def test_every_file_of_a_run_is_listed(page: Any) -> None:
    """What stands in the folder of the evidence."""
    stated = " ".join(_first_cells(page("reference/files.md")))
    for name in (store.FILE_NAME, f"{recordings.FOLDER}/", f"{contracts.FOLDER}/", switch.FILE_NAME, "redaction.key"):
        assert name in stated
