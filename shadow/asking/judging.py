"""Judges comparisons: the heavy ones in a process of their own, so that no other request waits for them."""

import asyncio
import pickle
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from crossfade.shadow.apart.job_queue import JobQueue, NotDoneError
from crossfade.shadow.apart.jobs import (
    Differs,
    DiffMessages,
    Job,
    MessagesDiffed,
    Observe,
    Read,
    ReadRequest,
    Record,
    Render,
    Resolve,
    ResolveAgain,
)
from crossfade.shadow.apart.unread import Unread
from crossfade.shadow.apart.weight import HEAVY, is_heavy, is_heavy_reply, is_heavy_request, is_read_of_same_bytes
from crossfade.shadow.asking.ended import Ended
from crossfade.shadow.bindings.bindings import Bindings, Rendered
from crossfade.shadow.bindings.excerpts import Excerpt, Texts
from crossfade.shadow.bindings.exchanges import succeeded
from crossfade.shadow.bindings.known import Note
from crossfade.shadow.bindings.shapes import is_token
from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.compare.answers import NotComparableError
from crossfade.shadow.exchange import Answer, Comparison, Request
from crossfade.shadow.exchange.difference import Difference
from crossfade.shadow.exchange.outcome import Outcome, Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.differ import Key
from crossfade.shadow.judging.judge import Judge, Verdict
from crossfade.shadow.judging.proofs.prover import FIRST, is_sampled
from crossfade.shadow.recording.noticing import NOTHING_STORED, Noticing
from crossfade.shadow.recording.records import result_of
from crossfade.shadow.runs.recorder import Recorder

_AT_ONCE = 10
"""So many notes are taken at a time; each may be of 1,000 values."""

_MOST_LOST = 8
_MOST_ROUTES = 1000


