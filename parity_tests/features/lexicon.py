"""The features of all calls of a corpus as numbers: what one call can't tell alone is told in the end. Pure."""

from array import array
from collections.abc import Iterable, Sequence

from crossfade.parity_tests.features.records import ABSENT, WORD, Direction, Feature

MAX_WORDS = 16
"""Words at one place; where there are more, they are free text."""
MAX_MEMBERS = 256
"""Members of objects at one place; where there are more, their names are data."""
_CLOSED = ("status", "status.code", "status.details[*].@type")
_BODY = "body/"
_Place = tuple[str, Direction, str]


class Lexicon:
    """Numbers features in the order in which they come; those of one call in their own order."""

    def __init__(self) -> None:
        self._features: list[Feature] = []
        self._numbers: dict[Feature, int] = {}
        self._words: dict[_Place, int] = {}
        self._members: dict[_Place, set[_Place]] = {}

    def __getitem__(self, number: int) -> Feature:
        return self._features[number]

    def __len__(self) -> int:
        return len(self._features)

    def numbered(self, features: Iterable[Feature]) -> Sequence[int]:
        """The numbers of a call's features, but of those that can only be free text or data."""
        known, new = array("I"), list[Feature]()
        for feature in features:
            number = self._numbers.get(feature)
            if number is None:
                new.append(feature)
            else:
                known.append(number)
        known.extend(self._add(feature) for feature in sorted(new, key=_in_order) if not self._is_data(feature))
        return known

    def settled(self, numbers: Iterable[int]) -> frozenset[int]:
        """The features of a call, once all calls were numbered.

        A word is left out where there are too many at its place; a member that other objects at this place have, and
        this one has not, is absent.
        """
        kept = {number for number in numbers if not self._is_data(self._features[number])}
        places = {_place(self._features[number]) for number in kept}
        absent = sorted({member for place in places for member in self._named(place)} - places)
        return frozenset(kept | {self._number(Feature(*member, ABSENT)) for member in absent})

    def _named(self, place: _Place) -> Iterable[_Place]:
        members = self._members.get(place, ())
        return members if len(members) <= MAX_MEMBERS else ()

    def _is_data(self, feature: Feature) -> bool:
        if feature.value_class[:1] == WORD and feature.path not in _CLOSED:
            return self._words.get(_place(feature), 0) > MAX_WORDS
        return feature.path.startswith(_BODY) and len(self._members.get(_parent(feature), ())) > MAX_MEMBERS

    def _number(self, feature: Feature) -> int:
        number = self._numbers.get(feature)
        return self._add(feature) if number is None else number

    def _add(self, feature: Feature) -> int:
        number = self._numbers[feature] = len(self._features)
        self._features.append(feature)
        place = _place(feature)
        if feature.value_class[:1] == WORD:
            self._words[place] = self._words.get(place, 0) + 1
        if feature.path.startswith(_BODY) and feature.value_class != ABSENT:
            self._members.setdefault(_parent(feature), set()).add(place)
        return number


def _place(feature: Feature) -> _Place:
    return feature.route, feature.direction, feature.path


def _parent(feature: Feature) -> _Place:
    return feature.route, feature.direction, feature.path.rpartition("/")[0]


def _in_order(feature: Feature) -> tuple[str, ...]:
    return feature.route, feature.direction, feature.path, feature.value_class
