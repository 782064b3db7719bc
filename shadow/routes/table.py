"""What a request is counted under: a gRPC method, a configured HTTP template, an inferred one, or ``(other)``."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from crossfade.codegen.contract import Method
from crossfade.shadow.exchange import Protocol
from crossfade.shadow.exchange.route import OTHER, RouteInfo
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.routes.naming import exact_name, is_method
from crossfade.shadow.routes.patterns import glob_matches
from crossfade.shadow.routes.templates import Templates

_EVERYTHING = "*"
_INFERRED = frozenset({"http", "unknown"})
_METHOD = re.compile(r"[\w.]+/\w+", re.ASCII)
_MAX_CHARS = 1024
_MAX_SEGMENTS = 32


class RouteTable:
    """Resolves requests to routes; remembers inferred ones up to a cap for each port, so their number is bounded.

    Rules are not matched against what is found here: beyond the cap a request would have another name. What a rule
    matches does not become ``(other)``: beyond the cap it is counted under the rule's own glob.
    """

    def __init__(
        self, templates: Iterable[str], max_inferred: int, methods: Mapping[str, Method], globs: Iterable[str] = ()
    ) -> None:
        """``globs`` are those of rules and claims, the most important first."""
        self._methods = methods
        templates = tuple(templates)
        self._templates = Templates(templates)
        self._max_inferred = max_inferred
        self._globs = tuple(dict.fromkeys(glob for glob in globs if glob != _EVERYTHING))
        heads = (f"HEAD {name.removeprefix('GET ')}" for name in templates if name.startswith("GET "))
        self._places = frozenset((OTHER, *templates, *heads, *self._globs))
        self._inferred: set[tuple[str, str]] = set()
        self._of_listener: Counter[str] = Counter()

    def resolve(self, protocol: Protocol, method: str, target: str, listener: str = "") -> RouteInfo:
        """The route of one request; ``target`` is the raw path with its query, ``listener`` the name of its port."""
        name = exact_name(self._templates, protocol, method, target)
        call_type = "http"
        if protocol is Protocol.GRPC:
            known = self._methods.get(name)
            call_type = "unknown" if known is None else str(known.call_type)
            if not _METHOD.fullmatch(name):
                name = OTHER  # it might be called as a route of HTTP
        elif not is_method(method):
            name = OTHER  # it might be called as a route of another port
        if call_type in _INFERRED and not self._has_place(name, listener):
            name = self._past_the_cap(name, listener)
        return RouteInfo(
            route=name, protocol=protocol.value, call_type=call_type, stage=Stage.SHADOW, listener=listener
        )

    def _has_place(self, name: str, listener: str) -> bool:
        if name in self._places or (listener, name) in self._inferred:
            return True
        full = self._of_listener[listener] >= self._max_inferred
        if full or len(name) > _MAX_CHARS or name.count("/") > _MAX_SEGMENTS:
            return False
        self._inferred.add((listener, name))
        self._of_listener[listener] += 1
        return True

    def _past_the_cap(self, name: str, listener: str) -> str:
        glob = next((glob for glob in self._globs if glob_matches(glob, name, listener)), OTHER)
        return glob.removeprefix(f"{listener} ") if listener else glob
