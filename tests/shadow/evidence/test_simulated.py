"""Verdicts on simulated traffic, from observations to the gate: how often they are wrong, and that they come at all."""

import datetime
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from crossfade.shadow.evidence import EvidenceWriter, open_store
from crossfade.shadow.evidence.claims import Claim, judge_claim
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.view import view_route
from crossfade.shadow.exchange.difference import Fingerprint
from crossfade.shadow.exchange.observations import Judged, Sighting

TODAY = datetime.date(2026, 1, 1)
GATE = GateSettings(routes=("*",))
Answer = dict[int, float]


@dataclass(slots=True, kw_only=True)
class Service:
    """Answers of numbered fields: each field is unlike its usual value with its own chance, in each answer anew.

    ``fault``: a field and the share of requests in which the candidate is wrong there; ``wavers``: at each look anew.
    ``other_state``: from so many requests on, the secondary's field 0 has another value.
    """

    rng: random.Random
    noise: list[float]
    fault: tuple[int, float] | None = None
    wavers: bool = False
    other_state: int | None = None
    secondary: float = 0.1
    recheck: float = 0.2
    asked: int = 0
    number: int = 0
    is_wrong: bool = field(default=False)

    def legacy(self) -> Answer:
        return {name: self.rng.random() for name, chance in enumerate(self.noise) if self.rng.random() < chance}

    def instance(self) -> Answer:
        """Of the secondary."""
        answer = self.legacy()
        if self.other_state is not None and self.number > self.other_state:
            answer[0] = 2.0
        return answer

    def candidate(self) -> Answer:
        answer = self.instance()
        if self.fault is not None:
            if self.wavers:
                self.is_wrong = self.rng.random() < self.fault[1]
            if self.is_wrong:
                answer[self.fault[0]] = -1.0
        return answer

    def observe(self, make: Any) -> Judged:
        """One request, judged as the judge does it."""
        self.number += 1
        self.is_wrong = self.fault is not None and self.rng.random() < self.fault[1]
        legacy, ours = self.legacy(), [self.candidate()]
        theirs = [self.instance() if self.rng.random() < self.secondary else None, None, None]
        if (differing(legacy, ours[0]) or differing(legacy, theirs[0])) and self.asked < self.recheck * self.number:
            self.asked += 1
            ours.append(self.candidate())
            theirs[1] = self.instance()
            if theirs[0] is None and differing(legacy, theirs[1]):
                theirs[2] = self.instance()
        return judged(make, self.number, legacy, ours, theirs)


def differing(one: Answer, other: Answer | None) -> set[int]:
    return set() if other is None else {name for name in one.keys() | other.keys() if one.get(name) != other.get(name)}


def judged(make: Any, number: int, legacy: Answer, ours: list[Answer], theirs: list[Answer | None]) -> Judged:
    """The first and second answers of the candidate, and three of the secondary's, of which some were not asked for."""
    found: dict[str, list[Fingerprint]] = {"signature": [], "excused": [], "drift": []}
    sightings = []
    asked = [answer for answer in theirs if answer is not None]
    for name in sorted(set().union(*(differing(legacy, answer) for answer in (*ours, *asked)))):
        values = [answer.get(name) for answer in asked]
        parted = [value for value in values if value != legacy.get(name)]
        reference = {value for value in parted if parted.count(value) > 1}
        differs = [answer.get(name) not in {legacy.get(name), *reference} for answer in ours]
        fingerprint = make.fingerprint(f"body/{name}")
        if name in differing(legacy, ours[0]):
            sort = "excused" if parted else "signature"
            if reference:
                sort = "signature" if differs[0] else "drift"
            found[sort].append(fingerprint)
        sightings.append(
            Sighting(
                template=fingerprint.template,
                kind="value",
                candidate=differs[0],
                secondary=None if theirs[0] is None else name in differing(legacy, theirs[0]),
                candidate_again=differs[1] if ours[1:] else None,
                secondary_again=None if theirs[1] is None else name in differing(legacy, theirs[1]),
                drift=bool(reference),
            )
        )
    noise = (
        None if theirs[0] is None else tuple(make.fingerprint(f"body/{name}") for name in differing(legacy, theirs[0]))
    )
    return make.judged(
        request=number,
        noise=noise,
        sightings=tuple(sightings),
        asked_again=len(ours) > 1,
        **{sort: tuple(items) for sort, items in found.items()},
    )


