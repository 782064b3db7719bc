"""Ticks of the controller against planes in memory, with decisions that the tests make."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec.structs import replace

from crossfade.shadow.canary.control.carriers import Carriers
from crossfade.shadow.canary.control.evidence import Evidence, EvidenceWatch
from crossfade.shadow.canary.control.loop import Controller, Senses, lowered
from crossfade.shadow.canary.control.status import Order
from crossfade.shadow.canary.control.webhooks import GateAnswer as WebhookAnswer
from crossfade.shadow.canary.plan.records import Gate, Plan, Prove, RoutePlan, SetWeight
from crossfade.shadow.canary.reading import GateAnswer, Reading, Verb
from crossfade.shadow.canary.states.records import Code, Decision, Event, Phase, RolloutState, RouteState, Transition
from crossfade.shadow.config.canary_steps import GateKind
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.serving.weights import HeaderMatch, RouteWeight, Weights

GATE = Gate(before_pct=5, kind=GateKind.WEBHOOK, url="http://127.0.0.1:9/gate")
ROUTE = RoutePlan(
    route="GET /a", group="all", plane="engine", steps=(Prove(), SetWeight(5), GATE), error_budget=0.01, mirror_pct=20
)
PLAN = Plan(service="builds", routes=(ROUTE,))


def weight(pct: float, route: str = "GET /a", **more: Any) -> RouteWeight:
    return RouteWeight(route=route, stage=Stage.CANARY, candidate_pct=pct, **more)


@dataclass
class Script:
    """Decides what a test wants, and remembers what it saw, what was written, and in which order."""

    pct: float = 0.0
    phase: Phase = Phase.PROGRESSING
    step: int = 1
    transitions: tuple[Transition, ...] = ()
    readings: list[Reading] = field(default_factory=list)
    written: list[Decision] = field(default_factory=list)
    problem: Exception | None = None
    log: list[str] = field(default_factory=list)
    notices: list[Any] = field(default_factory=list)
    name: str = "notify.0"
    sent: int = 3
    dropped: int = 0
    failed_tries: int = 0

    def decide(self, _: Plan, state: RolloutState, reading: Reading) -> Decision:
        self.readings.append(reading)
        routes = (replace(state.routes[0], weight_pct=self.pct, phase=self.phase, step=self.step),)
        unchanged = tuple(f"{verb.verb} was seen" for verb in reading.verbs)
        return Decision(
            state=replace(state, routes=routes, generation=state.generation + 1),
            weights=(weight(self.pct),),
            transitions=self.transitions,
            unchanged=unchanged,
        )

    def write(self, _: Reading, decision: Decision) -> None:
        self.log.append(f"write {decision.weights[0].candidate_pct:g}")
        if self.problem is not None:
            raise self.problem
        self.written.append(decision)

    def tell(self, notice: Any) -> None:
        self.notices.append(notice)


@dataclass
class Hooks:
    """Webhooks that say what the test says."""

    answer: WebhookAnswer | None = None
    asked: list[tuple[str, Any]] = field(default_factory=list)
    kept: set[str] = field(default_factory=set)

    def ask(self, _: str, url: str, document: Any) -> WebhookAnswer | None:
        self.asked.append((url, document))
        return self.answer

    def keep(self, keys: Any) -> None:
        self.kept = set(keys)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def plane(new_plane: Any, script: Script) -> Any:
    plane = new_plane()
    set_weights = plane.set

    async def noted(weights: Weights) -> None:
        script.log.append(f"set {weights.of('GET /a').candidate_pct:g}")
        await set_weights(weights)

    plane.set = noted
    return plane


@pytest.fixture
def hooks() -> Hooks:
    return Hooks()


@pytest.fixture
def controller(plane: Any, script: Script, hooks: Any) -> Controller:
    return Controller(
        plan=PLAN,
        state=RolloutState(routes=(RouteState(route="GET /a"),)),
        carriers=Carriers(planes=[plane], owner={"GET /a": "engine"}, lease_s=10),
        senses=Senses(
            evidence=EvidenceWatch(Evidence, clock=lambda: 50.0),
            webhooks=hooks,
            legacies=(),
            candidates=(),
            clock=lambda: 50.0,
        ),
        book=script,
        decide=script.decide,
        senders=(script,),  # type: ignore[arg-type] - only told
        tick_s=0.01,
    )


async def test_a_decision_is_written_before_it_is_carried_out(
    controller: Controller, script: Script, plane: Any
) -> None:
    """And read back in the next tick, which comes at once."""
    script.pct = 5
    assert await controller.tick()
    assert script.log == ["write 5", "set 5"]
    assert not await controller.tick()
    assert script.readings[1].planes[0].weights == plane.weights
    assert controller.status().routes[0].weight_pct == 5
    assert plane.renewed == [1]


async def test_what_is_shown_is_what_was_read_back(controller: Controller, script: Script, plane: Any) -> None:
    """A plane that lies is found out."""
    script.pct = 5
    plane.reads_back = Weights(generation=4, lease_s=10, routes=(weight(1),))
    await controller.tick()
    assert await controller.tick()
    route = controller.status().routes[0]
    assert (route.weight_pct, route.wanted_pct) == (1, 5)
    assert script.log.count("set 5") == 2


async def test_a_plane_that_refuses_is_told_again_and_shown(
    controller: Controller, script: Script, plane: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Each tick, and logged once."""
    plane.refuses, script.pct = True, 5
    for _ in range(3):
        assert await controller.tick()
    assert len(plane.told) == 3
    assert controller.status().planes[0].problem == "engine: expected the weights to be taken, got status 409"
    assert len([line for line in caplog.messages if "canary.plane_failed" in line]) == 1
    plane.refuses = False
    await controller.tick()
    await controller.tick()
    assert controller.status().planes[0].problem == ""


