"""A comparison that is resolved elsewhere, with an excerpt of what is known, comes out as if it were resolved here."""

import json
import pickle
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from crossfade.codegen.contract import Contract
from crossfade.shadow.bindings.bindings import Bindings, Rendered, Side
from crossfade.shadow.bindings.excerpts import _PART, Excerpt, Texts, known_by, texts_of, texts_of_request
from crossfade.shadow.bindings.noting import noting
from crossfade.shadow.exchange import Again, Answer, Comparison, Headers, Protocol, Request

ONE, TWO, THREE = (f"{digit * 8}-0a1b-4000-8000-0123456789ab" for digit in "123")
NAMES = ("Ann", "Bob", "Cy", "Di")


class Elsewhere(Bindings):
    """Does with excerpts, which pass through bytes as between two processes, what another one does at once."""

    def resolve(self, comparison: Comparison, *, write: bool) -> Comparison:
        return self._apart(comparison, lambda bindings: bindings.resolve(comparison, write=write))

    def resolve_again(self, comparison: Comparison) -> Comparison:
        return self._apart(comparison, lambda bindings: bindings.resolve_again(comparison))

    def render(self, request: Request, side: Side) -> Rendered:
        excerpt = self._excerpt(request, request.target, texts_of_request(request, self._contract))
        bindings = Bindings(contract=self._contract, shared=False, known=known_by(excerpt))
        return bindings.render(request, side)

    def _apart(self, comparison: Comparison, work: Callable[[Bindings], Comparison]) -> Comparison:
        legacy = comparison.legacy if isinstance(comparison.legacy, Answer) else None
        texts = texts_of(comparison, self._contract)
        excerpt = self._excerpt(comparison.request, comparison.route, texts, legacy)
        known, notes = noting(known_by(excerpt))
        resolved = work(Bindings(contract=self._contract, shared=False, known=known))
        self.take(pickle.loads(pickle.dumps(notes)))
        return resolved

    def _excerpt(self, request: Request, route: str, parts: list[Texts], legacy: Answer | None = None) -> Excerpt:
        kept: dict[str, list[str]] = {}
        for part in parts:
            for run, group in self.kept_of(part).items():
                kept.setdefault(run, []).extend(group)
        return pickle.loads(pickle.dumps(self.excerpt(request, route, kept, legacy)))  # type: ignore[no-any-return]


@pytest.fixture
def bindings() -> Bindings:
    """In place of those that resolve at once."""
    return Elsewhere(contract=None, shared=False)


@pytest.mark.parametrize(("short", "secondary"), [(False, False), (False, True), (True, False), (True, True)])
def test_sessions_end_as_they_do_here(world: Any, short: bool, secondary: bool) -> None:
    """Ids, numbers, JWTs, ETags and page tokens are learnt, rendered and mapped."""
    shops = world(short=short, secondary=secondary)
    for name in NAMES:
        shops.session(name)
    assert Counter(shops.ends) == {"same": 92}


@pytest.mark.parametrize("bug", ["another's record", "lists of all", "lost update", "one id for all"])
def test_what_is_wrong_is_found_as_here(world: Any, bug: str) -> None:
    """Each request ends as it does where all is resolved at once."""
    here, elsewhere = world(bug, short=True), world(bug, short=True)
    here.bindings = Bindings(contract=None, shared=False)
    for name in NAMES:
        for shops in (here, elsewhere):
            shops.session(name)
    assert elsewhere.ends == here.ends
    assert set(here.ends) > {"same"}


def test_an_excerpt_holds_what_the_texts_name(bindings: Bindings, records: Any) -> None:
    """Of a thousand handles the one that is in the answer; of what the sides agreed on that, too."""
    for number in range(1000):
        pair = (f"{number:08}-0a1b-4000-8000-0123456789{side}" for side in ("ab", "cd"))
        made = records.comparison(records.request("POST", "/a"), *(records.answer({"id": key}) for key in pair))
        Bindings.resolve(bindings, made, write=True)
    known = "00000007-0a1b-4000-8000-0123456789cd"
    read = records.comparison(records.request("GET", "/a"), records.answer({"id": "x"}), records.answer({"id": known}))
    (texts,) = texts_of(read, None)
    excerpt = bindings.excerpt(read.request, read.route, bindings.kept_of(texts))
    assert len(excerpt.tables) == 1
    assert excerpt.tables.legacys("", known, Side.CANDIDATE) == known.replace("cd", "ab")


def test_very_many_texts_come_in_parts(records: Any) -> None:
    """So that who looks them up can pause."""
    names = [f"name-{number}" for number in range(_PART + 1)]
    answer = records.answer(names)
    parts = texts_of(records.comparison(records.request("GET", "/a"), answer, answer), None)
    assert len(parts) == 2
    assert {text for part in parts for group in part.values() for text in group} >= set(names)


def test_handles_inside_of_other_texts_are_named(records: Any) -> None:
    """In a URL, in base64, behind an escape, in HTML and in what a JWT says of a person."""
    escaped = b'{"a": "\\u0031%s"}' % ONE[1:].encode()
    html = records.answer(None, headers=(("content-type", "text/html"),))
    page = Answer(**{**_parts(html), "body": f'<a href="/x/{TWO}">y</a>'.encode()})
    for answer, wanted in (
        (records.answer({"next": f"https://x/a/{ONE}?b={TWO}"}), {ONE, TWO}),
        (Answer(**{**_parts(records.answer({})), "body": escaped}), {ONE}),
        (page, {TWO}),
        (records.answer({"t": "eyJhbGciOiJ4In0.eyJzdWIiOiI0NzExIn0.c2ln"}), {"4711"}),
    ):
        parts = texts_of(records.comparison(records.request("GET", "/a"), answer, answer), None)
        assert wanted <= {text for part in parts for group in part.values() for text in group}


def test_a_second_look_is_resolved(bindings: Bindings, records: Any) -> None:
    """With what was learnt of the first."""
    request = records.request("POST", "/a")
    first = records.comparison(request, records.answer({"id": ONE}), records.answer({"id": TWO}))
    bindings.resolve(first, write=True)
    again = Again(candidate=records.answer({"id": TWO}), secondary=records.answer({"id": ONE}))
    read = records.comparison(records.request("GET", f"/a/{ONE}"), records.answer({"id": ONE}), again.candidate)
    looked = bindings.resolve_again(Comparison(**{**_parts(read), "again": again}))
    assert looked.again is not None
    assert isinstance(looked.again.candidate, Answer)
    assert json.loads(looked.again.candidate.body) == {"id": ONE}


def test_messages_of_a_contract(contract: Contract) -> None:
    """Their texts are those of the fields."""
    thing = contract.message_class("t.v1.Thing")(s=ONE, text="x")  # type: ignore[call-arg]
    data = thing.SerializeToString()
    headers: Headers = (("content-type", "application/grpc"),)
    request = Request(
        id="1",
        protocol=Protocol.GRPC,
        method="POST",
        scheme="http",
        authority="a",
        target="/t.v1.Things/Get",
        headers=headers,
        body=b"",
        truncated=False,
        trailers=(),
        started_at=0.0,
    )
    frame = b"\0" + len(data).to_bytes(4, "big") + data
    answer = Answer(status=200, headers=headers, body=frame, truncated=False, trailers=(), latency_ms=1.0)
    comparison = Comparison(request=request, route="r", legacy=answer, candidate=answer, secondary=None)
    (part,) = texts_of(comparison, contract)
    assert ONE in {text for group in part.values() for text in group}


def _parts(record: Any) -> dict[str, Any]:
    return {name: getattr(record, name) for name in record.__slots__}
