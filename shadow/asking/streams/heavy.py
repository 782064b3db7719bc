"""Messages of one streamed answer that take long to compare: as a comparison of two answers, judged apart."""

from collections.abc import Mapping
from dataclasses import replace

from crossfade.shadow.asking.call import Call
from crossfade.shadow.asking.judging import Judging
from crossfade.shadow.asking.pending import Pending
from crossfade.shadow.asking.streams.given_stream import GivenStream
from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.compare.decode.framing import Framing
from crossfade.shadow.compare.streams import HeavyPair
from crossfade.shadow.exchange import Answer, Comparison
from crossfade.shadow.exchange.difference import Difference


class HeavyMessages:
    """Called with the messages of legacy and of a call that stand at the same place."""

    def __init__(
        self, judging: Judging, pending: Pending, legacy: GivenStream, framing: Framing, sides: Mapping[int, Side]
    ) -> None:
        """``framing`` is that of legacy's answer; ``sides`` says by the ``id`` of a call whose it is."""
        self._judging = judging
        self._pending = pending
        self._begun = replace(legacy.answer.answer(), trailers=(), truncated=False, windows=b"")
        self._framing = framing
        self._sides = sides

    async def __call__(self, call: Call, pair: HeavyPair) -> tuple[Difference, ...]:
        """Raises: NotComparableError: legacy's message can't be decoded; Ended: it is too costly."""
        frame, side = self._pending.frame, self._sides[id(call)]
        request = self._pending.request()
        comparison = Comparison(
            request=replace(request, id=f"{request.id} {side} {pair.first}", body=b""),
            route=frame.route.route,
            legacy=self._with(pair.legacy),
            candidate=self._with(pair.other),
            secondary=None,
        )
        return await self._judging.diff_messages(comparison, frame.route, side, first=pair.first, write=frame.write)

    def _with(self, message: bytes | None) -> Answer:
        """A side's message is cut out of its answer already, so it is read as legacy's is."""
        return replace(self._begun, body=b"" if message is None else self._framing.join(message))
