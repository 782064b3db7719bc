"""A judgement says the same, these differences, or not comparable and why."""

import json
from collections.abc import Callable

import pytest

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.fingerprint import signature
from crossfade.shadow.exchange import Answer, Comparison, Failure, FailureReason
from crossfade.shadow.exchange.difference import MAX_FINGERPRINTS, MORE, Kind
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.judging.judgement import IgnoreRule, Judgement, judge

Build = Callable[..., Answer]
Compare = Callable[..., Comparison]
JSON = (("content-type", "application/json"),)
FAILED = Failure(reason=FailureReason.RESET, detail="reset", latency_ms=1.0)


def rule(path: str) -> IgnoreRule:
    return IgnoreRule(route="*", path=path, reason="known")


def found(judgement: Judgement) -> list[tuple[str, str]]:
    assert judgement.uncomparable is None, judgement.detail
    return [(item.path, item.kind.value) for item in judgement.differences]


def items(answer: Build, count: int, *, shift: int = 0, price: int = 1) -> Answer:
    """A long list with a time in each element, and a price behind it."""
    elements = [{"id": f"n{n}", "at": n + shift} for n in range(count)]
    return answer(json.dumps({"items": elements, "price": price}).encode(), headers=JSON)


def test_equal_answers(answer: Build, comparison: Compare) -> None:
    """No difference, nothing ignored, no noise where nobody was asked."""
    assert judge(comparison(answer(b"{}", headers=JSON), answer(b"{}", headers=JSON)), contract=None) == Judgement()


@pytest.mark.parametrize("reason", FailureReason)
def test_a_failed_candidate_is_a_difference(answer: Build, comparison: Compare, reason: FailureReason) -> None:
    """Whatever legacy said, and no rule hides it."""
    failure = Failure(reason=reason, detail="", latency_ms=1.0)
    for legacy in (answer(b"a"), answer(b"{", headers=JSON), answer(truncated=True), answer(status=500)):
        judgement = judge(comparison(legacy, failure, answer()), contract=None, ignore=(rule("*"),))
        assert found(judgement) == [("answer", "failed")]
        assert judgement.differences[0].candidate == reason.value


def test_legacy_must_have_answered(answer: Build, comparison: Compare) -> None:
    """Without legacy there is nothing to judge by."""
    with pytest.raises(TypeError, match="legacy answered"):
        judge(comparison(FAILED, answer()), contract=None)


def test_a_candidate_that_can_not_be_read_is_a_difference(answer: Build, comparison: Compare) -> None:
    """It is never a match, and never only uncomparable."""
    judgement = judge(comparison(answer(b"{}", headers=JSON), answer(b"{}x", headers=JSON)), contract=None)
    assert found(judgement) == [("body", "type")]


@pytest.mark.parametrize("other", [b"{", b"{}"])
def test_legacy_that_can_not_be_read_is_uncomparable(answer: Build, comparison: Compare, other: bytes) -> None:
    """With a reason, and with no differences, also where headers differ."""
    judgement = judge(
        comparison(answer(b"{x", headers=JSON), answer(other, headers=(*JSON, ("x-a", "1")))), contract=None
    )
    assert judgement == Judgement(uncomparable=Reason.UNDECODABLE, detail=judgement.detail)
    assert judgement.detail.startswith("legacy's body: expected JSON")


@pytest.mark.parametrize(("legacy", "candidate"), [(True, False), (False, True), (True, True)])
def test_cut_bodies_are_uncomparable(answer: Build, comparison: Compare, legacy: bool, candidate: bool) -> None:
    """Equal prefixes are not equal bodies, in HTTP and in gRPC."""
    sides = answer(b"a", truncated=legacy), answer(b"a", truncated=candidate)
    for target in ("/a", "/t.v1.Things/Get"):
        assert judge(comparison(*sides, target=target), contract=None).uncomparable is Reason.TRUNCATED


def test_ignored_differences_are_counted(answer: Build, comparison: Compare) -> None:
    """They are left out by template, and their number is told."""
    sides = items(answer, 3), items(answer, 3, shift=100, price=2)
    judgement = judge(comparison(*sides), contract=None, ignore=(rule("body/items/*/at"),))
    assert found(judgement) == [("body/price", "value")]
    assert judgement.ignored == 3
    judgement = judge(comparison(*sides), contract=None, ignore=(rule("*"),))
    assert (judgement.differences, judgement.ignored) == ((), 4)
    judgement = judge(comparison(*sides), contract=None, ignore=(rule("body/item"),))
    assert (len(judgement.differences), judgement.ignored) == (4, 0)


