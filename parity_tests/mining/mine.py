"""Edges from places of answers to places of requests, by what all sessions of a corpus show. Pure.

An edge needs all of these: legacy's other run has another value at the producer; at least half of the values at the
consumer that come after one of its kind are such a value; and where they are easy to guess, they are not as often
among the values of other sessions, unless the consumer is called after what the ids belong to.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.mining.kinds import kinds_of
from crossfade.parity_tests.mining.naming import names_of
from crossfade.parity_tests.mining.traces import Consumed, Produced, Trace, Twice, trace_of
from crossfade.shadow.bindings.edges import Edge, Place, place_text
from crossfade.shadow.bindings.scopes import entity_at
from crossfade.shadow.bindings.shapes import is_token

LEAST_SUPPORT = 0.5
"""Of the values at a consumer so many come from its producers. Measured: true edges have 0.5 and more even where half
of each session was lost, all others less than 0.2."""
_LIFT = 0.25
"""By so much the support must exceed that of values of other sessions."""
_OTHERS = 5
_FEW = 3
"""An edge of values that are easy to guess is seen so often at least."""
_FORMS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Mined:
    """An edge, and what shows it.

    ``support`` is the share, 0 to 1, of the consumer's values that came from the producers, of those behind the first
    one of this kind in their session; of ids that can't be guessed also without those that were there before (legacy's
    runs answer alike). ``sessions`` counts those that have it. ``legacy`` and ``candidate``: the forms in which they
    write the ids; "" where the candidate has none.
    """

    edge: Edge
    support: float
    sessions: int
    legacy: str
    candidate: str


def mine(sessions: Iterable[Twice], contract: Contract | None) -> tuple[Mined, ...]:
    """All edges that a corpus shows, in order of their kinds and consumers."""
    return mine_traces(tuple(trace_of(twice, contract) for twice in sessions))


def mine_traces(traces: Sequence[Trace]) -> tuple[Mined, ...]:
    """As ``mine``, of what the sessions show."""
    kinds = kinds_of(traces)
    seen = _Seen(kinds)
    for trace in traces:
        seen.session(trace)
    chosen = dict(seen.chosen())
    names = names_of(kinds, chosen)
    links = [(kind, consumer) for consumer, kind in chosen.items()]
    seeded = {kind: seen.is_seeded(link for link in links if link[0] == kind) for kind in names}
    found = [seen.mined(link, names[link[0]], seeded=seeded[link[0]]) for link in links]
    return tuple(sorted(found, key=lambda item: (item.edge.kind, place_text(item.edge.consumer))))


_Link = tuple[Place, Place]
"""A kind, by its first place, and a consumer."""


@dataclass(slots=True)
class _Session:
    """The values of one session by kind, and those that its requests carry by place."""

    values: dict[Place, set[str]] = field(default_factory=lambda: defaultdict(set))
    carried: dict[Place, list[str]] = field(default_factory=lambda: defaultdict(list))


class _Seen:
    """What was counted, session by session."""

    def __init__(self, kinds: Mapping[Place, Place]) -> None:
        self._kinds = kinds
        self._sessions: list[_Session] = []
        self._chances: Counter[_Link] = Counter()
        self._hits: Counter[_Link] = Counter()
        self._with_hits: dict[_Link, set[str]] = defaultdict(set)
        self._seeded: Counter[_Link] = Counter()
        self._tokens: Counter[_Link] = Counter()
        self._fed: dict[_Link, set[Place]] = defaultdict(set)
        self._carried: Counter[tuple[Place, bool | None]] = Counter()
        self._hits_by: Counter[tuple[_Link, bool | None]] = Counter()
        self._forms: dict[Place, tuple[Counter[str], Counter[str]]] = defaultdict(lambda: (Counter(), Counter()))

    def session(self, trace: Trace) -> None:
        """Counts one."""
        now = _Session()
        at: dict[tuple[Place, str], set[Place]] = defaultdict(set)
        hit: set[_Link] = set()
        for event in trace.events:
            if isinstance(event, Produced):
                self._produced(event, now, at)
            else:
                hit |= self._consumed(event, now, at)
        for link in hit:
            self._with_hits[link].add(trace.session)
        self._sessions.append(now)

    def _produced(self, event: Produced, now: _Session, at: dict[tuple[Place, str], set[Place]]) -> None:
        kind = self._kinds[event.place]
        now.values[kind].add(event.text)
        at[kind, event.text].add(event.place)
        for counted, form in zip(self._forms[kind], event.forms, strict=True):
            if form:
                counted[form] += 1

    def _consumed(self, event: Consumed, now: _Session, at: Mapping[tuple[Place, str], set[Place]]) -> set[_Link]:
        now.carried[event.place].append(event.text)
        hit = set()
        self._carried[event.place, event.alike] += 1
        for kind, values in now.values.items():
            link = (kind, event.place)
            self._chances[link] += 1
            if event.text in values:
                hit.add(link)
                self._hits[link] += 1
                self._hits_by[link, event.alike] += 1
                self._tokens[link] += is_token(event.text)
                self._fed[link] |= at[kind, event.text]
            elif event.alike:
                self._seeded[link] += 1
        return hit

    def support(self, link: _Link) -> float:
        """The share of the consumer's values that came from the kind.

        Where those can't be guessed, others that legacy's runs answer alike do not count: they were there before.
        """
        before = self._seeded[link] if self._are_tokens(link) else 0
        return self._hits[link] / (self._chances[link] - before)

    def _are_tokens(self, link: _Link) -> bool:
        return self._tokens[link] * 2 >= self._hits[link] > 0

    def chosen(self) -> Iterator[tuple[Place, Place]]:
        """Each consumer that has an edge, with the kind of the best one."""
        found: dict[Place, list[Place]] = defaultdict(list)
        for kind, consumer in self._hits:
            if self._is_edge((kind, consumer)):
                found[consumer].append(kind)
        for consumer in sorted(found, key=place_text):
            yield consumer, min(found[consumer], key=lambda kind: self._rank((kind, consumer)))

    def _rank(self, link: _Link) -> tuple[float, int, str]:
        return -self.support(link), -self._hits[link], place_text(link[0])

    def _is_edge(self, link: _Link) -> bool:
        if self.support(link) < LEAST_SUPPORT:
            return False
        if self._are_tokens(link):
            return True
        if self._hits[link] < _FEW:
            return False
        kind, consumer = link
        entity = entity_at(consumer)
        if entity and any(entity == entity_at(place) for place in self._fed[link]):
            return True
        return self.support(link) - self._by_chance(kind, consumer) >= _LIFT

    def _by_chance(self, kind: Place, consumer: Place) -> float:
        """The share of other sessions' values of the consumer that are among the kind's values of a session; 1: none.

        Each session is held against the next few that have the consumer.
        """
        carrying = [session.carried[consumer] for session in self._sessions if consumer in session.carried]
        having = [session for session in self._sessions if kind in session.values and consumer in session.carried]
        hits = count = 0
        for at, session in enumerate(having):
            for step in range(1, _OTHERS + 1):
                others = carrying[(at + step) % len(carrying)]
                if others is not session.carried[consumer]:
                    count += len(others)
                    hits += sum(text in session.values[kind] for text in others)
        return hits / count if count else 1.0

    def is_seeded(self, links: Iterable[_Link]) -> bool:
        """Whether legacy's runs mostly answered alike to requests with values of a kind that no answer gave."""
        alike = unlike = 0
        for link in links:
            alike += self._carried[link[1], True] - self._hits_by[link, True]
            unlike += self._carried[link[1], False] - self._hits_by[link, False]
        return alike > unlike

    def mined(self, link: _Link, name: str, *, seeded: bool) -> Mined:
        """The edge to a consumer."""
        kind, consumer = link
        producers = tuple(sorted(self._fed[link], key=place_text))
        legacy, candidate = self._forms[kind]
        return Mined(
            edge=Edge(kind=name, consumer=consumer, producers=producers, seeded=seeded),
            support=round(self.support(link), 2),
            sessions=len(self._with_hits[link]),
            legacy=_forms_text(legacy),
            candidate=_forms_text(candidate),
        )


def _forms_text(counted: "Counter[str]") -> str:
    """The usual forms of ids: those of at least one in ten."""
    often = [form for form, count in counted.items() if count * 10 >= counted.total()]
    return " or ".join(sorted(often)[:_FORMS])
