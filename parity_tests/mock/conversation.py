"""One request as it comes, and what of the answer is due. Pure.

Most calls are answered once they are whole. In a dialogue legacy answered earlier: then the recording with the same
messages so far is followed, and another one if the next message is not the one of that recording.
"""

from collections.abc import Hashable
from dataclasses import dataclass, replace

from crossfade.parity_tests.mock.book import Book, Client, Entry
from crossfade.parity_tests.mock.meaning import body_meaning, whole_messages
from crossfade.shadow.exchange import Headers, Protocol, Request


@dataclass(frozen=True, slots=True)
class Begin:
    """The status and header fields of the answer."""

    status: int
    headers: Headers


@dataclass(frozen=True, slots=True)
class Send:
    """The next part, so long after what it waited for."""

    data: bytes
    pause_ms: float


@dataclass(frozen=True, slots=True)
class End:
    """The answer is whole."""

    trailers: Headers


@dataclass(frozen=True, slots=True)
class Linger:
    """The client had left here: what would have come is not known."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """The recording has no answer; ``entry`` is what was recorded without one, None where nothing was.

    ``begun``: a part of an answer was sent already.
    """

    request: Request
    entry: Entry | None = None
    begun: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """More of the request is needed."""


Step = Begin | Send | End | Linger | Refuse | Wait


class Conversation:
    """What to do next for one request."""

    def __init__(self, book: Book, request: Request, client: Client) -> None:
        """``request`` has no body yet."""
        self._book = book
        self._request = request
        self._client = client
        self._messages: tuple[Hashable, ...] = ()
        self._read_bytes = 0
        self._ended = False
        self._entry: Entry | None = None
        self._begun = False
        self._sent = 0

    @property
    def request(self) -> Request:
        """As far as it was heard."""
        return self._request

    def hear(self, body: bytes, trailers: Headers = (), *, ended: bool) -> None:
        """All of the body that has come, and whether that is all."""
        self._request = replace(self._request, body=body, trailers=trailers)
        self._ended = ended
        if ended and not self._begun:
            self._request = self._book.as_recorded(self._request)
            self._messages = body_meaning(self._request, self._book.contract)
        elif self._request.protocol is Protocol.GRPC:
            self._hear_messages(body)

    def _hear_messages(self, body: bytes) -> None:
        """Reads what is new: a client may send many."""
        new = b"".join(whole_messages(body[self._read_bytes :]))
        if new:
            self._read_bytes += len(new)
            self._messages += body_meaning(replace(self._request, body=new), self._book.contract)

    def step(self) -> Step:
        """The next thing to do; each is given once."""
        entry = self._followed()
        if entry is None:
            is_call = self._request.protocol is Protocol.GRPC  # whose client may wait for an answer before it goes on
            return Refuse(self._request, begun=self._begun) if self._ended or is_call else Wait()
        answer = entry.answer
        if answer is None:
            return self._taken(entry, Refuse(self._request, entry, begun=self._begun)) if self._ended else Wait()
        if not self._is_due(entry):
            return Wait()
        self._taken(entry, None)
        if not self._begun:
            self._begun = True
            return Begin(answer.status, answer.headers)
        if self._sent < len(entry.parts):
            part = entry.parts[self._sent]
            self._sent += 1
            return Send(part.data, part.pause_ms)
        return End(answer.trailers) if entry.call.timing.cancelled_ms is None else Linger()

    def _followed(self) -> Entry | None:
        """The entry that is followed; another one where it no longer fits."""
        if self._entry is not None and self._fits(self._entry):
            return self._entry
        found = self._book.choose(self._request, self._messages, self._client, ended=self._ended)
        if self._begun and (found is None or not self._continues(found)):
            return None
        return found

    def _fits(self, entry: Entry) -> bool:
        if self._ended:
            return entry.messages == self._messages
        return entry.messages[: len(self._messages)] == self._messages

    def _continues(self, entry: Entry) -> bool:
        """Whether it begins with what was sent."""
        before, answer = self._entry, entry.answer
        if before is None or before.answer is None or answer is None:
            return False
        heads = [(one.status, one.headers) for one in (before.answer, answer)]
        parts = [[part.data for part in one.parts[: self._sent]] for one in (before, entry)]
        return heads[0] == heads[1] and parts[0] == parts[1]

    def _taken(self, entry: Entry, step: Step | None) -> Step:
        """Counts the entry as given, once for this request."""
        if self._entry is not entry:
            if self._entry is not None:
                self._entry.uses -= 1
            entry.uses += 1
            self._entry = entry
            self._client.session_id = entry.session_id
        return step or Wait()

    def _is_due(self, entry: Entry) -> bool:
        """Whether what comes next was sent by legacy as soon as this was heard."""
        if self._ended:
            return True
        if self._request.protocol is not Protocol.GRPC:
            return False
        if self._sent < len(entry.parts):
            heard = entry.parts[self._sent].heard
            return heard is not None and len(self._messages) >= heard
        return not entry.call.timing.half_closed and len(self._messages) >= len(entry.messages)