def test_rules_in_brackets(answer: Build, comparison: Compare, contract: Contract) -> None:
    """A bracket in a rule is a bracket, as in templates, and no set of characters."""
    kind = contract.message_class("t.v1.Thing")
    bodies = []
    for size in (1, 2):
        message = kind(leaves=[{"name": "a", "size": size}])  # type: ignore[call-arg]
        data = message.SerializeToString()
        bodies.append(b"\0" + len(data).to_bytes(4, "big") + data)
    sides = [answer(body, trailers=(("grpc-status", "0"),)) for body in bodies]
    pair = comparison(*sides, target="/t.v1.Things/Get")
    for path, ignored in (("message.leaves[*].size", 1), ("message.leaves[[]*].size", 0), ("message.leave[s].size", 0)):
        assert judge(pair, contract=contract, ignore=(rule(path),)).ignored == ignored


def test_ignored_differences_hide_no_other(answer: Build, comparison: Compare) -> None:
    """A thousand ignored ones do not fill the bound before the one that counts."""
    sides = items(answer, 1000), items(answer, 1000, shift=5000, price=2)
    judgement = judge(comparison(*sides), contract=None, ignore=(rule("body/items/*"),))
    assert found(judgement) == [("body/price", "value")]
    assert judgement.ignored == 1000


def test_noise_hides_no_other(answer: Build, comparison: Compare) -> None:
    """Nor do a thousand noisy ones: the signature holds the field that is not noise."""
    sides = items(answer, 1000), items(answer, 1000, shift=5000, price=2), items(answer, 1000, shift=9000)
    judgement = judge(comparison(*sides), contract=None)
    assert judgement.noise is not None
    assert {item.template for item in signature(judgement.differences)} == {"body/items/*/at", "body/price"}
    assert {item.template for item in signature(judgement.noise)} == {"body/items/*/at"}


def test_noise_never_stands_for_what_was_not_looked_at(answer: Build, comparison: Compare) -> None:
    """Past the bound the candidate has MORE, and the secondary has not."""
    fields = [{f"f{n}{letter}": value for n in range(9) for letter in "abcdefghijkl"} for value in (1, 2, 3)]
    sides = [answer(json.dumps(values).encode(), headers=JSON) for values in fields]
    judgement = judge(comparison(*sides), contract=None)
    assert judgement.noise is not None
    assert len(signature(judgement.differences)) == MAX_FINGERPRINTS
    assert MORE in signature(judgement.differences)
    assert MORE not in signature(judgement.noise)


@pytest.mark.parametrize("secondary", [None, FAILED])
def test_no_secondary_no_noise(answer: Build, comparison: Compare, secondary: Failure | None) -> None:
    """None is not the same as no noise."""
    assert judge(comparison(answer(b"a"), answer(b"b"), secondary), contract=None).noise is None


def test_a_secondary_that_says_nothing_about_noise(answer: Build, comparison: Compare) -> None:
    """Another status is another state, and a cut answer can't be compared."""
    for secondary in (answer(b"b", status=404), answer(b"a", truncated=True)):
        judgement = judge(comparison(answer(b"a"), answer(b"b"), secondary), contract=None)
        assert (found(judgement), judgement.noise) == ([("body", "value")], None)


def test_a_secondary_with_another_grpc_status(answer: Build, comparison: Compare) -> None:
    """In gRPC too."""
    sides = [answer(trailers=(("grpc-status", code), ("grpc-message", code))) for code in ("0", "0", "5")]
    judgement = judge(comparison(*sides, target="/t.v1.Things/Get"), contract=None)
    assert (judgement.differences, judgement.noise) == ((), None)


def test_noise_is_known_and_ignored_alike(answer: Build, comparison: Compare) -> None:
    """The rules hold for both, and only the candidate's are counted; no noise is the empty tuple."""
    sides = items(answer, 2), items(answer, 2, shift=1), items(answer, 2, shift=2, price=3)
    judgement = judge(comparison(*sides), contract=None, ignore=(rule("body/items/*"),))
    assert judgement.noise is not None
    assert ([item.path for item in judgement.noise], judgement.ignored) == (["body/price"], 2)
    same = items(answer, 1)
    assert judge(comparison(same, same, same), contract=None).noise == ()


def test_a_different_status_is_first(answer: Build, comparison: Compare) -> None:
    """With an equal body too."""
    judgement = judge(comparison(answer(b"a"), answer(b"a", status=201)), contract=None)
    assert found(judgement) == [("status", "value")]
    assert judgement.differences[0].kind is Kind.VALUE
