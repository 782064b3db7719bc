"""A run says what changed or became known while it went on."""

from pathlib import Path

from crossfade.shadow.evidence import EvidenceWriter, read_run
from crossfade.shadow.evidence.records import RunInfo

INFO = RunInfo(
    run_id="run-1",
    service="builds",
    engine="mitmproxy",
    legacy_build="py",
    candidate_build="java",
    rules_digest="d0",
    contract_digest="c",
    started_at=1000.0,
)


def _digest_after(folder: Path, *digests: str) -> str:
    with EvidenceWriter.open(folder, INFO, None) as writer:
        for digest in digests:
            writer.note_rules(digest)
            writer.flush({})
    return read_run(folder).info.rules_digest


def test_each_change_is_kept(tmp_path: Path) -> None:
    """The digests stand in the order in which they were at work, from the next flush on."""
    assert _digest_after(tmp_path / "a") == "d0"
    assert _digest_after(tmp_path / "b", "d1") == "d0+d1"
    assert _digest_after(tmp_path / "c", "d1", "d0") == "d0+d1+d0"


def test_many_changes(tmp_path: Path) -> None:
    """The text is bounded: the first and the newest stay, and that some are left out is seen."""
    digests = [f"d{number}" for number in range(1, 30)]
    assert _digest_after(tmp_path, *digests) == "d0+...+d24+d25+d26+d27+d28+d29"


def test_a_build_that_is_known_later(tmp_path: Path) -> None:
    """The run carries it from the next flush on."""
    writer = EvidenceWriter.open(tmp_path, INFO, None)
    writer.note_candidate_build("java 2")
    assert read_run(tmp_path).info.candidate_build == "java"
    writer.finish({}, now=1001.0)
    assert read_run(tmp_path).info.candidate_build == "java 2"
