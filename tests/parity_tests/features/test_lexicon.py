"""What only all calls together show."""

from typing import Any

from crossfade.parity_tests.features.calls import call_features
from crossfade.parity_tests.features.lexicon import MAX_MEMBERS, MAX_WORDS, Lexicon


def settled(http_call: Any, bodies: list[Any]) -> tuple[Lexicon, list[set[tuple[str, str]]]]:
    """For each request its places with their classes."""
    lexicon = Lexicon()
    numbers = [lexicon.numbered(call_features(http_call(body=body), None)) for body in bodies]
    features = [[lexicon[number] for number in lexicon.settled(item)] for item in numbers]
    return lexicon, [
        {(feature.path, feature.value_class) for feature in item if feature.direction == "request"} for item in features
    ]


def test_absent_members(http_call: Any) -> None:
    """A member that another object of its place has is absent, where the object itself is there."""
    _, (first, second, third) = settled(http_call, [{"a": 1, "o": {"x": 1}}, {"o": {}}, {"a": 2}])
    assert ("body/a", "absent") in second
    assert ("body/o/x", "absent") in second
    assert ("body/o", "absent") in third
    assert ("body/o/x", "absent") not in third
    assert not any(name == "absent" for _, name in first)


def test_few_words_are_told_apart(http_call: Any) -> None:
    """A place with a few words is like an enum, one with many holds free text."""
    few = [{"a": word} for word in ("red", "green")]
    many = [{"b": "x" * (1 + index)} for index in range(MAX_WORDS + 1)]
    _, found = settled(http_call, [*few, *many])
    assert ("body/a", "=red") in found[0]
    assert not any(path == "body/b" and name[0] == "=" for item in found for path, name in item)


def test_names_that_are_data(http_call: Any) -> None:
    """An object with too many names of members is a map: no member is absent, and the lexicon stops growing."""
    lexicon, found = settled(http_call, [{f"n{index}x": 0} for index in range(3 * MAX_MEMBERS)])
    assert not any(name == "absent" for item in found for _, name in item)
    assert len(lexicon) < 2 * MAX_MEMBERS
    assert ("body", "object") in found[-1]
