"""By route, what is found and what hides the rest."""

import datetime
import random
from dataclasses import replace
from typing import Any

from crossfade.parity_tests.selftest.faults import Fault
from crossfade.parity_tests.selftest.tester import Hidden, Hider, noise_of
from crossfade.shadow.evidence import EvidenceWriter, open_store
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.exchange import Failure, FailureReason

RUN = RunInfo(
    run_id="run-1",
    service="x",
    engine="replay",
    legacy_build="py",
    candidate_build="java",
    rules_digest="",
    contract_digest="",
    started_at=1.0,
    secondary=True,
)
TODAY = datetime.date(2030, 1, 2)


def test_all_is_found_without_rules(played_of: Any, tested_of: Any, contract: Any, answer: Any, message: Any) -> None:
    """Of bodies and of messages, of each sort."""
    kind: Any = contract.message_class("t.M")
    calls = [message(kind(name="Ann", size=size).SerializeToString()) for size in (1, 2)]
    answers = [answer({"id": number, "tags": ["a", "b"]}) for number in (1, 2)]
    tested = tested_of(
        *(played_of("GET /a", one) for one in answers),
        *(played_of("t.S/Get", one, contract=contract) for one in calls),
        contract=contract,
        today=TODAY,
    )
    assert [route.route for route in tested.routes] == ["GET /a", "t.S/Get"]
    assert tested.found == tested.tried > 20
    assert [route.hidden for route in tested.routes] == [(), ()]
    assert all(tried for tried, _ in tested.routes[0].by_fault.values())
    assert tested.routes[1].by_fault[Fault.RECORD] == (1, 1)


def test_a_broad_ignore_rule(played_of: Any, tested_of: Any, answer: Any) -> None:
    """Is named with what it hides; the route on which it matters stands in front."""
    tested = tested_of(
        played_of("GET /b", answer({"id": 1, "price": 2})),
        played_of("GET /a", answer([])),
        ignore="*/price",
        today=TODAY,
    )
    assert [(route.route, route.found, route.tried) for route in tested.routes] == [("GET /b", 4, 6), ("GET /a", 1, 1)]
    assert tested.routes[0].by_fault[Fault.VALUE] == (2, 1)
    (hidden,) = tested.routes[0].hidden
    assert hidden == Hidden(
        by=Hider.IGNORE,
        rule="*  */price",
        reason="they move",
        faults=2,
        places=("body/price (missing)", "body/price (value)"),
    )


def test_an_accept_rule(played_of: Any, tested_of: Any, answer: Any) -> None:
    """Hides what it accepts, as long as it has not expired."""
    played = played_of("GET /a", answer({"id": 1}))
    (route,) = tested_of(played, accept="body/*", today=TODAY).routes
    (hidden,) = route.hidden
    assert (hidden.by, hidden.rule, hidden.places) == (Hider.ACCEPT, "*  body/*  value", ("body/id (value)",))
    assert hidden.reason == "agreed"
    expired = tested_of(played, accept="body/*", today=TODAY, expires=datetime.date(2030, 1, 1))
    assert expired.found == expired.tried


def test_noise(played_of: Any, tested_of: Any, answer: Any) -> None:
    """Of this call, and of the run."""
    played = played_of("GET /a", answer({"at": 7, "n": 1}), secondary=answer({"at": 8, "n": 1}))
    tested = tested_of(played, noise=lambda _: frozenset({("body/n", "value")}), today=TODAY)
    (hidden,) = tested.routes[0].hidden
    assert (hidden.by, hidden.faults, hidden.places) == (Hider.NOISE, 2, ("body/at (value)", "body/n (value)"))


def test_a_difference_of_the_candidate(played_of: Any, tested_of: Any, answer: Any) -> None:
    """Hides another one at its place."""
    (route,) = tested_of(played_of("GET /a", answer({"id": 1}), answer({"id": 2})), today=TODAY).routes
    assert [(hidden.by, hidden.places) for hidden in route.hidden] == [(Hider.MASKED, ("body/id (value)",))]


def test_a_route_without_answers(played_of: Any, tested_of: Any, answer: Any) -> None:
    """Is told, and counts for nothing."""
    failed = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
    tested = tested_of(played_of("GET /a", answer({}), failed), today=TODAY)
    assert (tested.routes, tested.untried, tested.tried) == ((), ("GET /a",), 0)


def test_the_noise_of_a_run(played_of: Any, answer: Any) -> None:
    """The places whose status is noise, and no others."""
    rng = random.Random(1)
    played = [
        played_of("GET /a", *(answer({"at": rng.random(), "id": number}) for number in (1, 2, 1)), number=n)
        for n in range(40)
    ]
    route = played[0].call.route
    store = open_store("memory:")
    with EvidenceWriter.begin(store, RUN, None) as writer:
        for one in played:
            writer.add(one.observation)
        writer.finish({route: len(played)}, now=2.0)
    noise = noise_of(store.read("run-1"), [], TODAY)
    assert noise(route) == {("body/at", "value")}
    assert noise(replace(route, route="GET /b")) == frozenset()
