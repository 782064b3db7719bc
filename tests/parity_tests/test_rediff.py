"""A recording is judged again: the same under the same rules, and what changes under others is counted."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import zstandard

from crossfade.codegen.contract import ProtoFiles, load_contract
from crossfade.parity_tests.rediff import Change, change_of, rediff
from crossfade.shadow.evidence import EvidenceWriter, store_in
from crossfade.shadow.exchange import Answer
from crossfade.shadow.exchange.difference import Fingerprint
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.recording.reader import RecordingReader
from crossfade.shadow.recording.records import Result, result_of

ONE, OTHER = (Fingerprint(template=f"body/{name}", kind="value") for name in "ab")


def test_the_same_rules_give_the_same_signatures(mixed: Any, judge: Any, judged: Any, tmp_path: Path) -> None:
    """Noise too; and so the same run as evidence had counted it."""
    found = rediff(mixed.finish(), judge(), None, "r")
    assert found.changes == dict.fromkeys(Change, 0) | {Change.SAME: 37, Change.NOT_JUDGED: 1}
    (route,) = found.evidence.routes
    observed = judged(mixed.observations)
    assert Counter(item.signature for item in observed) == {
        signature: seen.count for signature, seen in route.signatures.items()
    }
    writer = EvidenceWriter.begin(store_in(tmp_path / "store"), found.evidence.info, None)
    for observation in mixed.observations:
        writer.add(observation)
    writer.finish({observation.route: 38 for observation in mixed.observations}, now=1038.0)
    (original,) = store_in(tmp_path / "store").read().routes
    for name in (
        "entered",
        "settled",
        "signatures",
        "distinct",
        "places",
        "paired",
        "secondary_asked",
        "legacy_ms",
        "candidate_ms",
    ):
        assert getattr(route, name) == getattr(original, name), name
    assert original.places
    assert [cluster.fingerprint for cluster in route.clusters] == [item.fingerprint for item in original.clusters]
    assert route.settled == {(Outcome.UNCOMPARABLE, Reason.UNDECODABLE): 1}


def test_a_recording_that_tells_no_transitions(tape: Any, judge: Any) -> None:
    """One of an earlier version: the same comparisons are still the same, and so are their clusters."""
    tape.add({"on": True}, {"on": False})
    recording = tape.finish()
    (path,) = tape.folder.glob("*.zst")
    text = zstandard.ZstdDecompressor().stream_reader(path.read_bytes(), read_across_frames=True).read()
    assert b',"true -> false"' in text
    path.write_bytes(zstandard.ZstdCompressor().compress(text.replace(b',"true -> false"', b"")))
    found = rediff(recording, judge(), None, "r")
    assert found.changes[Change.SAME] == 1
    assert [(item.before, item.after) for item in found.clusters] == [(1, 1)]
    (route,) = found.evidence.routes
    assert [item.fingerprint.transition for item in route.clusters] == ["true -> false"]


def test_what_is_recorded_without_the_status_beside_it() -> None:
    """By an earlier version: that is no other result, whether it told transitions of its own or none."""
    status = Fingerprint(template="status", kind="value", transition="404 -> 401")
    for own in ("", "true -> false"):
        before = Fingerprint(template="body/on", kind="value", transition=own)
        after = Fingerprint(template="body/on", kind="value", transition=f"{own} beside 404 -> 401".strip())
        results = Result(signature=(before, status)), Result(signature=(after, status))
        assert change_of(*results) is Change.SAME
        assert change_of(*reversed(results)) is Change.OTHER_FINDINGS


def test_another_transition_is_another_result() -> None:
    """Where both were told."""
    one, other = (
        Fingerprint(template="status", kind="value", transition=told) for told in ("404 -> 401", "404 -> 200")
    )
    assert change_of(Result(signature=(one,)), Result(signature=(other,))) is Change.OTHER_FINDINGS
    assert change_of(Result(signature=(one,)), Result(signature=(one,))) is Change.SAME


def test_calls_are_read_by_the_recorded_contract(calls: Any, contract: Any, judge: Any) -> None:
    """Where there is no other; what it does not have is as comparable as it was."""
    observed = [result_of(item) for item in calls.observations]
    recording = calls.finish()
    found = rediff(recording, judge(), None, "r")
    assert found.changes == dict.fromkeys(Change, 0) | {Change.SAME: 6}
    assert [item.result for item in recording.comparisons()] == observed
    assert found.evidence.info.contract_digest == contract.digest
    assert b"hunter2" not in b"".join(_bodies(recording))
    paths = [item.fingerprint.template for item in found.clusters]
    assert paths == ["message.password", "message.size"]
    (name,) = {item.reason for item in observed if item.reason}
    assert name is Reason.NO_CONTRACT


def _lines(*lines: str, **values: Any) -> Answer:
    kind = (("content-type", "application/x-ndjson"),)
    body = "".join(f"{line}\n" for line in lines).encode()
    defaults: dict[str, Any] = {"truncated": False, "trailers": (), "latency_ms": 9.0}
    return Answer(**({"status": 200, "headers": kind, "body": body} | defaults | values))


def test_streams(tape: Any, judge: Any) -> None:
    """Cut ones are compared as far as both went; of one that was too long only what was found is known."""
    one = _lines('{"a": 1}', '{"a": 2}')
    tape.stream(one, _lines('{"a":1}', '{"a":2}'))
    tape.stream(one, _lines('{"a": 1}'))
    tape.stream(one, _lines('{"a": 1}'), Reason.CUT_BY_CLIENT)
    tape.stream(one, _lines('{"a": 9}'), Reason.CUT_BY_CLIENT)
    tape.stream(one, _lines('{"a": 1}', truncated=True))
    found = rediff(tape.finish(), judge(), None, "r")
    assert found.changes == dict.fromkeys(Change, 0) | {Change.SAME: 5}
    (route,) = found.evidence.routes
    assert {item.fingerprint.template: item.after for item in found.clusters} == {"body/*": 1, "body/*/a": 1}
    assert route.cut == {Reason.CUT_BY_CLIENT: 2}
    assert route.settled == {(Outcome.UNCOMPARABLE, Reason.TRUNCATED): 1}
    assert (route.legacy_ms.p50, route.candidate_ms.p50) == (None, None)
    ignoring = rediff(RecordingReader(tape.folder), judge("body/*/a"), None, "r")
    assert ignoring.changes[Change.NEWLY_MATCHED] == 1


def test_another_contract(calls: Any, judge: Any, tmp_path: Path) -> None:
    """A field that it no longer has is an unknown one on both sides."""
    path = tmp_path / "u.proto"
    path.write_text(
        'syntax = "proto3"; package t; message M { string name = 1; string password = 2; } '
        "service S { rpc Get(M) returns (M); }",
        encoding="utf-8",
    )
    contract = load_contract(ProtoFiles(files=(path,)))
    found = rediff(calls.finish(), judge(), contract, "r")
    assert found.changes[Change.OTHER_FINDINGS] == 1
    assert {item.fingerprint.template: (item.before, item.after) for item in found.clusters} == {
        "message.password": (1, 1),
        "message.size": (1, 0),
        "message.#3[*][*]": (0, 1),
    }


def _bodies(recording: RecordingReader) -> list[bytes]:
    return [
        reply.body
        for item in recording.comparisons()
        for reply in (item.comparison.legacy, item.comparison.candidate)
        if isinstance(reply, Answer)
    ]


def test_an_ignored_path(mixed: Any, judge: Any) -> None:
    """What differed only there matches now; what differed elsewhere too has fewer differences."""
    found = rediff(mixed.finish(), judge("body/at"), None, "other")
    assert (found.changes[Change.OTHER_FINDINGS], found.changed) == (5, 5)
    gone = next(item for item in found.clusters if item.fingerprint.template == "body/at")
    assert (gone.before, gone.after) == (5, 0)
    assert found.clusters[0] == gone
    found = rediff(RecordingReader(mixed.folder), judge("body/*"), None, "other")
    assert found.changes[Change.NEWLY_MATCHED] == 5
    assert found.evidence.info.rules_digest == "other"


def test_examples_are_those_of_the_recording(mixed: Any, judge: Any) -> None:
    """Pseudonyms, not replaced a second time."""
    found = rediff(mixed.finish(), judge(), None, "r")
    clusters = {cluster.fingerprint.template: cluster for cluster in found.evidence.routes[0].clusters}
    example = clusters["answer"].examples[0]
    assert (example.legacy, example.candidate) == ('"answered"', '"reset"')
    assert clusters["body/password"].examples[0].legacy != '"a1"'
    assert clusters["body/session_end"].examples == ()
    again = rediff(RecordingReader(mixed.folder), judge(), None, "r")
    assert again == found


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (Result(signature=()), Result(signature=()), Change.SAME),
        (Result(signature=(ONE,), noise=()), Result(signature=(ONE,), noise=(ONE,)), Change.SAME),
        (Result(signature=(ONE,)), Result(signature=()), Change.NEWLY_MATCHED),
        (Result(signature=None, reason=Reason.TRUNCATED), Result(signature=()), Change.NEWLY_MATCHED),
        (Result(signature=()), Result(signature=(ONE,)), Change.NEWLY_DIVERGED),
        (Result(signature=None, reason=Reason.TRUNCATED), Result(signature=(ONE,)), Change.NEWLY_DIVERGED),
        (Result(signature=(ONE,)), Result(signature=(OTHER,)), Change.OTHER_FINDINGS),
        (Result(signature=(ONE,)), Result(signature=None, reason=Reason.UNDECODABLE), Change.NEWLY_UNCOMPARABLE),
    ],
)
def test_what_became_of_one(before: Result, after: Result, change: Change) -> None:
    """One word for each pair; noise says nothing of one comparison alone."""
    assert change_of(before, after) is change


def test_a_second_look_is_judged_again(tape: Any, judge: Any) -> None:
    """The same sightings as in the run, also of what is hidden and counts as it was recorded."""
    again = {"a": 1, "at": 9}, {"a": 2, "at": 8}
    tape.add({"a": 1, "at": 1}, {"a": 3, "at": 2}, {"a": 2, "at": 3}, again=again)
    tape.add({"session_end": "2026-01-02T03:04:05Z"}, {"session_end": "2026-01-02T03:04:05+00:00"}, again=({}, {}))
    reader = tape.finish()
    items = list(reader.comparisons())
    assert [item.altered for item in items] == [False, True]
    for item, judged in zip(items, tape.observations, strict=True):
        assert item.result.sightings == judged.sightings != ()
        assert item.comparison.again is not None
    found = judge()(None).observe(items[0].comparison, items[0].route).observation
    assert (found.sightings, found.signature, found.excused) == (
        tape.observations[0].sightings,
        tape.observations[0].signature,
        tape.observations[0].excused,
    )
    assert rediff(reader, judge(), None, "r").changed == 0


def test_faults_are_put_into_a_recording_too(mixed: Any, judge: Any) -> None:
    """What a rule hides today is found out without traffic."""
    recorded = mixed.finish()
    seen, hidden = (rediff(recorded, judge(*rules), None, "r").evidence.routes[0].proofs for rules in ((), ("*",)))
    assert min(sum(seen.values()), sum(hidden.values())) >= 60
    assert all(signature for _, signature in seen)
    assert not any(signature for _, signature in hidden)
