"""All recorded answers, and which of them a request gets. Pure."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.mock.meaning import body_meaning, head_meaning
from crossfade.parity_tests.mock.schedule import Part, parts_of
from crossfade.shadow.compare.credentials import credentials_of
from crossfade.shadow.exchange import Answer, Request
from crossfade.shadow.exchange.events import Side

_LIKENESS = ("accept", "accept-encoding", "accept-language", "content-type")


@dataclass(slots=True, kw_only=True)
class Entry:
    """A recorded call; ``messages`` are what its request means, ``uses`` how often it was given."""

    session_id: str
    call: Call
    messages: tuple[Hashable, ...]
    credentials: str
    uses: int = 0
    _parts: tuple[Part, ...] | None = None

    @property
    def answer(self) -> Answer | None:
        """What legacy answered to this very request; None where that was not recorded as a whole."""
        reply, call = self.call.reply, self.call
        if not isinstance(reply, Answer) or reply.truncated or call.scrambled or Side.LEGACY in call.hidden:
            return None
        return reply

    @property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the answer."""
        if self._parts is None:
            self._parts = () if self.answer is None else parts_of(self.call, self.answer)
        return self._parts


@dataclass(slots=True)
class Client:
    """One connection: of which session its last request was."""

    session_id: str = ""


@dataclass(slots=True)
class Book:
    """Finds entries; the k-th identical request gets the k-th answer.

    ``redacted`` gives a request with the pseudonyms that a recording has in place of secrets; None: no key is known.
    """

    contract: Contract | None
    redacted: Callable[[Request], Request] | None = None
    _entries: dict[Hashable, list[Entry]] = field(default_factory=dict)
    _whole: dict[Hashable, list[Entry]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        sessions: Iterable[Session],
        contract: Contract | None,
        redacted: Callable[[Request], Request] | None = None,
    ) -> "Book":
        """All calls of some sessions, in the order in which they began."""
        book = cls(contract, redacted)
        calls = [(call.request.started_at, session.id, call) for session in sessions for call in session.calls]
        for _, session_id, call in sorted(calls, key=lambda item: item[:2]):
            book._add(session_id, call)
        return book

    def _add(self, session_id: str, call: Call) -> None:
        entry = Entry(
            session_id=session_id,
            call=call,
            messages=body_meaning(call.request, self.contract),
            credentials=credentials_of(call.request),
        )
        head = head_meaning(call.request)
        self._entries.setdefault(head, []).append(entry)
        self._whole.setdefault((head, entry.messages), []).append(entry)

    @property
    def entries(self) -> Mapping[Hashable, Sequence[Entry]]:
        """All entries by the meaning of their heads, in their order."""
        return self._entries

    def choose(self, request: Request, messages: tuple[Hashable, ...], client: Client, *, ended: bool) -> Entry | None:
        """The next entry for a request, as far as it was heard; None where there is none.

        Those with the same credential come first, then those that were not given yet, then those of the session that
        the connection is in, then those with the most alike header fields, then the order of the recording. A read
        that was asked for more often than it was recorded gets the last answer again; a write gets none.
        """
        fitting = self._fitting(request, messages, ended=ended)
        credentials = credentials_of(request)
        own = [entry for entry in fitting if entry.credentials == credentials] or fitting
        fresh = [entry for entry in own if not entry.uses]
        if fresh:
            return max(fresh, key=lambda entry: (entry.session_id == client.session_id, _likeness(entry, request)))
        reads = [entry for entry in own if not entry.call.write]
        return max(reversed(reads), key=lambda entry: entry.session_id == client.session_id) if reads else None

    def as_recorded(self, request: Request) -> Request:
        """A whole request as the recording has it: with pseudonyms where it is not there as it is, but so."""
        credentials = credentials_of(request)
        if self.redacted is None or any(entry.credentials == credentials for entry in self._same(request)):
            return request
        shown = self.redacted(request)
        return shown if self._same(shown) else request

    def _same(self, request: Request) -> Sequence[Entry]:
        return self._fitting(request, body_meaning(request, self.contract), ended=True)

    def _fitting(self, request: Request, messages: tuple[Hashable, ...], *, ended: bool) -> Sequence[Entry]:
        head = head_meaning(request)
        if ended:
            return self._whole.get((head, messages), ())
        return [entry for entry in self._entries.get(head, ()) if entry.messages[: len(messages)] == messages]

    def rewind(self) -> None:
        """As if nothing had been asked for yet."""
        for entries in self._entries.values():
            for entry in entries:
                entry.uses = 0


def _likeness(entry: Entry, request: Request) -> int:
    """How many of the fields that choose a form are the same; of equal ones ``max`` takes the first."""
    return sum(_values(entry.call.request, name) == _values(request, name) for name in _LIKENESS)


def _values(request: Request, name: str) -> tuple[str, ...]:
    return tuple(value for key, value in request.headers if key.lower() == name)