async def test_what_cannot_be_written_is_not_done(controller: Controller, script: Script, plane: Any) -> None:
    """The weight stays, the lease is renewed, the state is what the journal has; it goes on once it can be written."""
    script.pct = 5
    await controller.tick()
    script.pct, script.problem = 25, OSError(28, "No space left on device")
    await controller.tick()
    await controller.tick()
    assert plane.weights.of("GET /a").candidate_pct == 5
    assert controller.state.routes[0].weight_pct == 5
    assert plane.renewed == [1, 1]
    assert "No space left" in controller.status().journal_problem
    script.problem = None
    await controller.tick()
    assert plane.weights.of("GET /a").candidate_pct == 25
    assert controller.status().journal_problem == ""


async def test_going_back_needs_no_journal(controller: Controller, script: Script, plane: Any) -> None:
    """Clients come before the record of it."""
    script.pct = 5
    await controller.tick()
    script.pct, script.problem = 0, ShadowError("journal: expected to write")
    await controller.tick()
    assert plane.weights.of("GET /a").candidate_pct == 0
    assert controller.state.routes[0].weight_pct == 5
    await controller.tick()
    assert script.log[-1] == "write 0"


async def test_a_verb_is_answered_once_it_was_read_back(controller: Controller, script: Script) -> None:
    """It wakes the controller, and the journal has it."""
    stop: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    controller.tick_s = 600
    running = asyncio.create_task(controller.run(stop))
    async with asyncio.timeout(20):
        done = await controller.order(Verb.PAUSE, Order(actor="jo", reason="why", routes="GET *"))
    assert done.unchanged == ("pause was seen",)
    assert [route.route for route in done.routes] == ["GET /a"]
    (request,) = (verb for reading in script.readings for verb in reading.verbs)
    assert (request.verb, request.actor, request.reason, request.routes) == (Verb.PAUSE, "jo", "why", "GET *")
    stop.set_result(None)
    await running


async def test_the_journal_has_who_started_it(controller: Controller, script: Script, plane: Any) -> None:
    """And the planes are told at once."""
    script.pct = 5
    await controller.begin("jo")
    assert [(verb.verb, verb.actor) for verb in script.readings[0].verbs] == [(Verb.START, "jo")]
    assert plane.weights.routes == controller.told == (weight(5),)


async def test_a_controller_that_cannot_write_does_not_begin(
    controller: Controller, script: Script, plane: Any
) -> None:
    """Nothing was shifted."""
    script.problem, script.pct = OSError(28, "No space left on device"), 5
    with pytest.raises(ShadowError, match="No space left on device"):
        await controller.begin("jo")
    assert plane.weights.of("GET /a").candidate_pct == 0


