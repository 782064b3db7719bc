"""What services send becomes observations, one for each request; pairs come out as behind the proxy."""

import hashlib
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossfade.codegen.contract import Contract
from crossfade.shadow.exchange import Answer, Comparison
from crossfade.shadow.exchange.observations import Judged
from crossfade.shadow.exchange.route import OTHER, RouteInfo
from crossfade.shadow.ingest.answers import build_request, frames
from crossfade.shadow.ingest.protocol import Counts, ProtocolError, read_line
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.judging.judgement import IgnoreRule

HASHES = ("00000000000000aa", "00000000000000bb")


def test_equal_pairs(bench: Any, lines: Any) -> None:
    """One matched observation each, with its request's hash and its pair of latencies."""
    bench.take(lines.counts(3, *HASHES))
    assert bench.ends == ["same", "same"]
    assert [(item.request_hash, item.legacy_ms, item.candidate_ms) for item in bench.seen] == [
        (0xAA, 4.0, 2.0),
        (0xBB, 4.0, 2.0),
    ]
    assert bench.seen[0].route == RouteInfo(route=lines.get, protocol="grpc", call_type="unary", stage="shadow")
    assert bench.balance() == (3, 2, 1)


def test_an_unequal_pair(bench: Any, lines: Any) -> None:
    """Judged by meaning, with an example; faults that were put into it are recorded apart."""
    bench.take(lines.pair(lines.answer(lines.message("a", 1)), lines.answer(lines.message("a", 2))))
    (found,) = bench.seen
    assert {proof.mutation.value for proof in bench.proofs} == {"value", "missing", "status"}
    assert [(item.template, item.kind) for item in found.signature] == [("message.size", "value")]
    assert (found.examples[0].legacy, found.examples[0].candidate) == ("1", "2")
    assert found.examples[0].request.body == '{"id": "a-1"}'
    assert (found.legacy_ms, found.candidate_ms, found.at) == (2.0, 2.0, 1000.0)
    assert bench.balance() == (1, 1, 0)


def test_the_hash_that_a_service_has_to_send(bench: Any, lines: Any) -> None:
    """A request that is equal once and unequal once is one distinct request: BLAKE2b over what README says."""
    pair = lines.pair(lines.answer(), lines.answer(status=5), b"ab", headers=[["content-type", "application/grpc"]])
    text = b"grpc\0POST\0/t.v1.Things/Get\0application/grpc\0" + b"\0\0\0\0\x02ab"
    bench.take(pair, lines.counts(1, hashlib.blake2b(text, digest_size=8).hexdigest()))
    assert len({item.request_hash for item in bench.seen}) == 1


def test_other_bytes_that_mean_the_same(bench: Any, lines: Any) -> None:
    """Fields in another order are no difference: only the differ knows, so the pair is sent."""
    one, other = lines.message("a") + lines.message(size=1), lines.message(size=1) + lines.message("a")
    assert bench.take(lines.pair(lines.answer(one), lines.answer(other))).ends == ["same"]


@pytest.mark.parametrize(
    ("method", "ours", "theirs", "template"),
    [
        ("Get", [("a", 1)], [("b", 1)], "message.name"),
        ("List", [("a", 1), ("b", 2)], [("a", 1), ("b", 3)], "message[*].size"),
        ("List", [("a", 1), ("b", 2)], [("a", 1)], "message[*]"),
        ("Sum", [("a", 1)], [("a", 2)], "message.size"),
        ("Talk", [("a", 1), ("b", 2)], [("b", 2), ("a", 1)], "message"),
    ],
)
def test_the_four_types_of_calls(bench: Any, lines: Any, method: str, ours: Any, theirs: Any, template: str) -> None:
    """Each is compared as behind the proxy; a stream has no latency."""
    sides = [lines.answer(*(lines.message(*each) for each in side)) for side in (ours, theirs)]
    asks = [lines.message("q")] * (2 if method in {"Sum", "Talk"} else 1)
    bench.take(
        lines.pair(*sides, *asks, route=f"t.v1.Things/{method}"),
        lines.counts(1, HASHES[0], route=f"t.v1.Things/{method}"),
    )
    found, equal = bench.seen
    assert [item.template for item in found.signature] == [template]
    streamed = method in {"List", "Talk"}
    assert (found.legacy_ms is None) == (equal.legacy_ms is None) == streamed


