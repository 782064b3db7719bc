"""A person's session goes as it would on each side alone, and what the candidate gets wrong is seen."""

import json
from base64 import urlsafe_b64encode
from collections import Counter
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.bindings.bindings import Bindings, Side
from crossfade.shadow.exchange import Again, Answer, Failure, FailureReason, header_values
from crossfade.shadow.exchange.outcome import Reason

NAMES = ("Ann", "Bob", "Cy", "Di")
ONE, TWO, THREE = (f"{digit * 8}-0a1b-4000-8000-0123456789ab" for digit in "123")
FAILED = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
KINDS = pytest.mark.parametrize(("short", "secondary"), [(False, False), (False, True), (True, False), (True, True)])


def sessions(world: Any) -> Counter[str]:
    """How the requests of four people end."""
    for name in NAMES:
        world.session(name)
    return Counter(world.ends)


@KINDS
def test_a_right_candidate_with_ids_and_tokens_of_its_own(world: Any, short: bool, secondary: bool) -> None:
    """Every request is compared, and all are the same: uuids, numbers that look like quantities, JWTs, page tokens."""
    assert sessions(world(short=short, secondary=secondary)) == {"same": 92}


@KINDS
@pytest.mark.parametrize(
    ("bug", "place"),
    [
        ("another's record", "body/id"),
        ("lists of all", "body/orders/*"),
        ("lost update", "body/version"),
        ("one id for all", "body/id header.location"),
    ],
)
def test_a_bug_is_seen(world: Any, bug: str, place: str, short: bool, secondary: bool) -> None:
    """An id of another record is a difference though it is valid; so is one id for two records."""
    ends = sessions(world(bug, short=short, secondary=secondary))
    assert any(place in end for end in ends)
    assert ends["same"] > 0


def test_nothing_bound_is_the_very_same(bindings: Bindings, records: Any) -> None:
    """Neither a request nor a comparison is copied where there is nothing to change."""
    request = records.request("GET", "/a/1?x=2")
    same = records.comparison(request, records.answer({"a": 1}), records.answer({"a": 1}))
    assert bindings.render(request, Side.CANDIDATE).request is request
    assert bindings.resolve(same, write=False) is same
    other = records.comparison(request, records.answer({"a": 1}), records.answer({"a": 2}), records.answer({"a": 3}))
    assert bindings.resolve(other, write=False) is other


def test_a_shared_store_has_no_handles(records: Any) -> None:
    """Nothing is learnt, nothing is changed."""
    bindings = Bindings(contract=None, shared=True)
    made = records.comparison(records.request("POST", "/a"), records.answer({"id": ONE}), records.answer({"id": TWO}))
    assert bindings.resolve(made, write=True) is made
    bindings.learn_unmirrored(made.request, records.answer({"id": ONE}))
    request = records.request("GET", f"/a/{ONE}")
    assert bindings.render(request, Side.CANDIDATE).request is request
    assert bindings.carried(request) == bindings.answered(request, records.answer({"id": ONE})) == frozenset()


@pytest.mark.parametrize(("ours", "theirs", "other"), [((ONE, TWO), (THREE, ONE), ONE), ((1, 2), (2, 3), 2)])
def test_another_record_is_never_the_same(ours: Any, theirs: Any, other: Any, client: Any) -> None:
    """Whether the candidate's id is bound to another of legacy's, or only has its text."""
    for one, two in zip(ours, theirs, strict=True):
        client.made(one, two)
    assert [client.read(one, two) for one, two in zip(ours, theirs, strict=True)] == list(ours)
    assert client.read(ours[0], theirs[1]) == ours[1]
    assert other in ours
    assert client.read(ours[0], 1) != ours[0]


def test_one_id_for_two_is_a_difference(bindings: Bindings, client: Any, records: Any) -> None:
    """The second keeps the first's, and later requests for it are blocked: they would only show the same again."""
    assert client.made(ONE, "0" * 8 + ONE[8:]) == ONE
    assert client.made(TWO, "0" * 8 + ONE[8:]) == ONE
    assert bindings.render(records.request("GET", f"/a/{TWO}"), Side.CANDIDATE).refused is Reason.BLOCKED


