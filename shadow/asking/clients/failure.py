"""Why a side gave no complete answer."""

from crossfade.shadow.exchange import FailureReason


class SideFailedError(Exception):
    """The side gave no complete answer; ``detail`` is one line without payload."""

    def __init__(self, reason: FailureReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