@pytest.mark.parametrize(
    ("ours", "theirs", "templates"),
    [
        ({"status": 5, "message": "no a"}, {"status": 2, "message": "no a"}, ["status.code"]),
        ({"status": 5, "message": "no a"}, {"status": 5, "message": "no 'a'"}, ["status.message"]),
        ({"headers": [["x-a", "1"]]}, {"headers": []}, ["metadata.x-a"]),
        ({"trailers": [["x-b-bin", "AAE="]]}, {"trailers": [["x-b-bin", "AAI="]]}, ["trailer.x-b-bin"]),
        ({"headers": [["content-type", "application/grpc"]]}, {"headers": []}, []),
        ({"headers": [["x-crossfade-served-by", "legacy"]]}, {"headers": []}, []),
    ],
)
def test_statuses_metadata_and_trailers(bench: Any, lines: Any, ours: Any, theirs: Any, templates: list[str]) -> None:
    """What a caller can see differs or not."""
    bench.take(lines.pair(lines.answer(**ours), lines.answer(**theirs)))
    assert [item.template for item in bench.seen[0].signature] == templates


def _proxied(answer: tuple[Any, ...], *, only_trailers: bool) -> Answer:
    """An answer as the proxy reads it from the wire."""
    messages, status, message, headers, trailers = answer
    head = (("content-type", "application/grpc"), ("grpc-accept-encoding", "identity, deflate, gzip"))
    end = (("grpc-status", str(status)), *((("grpc-message", message),) if message else ()), *trailers)
    return Answer(
        status=200,
        headers=(*head, *headers, *end) if only_trailers else (*head, *headers),
        body=frames(messages),
        truncated=False,
        trailers=() if only_trailers else end,
        latency_ms=2.0,
    )


@pytest.mark.parametrize("method", ["Get", "List", "Sum", "Talk"])
def test_the_same_signature_as_behind_the_proxy(contract: Contract, bench: Any, lines: Any, method: str) -> None:
    """Random pairs of answers, Trailers-Only ones among them: fingerprints, examples and latencies are those."""
    rng, judge = random.Random(7), Judge(contract=contract)
    call_type = str(contract.methods[f"t.v1.Things/{method}"].call_type)
    route = RouteInfo(route=f"t.v1.Things/{method}", protocol="grpc", call_type=call_type, stage="shadow")
    for number in range(200):
        sides = []
        for _ in range(2):
            refused = rng.random() < 0.3
            many = 1 if method in {"Get", "Sum"} else rng.randrange(4)
            messages = () if refused else tuple(lines.message(rng.choice("ab"), rng.randrange(3)) for _ in range(many))
            more = (("x-m", rng.choice("12")),) if rng.random() < 0.3 else ()
            end = (("x-t-bin", rng.choice(["AAE", "AAI"])),) if rng.random() < 0.3 else ()
            status = (5, rng.choice(["none", "no"])) if refused else (0, "")
            sides.append((messages, *status, () if refused else more, end))
        told = [
            lines.answer(
                *messages,
                status=status,
                message=message,
                headers=[list(item) for item in headers],
                trailers=[list(item) for item in trailers],
            )
            for messages, status, message, headers, trailers in sides
        ]
        bench.take(lines.pair(*told, lines.message("q"), route=route.route))
        request = build_request(route.route, (), frames([lines.message("q")]), request_id=f"id-{number}", at=1000.0)
        legacy, candidate = (_proxied(side, only_trailers=bool(side[1]) and rng.random() < 0.5) for side in sides)
        comparison = Comparison(
            request=request,
            route=route.route,
            legacy=legacy,
            candidate=candidate,
            secondary=None,
            followed=method in {"List", "Talk"},
        )
        wanted, found = judge.observe(comparison, route).observation, bench.seen[-1]
        assert isinstance(wanted, Judged)
        assert (found.signature, found.examples) == (wanted.signature, wanted.examples)
        assert (found.legacy_ms, found.candidate_ms) == (wanted.legacy_ms, wanted.candidate_ms)


@pytest.mark.parametrize(
    ("candidate", "end"),
    [
        ({"failed": "deadline", "detail": "5 s"}, "differs"),
        ({"failed": "not_ported"}, "skipped(not_ported)"),
        ({"failed": "client_cancelled"}, "skipped(client_cancelled)"),
    ],
)
@pytest.mark.parametrize("method", ["Get", "List"])
def test_a_candidate_without_an_answer(bench: Any, lines: Any, candidate: Any, end: str, method: str) -> None:
    """It failed and counts, or there was nothing to compare."""
    bench.take(lines.pair(lines.answer(), candidate, route=f"t.v1.Things/{method}"))
    assert bench.ends == [end]
    if end == "differs":
        assert [(item.template, item.kind) for item in bench.seen[0].signature] == [("answer", "failed")]


