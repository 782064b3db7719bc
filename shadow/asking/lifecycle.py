"""The life of one mirrored request as tables of states. Pure: no clock, no IO, nothing of asyncio.

Three machines run side by side, as in h11: what the client has sent (``Client``), what it was given by the
side that serves it (``Given``), and how far the comparison has come (``Work``). A machine sees the events that its
table names anywhere, so one event may move several of them. What a machine sees, and its state has no row for, is
illegal: either the engine sent what it never sends, or crossfade has a bug. ``LATE`` marks what may still come and no
longer means anything.
"""

from collections.abc import Collection, Mapping
from enum import Enum, StrEnum, auto
from functools import cache

from crossfade.shadow.exchange.served import Served


class Client(StrEnum):
    """What the client has sent of the request."""

    WHOLE = auto()  # all of it, in one frame
    QUIET = auto()  # its head; nothing has come of the body, and no answer was given
    COMING = auto()  # its body is coming in parts, or the answer was given before any came
    COMPLETE = auto()  # all of it; the other sides have not been told yet
    PASSED_ON = auto()  # all of it, and so have the other sides


class Given(StrEnum):
    """The answer that the client was given, by legacy or, where that serves it, by the candidate."""

    AWAITED = auto()
    STREAMING = auto()  # its answer has begun, and comes in parts
    ANSWERED = auto()  # a whole answer
    FAILED = auto()  # no answer
    STREAMED = auto()  # a stream, to its end
    CUT = auto()  # a stream, broken off by its side, by the client or by a shutdown
    LOST = auto()  # the answer will not be known here


class Work(StrEnum):
    """How far the comparison has come."""

    RECEIVED = auto()
    READY = auto()  # its turn has come
    SENT = auto()  # to the candidate, and perhaps to the secondary
    FOLLOWED = auto()  # the answers are streams, compared as they come
    JUDGED = auto()  # what legacy minted is known: by two answers, or by a candidate that gave none
    UNCOMPARED = auto()  # judged, but there were no two answers that can be compared
    STOPPED = auto()  # from outside: the kill switch, a full buffer
    ENDED = auto()  # there is an observation


class Event(StrEnum):
    """What happens to a request: the first block comes in frames, the second from the comparison itself."""

    REQUEST_PART = auto()
    REQUEST_END = auto()
    ANSWER_HEAD = auto()
    ANSWER_PART = auto()
    ANSWER = auto()
    FAILURE = auto()
    CUT = auto()
    LOSE = auto()

    TURN = auto()
    SEND = auto()
    PASS_ON = auto()
    FOLLOW = auto()
    JUDGE = auto()
    GIVE_UP = auto()
    STOP = auto()
    END = auto()


class _Late(Enum):
    LATE = auto()


State = Client | Given | Work
LATE = _Late.LATE
"""Stands in a table where an event comes too late to change anything."""
Row = Mapping[Event, State | _Late]
Table = Mapping[State, Row]

_REPLIES = (Event.ANSWER_HEAD, Event.ANSWER, Event.FAILURE)
_OVER: Row = dict.fromkeys((*_REPLIES, Event.ANSWER_PART, Event.CUT, Event.LOSE), LATE)
_DONE: Row = {Event.PASS_ON: LATE, Event.STOP: Work.STOPPED, Event.END: Work.ENDED}

CLIENT: Table = {
    Client.WHOLE: dict.fromkeys(_REPLIES, Client.WHOLE),
    Client.QUIET: {
        Event.REQUEST_PART: Client.COMING,
        Event.REQUEST_END: Client.COMPLETE,
        **dict.fromkeys(_REPLIES, Client.COMING),
    },
    Client.COMING: {
        Event.REQUEST_PART: Client.COMING,
        Event.REQUEST_END: Client.COMPLETE,
        **dict.fromkeys(_REPLIES, Client.COMING),
    },
    Client.COMPLETE: {Event.PASS_ON: Client.PASSED_ON, **dict.fromkeys(_REPLIES, Client.COMPLETE)},
    Client.PASSED_ON: dict.fromkeys(_REPLIES, Client.PASSED_ON),
}

GIVEN: Table = {
    Given.AWAITED: {
        Event.ANSWER_HEAD: Given.STREAMING,
        Event.ANSWER: Given.ANSWERED,
        Event.FAILURE: Given.FAILED,
        Event.LOSE: Given.LOST,
    },
    Given.STREAMING: {
        Event.ANSWER_PART: Given.STREAMING,
        Event.ANSWER: Given.STREAMED,
        Event.FAILURE: Given.CUT,
        Event.CUT: Given.CUT,
        Event.LOSE: Given.LOST,
    },
    Given.ANSWERED: _OVER,
    Given.FAILED: _OVER,
    Given.STREAMED: _OVER,
    Given.CUT: _OVER,
    Given.LOST: _OVER,
}

