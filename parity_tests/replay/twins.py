"""What legacy answered when the sessions were played on it alone: within a bound, and in memory: it holds secrets."""

from crossfade.shadow.exchange import Answer, Reply

MAX_BYTES = 268_435_456
_COST_BYTES = 500
"""What a reply costs beside its body."""


class Twins:
    """Replies by the id of the call; ``left_out`` had no room."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._room_bytes = max_bytes
        self._replies: dict[str, Reply] = {}
        self.left_out = 0

    def keep(self, call_id: str, reply: Reply | None) -> None:
        """Keeps a reply; None is none."""
        if reply is None:
            return
        cost_bytes = _COST_BYTES + (len(reply.body) if isinstance(reply, Answer) else 0)
        if cost_bytes > self._room_bytes:
            self.left_out += 1
            return
        self._room_bytes -= cost_bytes
        self._replies[call_id] = reply

    def take(self, call_id: str) -> Reply | None:
        """The reply, which is then forgotten."""
        return self._replies.pop(call_id, None)