async def test_a_verb_for_no_route_is_refused(controller: Controller) -> None:
    """Before it is decided on."""
    with pytest.raises(ShadowError, match=r"^GET /b: expected a route of the plan, got none that matches"):
        await controller.order(Verb.ABORT, Order(actor="jo", routes="GET /b"))


async def test_a_verb_that_cannot_be_written_is_refused(controller: Controller, script: Script) -> None:
    """The person learns why."""
    script.problem = OSError(28, "No space left on device")
    order = asyncio.create_task(controller.order(Verb.PROMOTE, Order(actor="jo")))
    await asyncio.sleep(0)
    await controller.tick()
    with pytest.raises(ShadowError, match="No space left on device") as raised:
        await order
    assert raised.value.exit_code == 4


async def test_a_verb_at_the_end_is_refused(controller: Controller) -> None:
    """Nobody waits for a controller that is gone."""
    stop: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    stop.set_result(None)
    order = asyncio.create_task(controller.order(Verb.PROMOTE, Order(actor="jo")))
    await asyncio.sleep(0)
    await controller.run(stop)
    with pytest.raises(ShadowError, match="expected a controller that runs, got one that ends"):
        await order


async def test_a_gate_is_asked_while_a_route_waits_at_it(controller: Controller, script: Script, hooks: Hooks) -> None:
    """With the route and its weight; an open one is in the next reading."""
    await controller.tick()
    assert hooks.asked == []
    script.phase, script.step, script.pct = Phase.WAITING, 2, 1
    await controller.tick()
    hooks.answer = WebhookAnswer(is_open=True, said="status 200", at=50)
    await controller.tick()
    ((url, document),) = hooks.asked
    assert url == GATE.url
    assert document == {
        "service": "builds",
        "route": "GET /a",
        "weight_pct": 1.0,
        "before_pct": 5.0,
        "verdict": None,
        "claim": "",
    }
    assert script.readings[-1].gates == (GateAnswer(route="GET /a", step=2, is_open=True, detail="status 200"),)
    assert len(hooks.kept) == 1
    script.phase = Phase.PROGRESSING
    await controller.tick()
    await controller.tick()
    assert hooks.kept == set()


async def test_a_plane_that_hangs_does_not_stop_the_ticks(controller: Controller, script: Script, plane: Any) -> None:
    """It is a reading without weights."""
    controller.carriers.lease_s = 0.03
    plane.hangs = True
    await controller.tick()
    assert script.readings[0].planes[0].weights is None
    assert "expected an answer within" in script.readings[0].planes[0].error


async def test_news_are_told_once_the_decision_is_written(controller: Controller, script: Script) -> None:
    """And counted."""
    script.transitions = (
        Transition(
            route="GET /a",
            event=Event.STEP_DONE,
            before=Phase.PROGRESSING,
            after=Phase.PROGRESSING,
            step_before=0,
            step=1,
            weight_before_pct=0,
            weight_pct=5,
            code=Code.STEP,
            why="proven",
        ),
    )
    script.problem = OSError(28, "No space left on device")
    await controller.tick()
    assert script.notices == []
    script.problem = None
    await controller.tick()
    assert [notice.text for notice in script.notices] == ["GET /a: Progressing, 0 -> 5 %: proven"]
    text = controller.metrics().decode()
    assert 'crossfade_canary_transitions_total{event="step_done"} 1.0' in text
    assert 'crossfade_canary_notices_total{result="sent",target="notify.0"} 3.0' in text


def test_only_what_goes_back_is_kept_of_a_decision() -> None:
    """A weight that grows, and a header that is new, stay as they were."""
    header = (HeaderMatch(name="x", value="1"),)
    before = (
        weight(5),
        weight(5, "GET /b"),
        weight(0, "GET /c"),
        weight(5, "GET /h", headers=header),
        weight(0, "GET /i", headers=header),
    )
    after = (
        weight(1),
        weight(25, "GET /b"),
        weight(0, "GET /c", headers=header),
        weight(50, "GET /new"),
        weight(0, "GET /h"),
        weight(0, "GET /i"),
    )
    kept = (weight(1), weight(5, "GET /b"), weight(0, "GET /c"), weight(0, "GET /h"), weight(0, "GET /i"))
    assert lowered(before, after) == kept
    assert lowered((), (weight(0),)) == (weight(0),)