@pytest.mark.parametrize(
    ("theirs", "seen"),
    [
        (THREE, ONE),
        (THREE.upper(), THREE.upper()),
        (THREE.replace("-", ""), THREE.replace("-", "")),
        ("01JD8Z6Y3QK5T9V7W2X4A1B3C5", "01JD8Z6Y3QK5T9V7W2X4A1B3C5"),
        ("17", "17"),
    ],
)
def test_an_id_of_another_form_is_a_difference(
    theirs: str, seen: str, client: Any, bindings: Bindings, records: Any
) -> None:
    """The candidate is sent its own all the same, so that no other request fails for it."""
    assert client.made(ONE, theirs) == seen
    assert client.read(ONE, theirs) == seen
    rendered = bindings.render(records.request("GET", f"/a/{ONE}"), Side.CANDIDATE).request
    assert rendered is not None
    assert rendered.target == f"/a/{theirs}"


def test_how_a_token_is_written_is_no_matter(bindings: Bindings, records: Any) -> None:
    """Nobody reads it: a session is told by hex here and by base64 there."""
    sides = [records.answer({"session_token": text}, 201) for text in ("0f" * 16, "Zk9q0xU2mD5tXc7RbY3hLw")]
    resolved = bindings.resolve(records.comparison(records.request("POST", "/login"), *sides), write=True)
    assert resolved.candidate == sides[0]


def test_equal_on_both_of_legacys_is_not_minted(bindings: Bindings, client: Any, records: Any) -> None:
    """In a read the secondary's answer shows it; without any, a read mints nothing."""
    assert client.read("list", TWO, "list") == TWO
    request = records.request("GET", "/settings")
    for secondary in (records.answer({"key": ONE}), None):
        resolved = bindings.resolve(
            records.comparison(request, records.answer({"key": ONE}), records.answer({"key": TWO}), secondary),
            write=False,
        )
        assert resolved.candidate == records.answer({"key": TWO})
    assert bindings.render(records.request("GET", f"/a/{ONE}"), Side.CANDIDATE).request is not None


def test_minted_in_a_read(bindings: Bindings, records: Any) -> None:
    """Where both of legacy's instances differ; from then on also where the secondary was not asked."""
    request = records.request("GET", "/ticket")
    for keys, known in (((ONE, TWO, THREE), True), ((ONE[::-1], TWO[::-1], None), True)):
        legacy, candidate = (records.answer({"key": f"{key}-x9x9x9x9x9x9"}) for key in keys[:2])
        secondary = None if keys[2] is None else records.answer({"key": f"{keys[2]}-x9x9x9x9x9x9"})
        resolved = bindings.resolve(records.comparison(request, legacy, candidate, secondary), write=False)
        assert (resolved.candidate == legacy) is known


@pytest.mark.parametrize(
    ("legacy", "candidate"),
    [
        ("in_progress", "IN_PROGRESS"),
        ("2026-03-10", "2026-03-09"),
        ("Europe/Berlin", "europe/berlin"),
        ("Ann.Lee@example.test", "ann.lee@example.test"),
        ("1250.00", "1250.5000"),
        ("java.lang.String", "builtins.string"),
        (1250, 1251),
    ],
)
def test_what_is_no_handle(bindings: Bindings, legacy: object, candidate: object, records: Any) -> None:
    """A word, a date, a zone, an address, a sum: it stays a difference, and requests that carry it are compared."""
    sides = (records.answer({"value": legacy}), records.answer({"value": candidate}))
    resolved = bindings.resolve(records.comparison(records.request("POST", "/a"), *sides), write=True)
    assert resolved.candidate == sides[1]
    request = records.request("GET", f"/a?value={legacy}")
    assert bindings.render(request, Side.CANDIDATE).request is request


def test_what_the_client_sent_was_not_minted(bindings: Bindings, client: Any, records: Any) -> None:
    """In this request or in an earlier one."""
    request = records.request("POST", "/a", {"key": ONE})
    echoed = bindings.resolve(
        records.comparison(request, records.answer({"key": ONE}), records.answer({"key": TWO})), write=True
    )
    assert echoed.candidate == records.answer({"key": TWO})
    assert client.made(ONE, TWO) == TWO


