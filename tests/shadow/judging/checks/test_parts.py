"""Parts of values at one place are counted: elements, and the words and numbers of texts."""

from crossfade.shadow.exchange.difference import Difference, Kind, Value
from crossfade.shadow.judging.checks.parts import parts


def of(legacy: Value, other: Value) -> Difference:
    return Difference(path="body/v", template="body/v", kind=Kind.VALUE, legacy=legacy, candidate=other)


def test_each_element_is_a_part() -> None:
    """Whatever is no text counts once."""
    assert parts([]) == 0
    assert parts([of(1, 2), of(3, 4), of("a", None)]) == 3


def test_the_words_and_numbers_of_a_text_are_parts() -> None:
    """Wherever they stand, since a random one may be in more runs each time; what one side has more counts, too."""
    assert parts([of("5 items in 12 ms", "5 items in 17 ms")]) == 1
    assert parts([of("5 items in 12 ms", "6 items in 17 ms")]) == 2
    assert parts([of("https://a.org/o/7?sig=ab", "https://a.org/o/8?sig=cd&x=1")]) == 4
    assert parts([of("t=a-b-c; price 7 for 2", "t=x_y; price 8 for 2")]) == 4
    assert parts([of("a-b", "a_b")]) == 1


def test_a_time_is_one_part() -> None:
    """How much of it changes depends on when a side was asked; in a longer text it is not counted."""
    assert parts([of("2026-01-02T03:04:05Z", "2027-02-03T04:05:06Z")]) == 1
    assert parts([of("job 7 at 2026-01-02 03:04:05.1", "job 8 at 2026-01-02 03:04:06.2")]) == 1