@pytest.mark.parametrize("place", ["headers", "trailers"])
def test_an_answer_that_legacy_gave(bench: Any, lines: Any, place: str) -> None:
    """A candidate that passed the call back is no evidence."""
    passed_on = lines.answer(lines.message("b"), **{place: [["x-crossfade-served-by", "legacy"]]})
    assert bench.take(lines.pair(lines.answer(lines.message("a")), passed_on)).ends == ["skipped(not_ported)"]


def test_a_legacy_without_an_answer(bench: Any, lines: Any) -> None:
    """There is nothing to compare with."""
    assert bench.take(lines.pair({"failed": "reset"}, lines.answer())).ends == ["legacy_failed(reset)"]


@pytest.mark.parametrize("method", ["Get", "List"])
def test_what_was_cut(bench: Any, lines: Any, method: str) -> None:
    """An answer that was not kept whole is not comparable."""
    cut = lines.answer(lines.message("a"), truncated=True)
    bench.take(lines.pair(cut, lines.answer(lines.message("b")), route=f"t.v1.Things/{method}"))
    assert bench.ends == ["uncomparable(truncated)"]


def test_a_message_of_legacy_that_is_none(bench: Any, lines: Any) -> None:
    """It can't be decoded by the contract."""
    assert bench.take(lines.pair(lines.answer(b"\xff"), lines.answer())).ends[0].startswith(("uncomparable", "differs"))
    bench.take(lines.pair(lines.answer(b"\xff"), lines.answer(b"\x0a\x01a")))
    assert bench.ends[1] == "uncomparable(undecodable)"


def test_shed(bench: Any, lines: Any) -> None:
    """Each reason counts as its outcome; a word of no list is uncomparable, and said."""
    shed = {"queue_full": 2, "not_ported": 3, "truncated": 1, "compare_down": 0, "new word": 1}
    bench.take(lines.counts(7, shed=shed))
    assert bench.ends == [
        *["shed(queue_full)"] * 2,
        *["skipped(not_ported)"] * 3,
        "uncomparable(truncated)",
        "uncomparable(internal)",
    ]
    assert bench.complaints.totals == {"reason": 1}
    assert bench.balance() == (7, 7, 0)


def test_large_figures_cost_nothing(bench: Any, lines: Any) -> None:
    """A billion requests in one line are one observation."""
    bench.take(lines.counts(10**9, shed={"queue_full": 10**9}))
    assert [item.count for item in bench.seen] == [10**9]


def test_the_contract_is_not_known(bench_of: Callable[..., Any], lines: Any) -> None:
    """Equal pairs are equal; others can't be read, and only differ where no message is."""
    bench = bench_of(known=False)
    bench.take(
        lines.counts(1, HASHES[0]),
        lines.pair(lines.answer(lines.message("a")), lines.answer(lines.message("b"))),
        lines.pair(lines.answer(status=5), lines.answer(status=3)),
    )
    assert bench.ends == ["same", "uncomparable(no_contract)", "differs"]


def test_unknown_routes_are_bounded(bench: Any, lines: Any) -> None:
    """Two more than the contract has; all others, and what is no route, are one."""
    for route in ("x.A/B", "x.A/C", "x.A/D", "no route", "a" * 5000):
        bench.take(lines.counts(1, HASHES[0], route=route))
    assert [item.route.route for item in bench.seen] == ["x.A/B", "x.A/C", OTHER, OTHER, OTHER]
    assert len({item.route for item in bench.seen}) == 3


def test_rules_leave_differences_out(bench_of: Callable[..., Any], lines: Any) -> None:
    """``[[compare.ignore]]`` is at work."""
    bench = bench_of(ignore=(IgnoreRule(route="t.v1.*", path="message.size", reason="noise"),))
    assert bench.take(lines.pair(lines.answer(lines.message("a", 1)), lines.answer(lines.message("a", 2)))).ends == [
        "same"
    ]


