"""A route with a weight as an object of the Gateway API: an HTTPRoute or a GRPCRoute, and back. Pure.

Each route has an object of its own. Its last rule splits the route's requests between the two Services; the rules in
front of it send requests with a certain header to one side. A person's other fields in the last rule stay.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crossfade.shadow.canary.planes.mode_lines import RPC, rpc_of
from crossfade.shadow.config import Config
from crossfade.shadow.config.canary_settings import PlaneSettings
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.serving.weights import FULL_PCT, LEASELESS, HeaderMatch, RouteWeight

GROUP, VERSION = "gateway.networking.k8s.io", "v1"
PREFIX = "crossfade.dev"
LEGACY_WEIGHT = RouteWeight(route="", stage=Stage.SHADOW, candidate_pct=0.0)
_TOTALS = (100, 10_000, 1_000_000)
"""What both weights of a rule may add up to; a million is the most that the API takes."""
_HTTP = re.compile(r"(?:.* )?([A-Z]+) (/.*)")
_PARAMETER = re.compile(r"\{[^/{}]*\}")
_LONGEST_SLUG = 30

Object = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Where the routes are and between what they split: ``[[canary.plane]]`` with ``kind = "gateway"``.

    ``legacy`` and ``candidate`` are Services as ``name:port``; ``warms`` is ``warm_other_side``.
    """

    service: str
    namespace: str
    gateway: str
    hostnames: tuple[str, ...]
    legacy: str
    candidate: str
    tester_header: str | None = None
    warms: bool = False

    def labels(self) -> dict[str, str]:
        """By which the objects of this service are found."""
        return {"app.kubernetes.io/managed-by": "crossfade", f"{PREFIX}/service": label(self.service)}


def site_of(settings: PlaneSettings, config: Config) -> Site:
    """The site of a plane with ``kind = "gateway"``, whose keys the config has checked."""
    return Site(
        service=config.service.name,
        namespace=settings.namespace or "",
        gateway=settings.gateway or "",
        hostnames=settings.hostnames,
        legacy=settings.legacy or "",
        candidate=settings.candidate or "",
        tester_header=config.canary.tester_header,
        warms=settings.warm_other_side,
    )


def kind_of(route: str) -> str | None:
    """``GRPCRoute`` or ``HTTPRoute``; None where the route is neither an RPC nor a method with a path."""
    if RPC.fullmatch(rpc_of(route)):
        return "GRPCRoute"
    return "HTTPRoute" if _HTTP.fullmatch(route) else None


def plural(kind: str) -> str:
    """As the API server's paths have it."""
    return f"{kind.lower()}s"


def label(text: str) -> str:
    """A text as a label: letters, digits and dashes."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:_LONGEST_SLUG].strip("-") or "x"


def name_of(service: str, route: str) -> str:
    """The name of a route's object: readable, and another one for every route."""
    digest = hashlib.sha256(f"{service} {route}".encode()).hexdigest()[:8]
    return f"{label(service)}-{label(route)}-{digest}"


def object_of(site: Site, weight: RouteWeight, *, safe: bool = False) -> Object:
    """The whole object, as it is first applied. Raises: ValueError: the weight has too many decimals."""
    kind = kind_of(weight.route)
    if kind is None:
        raise ValueError(f"expected an RPC or METHOD /path, got {weight.route!r}")
    parent_namespace, _, parent = site.gateway.rpartition("/")
    reference = {"name": parent} | ({"namespace": parent_namespace} if parent_namespace else {})
    spec: Object = {"parentRefs": [reference]} | ({"hostnames": [*site.hostnames]} if site.hostnames else {})
    metadata = {
        "name": name_of(site.service, weight.route),
        "namespace": site.namespace,
        "labels": site.labels(),
        "annotations": annotations_of(weight, generation=0, lease_s=0.0) | {f"{PREFIX}/safe": str(safe).lower()},
    }
    rules = rules_of(site, weight, main={}, safe=safe)
    return {"apiVersion": f"{GROUP}/{VERSION}", "kind": kind, "metadata": metadata, "spec": spec | {"rules": rules}}


def annotations_of(weight: RouteWeight, *, generation: int, lease_s: float) -> dict[str, str]:
    """What of a weight no rule can say."""
    values = {
        "route": weight.route,
        "stage": weight.stage.value,
        "mirror-pct": f"{weight.mirror_pct!r}",
        "generation": str(generation),
        "lease-s": f"{lease_s!r}",
    }
    return {f"{PREFIX}/{name}": value for name, value in values.items()}