def test_what_both_sides_gave_is_known_to_both(bindings: Bindings, client: Any, records: Any) -> None:
    """It is no handle later, and no longer foreign."""
    bindings.learn_unmirrored(records.request("POST", "/a"), records.answer({"id": ONE}))
    assert bindings.render(records.request("GET", f"/a/{ONE}"), Side.CANDIDATE).refused is Reason.FOREIGN_HANDLE
    assert client.read("list", "list") == "list"
    both = records.answer({"items": [{"id": ONE}]})
    bindings.resolve(records.comparison(records.request("GET", "/a"), both, both), write=False)
    assert bindings.render(records.request("GET", f"/a/{ONE}"), Side.CANDIDATE).request is not None
    assert client.made(ONE, TWO) == TWO


def test_without_a_partner_it_is_blocked(bindings: Bindings, records: Any) -> None:
    """The candidate failed, answered with another status, or left the id out."""
    legacy = records.answer({"id": ONE, "x": 1}, 201)
    for candidate in (FAILED, records.answer({"error": "no"}, 500), records.answer({"x": 1}, 201)):
        fresh = Bindings(contract=None, shared=False)
        fresh.resolve(records.comparison(records.request("POST", "/a"), legacy, candidate), write=True)
        assert fresh.render(records.request("GET", f"/a/{ONE}"), Side.CANDIDATE).refused is Reason.BLOCKED
    failed = records.comparison(records.request("POST", "/a"), records.answer({"id": 17}, 201), FAILED)
    bindings.resolve(failed, write=True)
    assert bindings.render(records.request("GET", "/a/17"), Side.CANDIDATE).refused is Reason.BLOCKED
    assert bindings.render(records.request("GET", "/b/17"), Side.CANDIDATE).request is not None


@pytest.mark.parametrize("status", [200, 409])
def test_each_answer_has_an_id_of_its_own(bindings: Bindings, records: Any, status: int) -> None:
    """Whatever the candidate's status is, its own one stands for legacy's as the secondary's does."""
    answers = [
        records.answer({"state": "done"}, status=code, headers=(("x-request-id", text),))
        for text, code in ((ONE, 200), (TWO, status), (THREE, 200))
    ]
    found = bindings.resolve(records.comparison(records.request("POST", "/a"), *answers), write=True)
    assert [header_values(side.headers, "x-request-id") for side in (found.candidate, found.secondary)] == [(ONE,)] * 2


def test_the_secondary_has_its_own(bindings: Bindings, client: Any, records: Any) -> None:
    """What it was never seen to have can't be rendered for it."""
    client.made(ONE, TWO, THREE)
    rendered = bindings.render(records.request("GET", f"/a/{ONE}"), Side.SECONDARY)
    assert rendered.request is not None
    assert rendered.request.target == f"/a/{THREE}"
    client.made(TWO, ONE)
    assert bindings.render(records.request("GET", f"/a/{TWO}"), Side.SECONDARY).refused is Reason.FOREIGN_HANDLE


def test_an_etag_changes_when_legacys_does(bindings: Bindings, records: Any) -> None:
    """Its text means nothing; that it changed, or did not, does."""

    def seen(legacy: str, candidate: str) -> bool:
        sides = [records.answer({"a": 1}, headers=(("ETag", etag),)) for etag in (legacy, candidate)]
        resolved = bindings.resolve(records.comparison(records.request("GET", "/a/1"), *sides), write=False)
        return resolved.candidate == sides[0]

    assert seen('"1"', '"x"')
    assert seen('"1"', '"x"')
    assert not seen('"2"', '"x"')
    assert not seen('"1"', '"y"')
    assert not seen('"3"', 'W/"z"')
    request = records.request("PUT", "/a/1", headers=(("If-Match", '"0", "1"'),))
    rendered = bindings.render(request, Side.CANDIDATE).request
    assert rendered is not None
    assert rendered.headers[0] == ("If-Match", '"0", "x"')


def test_ambiguous_is_never_guessed(bindings: Bindings, records: Any) -> None:
    """Two elements of a list that differ in nothing but their ids stay without partners."""
    sides = [
        records.answer({"items": [{"id": key, "n": "x"} for key in keys]}, 201)
        for keys in ((ONE, TWO), (THREE, ONE[::-1]))
    ]
    resolved = bindings.resolve(records.comparison(records.request("POST", "/a"), *sides), write=True)
    assert resolved.candidate == sides[1]
    assert bindings.render(records.request("GET", f"/a/{ONE}"), Side.CANDIDATE).refused is Reason.FOREIGN_HANDLE


