"""All objects that a canary by a Gateway needs, to be applied once: routes at 0 %, rights, the watchdog. Pure."""

from collections.abc import Iterable

from crossfade.shadow.canary.planes.gateway_routes import (
    GROUP,
    VERSION,
    Object,
    Site,
    kind_of,
    label,
    object_of,
    plural,
)
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.serving.weights import RouteWeight

_IMAGE = "crossfade:0.1.0"
_ROUTES = [plural(kind) for kind in ("HTTPRoute", "GRPCRoute")]


def manifests(site: Site, routes: Iterable[tuple[str, bool]]) -> tuple[Object, ...]:
    """The objects in the order in which they are applied; ``routes`` with whether each is safe.

    Raises: ValueError: a route is neither an RPC nor a method with a path.
    """
    own = tuple(
        object_of(site, RouteWeight(route=route, stage=Stage.SHADOW, candidate_pct=0.0, mirror_pct=0.0), safe=safe)
        for route, safe in routes
    )
    kinds = sorted({str(kind_of(one["metadata"]["annotations"]["crossfade.dev/route"])) for one in own})
    return (*rights(site), *(_rest(site, kind) for kind in kinds), *own, watchdog(site))


def rights(site: Site) -> tuple[Object, ...]:
    """The service account of controller and watchdog, and what it may do in the namespace: no more than they do."""
    name = _name(site)
    subject = {"kind": "ServiceAccount", "name": name, "namespace": site.namespace}
    rules = [
        {"apiGroups": [GROUP], "resources": _ROUTES, "verbs": ["get", "list", "patch"]},
        {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "create", "patch"]},
    ]
    role = {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
    return (
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": _metadata(site, name)},
        {"apiVersion": f"{role['apiGroup']}/v1", "kind": "Role", "metadata": _metadata(site, name), "rules": rules},
        {
            "apiVersion": f"{role['apiGroup']}/v1",
            "kind": "RoleBinding",
            "metadata": _metadata(site, name),
            "roleRef": role,
            "subjects": [subject],
        },
    )


def watchdog(site: Site) -> Object:
    """A pod that gives the routes back to legacy when the controller is silent. Its image is the reader's own."""
    name = f"{_name(site)}-watchdog"
    labels = {"app.kubernetes.io/name": name}
    security = {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        "runAsUser": 65532,
        "capabilities": {"drop": ["ALL"]},
    }
    container = {
        "name": "watchdog",
        "image": _IMAGE,
        "command": ["crossfade", "canary", "watchdog", "--config", "/etc/crossfade/crossfade.toml"],
        "resources": {"requests": {"cpu": "10m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}},
        "securityContext": security,
        "volumeMounts": [{"name": "config", "mountPath": "/etc/crossfade", "readOnly": True}],
    }
    pod = {
        "serviceAccountName": _name(site),
        "containers": [container],
        "volumes": [{"name": "config", "configMap": {"name": _name(site)}}],
    }
    template = {"metadata": {"labels": labels}, "spec": pod}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": _metadata(site, name), "spec": spec}


def _rest(site: Site, kind: str) -> Object:
    """Requests of no declared route are legacy's."""
    parent_namespace, _, parent = site.gateway.rpartition("/")
    reference = {"name": parent} | ({"namespace": parent_namespace} if parent_namespace else {})
    name, _, port = site.legacy.rpartition(":")
    rule: Object = {"backendRefs": [{"name": name, "port": int(port)}]}
    if kind == "HTTPRoute":
        rule = {"matches": [{"path": {"type": "PathPrefix", "value": "/"}}], **rule}
    spec: Object = {"parentRefs": [reference]} | ({"hostnames": [*site.hostnames]} if site.hostnames else {})
    return {
        "apiVersion": f"{GROUP}/{VERSION}",
        "kind": kind,
        "metadata": _metadata(site, f"{label(site.service)}-rest"),
        "spec": spec | {"rules": [rule]},
    }


def _metadata(site: Site, name: str) -> Object:
    return {"name": name, "namespace": site.namespace, "labels": site.labels()}


def _name(site: Site) -> str:
    return f"{label(site.service)}-canary"
