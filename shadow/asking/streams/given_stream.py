"""The answer that a client is given, where it is a stream."""

from dataclasses import dataclass

from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.exchange import Answer, Reply
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.served import Served


@dataclass(slots=True, kw_only=True)
class GivenStream:
    """``served``'s answer as it comes; ``reply`` is set at its end, ``cut`` where it was broken off, and why."""

    answer: AnswerInProgress
    served: Served = Served.LEGACY
    reply: Reply | None = None
    cut: Reason | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.reply is not None or self.cut is not None

    def end(self, reply: Reply) -> None:
        """The answer is complete, or failed."""
        if isinstance(reply, Answer):
            self.answer.end(reply.trailers)
        else:
            self.cut = Reason.CUT_BY_LEGACY
        self.reply = reply
        self.answer.changed.set()

    def break_off(self, why: Reason) -> None:
        """The client left, or the run ends."""
        self.cut = why
        self.answer.changed.set()
