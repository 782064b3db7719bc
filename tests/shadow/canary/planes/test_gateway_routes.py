"""Routes with weights as objects of the Gateway API, held against its published schemas."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from crossfade.shadow.canary.planes.gateway_routes import Site, kind_of, name_of, object_of, rules_of, split, weight_of
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.serving.weights import HeaderMatch, RouteWeight

SITE = Site(
    service="builds",
    namespace="shop",
    gateway="infra/edge",
    hostnames=("builds.example.com",),
    legacy="builds-crossfade:8080",
    candidate="builds-java:8080",
    tester_header="x-side",
    warms=True,
)
RPC, GET, LIST = "ci.builds.v1.BuildService/GetBuild", "GET /builds/{id}", "GET /builds"


def weight(route: str = GET, stage: Stage = Stage.CANARY, pct: float = 5.0, mirror_pct: float = 20.0) -> RouteWeight:
    """One weight."""
    return RouteWeight(route=route, stage=stage, candidate_pct=pct, mirror_pct=mirror_pct)


def test_an_http_route() -> None:
    """By method and path, a parameter is one segment; the tester's rules stand in front."""
    made = object_of(SITE, weight())
    assert (made["kind"], made["metadata"]["namespace"]) == ("HTTPRoute", "shop")
    assert made["spec"]["parentRefs"] == [{"name": "edge", "namespace": "infra"}]
    candidate, legacy, main = made["spec"]["rules"]
    path = {"type": "RegularExpression", "value": "/builds/[^/]+"}
    assert main == {
        "matches": [{"method": "GET", "path": path}],
        "backendRefs": [
            {"name": "builds-crossfade", "port": 8080, "weight": 95},
            {"name": "builds-java", "port": 8080, "weight": 5},
        ],
    }
    assert candidate["matches"][0]["headers"] == [{"type": "Exact", "name": "x-side", "value": "candidate"}]
    assert [rule["backendRefs"][0]["name"] for rule in (candidate, legacy)] == ["builds-java", "builds-crossfade"]


def test_a_grpc_route() -> None:
    """By service and method, whatever port stands in front of the name."""
    made = object_of(SITE, weight(f"grpc {RPC}"))
    method = {"type": "Exact", "service": "ci.builds.v1.BuildService", "method": "GetBuild"}
    assert (made["kind"], made["spec"]["rules"][-1]["matches"]) == ("GRPCRoute", [{"method": method}])


@pytest.mark.parametrize(
    ("route", "path"),
    [
        ("POST /builds", {"type": "Exact", "value": "/builds"}),
        ("web GET /a.b/{x}/c/{y}", {"type": "RegularExpression", "value": r"/a\.b/[^/]+/c/[^/]+"}),
    ],
)
def test_a_path(route: str, path: dict[str, str]) -> None:
    """Exact where it can be."""
    assert object_of(SITE, weight(route))["spec"]["rules"][-1]["matches"][0]["path"] == path


@pytest.mark.parametrize(
    ("stage", "mirror_pct", "safe", "expected"),
    [
        (Stage.SHADOW, 100.0, True, {"backendRef": {"name": "builds-java", "port": 8080}}),
        (Stage.SHADOW, 20.0, True, {"backendRef": {"name": "builds-java", "port": 8080}, "percent": 20}),
        (
            Stage.LIVE,
            0.5,
            True,
            {
                "backendRef": {"name": "builds-crossfade", "port": 8080},
                "fraction": {"numerator": 5000, "denominator": 1_000_000},
            },
        ),
        (Stage.CANARY, 20.0, True, None),
        (Stage.SHADOW, 0.0, True, None),
        (Stage.SHADOW, 20.0, False, None),
        (Stage.COMPLETE, 20.0, True, None),
    ],
)
def test_who_gets_copies(stage: Stage, mirror_pct: float, safe: bool, expected: Any) -> None:
    """The side that answers nobody, of safe requests alone."""
    pct = {Stage.SHADOW: 0.0, Stage.CANARY: 5.0}.get(stage, 100.0)
    main = object_of(SITE, weight(stage=stage, pct=pct, mirror_pct=mirror_pct), safe=safe)["spec"]["rules"][-1]
    assert [one["requestMirror"] for one in main.get("filters", [])] == ([expected] if expected else [])


def test_what_a_person_added_stays() -> None:
    """Timeouts and filters of the last rule; the mirror of an earlier stage goes."""
    shadowed = object_of(SITE, weight(stage=Stage.SHADOW, pct=0), safe=True)["spec"]["rules"][-1]
    header = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"remove": ["x-a"]}}
    theirs = shadowed | {"timeouts": {"request": "5s"}, "filters": [header, *shadowed["filters"]]}
    main = rules_of(SITE, weight(), main=theirs, safe=True)[-1]
    assert (main["timeouts"], main["filters"], main["backendRefs"][1]["weight"]) == ({"request": "5s"}, [header], 5)


