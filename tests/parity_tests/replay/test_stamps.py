"""Times of a recording beside times of now."""

import json
import struct
from dataclasses import replace
from typing import Any

import pytest

from crossfade.codegen.contract import ProtoFiles, load_contract
from crossfade.parity_tests.replay.stamps import without_live_stamps, without_stamps
from crossfade.shadow.exchange import Answer, Comparison, Protocol
from crossfade.shadow.judging.judge import Judge

THEN_S, NOW_S = 1_764_504_000.0, 1_764_590_400.0  # 2025-11-30 and 12-01, 12:00 UTC
THEN, NOW = "2025-11-30T12:00:00.250000+00:00", "2025-12-01T12:00:01.750000+00:00"


@pytest.fixture
def differ(call_of: Any) -> Any:
    """Where two bodies differ once stamps are taken out."""
    call = call_of(0, "GET", "/notes", "GET /notes")
    call = replace(call, request=replace(call.request, started_at=THEN_S))
    live = replace(call.request, started_at=NOW_S)

    def answer(body: object) -> Answer:
        headers, data = (("content-type", "application/json"),), json.dumps(body).encode()
        return Answer(status=200, headers=headers, body=data, truncated=False, trailers=(), latency_ms=20.0)

    def found(legacy: object, candidate: object) -> list[str]:
        comparison = Comparison(
            request=live, route="GET /notes", legacy=answer(legacy), candidate=answer(candidate), secondary=None
        )
        stampless = without_stamps(comparison, call, None)
        observation: Any = Judge(contract=None).observe(stampless, call.route).observation
        return [item.template for item in observation.signature]

    return found


def test_each_side_stamped_its_own_time(differ: Any) -> None:
    """Somewhere in a list, too."""
    assert differ({"at": THEN, "all": [{"at": THEN}]}, {"at": NOW, "all": [{"at": NOW}]}) == []


@pytest.mark.parametrize(
    "candidate",
    [THEN, "2025-12-01T13:00:01.750000+00:00", "2025-12-01T12:00:01.750Z", "0000-00-00", 5],
    ids=["the recorded one", "an hour later", "another form", "no time", "a number"],
)
def test_what_is_no_stamp_of_its_own_is_found(differ: Any, candidate: object) -> None:
    """A time outside of the request's, or one that is written otherwise."""
    assert differ({"at": THEN}, {"at": candidate}) == ["body/at"]


@pytest.mark.parametrize("scale", [1, 1000, 1_000_000])
def test_a_number_that_a_clock_shows_is_a_stamp(differ: Any, scale: int) -> None:
    """Of seconds, milliseconds or microseconds, as a number or as a text; one that is hours off is none."""
    then, now, off = (int(at_s * scale) for at_s in (THEN_S, NOW_S, NOW_S + 7200))
    assert differ({"at": then, "of": f"{then}"}, {"at": now, "of": f"{now}"}) == []
    assert differ({"at": then}, {"at": off}) == ["body/at"]
    assert differ({"at": then}, {"at": f"{now}"}) == ["body/at"]


def test_the_nanos_of_a_stamp_go_with_its_seconds(differ: Any) -> None:
    """Those of another time stay."""
    now = [{"seconds": int(NOW_S), "nanos": 5}, {"seconds": 7, "nanos": 5}]
    then = [{"seconds": int(THEN_S), "nanos": 9}, {"seconds": 7, "nanos": 9}]
    assert differ({"all": then[:1]}, {"all": now[:1]}) == []
    assert differ({"all": then}, {"all": now}) == ["body/all/*/nanos"]


def test_the_stamps_of_a_message(call_of: Any, tmp_path: Any) -> None:
    """A Timestamp, and a number of milliseconds; another field is found."""
    proto = tmp_path / "t.proto"
    proto.write_text(
        'syntax = "proto3"; package t.v1; import "google/protobuf/timestamp.proto";'
        "message Made { google.protobuf.Timestamp at = 1; int64 at_ms = 2; string text = 3; }"
        "service Notes { rpc Make(Made) returns (Made); }",
        encoding="utf-8",
    )
    contract = load_contract(ProtoFiles(files=(proto,)))
    made = contract.message_class("t.v1.Made")
    call = call_of(0, "POST", "/t.v1.Notes/Make", "t.v1.Notes/Make")
    request = replace(call.request, protocol=Protocol.GRPC, started_at=NOW_S)

    def answer(beside_s: float, text: str) -> Answer:
        at_s = NOW_S + beside_s
        message: Any = made(at_ms=int(at_s * 1000), text=text)
        message.at.FromNanoseconds(int(at_s * 1e9))
        data = message.SerializeToString()
        body = struct.pack(">BI", 0, len(data)) + data
        headers = (("content-type", "application/grpc"),)
        trailers = (("grpc-status", "0"),)
        return Answer(status=200, headers=headers, body=body, truncated=False, trailers=trailers, latency_ms=20.0)

    def found(beside_s: float, text: str) -> list[str]:
        comparison = Comparison(
            request=request,
            route="t.v1.Notes/Make",
            legacy=answer(0.25, "a"),
            candidate=answer(beside_s, text),
            secondary=None,
        )
        route = replace(call.route, route="t.v1.Notes/Make", protocol="grpc", call_type="unary")
        stampless = without_live_stamps(comparison, contract)
        judge = Judge(contract=contract)
        plain: Any = judge.observe(comparison, route).observation
        observation: Any = judge.observe(stampless, route).observation
        assert set(observation.signature) <= set(plain.signature)
        return [item.template for item in observation.signature]

    assert found(0.5, "a") == []
    assert found(0.5, "b") == ["message.text"]
    assert found(7200.5, "a") == ["message.at.nanos", "message.at.seconds", "message.at_ms"]


def test_old_times_are_compared_as_they_are(differ: Any) -> None:
    """A record's own time is no stamp."""
    old, other = "2020-01-01T00:00:00+00:00", "2020-01-01T00:00:01+00:00"
    assert differ({"at": old}, {"at": old}) == []
    assert differ({"at": old}, {"at": other}) == ["body/at"]


def test_sides_that_were_asked_one_after_the_other(call_of: Any) -> None:
    """The last one stamps as much later as the others took; what is later than that is no stamp."""
    call = call_of(0, "POST", "/notes", "POST /notes")

    def answer(at: str, latency_ms: float) -> Answer:
        headers, data = (("content-type", "application/json"),), json.dumps({"at": at}).encode()
        return Answer(status=200, headers=headers, body=data, truncated=False, trailers=(), latency_ms=latency_ms)

    comparison = Comparison(
        request=replace(call.request, started_at=NOW_S),
        route="POST /notes",
        legacy=answer("2025-12-01T12:00:29Z", 30_000),
        candidate=answer("2025-12-01T12:00:31Z", 2_000),
        secondary=answer("2025-12-01T12:00:43Z", 20),
    )
    found = without_live_stamps(comparison, None)
    bodies = [reply.body for reply in (found.legacy, found.candidate, found.secondary) if isinstance(reply, Answer)]
    assert bodies == [b'{"at": "0000-00-00T00:00:00Z"}'] * 2 + [b'{"at": "2025-12-01T12:00:43Z"}']
