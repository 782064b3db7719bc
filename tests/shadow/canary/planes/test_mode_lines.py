"""The lines of a mode file that a controller writes."""

import pytest

from crossfade.codegen.project.modes import parse_modes
from crossfade.shadow.canary.planes.mode_lines import Assigned, mode_of, read_written, weight_of, with_weights
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.serving.weights import HeaderMatch, RouteWeight, Weights

GET, LIST = "ci.builds.v1.BuildService/GetBuild", "ci.builds.v1.BuildService/ListBuilds"
ASSIGNED = Assigned(keys=("header:x-user", "peer"), salt="builds", tester_header="x-side")
TEXT = f"""\
# who answers
* = LEGACY

{GET} = COMPARE  # mine
# {LIST} = LEGACY
ci.builds.v1.BuildService/Console = PORTED
"""


def weight(route: str = GET, stage: Stage = Stage.CANARY, pct: float = 5, mirror_pct: float = 100.0) -> RouteWeight:
    """One weight."""
    return RouteWeight(route=route, stage=stage, candidate_pct=pct, mirror_pct=mirror_pct)


def weights(*routes: RouteWeight, generation: int = 7) -> Weights:
    """Weights with a lease."""
    return Weights(generation=generation, lease_s=12.5, routes=routes)


def test_a_persons_lines_and_comments_stay() -> None:
    """A line of the controller's takes the place of the RPC's own, or goes to the end."""
    text = with_weights(TEXT, weights(weight(), weight(f"grpc {LIST}", Stage.LIVE, 100)), ASSIGNED)
    assert text == (
        f"# who answers\n* = LEGACY\n\n{GET} = CANARY 5% leased  # crossfade canary: canary\n"
        f"# {LIST} = LEGACY\nci.builds.v1.BuildService/Console = PORTED\n"
        "generation = 7\nlease = 12.5\nkey = header:x-user, peer\nsalt = builds\ntester = x-side\n"
        f"{LIST} = PORTED_COMPARE leased  # crossfade canary: live\n"
    )
    assert parse_modes(text, "here").of(LIST).leased
    written = read_written(text)
    assert (written.generation, written.lease_s) == (7, 12.5)
    assert written.stages == {GET: Stage.CANARY, LIST: Stage.LIVE}


def test_written_twice_is_written_once() -> None:
    """The same weights give the same file; others replace them."""
    once = with_weights(TEXT, weights(weight()), ASSIGNED)
    assert with_weights(once, weights(weight()), ASSIGNED) == once
    later = with_weights(once, weights(weight(pct=10), generation=8), Assigned(keys=("peer",), salt="builds"))
    assert later == once.replace("5%", "10%").replace("= 7", "= 8").replace("header:x-user, ", "").replace(
        "tester = x-side\n", ""
    )


def test_a_route_that_is_missing_is_legacys() -> None:
    """Where the controller led it before; it stays known as the controller's."""
    once = with_weights(TEXT, weights(weight()), ASSIGNED)
    text = with_weights(once, weights(), ASSIGNED)
    assert f"{GET} = COMPARE  # crossfade canary: shadow\n" in text
    assert read_written(text).stages == {GET: Stage.SHADOW}


@pytest.mark.parametrize(
    ("one", "mode"),
    [
        (weight(stage=Stage.OFF, pct=0, mirror_pct=0), "LEGACY compare 0%"),
        (weight(stage=Stage.SHADOW, pct=0), "COMPARE"),
        (weight(stage=Stage.SHADOW, pct=0, mirror_pct=20), "COMPARE compare 20%"),
        (weight(pct=0.25), "CANARY 0.25% leased"),
        (weight(pct=5, mirror_pct=12.5), "CANARY 5% compare 12.5% leased"),
        (weight(stage=Stage.LIVE, pct=100, mirror_pct=20), "PORTED_COMPARE compare 20% leased"),
        (weight(stage=Stage.RAMPDOWN, pct=100, mirror_pct=0), "PORTED"),
        (weight(stage=Stage.COMPLETE, pct=100, mirror_pct=0), "PORTED"),
    ],
)
def test_a_mode_says_all_of_a_weight(one: RouteWeight, mode: str) -> None:
    """Back and forth; the stage of the file tells apart what has one word."""
    assert mode_of(one) == mode
    assert weight_of(GET, mode, one.stage) == one


@pytest.mark.parametrize(
    ("mode", "stage", "expected"),
    [
        ("CANARY 5.0% compare 20.0% leased", Stage.CANARY, weight(mirror_pct=20)),
        ("COMPARE", Stage.LIVE, weight(stage=Stage.SHADOW, pct=0)),
        ("PORTED", Stage.LIVE, weight(stage=Stage.RAMPDOWN, pct=100, mirror_pct=0)),
        ("PORTED_COMPARE", Stage.SHADOW, weight(stage=Stage.LIVE, pct=100)),
    ],
)
def test_what_a_service_shows_is_what_holds(mode: str, stage: Stage, expected: RouteWeight) -> None:
    """Whatever the file says: a lease may have ended."""
    assert weight_of(GET, mode, stage) == expected


@pytest.mark.parametrize("mode", ["", "PORTD", "CANARY 5", "PORTED maybe"])
def test_no_mode(mode: str) -> None:
    """An RPC that a service does not know has none."""
    with pytest.raises(ValueError, match="expected a mode"):
        weight_of(GET, mode, Stage.CANARY)


@pytest.mark.parametrize(
    ("one", "message"),
    [
        (
            RouteWeight(
                route=GET, stage=Stage.CANARY, candidate_pct=0, headers=(HeaderMatch(name="x-team", value="a"),)
            ),
            "expected no setHeaderRoute",
        ),
        (weight(pct=1e-7), "expected at most six decimals"),
        (weight(stage=Stage.LIVE, pct=50), "expected another weight at the stage live, got 50 %"),
        (weight(stage=Stage.SHADOW, pct=1), "expected another weight at the stage shadow, got 1 %"),
    ],
)
def test_what_a_mode_file_cant_say(one: RouteWeight, message: str) -> None:
    """Is refused, never rounded."""
    with pytest.raises(ValueError, match=message):
        mode_of(one)
