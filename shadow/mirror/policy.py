"""What may be mirrored: safe by contract, rules per route, a share of the rest. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from crossfade.codegen.contract import Method
from crossfade.shadow.capture.sink import RequestHead
from crossfade.shadow.config import MirrorAction, MirrorRule, MirrorSettings, State
from crossfade.shadow.exchange import Protocol
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.served import Served
from crossfade.shadow.exchange.share import share
from crossfade.shadow.routes.naming import RequestNames
from crossfade.shadow.routes.patterns import Pattern, declared_templates, shields_of
from crossfade.shadow.routes.templates import Templates

End = tuple[Outcome, Reason]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})  # RFC 9110 9.2.1, without TRACE


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do with one request: mirror it (``settled`` is None), or count it at once as ``settled``.

    ``learn``: it is a write that one side alone gets, so that its answer may mint handles that others don't know, and
    reads at the same time may see either state.
    A write is sent only after legacy answered it, in legacy's order; a safe request at the same time as to legacy.
    """

    settled: End | None
    write: bool
    ask_secondary: bool
    learn: bool


class Policy:
    """Decides for each request; the same id gets the same decision in every process."""

    def __init__(
        self,
        settings: MirrorSettings,
        methods: Mapping[str, Method],
        state: State,
        *,
        templates: tuple[str, ...] = (),
        is_off: Callable[[], bool] = lambda: False,
    ) -> None:
        """``templates`` are those of the config; ``is_off``: whether the kill switch stops all mirroring."""
        self._settings = settings
        self._methods = methods
        self._own_stores = state is not State.SHARED
        self._is_off = is_off
        self._templates = Templates(templates)
        allowing = (rule.route for rule in settings.rule if rule.action is MirrorAction.MIRROR)
        shields = shields_of((*templates, *declared_templates(allowing)))
        self._rules = tuple((rule, Pattern(rule.route, shields)) for rule in settings.rule)
        self._sampled = tuple((rule.sample_pct, of) for rule, of in self._rules if rule.sample_pct is not None)

    def is_off(self) -> bool:
        """Whether the kill switch stops all mirroring now."""
        return self._is_off()

    def is_write(self, head: RequestHead) -> bool:
        """Whether the request may change something, whatever the rules say of it."""
        return not self._is_safe(head, RequestNames(head, head.listener, self._templates, self._methods))

    def decide(self, head: RequestHead) -> Plan:
        """The plan for one request."""
        names = RequestNames(head, head.listener, self._templates, self._methods)
        safe = self._is_safe(head, names)
        settled = _by_weight(head, self._settled(names, head.id, safe=safe), safe=safe)
        ask_secondary = not safe or share(head.id, "secondary") < self._settings.secondary_pct
        learn = settled is not None and not safe and self._is_learnt(head, *settled)
        return Plan(settled=settled, write=not safe, ask_secondary=ask_secondary, learn=learn)

    def _is_learnt(self, head: RequestHead, outcome: Outcome, reason: Reason) -> bool:
        """Of a write that one side gets: with own stores what legacy minted, with a shared one when it was done."""
        is_needed = head.choice.served is Served.LEGACY if self._own_stores else reason is not Reason.MIRROR_OFF
        return outcome is Outcome.SKIPPED and is_needed

    def _settled(self, names: RequestNames, request_id: str, *, safe: bool) -> End | None:
        if self._is_off():
            return Outcome.SKIPPED, Reason.MIRROR_OFF
        rule = self._rule(names)
        if rule is not None and rule.action is MirrorAction.SKIP:
            return Outcome.SKIPPED, Reason.RULE
        if rule is None and not safe:
            return Outcome.SKIPPED, Reason.POLICY
        if share(request_id, "sample") >= self._sample_pct(names, rule, safe=safe):
            return Outcome.SKIPPED, Reason.SAMPLED_OUT
        return None

    def _is_safe(self, head: RequestHead, names: RequestNames) -> bool:
        if head.protocol is Protocol.GRPC:
            method = self._methods.get(head.target.removeprefix("/")) if head.target.startswith("/") else None
            return method is not None and method.safe
        return head.method in SAFE_METHODS and names.methods <= SAFE_METHODS

    def _rule(self, names: RequestNames) -> MirrorRule | None:
        """The first rule that matches. ``skip`` matches however the request may be read, ``mirror`` only strictly."""
        for rule, pattern in self._rules:
            skips = rule.action is MirrorAction.SKIP
            if names.may_match(pattern) if skips else names.matches_strictly(pattern):
                return rule
        return None

    def _sample_pct(self, names: RequestNames, rule: MirrorRule | None, *, safe: bool) -> float:
        """A write that is left out makes the stores drift apart, so only its own rule may sample it.

        A read may match the rule of a sampled route under another spelling: then the lower share applies.
        """
        if rule is not None and rule.sample_pct is not None:
            return rule.sample_pct
        if not safe:
            return 100.0
        near = () if rule is not None else self._sampled
        return min((self._settings.sample_pct, *(pct for pct, pattern in near if names.may_match(pattern))))


def _by_weight(head: RequestHead, settled: End | None, *, safe: bool) -> End | None:
    """The end by the rules, or what the weight of the route keeps from the other side.

    Of what the candidate answers, legacy gets neither a write nor what a rule keeps back.
    """
    choice = head.choice
    is_left_out = choice.mirror_pct is not None and share(head.id, "shift") >= choice.mirror_pct
    if choice.served is Served.CANDIDATE:
        is_asked = safe and settled is None and not is_left_out
        return None if is_asked else (Outcome.SKIPPED, Reason.SERVED_BY_CANDIDATE)
    return settled or ((Outcome.SKIPPED, Reason.SAMPLED_OUT) if is_left_out else None)
