"""Whose values a session holds while it is played: the recording's, live legacy's, the candidate's, the secondary's.

Two tables after one another, each as in live traffic. The first goes from the words of a recording to those of live
legacy, so that live legacy gets the requests that this client would send today. The second goes on to the other sides:
what is judged is in live legacy's words, and a value that the first table lacks makes no difference between the sides.
"""

from dataclasses import dataclass, field

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call, Session
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

    recorded: Bindings
    live: Bindings
    steadiness: Steadiness = field(default_factory=Steadiness)

    def rendered(self, call: Call) -> Rendered:
        """The recorded request as live legacy understands it, or why that can't be."""
        return self.recorded.render(call.request, Side.CANDIDATE)

    def learn(self, call: Call, legacy: Reply) -> None:
        """Learns what legacy minted then and now; nothing where no answer was recorded.

        Both are answers of one implementation, so each place at which they differ shows that it mints there.
        """
        if isinstance(call.reply, Answer):
            twice = Comparison(
                request=call.request, route=call.route.route, legacy=call.reply, candidate=legacy, secondary=legacy
            )
            self.recorded.learn(twice, write=call.write)
            if call.write and isinstance(legacy, Answer):
                self.live.compare_runs(call.request, call.route.route, call.reply, legacy, self.steadiness)


@dataclass(slots=True, kw_only=True)
class SharedHandles:
    """Those of many sessions: the live sides have one store each, and each source of sessions was one legacy."""

    contract: Contract | None
    shared: bool
    edges: Edges = NO_EDGES
    _live: Bindings = field(init=False)
    _recorded: dict[str, Handles] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._live = Bindings(contract=self.contract, shared=self.shared, edges=self.edges, one_to_one=True)

    def of(self, session: Session) -> Handles:
        """The handles for one session; without a source it is on its own."""
        key = session.source or f"\0{session.id}"
        if key not in self._recorded:
            recorded = Bindings(contract=self.contract, shared=False, edges=self.edges.as_legacys())
            self._recorded[key] = Handles(recorded=recorded, live=self._live)
        return self._recorded[key]