def test_a_handle_that_the_sides_call_otherwise(bench_of: Callable[..., Any], lines: Any) -> None:
    """With stores of their own it is mapped where a write minted it; a pair that carries it shows nothing of the port."""
    minted, other = lines.message("0b1d6d9c-3c5b-4a43-9d2e"), lines.message("1c2e7eab-4d6c-5b54-ae3f")
    create = lines.pair(lines.answer(minted), lines.answer(other), route="t.v1.Things/Sum")
    read = lines.pair(lines.answer(minted), lines.answer(status=5), minted)
    assert bench_of(shared=False).take(create, read).ends == ["same", "skipped(foreign_handle)"]
    assert bench_of(shared=True).take(create, read).ends == ["differs", "differs"]


def test_an_unreadable_pair(bench: Any, lines: Any) -> None:
    """It is counted on its route, and said."""
    bench.take(lines.pair(lines.answer(), {"status": 0}))
    assert bench.ends == ["uncomparable(undecodable)"]
    assert bench.seen[0].route.route == lines.get
    assert bench.complaints.totals == {"pair": 1}


@pytest.mark.parametrize("field", [["x-a", "Zo\ufffd"], ["x-" + "a" * 300, "1"]])
def test_a_request_with_a_header_that_grpc_does_not_take(bench: Any, lines: Any, field: list[str]) -> None:
    """Its answers differ all the same: were it refused, only the equal ones of that caller would count."""
    pair = lines.pair(lines.answer(lines.message("a")), lines.answer(lines.message("b")), headers=[field])
    assert bench.take(pair).ends == ["differs"]
    assert bench.complaints.totals == {}


def test_a_fault_of_crossfade(bench: Any, lines: Any, monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    """It ends one comparison, is said without values, and the next one is judged."""
    pair = lines.pair(lines.answer(lines.message("a")), lines.answer(lines.message("b")))

    def broken(*_: object) -> None:
        raise ValueError("secret")

    with monkeypatch.context() as patched:
        patched.setattr(bench.intake.judge._judge, "observe", broken)
        bench.take(pair)
    assert bench.take(pair).ends == ["uncomparable(internal)", "differs"]
    assert "comparison.failed route=t.v1.Things/Get error=ValueError at=test_intake.py:" in caplog.text
    assert "secret" not in caplog.text


def test_the_end(bench: Any, lines: Any) -> None:
    """What was told to have entered and never ended is shed; what ended and was not told entered all the same."""
    pair = lines.pair(lines.answer(lines.message("a")), lines.answer(lines.message("b")))
    bench.take(lines.counts(5, HASHES[0]), lines.pair(lines.answer(), lines.answer(), route="x.A/B"), pair)
    assert bench.balance() == (6, 3, 3)
    bench.intake.finish()
    assert bench.ends[3:] == ["shed(shutdown)"] * 3
    assert bench.balance() == (6, 6, 0)


def test_others_have_their_turn(bench: Any, lines: Any) -> None:
    """Many equal pairs in one line are counted in portions."""
    line = lines.counts(1200, *(f"{number:016x}" for number in range(1200)))
    counts = read_line(line)
    assert isinstance(counts, Counts)
    assert [len(bench.seen) for _ in bench.service.take_counts(counts)] == [500, 1000, 1200]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["CgFh", "reset", "\ud800"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def _places(told: Any) -> list[tuple[Any, Any]]:
    """Each container and key inside a JSON value."""
    keys = list(told) if isinstance(told, dict) else list(range(len(told))) if isinstance(told, list) else []
    return [(told, key) for key in keys] + [place for key in keys for place in _places(told[key])]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), method=st.sampled_from(["Get", "List", "Sum", "Talk", "None"]))
def test_a_pair_with_anything_in_it(bench_of: Callable[..., Any], lines: Any, data: st.DataObject, method: str) -> None:
    """Whatever stands in one or two places of it, it is one outcome, or ends its connection and is none."""
    fields = [["x-a", "1"], ["x-b-bin", "AAE="]]
    sides = [lines.answer(lines.message("a", n), headers=fields, trailers=fields, message="m") for n in (1, 2)]
    told = json.loads(lines.pair(*sides, route=f"t.v1.Things/{method}", headers=fields))
    for _ in range(data.draw(st.integers(1, 2))):
        place, key = data.draw(st.sampled_from(_places(told)))
        place[key] = data.draw(_JSON)
    bench = bench_of(shared=False)
    wanted = 1
    try:
        bench.take(json.dumps(told).encode())
    except ProtocolError:
        wanted = 0
    if told.get("kind") == "pair":
        assert (len(bench.ends), bench.balance()) == (wanted, (wanted, wanted, 0))
    assert "uncomparable(internal)" not in bench.ends
