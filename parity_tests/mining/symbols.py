"""A session with its handles named: ``$build#3`` is the third build that it speaks of. Pure.

Reviewed edges say which values are handles, of what kind. Beside them a value that can't be guessed is one where a
request sends what an answer gave.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.mining.naming import word_for
from crossfade.parity_tests.mining.traces import consumed
from crossfade.shadow.bindings.edges import Edges, Place, endpoint_of, place_text
from crossfade.shadow.bindings.messages import rewrite_answer, rewrite_request
from crossfade.shadow.bindings.names import Part, Site
from crossfade.shadow.bindings.shapes import is_plain_text, is_token
from crossfade.shadow.exchange import Answer, Request

_UNNAMED = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handle:
    """A handle of a session: its name, its value in the recording, and where it was first seen.

    ``call`` counts from 1.
    """

    name: str
    value: str
    call: int
    is_answer: bool
    place: str


class Symbols:
    """Names the handles of one session; calls are to be given in their order."""

    def __init__(self, session: Session, edges: Edges, contract: Contract | None) -> None:
        self._edges = edges
        self._contract = contract
        self._sent_back = _sent_back(session, contract)
        self._names: dict[tuple[str, str], str] = {}
        self._counts: Counter[str] = Counter()
        self._call = 0
        self.handles: list[Handle] = []

    def request(self, request: Request) -> Request:
        """The next request with its handles named; numbers of messages stay, because no name fits there."""
        self._call += 1
        return rewrite_request(request, self._change(request, is_answer=False), self._contract)

    def answer(self, request: Request, answer: Answer) -> Answer:
        """The answer to the last request, in the same way."""
        return rewrite_answer(request, answer, self._change(request, is_answer=True), self._contract)

    def _change(self, request: Request, *, is_answer: bool) -> Callable[[str, Site], str | None]:
        endpoint = endpoint_of(request)

        def name(text: str, site: Site) -> str | None:
            return self._name(text, Place(endpoint, site), is_answer=is_answer)

        return name

    def _name(self, text: str, place: Place, *, is_answer: bool) -> str | None:
        kind = self._edges.kind_at(place) if is_plain_text(text) else None
        if not kind and text not in self._sent_back:
            return None
        known = ("", text) if is_token(text) else (kind or "", text)
        if known not in self._names:
            word = kind or word_for(place) or _plain_name(place.site)
            self._counts[word] += 1
            self._names[known] = f"${word}#{self._counts[word]}"
            self.handles.append(
                Handle(
                    name=self._names[known],
                    value=text,
                    call=self._call,
                    is_answer=is_answer,
                    place=place_text(Place("", place.site)).strip(),
                )
            )
        return self._names[known]


def _sent_back(session: Session, contract: Contract | None) -> frozenset[str]:
    """The values that can't be guessed, which an answer gave before a request sent them."""
    given: set[str] = set()
    found: set[str] = set()
    for call in session.calls:
        found |= {item.text for item in consumed(call.request, contract)} & given
        given |= set(_tokens_of(call, contract))
    return frozenset(found)


def _tokens_of(call: Call, contract: Contract | None) -> Iterator[str]:
    if not isinstance(call.reply, Answer):
        return
    noted: list[str] = []
    rewrite_answer(call.request, call.reply, lambda text, _: noted.append(text), contract)
    yield from filter(is_token, noted)


def _plain_name(site: Site) -> str:
    name = "".join(letter if letter.isalnum() else "_" for letter in site.name)
    return name.lower() or (_UNNAMED if site.part is not Part.COOKIE else "cookie")