WORK: Table = {
    Work.RECEIVED: {Event.TURN: Work.READY, Event.STOP: Work.STOPPED, Event.END: Work.ENDED},
    Work.READY: {Event.SEND: Work.SENT, Event.STOP: Work.STOPPED, Event.END: Work.ENDED},
    Work.SENT: {
        Event.PASS_ON: Work.SENT,
        Event.FOLLOW: Work.FOLLOWED,
        Event.JUDGE: Work.JUDGED,
        Event.GIVE_UP: Work.UNCOMPARED,
        Event.STOP: Work.STOPPED,
        Event.END: Work.ENDED,
    },
    Work.FOLLOWED: {
        Event.PASS_ON: Work.FOLLOWED,
        Event.JUDGE: Work.JUDGED,
        Event.GIVE_UP: Work.UNCOMPARED,
        Event.STOP: Work.STOPPED,
        Event.END: Work.ENDED,
    },
    Work.JUDGED: _DONE,
    Work.UNCOMPARED: _DONE,
    # What runs when it is stopped continues to the next point at which it waits.
    Work.STOPPED: {
        **dict.fromkeys((Event.PASS_ON, Event.FOLLOW, Event.JUDGE, Event.GIVE_UP, Event.STOP), LATE),
        Event.END: Work.ENDED,
    },
    Work.ENDED: {},
}

SPOKEN: frozenset[State] = frozenset(Given) - {Given.AWAITED}
"""The answer has begun, or never will."""
SILENT: frozenset[State] = SPOKEN - {Given.STREAMING}
"""Nothing more comes of it."""
BEGUN: frozenset[State] = frozenset({Client.COMING, Client.COMPLETE, Client.PASSED_ON})
"""There is something of a live request to send."""
OBEYED = frozenset({Given.ANSWERED, Given.STREAMED})
"""The side that serves has done what it was told to do, and its whole answer is here."""
_ANY = frozenset(Given)
_STREAMS = frozenset({Given.STREAMING, Given.STREAMED, Given.CUT})

NEEDS: Mapping[Event, frozenset[Given]] = {
    Event.FOLLOW: _STREAMS,
    Event.JUDGE: _STREAMS | {Given.ANSWERED},
    Event.GIVE_UP: _STREAMS | {Given.ANSWERED},
}
"""What must have been given before an event of the comparison."""
CANDIDATES_NEED = dict.fromkeys((Event.JUDGE, Event.GIVE_UP), NEEDS[Event.JUDGE] | {Given.FAILED})
"""The same where the candidate was to answer: that it did not is judged, by what legacy answers to the copy."""
WRITE_NEEDS: Mapping[tuple[Event, bool], frozenset[Given]] = {
    (Event.SEND, False): OBEYED,
    (Event.PASS_ON, True): OBEYED,
}
"""The same for a write, by whether it is live: none reaches another side to its end before it was done."""


class IllegalEventError(Exception):
    """An event that a request's states have no row for. Nothing has changed."""

    def __init__(self, event: Event, states: tuple[State, ...]) -> None:
        super().__init__(f"request: expected an event that may follow {', '.join(states)}, got {event}")
        self.event = event
        self.states = states


class Lifecycle:
    """The three states of one request."""

    __slots__ = ("_kind", "_states")

    def __init__(self, *, live: bool, write: bool, served: Served = Served.LEGACY) -> None:
        self._kind = (live, write, served)
        self._states: _States = (Client.QUIET if live else Client.WHOLE, Given.AWAITED, Work.RECEIVED)

    def advance(self, event: Event) -> bool:
        """Moves every machine that sees the event; False where it came too late, and nothing has changed.

        Raises: IllegalEventError.
        """
        after = _step(self._states, event, self._kind)
        if after is None:
            raise IllegalEventError(event, self._states)
        if isinstance(after, _Late):
            return False
        self._states = after
        return True

    def is_in(self, states: Collection[State]) -> bool:
        """Whether it is in one of these states."""
        client, given, work = self._states
        return work in states or given in states or client in states


_States = tuple[Client, Given, Work]
_Kind = tuple[bool, bool, Served]
"""Whether a request is live, whether it is a write, and who answers its client."""


@cache  # at most some hundred combinations occur
def _step(states: _States, event: Event, kind: _Kind) -> _States | _Late | None:
    """The states after an event; None where it is illegal."""
    live, write, served = kind
    moved = [_after(state, event) for state in states]
    if LATE in moved:
        return LATE
    client, given, work = moved
    if not isinstance(client, Client) or not isinstance(given, Given) or not isinstance(work, Work):
        return None
    needs = NEEDS if served is Served.LEGACY else {**NEEDS, **CANDIDATES_NEED}
    needed = needs.get(event, _ANY) & (WRITE_NEEDS.get((event, live), _ANY) if write else _ANY)
    return (client, given, work) if states[1] in needed else None


def _after(state: State, event: Event) -> State | _Late | None:
    """The next state; the same one where this machine does not see the event; None where it is illegal."""
    row = _TABLE[state]
    return row.get(event) if event in row or event in _SEEN[type(state)] else state


_TABLE: Table = {**CLIENT, **GIVEN, **WORK}
_SEEN: Mapping[type[State], frozenset[Event]] = {
    type(state): frozenset(event for row in table.values() for event in row)
    for table in (CLIENT, GIVEN, WORK)
    for state in table
}