class Judging:
    """Each step raises Ended: it took more time or memory than it may, or the process was lost."""

    def __init__(  # noqa: PLR0913 - who judges by what, and where
        self,
        *,
        judge: Judge,
        bindings: Bindings,
        queue: JobQueue | None,
        recorder: Recorder | None,
        noticing: Noticing = NOTHING_STORED,
        most: int = HEAVY,
    ) -> None:
        """Without ``queue`` all is done here, else what is more work than ``most``.

        ``recorder`` keeps what was judged apart, ``noticing`` is shown all.
        """
        self._most = most
        self._judge = judge
        self._noticing = noticing
        self._bindings = bindings
        self._queue = queue
        self._recorder = recorder
        self._lost: deque[Unread] = deque(maxlen=_MOST_LOST)
        self._made: dict[str, int] = {}
        self._proofs: set[str] = set()
        self._weighed: tuple[Comparison, bool] | None = None

    @property
    def bindings(self) -> Bindings:
        """The handles that it learns and maps."""
        return self._bindings

    @property
    def waiting(self) -> int:
        """Comparisons that are judged apart, or wait for that."""
        return 0 if self._queue is None else self._queue.waiting

    @property
    def pid(self) -> int:
        """The id of the process in which they are; 0 where there is none."""
        return 0 if self._queue is None else self._queue.pid

    @property
    def has_apart(self) -> bool:
        """Whether there is a process for what is heavy."""
        return self._queue is not None

    def is_apart(self, comparison: Comparison, route: RouteInfo) -> bool:
        """Whether a comparison is judged apart: a heavy one whose answers must be read.

        Of those that are the same, byte for byte, some are read too: faults are put into them, or they are recorded.
        """
        if self._queue is None or comparison.request.id in self._proofs:
            return self._queue is not None
        if not self._is_heavy(comparison):
            return False
        is_read = self._recorder is not None or not is_read_of_same_bytes(comparison)
        return is_read or self._is_proof(comparison.request.id, route)

    def _is_heavy(self, comparison: Comparison) -> bool:
        """Weighed once for all steps, which come one after the other where it is light."""
        if self._weighed is None or self._weighed[0] is not comparison:
            self._weighed = comparison, is_heavy(comparison, self._most)
        return self._weighed[1]

    def _is_proof(self, request_id: str, route: RouteInfo) -> bool:
        made = self._made.get(route.key, 0)
        if made >= FIRST and not is_sampled(request_id):
            return False
        if route.key in self._made or len(self._made) < _MOST_ROUTES:
            self._made[route.key] = made + 1
        self._proofs.add(request_id)
        return True

    async def resolve(self, comparison: Comparison, route: RouteInfo, *, write: bool) -> Comparison:
        """As ``Bindings.resolve``."""
        self._noticing.comparison(comparison)
        if not self.is_apart(comparison, route):
            return self._bindings.resolve(comparison, write=write)
        if self._bindings.is_shared:
            return comparison
        excerpt = await self._excerpt(comparison, route)
        return await self._resolved(Resolve(excerpt=excerpt, write=write), comparison, route)

    async def learn(self, comparison: Comparison, route: RouteInfo, *, write: bool) -> None:
        """As ``Bindings.learn``."""
        if self.is_apart(comparison, route):
            await self.resolve(comparison, route, write=write)
        else:
            self._bindings.learn(comparison, write=write)

    async def resolve_again(self, comparison: Comparison, route: RouteInfo) -> Comparison:
        """As ``Bindings.resolve_again``."""
        self._noticing.comparison(comparison)
        if not self.is_apart(comparison, route):
            return self._bindings.resolve_again(comparison)
        if self._bindings.is_shared:
            return comparison
        return await self._resolved(ResolveAgain(excerpt=await self._excerpt(comparison, route)), comparison, route)

    async def differs(self, comparison: Comparison, route: RouteInfo) -> frozenset[Key]:
        """As ``Judge.differs``."""
        if not self.is_apart(comparison, route):
            return self._judge.differs(comparison, route)
        found: frozenset[Key] = await self._ask(Differs(route=route), comparison, route)
        return found

    async def observe(self, comparison: Comparison, route: RouteInfo) -> Verdict:
        """As ``Judge.observe``."""
        if not self.is_apart(comparison, route):
            return self._judge.observe(comparison, route)
        verdict: Verdict = await self._ask(Observe(route=route), comparison, route)
        if self._recorder is not None:
            await self._record(self._recorder, comparison, route, verdict)
        return verdict

    async def diff_messages(
        self, comparison: Comparison, route: RouteInfo, side: Side, *, first: int, write: bool
    ) -> tuple[Difference, ...]:
        """The differences of heavy messages at place ``first`` of two streams; ``side`` gave the candidate's.

        Each such comparison has an id and a budget of its own. Raises: NotComparableError: as ``StreamDiff``.
        """
        try:
            excerpt = None if self._bindings.is_shared else await self._excerpt(comparison, route)
            job = DiffMessages(route=route, side=side, first=first, excerpt=excerpt, write=write)
            diffed: MessagesDiffed = await self._ask(job, comparison, route)
        finally:
            self.forget(comparison.request.id)
        await self._take(diffed.notes)
        if diffed.uncomparable is not None:
            raise NotComparableError(diffed.uncomparable, "legacy's message")
        return diffed.differences

    async def render(self, request: Request, side: Side, route: RouteInfo) -> Rendered:
        """As ``Bindings.render``; refused too where a token may be of an unmirrored answer that was not read."""
        rendered = await self._rendered(request, side, route)
        if rendered.request is not None and rendered.request is not request:
            self._noticing.request(rendered.request, route.route)
        return rendered

    async def _rendered(self, request: Request, side: Side, route: RouteInfo) -> Rendered:
        if self._may_be_lost(request):
            return Rendered(request=None, refused=Reason.FOREIGN_HANDLE)
        if self._queue is None or self._bindings.knows_none or not is_heavy_request(request, self._most):
            return self._bindings.render(request, side)
        texts = await self._ask_about(request, ReadRequest(request=request), route)
        excerpt = self._bindings.excerpt(request, route.route, await self._kept_of(texts))
        rendered: Rendered = await self._ask_about(request, Render(request=request, side=side, excerpt=excerpt), route)
        return rendered

    def learn_unmirrored(self, request: Request, answer: Answer) -> None:
        """As ``Bindings.learn_unmirrored``; of a heavy answer the tokens alone, which are searched for later."""
        self._noticing.request(request)
        self._noticing.reply(request, answer)
        if self._bindings.is_shared:
            return
        if self._queue is None or not is_heavy_reply(request, answer, self._most):
            self._bindings.learn_unmirrored(request, answer)
        elif succeeded(answer, request):
            self._lost.append(Unread(request, answer, ids=False))

    def _may_be_lost(self, request: Request) -> bool:
        if not self._lost:
            return False
        carried = self._bindings.carried(
            replace(request, body=b"") if is_heavy_request(request, self._most) else request
        )
        unknown = [text for text in carried if is_token(text) and not self._bindings.is_known(text)]
        return any(unread.may_hold(text) for unread in self._lost for text in unknown)

    def forget(self, request_id: str) -> None:
        """The request has its outcome."""
        self._proofs.discard(request_id)
        self._weighed = None
        if self._queue is not None:
            self._queue.forget(request_id)

    async def _excerpt(self, comparison: Comparison, route: RouteInfo) -> Excerpt:
        legacy = comparison.legacy if isinstance(comparison.legacy, Answer) else None
        kept = await self._kept_of(await self._ask(Read(), comparison, route))
        return self._bindings.excerpt(comparison.request, comparison.route, kept, legacy)

    async def _kept_of(self, parts: list[bytes]) -> Texts:
        """Of very many texts those of which something is known, with pauses in which others go on."""
        kept: dict[str, list[str]] = {}
        for part in parts:
            for run, group in self._bindings.kept_of(pickle.loads(part)).items():  # noqa: S301 - of our own process
                kept.setdefault(run, []).extend(group)
            await asyncio.sleep(0)
        return kept

    async def _resolved(self, job: Resolve | ResolveAgain, comparison: Comparison, route: RouteInfo) -> Comparison:
        resolved = await self._ask(job, comparison, route)
        await self._take(resolved.notes)
        found: Comparison = resolved.of(comparison)
        if self._queue is not None:
            self._queue.holds(found, instead_of=comparison)
        return found

    async def _take(self, notes: Sequence[Note]) -> None:
        for at in range(0, len(notes), _AT_ONCE):
            self._bindings.take(notes[at : at + _AT_ONCE])
            await asyncio.sleep(0)

    async def _record(self, recorder: Recorder, comparison: Comparison, route: RouteInfo, verdict: Verdict) -> None:
        """Writes it down apart, too; where that is too costly, it is left out."""
        result = result_of(verdict.observation)
        if not recorder.chooses(comparison.request.id, route, result):
            return
        try:
            secrets = self._noticing.new_to(self.pid)
            frame = await self._ask(Record(route=route, result=result, secrets=secrets), comparison, route)
        except Ended:
            return
        recorder.take(frame, route)

    async def _ask(self, job: Job, comparison: Comparison, route: RouteInfo) -> Any:  # noqa: ANN401 - the job's answer
        return await self._do(comparison.request.id, job, comparison, route)

    async def _ask_about(self, request: Request, job: Job, route: RouteInfo) -> Any:  # noqa: ANN401 - the job's answer
        return await self._do(request.id, job, None, route)

    async def _do(self, request_id: str, job: Job, comparison: Comparison | None, route: RouteInfo) -> Any:  # noqa: ANN401
        if self._queue is None:
            raise TypeError("expected a queue for a heavy comparison, got none")
        try:
            return await self._queue.do(request_id, job, comparison, route)
        except NotDoneError as error:
            raise Ended(Outcome.UNCOMPARABLE, error.reason) from None