def claims(make: Any, service: Service, looks: list[int]) -> Iterator[Claim]:
    """The claim after so many requests, each time."""
    store = open_store("memory:")
    info = replace(make.info(), secondary=True)
    with EvidenceWriter.begin(store, info, None) as writer:
        for look in looks:
            for _ in range(look - service.number):
                writer.add(service.observe(make))
            writer.flush(make.entered(look))
            (route,) = store.read().routes
            yield judge_claim(view_route(route, (), TODAY, info), GATE, claimed=True, finished=False)


def verdicts(make: Any, runs: int, looks: list[int], **values: Any) -> Counter[str]:
    """How each run ended: the first look that passes or fails ends it."""
    found: Counter[str] = Counter()
    for seed in range(runs):
        service = Service(rng=random.Random(seed), **values)
        ends = (claim.verdict for claim in claims(make, service, looks))
        found[next((end for end in ends if end != "inconclusive"), "inconclusive") or ""] += 1
    return found


@pytest.mark.parametrize("secondary", [0.1, 1.0])
def test_a_normal_route_passes(make: Any, secondary: float) -> None:
    """A time, an id and a tag differ in each answer; it takes no more requests than a route without them."""
    assert verdicts(make, 5, [315], noise=[0.0, 1.0, 1.0, 1.0], secondary=secondary) == {"pass": 5}


@pytest.mark.parametrize("noise", [0.005, 0.03, 0.4])
@pytest.mark.parametrize("secondary", [0.2, 1.0])
def test_a_right_candidate_does_not_fail(make: Any, noise: float, secondary: float) -> None:
    """Whatever legacy's noise is, in thirty fields."""
    assert verdicts(make, 5, [50, 150], noise=[noise] * 30, secondary=secondary)["fail"] == 0


@pytest.mark.parametrize("wavers", [False, True])
@pytest.mark.parametrize("noise", [0.0, 0.003, 0.02])
def test_a_fault_at_the_budget_does_not_pass(make: Any, noise: float, wavers: bool) -> None:
    """Though one looks often, and ends the run when it passes: at most the one in twenty that is told."""
    looks = list(range(380, 900, 65))
    ends = verdicts(make, 16, looks, noise=[noise], fault=(0, 0.01), wavers=wavers, secondary=0.3)
    assert ends["pass"] <= 3


@pytest.mark.parametrize(("share", "secondary"), [(0.05, 0.1), (0.2, 0.1), (0.05, 1.0), (0.2, 1.0)])
def test_a_fault_beside_a_little_noise_is_found(make: Any, share: float, secondary: float) -> None:
    """One or a few differences between legacy and its secondary hide nothing."""
    ends = verdicts(make, 5, [300, 1500], noise=[0.002], fault=(0, share), secondary=secondary)
    assert ends == {"fail": 5}


def test_a_fault_inside_much_noise_is_found(make: Any) -> None:
    """Legacy differs from itself in 70 % of pairs there, as in 49 other fields."""
    assert verdicts(make, 3, [200], noise=[0.45] * 50, fault=(3, 1.0), secondary=1.0) == {"fail": 3}


@pytest.mark.parametrize("secondary", [0.1, 1.0])
@pytest.mark.parametrize("fault", [None, (0, 1.0), (2, 1.0)])
def test_another_state(make: Any, fault: tuple[int, float] | None, secondary: float) -> None:
    """Where the secondary parts from legacy, a right candidate does not fail, and a wrong one does not pass."""
    ends = verdicts(make, 3, [400, 800], noise=[0.0, 1.0, 0.0], other_state=50, fault=fault, secondary=secondary)
    assert ends["fail" if fault is None else "pass"] == 0