def rules_of(site: Site, weight: RouteWeight, *, main: Object, safe: bool) -> list[Object]:
    """All rules of a weight; ``main`` is the last rule as it is, whose other fields are kept.

    Raises: ValueError: the weight has too many decimals.
    """
    legacy, candidate = split(weight.candidate_pct)
    backends = [{**_backend(site.legacy), "weight": legacy}, {**_backend(site.candidate), "weight": candidate}]
    filters = [one for one in main.get("filters", []) if one["type"] != "RequestMirror"]
    filters += [*_mirror(site, weight)] if safe and site.warms else []
    last = {"matches": [_match(weight.route)], **main, "backendRefs": backends}
    last |= {"filters": filters} if filters or "filters" in main else {}
    return [*_header_rules(site, weight), last]


def weight_of(site: Site, found: Object) -> RouteWeight:
    """The weight that an object gives its route. Raises: ValueError: it is not as crossfade wrote it."""
    notes = found["metadata"].get("annotations", {})
    try:
        *headed, last = found["spec"]["rules"]
        weights = {f"{one['name']}:{one['port']}": one.get("weight", 1) for one in last["backendRefs"]}
        if weights.keys() != {site.legacy, site.candidate}:
            raise ValueError(f"expected the Services {site.legacy} and {site.candidate}, got {sorted(weights)}")
        total = sum(weights.values())
        headers = (rule["matches"][0]["headers"][0] for rule in headed)
        return RouteWeight(
            route=notes[f"{PREFIX}/route"],
            stage=Stage(notes[f"{PREFIX}/stage"]),
            candidate_pct=weights[site.candidate] * 100 / total,
            mirror_pct=float(notes[f"{PREFIX}/mirror-pct"]),
            headers=tuple(
                HeaderMatch(name=one["name"], value=one["value"])
                for one in headers
                if one["name"] != site.tester_header
            ),
        )
    except (KeyError, IndexError, TypeError, ZeroDivisionError) as error:
        raise ValueError(f"expected rules as crossfade writes them, got others ({error!r})") from None


def split(candidate_pct: float) -> tuple[int, int]:
    """The weights of legacy and candidate, which are whole numbers. Raises: ValueError: it has too many decimals."""
    for total in _TOTALS:
        part = round(candidate_pct * total / 100)
        if part * 100 / total == candidate_pct:
            return total - part, part
    raise ValueError(f"expected at most four decimals, got {candidate_pct!r} %")


def _match(route: str, *headers: tuple[str, str]) -> Object:
    fields = [{"type": "Exact", "name": name, "value": value} for name, value in headers]
    more = {"headers": fields} if fields else {}
    if kind_of(route) == "GRPCRoute":
        service, _, method = rpc_of(route).partition("/")
        return {"method": {"type": "Exact", "service": service, "method": method}, **more}
    found = _HTTP.fullmatch(route)
    method, path = (found[1], found[2]) if found else ("GET", route)
    if not _PARAMETER.search(path):
        return {"method": method, "path": {"type": "Exact", "value": path}, **more}
    fixed = map(re.escape, _PARAMETER.split(path))
    return {"method": method, "path": {"type": "RegularExpression", "value": "[^/]+".join(fixed)}, **more}


def _header_rules(site: Site, weight: RouteWeight) -> Iterator[Object]:
    """The tester's word first: of two rules that both match, the first counts."""
    if site.tester_header and weight.stage not in {Stage.OFF, Stage.RECORD, *LEASELESS}:
        for word, backend in (("candidate", site.candidate), ("legacy", site.legacy)):
            yield _sent(weight.route, (site.tester_header, word), backend)
    for header in weight.headers:
        yield _sent(weight.route, (header.name, header.value), site.candidate)


def _sent(route: str, header: tuple[str, str], backend: str) -> Object:
    return {"matches": [_match(route, header)], "backendRefs": [_backend(backend)]}


def _backend(service: str) -> Object:
    name, _, port = service.rpartition(":")
    return {"name": name, "port": int(port)}


def _mirror(site: Site, weight: RouteWeight) -> Iterator[Object]:
    """Copies to the side that answers nobody: where both answer, one of them would get a request twice."""
    others = {Stage.SHADOW: site.candidate, Stage.LIVE: site.legacy}
    if weight.stage not in others or not weight.mirror_pct:
        return
    share: Object = {"percent": round(weight.mirror_pct)}
    if weight.mirror_pct == FULL_PCT:
        share = {}
    elif share["percent"] != weight.mirror_pct:
        share = {"fraction": {"numerator": round(weight.mirror_pct * 10_000), "denominator": 1_000_000}}
    yield {"type": "RequestMirror", "requestMirror": {"backendRef": _backend(others[weight.stage]), **share}}