def test_a_list_in_another_order(bindings: Bindings, records: Any) -> None:
    """Elements belong together by what they say, not by where they stand."""
    ours = [{"id": ONE, "n": "x"}, {"id": TWO, "n": "y"}]
    theirs = [{"id": THREE, "n": "y"}, {"id": f"4{THREE[1:]}", "n": "x"}]
    sides = (records.answer({"items": ours}, 201), records.answer({"items": theirs}, 201))
    resolved = bindings.resolve(records.comparison(records.request("POST", "/a"), *sides), write=True)
    assert resolved.candidate == records.answer({"items": ours[::-1]}, 201)


def test_asked_again(bindings: Bindings, client: Any, records: Any) -> None:
    """The answers to a second look are mapped, too; a value that is new in each answer is no difference there."""
    client.made(ONE, TWO, THREE)
    request = records.request("GET", f"/a/{ONE}")
    looks = [
        records.answer({"id": key, "trace": f"{at}f3a9c21aa0{at}"})
        for at, key in enumerate((ONE, TWO, THREE, TWO, THREE))
    ]
    first = bindings.resolve(records.comparison(request, looks[0], looks[1], looks[2]), write=False)
    assert first.candidate == first.secondary == looks[0]
    again = Again(candidate=looks[3], secondary=looks[4], later=FAILED)
    resolved = bindings.resolve_again(replace(first, again=again))
    assert resolved.again == Again(candidate=looks[0], secondary=looks[0], later=FAILED)


def test_memory_is_bounded(client: Any, records: Any) -> None:
    """The newest handles are kept."""
    bindings = Bindings(contract=None, shared=False, capacity=3)
    others = type(client)(bindings)
    for at in range(1000):
        others.made(f"{at:08d}aa", f"{at:08d}bb")
        bindings.learn_unmirrored(records.request("POST", "/b"), records.answer({"id": f"{at:08d}cc"}))
    assert len(bindings._tables) == 6
    assert bindings.render(records.request("GET", "/a/00000999aa"), Side.CANDIDATE).request != records.request(
        "GET", "/a/"
    )
    assert bindings.render(records.request("GET", "/b/00000001cc"), Side.CANDIDATE).request is not None


def test_messages_of_a_stream(bindings: Bindings, records: Any) -> None:
    """JSON texts are rendered and mapped one by one; a read mints where the secondary shows it."""

    def text(key: str) -> bytes:
        return json.dumps({"key": key, "n": 1}).encode()

    bindings.learn_message(text(ONE), text(TWO), None, Side.CANDIDATE, route="GET /a")
    assert bindings.map_message(text(TWO), None, Side.CANDIDATE) == text(TWO)
    bindings.learn_message(text(ONE), text(THREE), None, Side.SECONDARY, route="GET /a")
    bindings.learn_message(text(ONE), text(TWO), None, Side.CANDIDATE, route="GET /a")
    assert bindings.map_message(text(TWO), None, Side.CANDIDATE) == text(ONE)
    assert bindings.map_message(text(THREE), None, Side.SECONDARY) == text(ONE)
    assert bindings.render_message(text(ONE), None, Side.CANDIDATE) == text(TWO)
    bindings.learn_message(text(TWO), text(ONE), None, Side.CANDIDATE, route="POST /a", write=True)
    assert bindings.render_message(text(TWO), None, Side.CANDIDATE) == text(ONE)
    bindings.learn_unmirrored(records.request("POST", "/a"), records.answer({"id": THREE}))
    assert bindings.render_message(text(THREE), None, Side.CANDIDATE) is Reason.FOREIGN_HANDLE


def test_values_that_a_client_may_send_back(bindings: Bindings, records: Any) -> None:
    """Those of a request and those of an answer meet where one is the other's."""
    answer = records.answer({"id": 17, "token": ONE, "note": "a longer text"}, headers=(("Location", "/a/17"),))
    found = bindings.answered(records.request("POST", "/a"), answer)
    assert {"17", ONE} <= found
    assert found.isdisjoint({"note", "a"})
    request = records.request("PUT", "/a/17", {"token": ONE, "quantity": 17})
    assert bindings.carried(request) == {"17", ONE}
    traced = records.request("GET", "/a/17", headers=(("X-Request-ID", TWO), ("traceparent", f"00-{'0a' * 16}-01-01")))
    assert bindings.carried(traced) == {"17"}  # the client made them
    assert bindings.answered(request, FAILED) == frozenset()


