"""The bugs that are planted in the example's port: each Python line that causes one is flagged with its pitfall."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from crossfade import examples
from crossfade.codegen.contract import ProtoFiles, load_contract
from crossfade.codegen.hazards import Hazard, LegacySource, find_handlers

EXAMPLE = Path(examples.__file__).parent / "buildqueue"
DIVERGENCES = tomllib.loads((EXAMPLE / "divergences.toml").read_text(encoding="utf-8"))["divergence"]

# pitfall -> file of examples/buildqueue/legacy, and what the causing line holds. None of them is beyond the source.
CAUSES = {
    "A10": ("texts.py", r"took_ms / 1000:\.2f"),
    "B6": ("texts.py", r"offset_min // 60"),
    "B9": ("console.py", r"// self\._build\[\"duration_s\"\]"),
    "B8": ("project_pages.py", r"\) / len\(builds\)"),
    "B11": ("rpc.py", r"round\(retries / len\(window\), 2\)"),
    "B19": ("build_pages.py", r"checksum=sum\(data\)"),
    "B25": ("project_pages.py", r"request\.form\.get\(\"priority\", default=5, type=int\)"),
    "C4": ("texts.py", r"sorted\(set\(labels\)\)"),
    "C10": ("build_pages.py", r"request\.form\.get\(\"tags\", \"\"\)\.split\(\",\"\)"),
    "C11": ("console.py", r"command\.split\(\)"),
    "C16": ("project_pages.py", r"green=\{green\} last_failure=.* else None"),
    "C17": ("rpc.py", r"expected some of \{LABELS\}"),
    "C24": ("rpc.py", r"data\.decode\(\"utf-8\", \"replace\"\)"),
    "D3": ("build_pages.py", r"re\.search\(pattern, line\)"),
    "E1": ("project_pages.py", r"per_branch\.items\(\)"),
    "E3": ("project_pages.py", r"sorted\(builds, .*reverse=True\)"),
    "F1": ("build_pages.py", r"finished_at=build\[\"finished_at\"\]"),
    "F8": ("project_pages.py", r"total_bytes=sum\("),
    "G7": ("project_pages.py", r"build\[\"duration_s\"\] \* COST_PER_S"),
    "H1": ("texts.py", r"now\.isoformat\(\)"),
    "H11": ("texts.py", r"str\(timedelta\(seconds=seconds\)\)"),
    "H16": ("texts.py", r"strftime\(\"%Y-%m-%dT%H:%M:%S\.%fZ\"\)"),
    "I4": ("rpc.py", r"\{digest:08x\}"),
    "I5": ("texts.py", r"\{quote\(name\)\}"),
    "J2": ("failures.py", r"context\.abort_with_status\("),
    "K3": ("store.py", r"WHERE id = \?\", \(build_id,\)\)\.fetchone\(\)"),
}
GRPC = [entry for entry in DIVERGENCES if " " not in entry["route"]]


@pytest.fixture(scope="module")
def legacy() -> LegacySource:
    """The example's legacy, scanned."""
    proto = EXAMPLE / "proto"
    files = (proto / "ci/builds/v1/builds.proto",)
    return find_handlers(EXAMPLE / "legacy", load_contract(ProtoFiles(files=files, includes=(proto,))))


def lines_of(hazards: tuple[Hazard, ...], pitfall_id: str) -> list[str]:
    """``file: text`` of each line that is flagged with a pitfall."""
    found = []
    for hazard in hazards:
        source = (EXAMPLE / "legacy" / hazard.path).read_text(encoding="utf-8").splitlines()
        if hazard.pitfall_id == pitfall_id:
            found += [f"{hazard.path}: {source[line - 1]}" for line in (hazard.line, *hazard.also)]
    return found


def is_caused_in(lines: list[str], cause: tuple[str, str]) -> bool:
    """Whether one of the lines is the causing one."""
    return any(line.startswith(f"{cause[0]}: ") and re.search(cause[1], line) for line in lines)


def test_knows_the_cause_of_each_planted_bug() -> None:
    """The table names each pitfall of divergences.toml, and no other."""
    assert set(CAUSES) == {entry["pitfall"] for entry in DIVERGENCES}


@pytest.mark.parametrize("pitfall_id", CAUSES)
def test_flags_the_line_that_causes_a_planted_bug(legacy: LegacySource, pitfall_id: str) -> None:
    """Among the hazards of the whole folder, gRPC and HTTP."""
    lines = lines_of(legacy.hazards, pitfall_id)
    assert is_caused_in(lines, CAUSES[pitfall_id]), lines


@pytest.mark.parametrize("entry", GRPC, ids=[f"{entry['route']}-{entry['pitfall']}" for entry in GRPC])
def test_flags_it_at_the_rpc_whose_answer_it_changes(legacy: LegacySource, entry: Mapping[str, str]) -> None:
    """Through the helpers that the handler calls, and those that they call."""
    handler = legacy.handlers[entry["route"]]
    assert is_caused_in(lines_of(handler.hazards, entry["pitfall"]), CAUSES[entry["pitfall"]])


def test_finds_every_handler_of_the_example(legacy: LegacySource) -> None:
    """Each RPC has its ``def`` line, nothing is missing, nothing could not be read."""
    source = (EXAMPLE / "legacy/rpc.py").read_text(encoding="utf-8").splitlines()
    assert (legacy.missing, legacy.warnings) == ((), ())
    for rpc, handler in legacy.handlers.items():
        assert handler.path == "rpc.py"
        assert source[handler.line - 1].strip().startswith(f"def {rpc.rpartition('/')[2]}(self, ")


def test_names_the_codes_that_each_handler_ends_with(legacy: LegacySource) -> None:
    """Also those that a helper is given, and only those."""
    codes = {rpc.rpartition("/")[2]: handler.status_codes for rpc, handler in legacy.handlers.items()}
    assert codes["GetBuild"] == ("NOT_FOUND",)
    assert codes["CancelBuild"] == ("NOT_FOUND", "FAILED_PRECONDITION")
    assert codes["UploadLog"] == ("INVALID_ARGUMENT", "NOT_FOUND")
    assert codes["Console"] == ()
    assert legacy.handlers["ci.builds.v1.BuildService/ListBuilds"].caught == ("ValueError",)
