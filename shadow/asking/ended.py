"""How a request ends without a judgement."""

from crossfade.shadow.exchange.outcome import Outcome, Reason


class Ended(Exception):  # noqa: N818 - not an error
    """Ends a comparison with an outcome and a reason."""

    def __init__(self, outcome: Outcome, reason: Reason) -> None:
        super().__init__(outcome, reason)
        self.settled = (outcome, reason)