def test_a_number_of_unknown_kind(client: Any, bindings: Bindings, records: Any) -> None:
    """It is not guessed whose id it is, until both sides were seen to give the same under that name."""
    client.made(1, 2)
    request = records.request("POST", "/b", {"product_id": 1, "quantity": 1})
    assert bindings.render(request, Side.CANDIDATE).refused is Reason.FOREIGN_HANDLE
    both = records.answer({"product_id": 1})
    bindings.resolve(records.comparison(records.request("GET", "/c"), both, both), write=False)
    assert bindings.render(request, Side.CANDIDATE).request is request


LEAVES = (
    st.none() | st.booleans() | st.integers(0, 9) | st.text(max_size=5) | st.sampled_from([ONE, TWO, "\ud800", "a/b"])
)
BODIES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "a_id", "cursor", "token", "n", "\ud800"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.lists(st.tuples(BODIES, BODIES, BODIES, st.booleans()), min_size=1, max_size=4))
def test_any_answers_raise_nothing(records: Any, rounds: list[tuple[object, object, object, bool]]) -> None:
    """Whatever was learnt, each request is rendered or refused, and legacy's own answer maps to itself on no side."""
    bindings = Bindings(contract=None, shared=False, capacity=5)
    for legacy, candidate, secondary, write in rounds:
        request = records.request("POST", "/as/1?cursor=x&a_id=3", legacy)
        sides = [records.answer(side, headers=(("ETag", '"1"'),)) for side in (legacy, candidate, secondary)]
        resolved = bindings.resolve(records.comparison(request, *sides), write=write)
        assert resolved.legacy is sides[0]
        bindings.learn_unmirrored(request, sides[1])
        again = records.request("GET", "/as/2", candidate)
        for side in Side:
            rendered = bindings.render(again, side)
            assert (rendered.request is None) is (rendered.refused is not None)


def test_tokens_that_are_not_worth_the_same_are_another_value(records: SimpleNamespace) -> None:
    """They last far longer, or are not signed; another key, and being issued a little later, is no matter."""

    def token(end: int, signature: str, algorithm: str = "HS256") -> str:
        parts = (json.dumps(part).encode() for part in ({"alg": algorithm}, {"sub": "ann", "exp": end}))
        return ".".join([*(urlsafe_b64encode(part).decode().rstrip("=") for part in parts), signature])

    def is_same(candidate: str) -> bool:
        legacy, other = (records.answer({"token": text}) for text in (token(1_700_003_600, "c2lnbmF0dXJl"), candidate))
        comparison = records.comparison(records.request("POST", "/login"), legacy, other)
        resolved = Bindings(contract=None, shared=False).resolve(comparison, write=True).candidate
        return isinstance(resolved, Answer) and resolved.body == legacy.body

    assert is_same(token(1_700_003_605, "YW5vdGhlcmtleQ"))
    assert not is_same(token(1_731_539_600, "YW5vdGhlcmtleQ"))
    assert not is_same(token(1_700_003_605, "", "none"))


def test_a_page_token_is_sent_back_under_another_name(bindings: Bindings, records: Any) -> None:
    """``next`` of an answer is ``token`` or ``start`` of the next request, or stands in a link."""
    first = records.request("GET", "/rows?q=1")
    answers = [
        records.answer({"next": token, "self": f"/rows?token={token}"})
        for token in ("Qx7-ab12_Zk09Lmw3Tq8", "t0Yp-9sQe_41Hhb2Ww6c")
    ]
    resolved = bindings.resolve(records.comparison(first, *answers), write=False)
    assert resolved.candidate.body == answers[0].body
    for name in ("token", "start"):
        following = records.request("GET", f"/rows?q=1&{name}=Qx7-ab12_Zk09Lmw3Tq8")
        rendered = bindings.render(following, Side.CANDIDATE).request
        assert rendered.target == f"/rows?q=1&{name}=t0Yp-9sQe_41Hhb2Ww6c"


def test_what_is_only_learnt(bindings: Bindings, records: Any) -> None:
    """A request is rendered afterwards as if the answers had been compared."""
    made = records.comparison(records.request("POST", "/a"), records.answer({"id": ONE}), records.answer({"id": TWO}))
    bindings.learn(made, write=True)
    rendered = bindings.render(records.request("GET", f"/a/{ONE}"), Side.CANDIDATE).request
    assert rendered is not None
    assert rendered.target == f"/a/{TWO}"
