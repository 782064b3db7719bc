"""What may be mirrored: safe by contract, rules per route, a share of the rest. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from crossfade.codegen.contract import Method
from crossfade.shadow.config import MirrorAction, MirrorRule, MirrorSettings, State
from crossfade.shadow.evidence.records import RouteInfo
from crossfade.shadow.exchange.outcome import Outcome, Reason

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})  # RFC 9110 9.2.1, without TRACE
STREAMED_REQUESTS = frozenset({"client_stream", "bidi"})
STREAMED_ANSWERS = frozenset({"server_stream", "bidi"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do with one request: mirror it (``settled`` is None), or count it at once as ``settled``.

    ``learn``: the answer of this write, which only legacy gets, may mint handles that no other side knows.
    A write is sent only after legacy answered it, in legacy's order; a safe request at the same time as to legacy.
    """

    settled: tuple[Outcome, Reason] | None
    write: bool
    ask_secondary: bool
    learn: bool


class Policy:
    """Decides for each request; the same id gets the same decision in every process."""

    def __init__(
        self, settings: MirrorSettings, methods: Mapping[str, Method], state: State, *, is_off: bool = False
    ) -> None:
        """``is_off``: the kill switch says that nothing may be mirrored."""
        self._settings = settings
        self._methods = methods
        self._own_stores = state is not State.SHARED
        self._is_off = is_off

    def decide(self, route: RouteInfo, http_method: str, request_id: str) -> Plan:
        """The plan for one request of ``route``."""
        safe = self._is_safe(route, http_method)
        settled = self._settled(route, request_id, safe=safe)
        ask_secondary = not safe or share(request_id, "secondary") < self._settings.secondary_pct
        learn = settled is not None and settled[0] is Outcome.SKIPPED and not safe and self._own_stores
        return Plan(settled=settled, write=not safe, ask_secondary=ask_secondary, learn=learn)

    def _settled(self, route: RouteInfo, request_id: str, *, safe: bool) -> tuple[Outcome, Reason] | None:
        if self._is_off:
            return Outcome.SKIPPED, Reason.MIRROR_OFF
        rule = self._rule(route.route)
        if rule is not None and rule.action is MirrorAction.SKIP:
            return Outcome.SKIPPED, Reason.BLOCKED
        if rule is None and not safe:
            return Outcome.SKIPPED, Reason.POLICY
        if share(request_id, "sample") >= self._sample_pct(rule, safe=safe):
            return Outcome.SKIPPED, Reason.SAMPLED_OUT
        return None

    def _is_safe(self, route: RouteInfo, http_method: str) -> bool:
        if route.protocol == "grpc":
            method = self._methods.get(route.route)
            return method is not None and method.safe
        return http_method in SAFE_METHODS

    def _rule(self, route: str) -> MirrorRule | None:
        return next((rule for rule in self._settings.rule if fnmatchcase(route, glob_of(rule.route))), None)

    def _sample_pct(self, rule: MirrorRule | None, *, safe: bool) -> float:
        """A write left out would set the two stores apart, so only its own rule may sample it."""
        if rule is not None and rule.sample_pct is not None:
            return rule.sample_pct
        return self._settings.sample_pct if safe else 100.0


def share(request_id: str, purpose: str) -> float:
    """A number in [0, 100) that is fixed by the id and independent between purposes."""
    digest = hashlib.blake2b(request_id.encode(), digest_size=8, person=purpose.encode()).digest()
    return int.from_bytes(digest, "big") / 2**64 * 100


def glob_of(pattern: str) -> str:
    """A route glob in which only ``*`` and ``?`` are special: ``[`` stands for itself."""
    return pattern.replace("[", "[[]")
