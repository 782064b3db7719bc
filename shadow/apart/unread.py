"""An answer that takes too long to be read here: whether it may hold a value is told by its bytes. Pure."""

from crossfade.shadow.bindings.carried import id_members, is_plain_json
from crossfade.shadow.bindings.messages import MAX_BODY_BYTES
from crossfade.shadow.bindings.shapes import MIN_TOKEN_CHARS
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.codings import decode_codings
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.exchange import Answer, Protocol, Request, header_values

_ESCAPE = b"\\u"
"""Letters that are written so can't be searched for."""


class Unread:
    """Decoded once, when it is first asked; a body over 4 MiB is not looked through at all."""

    def __init__(self, request: Request, answer: Answer, *, ids: bool) -> None:
        """``ids``: short ids may be new in it, beside tokens."""
        self._is_call = request.protocol is Protocol.GRPC
        self._answer = answer
        self._ids = ids
        self._plain: bytes | None = None
        self._members: frozenset[str] | None = None

    def length(self) -> int:
        """How many bytes are searched for each value."""
        return len(self._body())

    def may_hold(self, value: str) -> bool:
        """Whether the value stands in a header field or the body, or may stand there in other letters."""
        fields = (*self._answer.headers, *self._answer.trailers)
        if any(value in text for _, text in fields if len(value) >= MIN_TOKEN_CHARS):
            return True
        plain = self._body()
        if len(value) < MIN_TOKEN_CHARS:
            return self._ids and self._may_hold_id(value, plain)
        return value.encode("utf-8", "replace") in plain or (bool(plain) and self._is_written_otherwise(value, plain))

    def _may_hold_id(self, value: str, plain: bytes) -> bool:
        if not plain or self._is_call or not is_plain_json(self._answer.headers):
            return bool(plain)
        if self._members is None:
            self._members = frozenset(id_members(plain.decode("utf-8", "replace")))
        return value in self._members

    def _is_written_otherwise(self, value: str, plain: bytes) -> bool:
        return value.isdecimal() if self._is_call else _ESCAPE in plain

    def _body(self) -> bytes:
        if self._plain is None:
            self._plain = self._decoded()
        return self._plain

    def _decoded(self) -> bytes:
        answer = self._answer
        if answer.truncated or len(answer.body) > MAX_BODY_BYTES:
            return b""
        try:
            if self._is_call:
                return b"".join(split_frames(answer.body, answer.headers, MAX_BODY_BYTES))
            codings = header_values(answer.headers, "content-encoding")
            return decode_codings(answer.body, codings, MAX_BODY_BYTES)
        except UndecodableError:
            return b""
