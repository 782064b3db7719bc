"""Which route a request belongs to: a gRPC method, a configured HTTP template, an inferred one, or ``(other)``."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from crossfade.codegen.contract import Method
from crossfade.shadow.evidence.records import RouteInfo
from crossfade.shadow.exchange import Protocol

OTHER = "(other)"
_LOOKS_LIKE_VALUE = re.compile(r"\d|^[0-9a-fA-F-]{16,}$|[^\w.~-]|.{33,}")
_MAX_SEGMENTS = 32

Segments = tuple[str, ...]


class RouteTable:
    """Resolves requests to routes; remembers inferred ones up to a cap, so the number of routes is bounded."""

    def __init__(self, templates: Iterable[str], max_inferred: int, methods: Mapping[str, Method]) -> None:
        self._methods = methods
        self._max_inferred = max_inferred
        self._inferred: set[str] = set()
        self._templates: dict[tuple[str, int], list[Segments]] = {}
        for template in templates:
            method, path = template.split(" ", 1)
            segments = _segments(path)
            self._templates.setdefault((method, len(segments)), []).append(segments)
        for known in self._templates.values():
            known.sort(key=lambda segments: [_is_parameter(part) for part in segments])

    def resolve(self, protocol: Protocol, method: str, target: str) -> RouteInfo:
        """The route of one request; ``target`` is the raw path with its query."""
        if protocol is Protocol.GRPC:
            return self._grpc(target)
        return _info(self._http(method, target), protocol, "http")

    def _grpc(self, target: str) -> RouteInfo:
        name = _path(target).lstrip("/")
        known = self._methods.get(name)
        if known is not None:
            return _info(name, Protocol.GRPC, str(known.call_type))
        return _info(self._capped(name), Protocol.GRPC, "unknown")

    def _http(self, method: str, target: str) -> str:
        segments = _segments(_path(target))
        template_method = "GET" if method == "HEAD" and (method, len(segments)) not in self._templates else method
        for template in self._templates.get((template_method, len(segments)), ()):
            if _matches(template, segments):
                return f"{method} /{'/'.join(template)}"
        if len(segments) > _MAX_SEGMENTS:
            return OTHER
        return self._capped(f"{method} /{'/'.join(_infer(part) for part in segments)}")

    def _capped(self, name: str) -> str:
        if name not in self._inferred:
            if len(self._inferred) >= self._max_inferred:
                return OTHER
            self._inferred.add(name)
        return name


def _info(route: str, protocol: Protocol, call_type: str) -> RouteInfo:
    return RouteInfo(route=route, protocol=protocol.value, call_type=call_type, stage="shadow")


def _path(target: str) -> str:
    """The path of origin-form or absolute-form targets (RFC 9112 3.2)."""
    path = target.partition("?")[0]
    if "://" in path and not path.startswith("/"):
        path = "/" + path.partition("://")[2].partition("/")[2]
    return path


def _segments(path: str) -> Segments:
    return tuple(path.lstrip("/").split("/"))


def _is_parameter(part: str) -> bool:
    return part.startswith("{") and part.endswith("}")


def _matches(template: Segments, segments: Segments) -> bool:
    return all(
        (_is_parameter(wanted) and bool(given)) or wanted == given
        for wanted, given in zip(template, segments, strict=True)
    )


def _infer(part: str) -> str:
    """A segment that looks like a value (digits, long hex, odd characters) becomes ``{id}``."""
    return "{id}" if _LOOKS_LIKE_VALUE.search(unquote(part)) else part
