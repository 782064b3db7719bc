"""Which rules apply to a comparison."""

import pytest

from crossfade.shadow.compare.diff.keys import Key
from crossfade.shadow.exchange import Answer, Comparison, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judgement import IgnoreRule, ListRule
from crossfade.shadow.judging.rules import RuleFinder, Rules

ANSWER = Answer(status=200, headers=(), body=b"", truncated=False, trailers=(), latency_ms=1.0)
REQUEST = Request(
    id="c-1",
    protocol=Protocol.HTTP,
    method="GET",
    scheme="http",
    authority="a",
    target="/users/7",
    headers=(),
    body=b"",
    truncated=False,
    trailers=(),
    started_at=0.0,
)


def seen(route: str) -> tuple[Comparison, RouteInfo]:
    comparison = Comparison(request=REQUEST, route=route, legacy=ANSWER, candidate=ANSWER, secondary=None)
    return comparison, RouteInfo(route=route, protocol="http", call_type="http", stage="shadow")


@pytest.mark.parametrize(
    ("glob", "route", "applies"),
    [
        ("GET /users/{id}", "GET /users/{id}", True),
        ("GET /users/7", "GET /users/{id}", True),
        ("GET /users/{id}", "(other)", True),
        ("POST *", "GET /users/{id}", False),
    ],
)
def test_by_the_request_or_by_the_route_it_is_counted_under(glob: str, route: str, applies: bool) -> None:
    """A route that came too late to be counted by its name still has its rules."""
    ignore = IgnoreRule(route=glob, path="body/a", reason="test")
    rules = RuleFinder(
        Rules(
            ignore=(ignore,),
            lists=(ListRule(route=glob, path="body/rows", key=("a.b", "c")),),
            templates=("GET /users/{id}",),
        )
    )
    assert rules.ignored(*seen(route)) == ((ignore,) if applies else ())
    key = Key((("a", "b"), ("c",))) if applies else None
    assert rules.keys(*seen(route)).at("body/rows") == key


def test_streams_know_their_route_alone() -> None:
    """The key of another route's lists is not theirs."""
    rules = RuleFinder(Rules(lists=(ListRule(route="GET /users/{id}", path="body/*", key=("a",)),)))
    assert rules.stream_keys(seen("GET /users/{id}")[1]).at("body/rows") == Key((("a",),))
    assert rules.stream_keys(seen("GET /others")[1]).at("body/rows") is None
