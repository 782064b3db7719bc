"""What a session shows of ids."""

from typing import Any

from crossfade.parity_tests.mining.traces import Consumed, Produced, consumed, is_alike, produced, trace_of
from crossfade.shadow.bindings.edges import place_text
from crossfade.shadow.exchange import Failure, FailureReason

UUID = "2f1c0a1b-0a1b-4000-8000-0123456789ab"


def given(ask: Any, answer: Any, *bodies: Any) -> list[tuple[str, str, str, str | None, Any]]:
    """What answers to one request show: place, recorded, now, the candidate's, the forms."""
    request = ask(0, "GET", "/orders", None)
    legacy, again, candidate = (None if body is None else answer(body) for body in bodies)
    found = produced(request, legacy, again, candidate, None)
    return [(place_text(item.place), item.text, item.again, item.candidate, item.forms) for item in found]


def test_values_that_legacy_has_otherwise_now(ask: Any, answer: Any) -> None:
    """With the candidate's, and how both are written; what is the same twice is not minted."""
    bodies = [{"id": one, "size": 7, "name": "Ann"} for one in (7, 12, UUID)]
    assert given(ask, answer, *bodies) == [("GET /orders body/id", "7", "12", UUID, ("number", "uuid"))]
    assert given(ask, answer, *bodies[:2], None) == [("GET /orders body/id", "7", "12", None, ("number", None))]
    same = [{"id": one} for one in (7, 12, 7)]
    assert given(ask, answer, *same) == [("GET /orders body/id", "7", "12", "7", ("number", "number"))]


def test_tokens_have_no_form(ask: Any, answer: Any) -> None:
    """Nobody reads them, so how they are written is no matter."""
    bodies = [{"next_page_token": text} for text in ("a-7Kd9f0q1", "ZZ_0d9f8s7a", "0f" * 16)]
    assert [forms for *_, forms in given(ask, answer, *bodies)] == [("token", "token")]


def test_elements_of_lists(ask: Any, answer: Any) -> None:
    """By what else they hold; where that says nothing, by their place, because both made them in one order."""
    named = [{"all": [{"no": number, "who": who} for number, who in pairs]} for pairs in ([(1, "A"), (2, "B")],) * 2]
    named[1] = {"all": [{"no": 9, "who": "B"}, {"no": 8, "who": "A"}]}
    assert [(text, again) for _, text, again, _, _ in given(ask, answer, *named, None)] == [("1", "8"), ("2", "9")]
    ids = [{"all": [{"id": number} for number in numbers]} for numbers in ([1, 2], [8, 9])]
    assert [(text, again) for _, text, again, _, _ in given(ask, answer, *ids, None)] == [("1", "8"), ("2", "9")]


def test_answers_that_do_not_belong_together(ask: Any, answer: Any) -> None:
    """Another status, or a body that can't be read, shows nothing."""
    request = ask(0, "GET", "/orders", None)
    assert not list(produced(request, answer({"id": 1}), answer({"id": 2}, 404), None, None))
    broken = answer({"id": 2})
    object.__setattr__(broken, "body", b"{")
    assert not list(produced(request, answer({"id": 1}), broken, None, None))


def test_what_requests_carry(ask: Any) -> None:
    """In path, query and body; not what a client makes anew each time."""
    found = consumed(ask(3, "POST", "/orders/7/lines?after=x", {"sku": 7, "deep": [{"of": "b"}]}), None)
    assert [(place_text(item.place).rpartition(" ")[2], item.text) for item in found] == [
        ("path/*", "orders"),
        ("path/orders/*", "7"),
        ("path/orders/*/*", "lines"),
        ("query/after", "x"),
        ("body/sku", "7"),
        ("body/deep/*/of", "b"),
    ]


def test_whether_answers_say_the_same(ask: Any, answer: Any) -> None:
    """Times and long random values aside; an empty answer says nothing."""
    request = ask(0, "GET", "/orders/7", None)
    times = [answer({"at": f"2026-01-02T03:04:0{at}Z", "id": "fixed"}) for at in (1, 2)]
    assert is_alike(request, *times, None) is True
    assert is_alike(request, answer({"id": 7, "name": "A"}), answer({"id": 7, "name": "B"}), None) is False
    assert is_alike(request, answer({"id": 7, "name": "A"}), answer({"error": "none"}, 404), None) is False
    assert is_alike(request, answer(None), answer(None), None) is None
    assert is_alike(request, answer({"id": 7}), None, None) is None
    failed = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
    assert is_alike(request, answer({"id": 7}), failed, None) is None


def test_a_trace_is_in_order(twice: Any) -> None:
    """What a request carries comes before what its answer gives."""
    session = twice(
        "s",
        [
            (("POST", "/orders", {"a": "x"}), {"id": 1}, {"id": 2}, None),
            (("GET", "/orders/1", None),) + ({"id": 1},) * 3,
        ],
    )
    kinds = [type(item) for item in trace_of(session, None).events]
    assert kinds == [Consumed, Consumed, Produced, Consumed, Consumed]
