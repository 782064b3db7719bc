"""What is the same finding, and what is the same request."""

import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.diff import Place, diff
from crossfade.shadow.compare.fingerprint import bound_signature, fingerprint, gather, request_hash, signature
from crossfade.shadow.exchange import Protocol, Request
from crossfade.shadow.exchange.difference import (
    MAX_FINGERPRINTS,
    MAX_TRANSITIONS,
    MORE,
    OTHER,
    Difference,
    Fingerprint,
    Kind,
)

Build = Callable[..., Request]


def difference(template: str, path: str = "", kind: Kind = Kind.VALUE, legacy: int = 1) -> Difference:
    return Difference(path=path or template, template=template, kind=kind, legacy=legacy, candidate=2)


def test_values_and_indexes_do_not_count() -> None:
    """The same bug in two elements is one finding."""
    one = difference("body/*/p", "body/0/p", legacy=1)
    two = difference("body/*/p", "body/7/p", legacy=9)
    assert fingerprint(one) == fingerprint(two) == Fingerprint(template="body/*/p", kind="value")
    assert signature((one, two)) == (fingerprint(one),)


def test_kind_and_cause_count() -> None:
    """Another kind or another cause is another finding."""
    one = difference("body/p")
    assert fingerprint(one) != fingerprint(difference("body/p", kind=Kind.TYPE))
    assert fingerprint(one) != fingerprint(one, "float-text")
    assert signature((one,), lambda _: "float-text") == (fingerprint(one, "float-text"),)


def test_a_signature_is_sorted() -> None:
    """The order in which differences are found says nothing."""
    found = [difference(name) for name in "cab"]
    assert signature(found) == signature(reversed(found))
    assert [item.template for item in signature(found)] == ["a", "b", "c"]


def test_a_signature_is_bounded() -> None:
    """Past 64 findings the rest is MORE, so that it is never left out in silence."""
    fits = [difference(f"body/p{n:03}") for n in range(MAX_FINGERPRINTS)]
    assert len(signature(fits)) == MAX_FINGERPRINTS
    assert MORE not in signature(fits)
    found = signature([*fits, difference("body/z")])
    assert len(found) == MAX_FINGERPRINTS
    assert MORE in found
    assert list(found) == sorted(found)


def by_word(item: Difference) -> str:
    return f"{item.legacy} -> {item.candidate}"


def test_transitions_count() -> None:
    """From another value, or to one, is another finding; the first few of one place are told."""
    found = list(gather([difference("body/p", legacy=n) for n in range(MAX_TRANSITIONS + 3)], lambda _: "", by_word))
    told = [f"{n} -> 2" for n in range(MAX_TRANSITIONS)]
    assert [item.transition for item in found] == [*told, OTHER]
    found = list(gather([difference("body/p"), difference("body/q", legacy=5)], lambda _: "", by_word))
    assert [item.transition for item in found] == ["1 -> 2", "5 -> 2"]


def test_transitions_leave_room() -> None:
    """They never make a finding MORE that would not be without them."""
    found = gather([difference(f"body/p{n}", legacy=m) for n in range(60) for m in range(2)], lambda _: "", by_word)
    assert len(found) == 60
    assert {item.transition for item in found} == {OTHER}
    assert MORE not in bound_signature(found)
    assert found[fingerprint(difference("body/p7"), "", OTHER)].legacy == 0


def test_what_may_follow_from_another_status_tells_it() -> None:
    """Not what has a certain cause of its own, and nothing where both statuses are of one class."""
    paths = ("body/a", "status", "body/b", "status.message")
    causes = {"body/b": "B2", "status.message": "B2"}

    def told(status: str) -> dict[str, str]:
        found = gather(
            [difference(path) for path in paths],
            lambda item: causes.get(item.template, ""),
            lambda item: status if item.template == "status" else "1 -> 2" if item.template == "body/a" else "",
        )
        return {item.template: item.transition for item in found}

    assert told("404 -> 401") == {
        "body/a": "1 -> 2 beside 404 -> 401",
        "status": "404 -> 401",
        "body/b": "",
        "status.message": "beside 404 -> 401",
    }
    assert told("200 -> 201") == dict.fromkeys(paths, "") | {"body/a": "1 -> 2", "status": "200 -> 201"}


def test_a_status_is_told_beside_many() -> None:
    """Where there is no room for the transitions of the places, that of the status is told all the same."""
    many = [difference(f"body/p{n}", legacy=m) for n in range(60) for m in range(2)]
    found = gather(
        [difference("status"), *many],
        lambda _: "",
        lambda item: "200 -> 500" if item.template == "status" else by_word(item),
    )
    assert {item.transition for item in found} == {OTHER, f"{OTHER} beside 200 -> 500"}
    assert MORE not in bound_signature(found)


def test_no_differences() -> None:
    """The same answers have the empty signature."""
    assert signature(()) == ()


@given(st.lists(st.sampled_from([1, 2, 3]), max_size=5).map(tuple), st.permutations(range(3)))
def test_stable(legacy: tuple[int, ...], order: list[int]) -> None:
    """The same two answers have the same signature, whatever the order of their keys."""
    fields = {"a": legacy, "b": 1, "c": ""}
    shuffled = {"abc"[index]: fields["abc"[index]] for index in order}
    other = {"a": (*legacy, 4), "b": 2}
    place = Place.at("body")
    assert signature(diff(fields, other, place)) == signature(diff(shuffled, other, place))


def test_the_hash_of_a_request(request_to: Build) -> None:
    """Method, target, type and body make another request; who asks, when and under which id does not."""
    base = request_to("/a?b=1", body=b"x", headers=(("content-type", "text/plain"),))
    same = dataclasses.replace(
        base, id="2", started_at=9.0, authority="other", headers=(*base.headers, ("traceparent", "00-1"))
    )
    assert request_hash(base) == request_hash(same)
    others = [
        request_to("/a?b=1", method="POST", body=b"x", headers=base.headers),
        request_to("/a?b=2", body=b"x", headers=base.headers),
        request_to("/a?b=1", body=b"y", headers=base.headers),
        request_to("/a?b=1", body=b"x"),
        request_to("/a?b=1", body=b"x", headers=base.headers, protocol=Protocol.GRPC),
    ]
    assert len({request_hash(item) for item in (base, *others)}) == 6


def test_the_hash_is_fixed(request_to: Build) -> None:
    """It is stored, so it is the same in every process."""
    assert request_hash(request_to("/a")) == request_hash(request_to("/a"))
    assert 0 <= request_hash(request_to("/a")) < 2**64


@pytest.mark.parametrize("text", ["/\ud800", "/é", "/\0"])
def test_any_target_has_a_hash(request_to: Build, text: str) -> None:
    """Text that can't be encoded too."""
    assert request_hash(request_to(text, headers=(("content-type", text),))) >= 0
