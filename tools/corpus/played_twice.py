"""The sessions of a corpus, played once more on both services, so that edges can be mined from them."""

from collections.abc import Sequence

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.mining.mine import Mined, mine_traces
from crossfade.parity_tests.mining.traces import Trace, Twice, trace_of
from crossfade.parity_tests.replay.handles import Handles
from crossfade.parity_tests.replay.pair import Pair, open_pair
from crossfade.parity_tests.replay.player import play_session
from crossfade.parity_tests.replay.reset import Reset, run_resets
from crossfade.shadow.asking.judging import Judging
from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.bindings.edges import Edge, Edges, edges_among
from crossfade.shadow.config import Config
from crossfade.shadow.exchange import Answer, Comparison, Reply

_MAX_PASSES = 3


class Witness(Bindings):
    """Handles that also keep what the candidate answered in its own words, by the id of the call."""

    def __init__(self, *, contract: Contract | None, shared: bool, edges: Edges) -> None:
        super().__init__(contract=contract, shared=shared, edges=edges)
        self.candidates: dict[str, Reply] = {}

    def resolve(self, comparison: Comparison, *, write: bool) -> Comparison:
        """Keeps the candidate's answer, and resolves the comparison."""
        self.candidates[comparison.request.id] = comparison.candidate
        return super().resolve(comparison, write=write)


async def mine_live(
    config: Config,
    contract: Contract | None,
    sessions: Sequence[Session],
    edges: Edges,
    *,
    resets: Sequence[Reset] = (),
) -> tuple[Mined, ...] | None:
    """The edges that the sessions show when they are played on both services; None where legacy answered nothing again.

    ``edges`` are known ones. An edge that is found only now lets more calls succeed, so the sessions are played again
    while that shows another one, three times at most, each time after ``resets``.

    Raises: ShadowError: a certificate can't be read, a reset failed.
    """
    traces: list[Trace] = []
    is_answered = False
    mined: tuple[Mined, ...] = ()
    for _ in range(_MAX_PASSES):
        await run_resets(resets)
        async with open_pair(config, contract, edges=edges) as pair:
            played = await _play(pair, sessions)
        is_answered |= any(isinstance(reply, Answer) for twice in played for reply in twice.again)
        traces += [trace_of(twice, contract) for twice in played]
        before, mined = mined, mine_traces(traces)
        new = [item.edge for item in mined if not _is_known(item.edge, edges)]
        if not new or len(mined) == len(before):
            break
        edges = edges_among((*edges.edges, *new))
    return mined if is_answered else None


async def _play(pair: Pair, sessions: Sequence[Session]) -> list[Twice]:
    live = Witness(contract=pair.contract, shared=pair.shared, edges=pair.edges)
    on_loop = Judging(judge=pair.judge, bindings=live, queue=None, recorder=None)
    recorded: dict[str, Judging] = {}
    found = []
    for session in sessions:
        legacys = recorded.setdefault(session.source or f"\0{session.id}", pair.new_bindings().recorded)
        live.candidates.clear()
        played = (await play_session(pair, session, Handles(recorded=legacys, live=on_loop))).played
        candidates = [live.candidates.get(each.call.request.id) for each in played]
        found.append(Twice(session=session, again=[each.legacy for each in played], candidate=candidates))
    return found


def _is_known(edge: Edge, edges: Edges) -> bool:
    kind = edges.kind_at(edge.consumer)
    return kind == "" or (kind is not None and all(edges.kind_at(place) for place in edge.producers))
