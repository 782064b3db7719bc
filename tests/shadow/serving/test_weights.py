"""What a controller sets on a data plane."""

import pytest

from crossfade.shadow.errors import ShadowError
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.serving.weights import HeaderMatch, RouteWeight, Weights, parse_weights, weights_text

_WEIGHTS = Weights(
    generation=7,
    lease_s=10,
    routes=(
        RouteWeight(
            route="http GET /builds/{id}",
            stage=Stage.CANARY,
            candidate_pct=5,
            mirror_pct=20,
            headers=(HeaderMatch(name="x-tester", value="1"),),
        ),
        RouteWeight(route="http GET /health", stage=Stage.COMPLETE, candidate_pct=100, mirror_pct=0),
    ),
)


def test_weights_survive_their_text() -> None:
    assert parse_weights(weights_text(_WEIGHTS)) == _WEIGHTS


def test_a_route_without_a_weight_is_legacys() -> None:
    assert _WEIGHTS.of("http GET /other").candidate_pct == 0


def test_without_its_controller_only_what_is_complete_stays_with_the_candidate() -> None:
    assert [weight.route for weight in _WEIGHTS.without_lease().routes] == ["http GET /health"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (b"{", "expected JSON"),
        (b"\xff", "expected JSON"),
        (b'{"generation":1}', "lease_s"),
        (b'{"generation":1,"lease_s":1,"x":1}', "unknown field `x`"),
        (b'{"generation":1,"lease_s":-1}', "lease_s: expected 0 to 3600, got -1"),
        (b'{"generation":1,"lease_s":3601}', "lease_s: expected 0 to 3600, got 3601"),
        (b'{"generation":1,"lease_s":"inf"}', "lease_s: expected 0 to 3600, got inf"),
        (b'{"generation":1,"lease_s":"nan"}', "lease_s: expected 0 to 3600, got nan"),
        (b'{"generation":1,"lease_s":1,"routes":[{"route":"a","stage":"canary","candidate_pct":101}]}', "0 to 100"),
        (b'{"generation":1,"lease_s":1,"routes":[{"route":"a","stage":"later","candidate_pct":1}]}', "'later'"),
    ],
)
def test_what_is_no_weights_is_refused_with_its_place(text: bytes, told: str) -> None:
    with pytest.raises(ShadowError, match=told):
        parse_weights(text)
