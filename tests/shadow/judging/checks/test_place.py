"""Two checks of one place are fair as long as both sides are the same, and tell on one that is not."""

import random
import uuid
from collections.abc import Callable, Iterator

import pytest

from crossfade.shadow.exchange.difference import Value
from crossfade.shadow.judging.checks.place import MAX_FORMS, Forms, Repeats, Trial

Draw = Callable[[random.Random], Value]


def skewed(rng: random.Random) -> Value:
    return 0 if rng.random() < 0.99 else rng.randrange(1, 9)


def few(rng: random.Random) -> Value:
    return rng.choice(("open", "done"))


def ids(rng: random.Random) -> Value:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def texts(rng: random.Random) -> Value:
    return "ab c-D9"[: rng.randrange(1, 7)] * rng.randrange(1, 9)


def counts(trials: Iterator[Trial | None]) -> tuple[int, int]:
    found = [trial for trial in trials if trial is not None]
    return sum(candidate for _, candidate, _ in found), sum(control for _, _, control in found)


def differing(seed: int, draw: Draw, candidate: Draw | None = None, n: int = 400) -> Iterator[tuple[int, Value, Value]]:
    rng = random.Random(seed)
    for number in range(n):
        ours, theirs = draw(rng), (candidate or draw)(rng)
        if ours != theirs:
            yield number, ours, theirs


@pytest.mark.parametrize("draw", [skewed, few, ids, texts])
def test_the_same_implementation_fails_neither_more_often(draw: Draw) -> None:
    """Over many runs the two sides fail as often, whatever the values are; also those of which most are 0."""
    repeats, forms = [0, 0], [0, 0]
    for seed in range(150):
        one, other = Repeats(), Forms()
        for found, trials in (
            (repeats, (one.see(*seen) for seen in differing(seed, draw))),
            (forms, (other.see(ours, theirs) for _, ours, theirs in differing(seed, draw))),
        ):
            candidate, control = counts(trials)
            found[0] += candidate
            found[1] += control
    for candidate, control in (repeats, forms):
        assert abs(candidate - control) <= 4 * max(1, candidate + control) ** 0.5


@pytest.mark.parametrize(
    ("draw", "candidate"),
    [
        (ids, lambda _: "00000000-0000-0000-0000-000000000000"),
        (ids, lambda rng: f"00000000-0000-4000-8000-00000000000{rng.randrange(2)}"),
        (lambda rng: rng.randrange(9), lambda _: 0),
        (lambda rng: f"2024-01-02T03:04:{rng.randrange(10, 60)}Z", lambda _: "1970-01-01T00:00:00Z"),
    ],
)
def test_a_value_that_repeats_is_told(draw: Draw, candidate: Draw) -> None:
    """One for everybody, one that is always the same, and ids of which there are only two."""
    repeats = Repeats()
    found, control = counts(repeats.see(*seen) for seen in differing(1, draw, candidate))
    assert found > 50
    assert control == 0


def test_values_that_repeat_by_chance_count_only_while_there_is_one() -> None:
    """The pair in which the candidate's value changes is the last."""
    repeats = Repeats()
    pairs = [(1, 0), (2, 0), (3, 0), (3, 5), (1, 0), (2, 0)]
    found = [repeats.see(number, ours, theirs) for number, (ours, theirs) in enumerate(pairs)]
    assert [trial[1:] for trial in found if trial is not None] == [(True, False), (False, True)]


def test_the_same_request_is_no_pair() -> None:
    """It may well be answered alike; the next one of another request is."""
    repeats = Repeats()
    assert repeats.see(1, "a", "x") is None
    assert repeats.see(1, "a", "x") is None
    assert repeats.see(2, "b", "x") is not None


def test_a_new_form_is_told() -> None:
    """Of legacy's values and the secondary's, all are known; a few must have been seen."""
    forms = Forms()
    words = ("open the door", "close the window", "all is well", "nothing to see", "it is late")
    assert [forms.see(word, "java.lang.NullPointerException") for word in words] == [None] * 5
    trial = forms.see("so it is now", "java.lang.NullPointerException")
    assert trial is not None
    assert trial[1:] == (True, False)
    forms.learn("java.lang.NullPointerException")
    trial = forms.see("so it is now", "java.lang.IllegalStateException")
    assert trial is not None
    assert trial[1:] == (False, False)


def test_of_few_values_each_is_a_form() -> None:
    """From enough values on, so that a rare one is no finding."""
    forms = Forms()
    for number in range(30):
        forms.see(("red", "blue")[number % 2], "grey")
    trial = forms.see("red", "teal")
    assert trial is not None
    assert trial[1:] == (True, False)


@pytest.mark.parametrize(
    ("legacy", "candidate"),
    [
        (("shop-7f9c4d-x2k4z", "shop-7f9c4d-b1q8m"), "shop-52ac0e-t9w3n"),
        (("2024-01-02T03:04:05.123456+00:00",), "2024-01-02T03:04:07.654321+00:00"),
    ],
)
def test_what_each_instance_has_of_its_own_has_a_form_only(legacy: tuple[str, ...], candidate: str) -> None:
    """Its name and the time of its start are not among legacy's; what does not look like them is told still."""
    forms = Forms()
    for number in range(100):
        trial = forms.see(legacy[number % len(legacy)], candidate)
        assert trial is None or trial[1:] == (False, False)
    trial = forms.see(legacy[0], "java.lang.NullPointerException")
    assert trial is not None
    assert trial[1:] == (True, False)


def test_too_many_forms_are_none() -> None:
    """A place at which anything may stand has no form; memory is bounded."""
    forms = Forms()
    for number in range(MAX_FORMS + 1):
        forms.learn(10**number)
    assert forms.see(1, "x") is None
