"""Whose values a session holds while it is played: the recording's, live legacy's, the candidate's, the secondary's.

Two tables after one another, each as in live traffic. The first goes from the words of a recording to those of live
legacy, so that live legacy gets the requests that this client would send today. The second goes on to the other sides:
what is judged is in live legacy's words, and a value that the first table lacks makes no difference between the sides.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.shadow.asking.judging import Judging
from crossfade.shadow.bindings.bindings import Bindings, Side
from crossfade.shadow.bindings.edges import NO_EDGES, Edges
from crossfade.shadow.bindings.sides import Rendered
from crossfade.shadow.bindings.steadiness import Steadiness
from crossfade.shadow.exchange import Answer, Comparison, Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Handles:
    """``recorded``: from a recording's values to live legacy's, ``live``: from there to candidate and secondary.

    ``steadiness``: what both runs of legacy give alike.
    """

    recorded: Judging
    live: Judging
    steadiness: Steadiness = field(default_factory=Steadiness)

    async def rendered(self, call: Call) -> Rendered:
        """The recorded request as live legacy understands it, or why that can't be. Raises: Ended."""
        return await self.recorded.render(call.request, Side.CANDIDATE, call.route)

    def forget(self, call: Call) -> None:
        """The call has its outcome."""
        self.recorded.forget(call.request.id)
        self.live.forget(call.request.id)

    async def learn(self, call: Call, legacy: Reply) -> None:
        """Learns what legacy minted then and now; nothing where no answer was recorded.

        Both are answers of one implementation, so each place at which they differ shows that it mints there.

        Raises: Ended: they are too much work.
        """
        if not isinstance(call.reply, Answer):
            return
        twice = Comparison(
            request=call.request, route=call.route.route, legacy=call.reply, candidate=legacy, secondary=legacy
        )
        await self.recorded.learn(twice, call.route, write=call.write)
        if call.write and isinstance(legacy, Answer) and not self.recorded.is_apart(twice, call.route):
            self.live.bindings.compare_runs(call.request, call.route.route, call.reply, legacy, self.steadiness)


def live_bindings(contract: Contract | None, edges: Edges, *, shared: bool) -> Bindings:
    """From what live legacy calls a value to what the other sides do."""
    return Bindings(contract=contract, shared=shared, edges=edges, one_to_one=True)


def recorded_bindings(contract: Contract | None, edges: Edges) -> Bindings:
    """From a recording to live legacy."""
    return Bindings(contract=contract, shared=False, edges=edges.as_legacys())


@dataclass(slots=True, kw_only=True)
class SharedHandles:
    """Those of many sessions: the live sides have one store each, and each source of sessions was one legacy.

    ``judging`` gives who learns and maps by some handles.
    """

    contract: Contract | None
    shared: bool
    edges: Edges = NO_EDGES
    judging: Callable[[Bindings], Judging]
    _live: Judging = field(init=False)
    _of_sources: dict[str, Handles] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._live = self.judging(live_bindings(self.contract, self.edges, shared=self.shared))

    def of(self, session: Session) -> Handles:
        """The handles for one session; without a source it is on its own."""
        key = session.source or f"\0{session.id}"
        if key not in self._of_sources:
            recorded = self.judging(recorded_bindings(self.contract, self.edges))
            self._of_sources[key] = Handles(recorded=recorded, live=self._live)
        return self._of_sources[key]