@pytest.mark.parametrize(
    ("pct", "expected"),
    [(0, (100, 0)), (5, (95, 5)), (100, (0, 100)), (12.5, (8750, 1250)), (0.0001, (999_999, 1))],
)
def test_the_smallest_whole_numbers(pct: float, expected: tuple[int, int]) -> None:
    """Exactly the share."""
    assert split(pct) == expected


def test_a_share_that_no_whole_numbers_make() -> None:
    """Is refused, never rounded."""
    with pytest.raises(ValueError, match="at most four decimals"):
        split(100 / 3)


@pytest.mark.parametrize(
    "one",
    [
        weight(),
        weight(f"grpc {RPC}", pct=0.25),
        weight(stage=Stage.SHADOW, pct=0),
        weight(stage=Stage.LIVE, pct=100),
        RouteWeight(
            route=GET,
            stage=Stage.CANARY,
            candidate_pct=0,
            mirror_pct=20,
            headers=(HeaderMatch(name="x-team", value="qa"), HeaderMatch(name="x-b", value="c")),
        ),
    ],
)
def test_back_and_forth(one: RouteWeight) -> None:
    """An object gives the weight from which it was made."""
    assert weight_of(SITE, object_of(SITE, one, safe=True)) == one


@pytest.mark.parametrize("change", ["rules", "backends", "names", "weights"])
def test_an_object_that_was_changed_beyond_recognition(change: str) -> None:
    """One line, no weight."""
    made = object_of(SITE, weight())
    main = made["spec"]["rules"][-1]
    match change:
        case "rules":
            made["spec"]["rules"] = []
        case "backends":
            del main["backendRefs"][0]
        case "names":
            main["backendRefs"][0]["name"] = "other"
        case _:
            main["backendRefs"] = [backend | {"weight": 0} for backend in main["backendRefs"]]
    with pytest.raises(ValueError, match="expected"):
        weight_of(SITE, made)


def test_names_and_kinds() -> None:
    """Each route has an object of its own, with a name that Kubernetes takes; what is no route has none."""
    routes = (GET, LIST, RPC, f"grpc {RPC}", "GET /builds/{x}", "GET /" + "long/" * 40)
    names = [name_of("Builds Ü", route) for route in routes]
    assert len({*names}) == len(routes)
    assert all(len(name) <= 63 and name.replace("-", "").isalnum() and name.isascii() for name in names)
    assert [kind_of(route) for route in (GET, RPC, "(other)", "x")] == ["HTTPRoute", "GRPCRoute", None, None]
    with pytest.raises(ValueError, match="expected an RPC or METHOD /path"):
        object_of(SITE, weight("(other)"))


@pytest.fixture(scope="session")
def schema(gateway_crds: Path) -> Callable[[str], Any]:
    """The published schema of a kind; what it does not name is an error."""

    def schema(kind: str) -> Any:
        crd = yaml.safe_load((gateway_crds / f"gateway.networking.k8s.io_{kind.lower()}s.yaml").read_text())
        (version,) = (one for one in crd["spec"]["versions"] if one["name"] == "v1")
        return _strict(version["schema"]["openAPIV3Schema"])

    return schema


def _strict(schema: Any) -> Any:
    if isinstance(schema, list):
        return [*map(_strict, schema)]
    if not isinstance(schema, dict):
        return schema
    strict = {name: _strict(value) for name, value in schema.items()}
    is_open = "additionalProperties" in strict or not isinstance(strict.get("properties"), dict)
    return strict if is_open else strict | {"additionalProperties": False}


@pytest.mark.needs("go")
@pytest.mark.parametrize(
    ("route", "stage", "safe"),
    list(itertools.product((GET, LIST, RPC), (Stage.SHADOW, Stage.CANARY, Stage.LIVE), (True, False))),
)
def test_they_hold_to_the_published_schemas(schema: Any, route: str, stage: Stage, safe: bool) -> None:
    """Every stage of both kinds; a field that the schema lacks is an error."""
    pct = {Stage.SHADOW: 0.0, Stage.CANARY: 5.0}.get(stage, 100.0)
    made = object_of(SITE, weight(route, stage, pct), safe=safe)
    spec = {**schema(made["kind"])["properties"]["spec"]}
    jsonschema.validate(made["spec"], spec)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(made["spec"] | {"weight": 5}, spec)
