"""What stands in an exported session for a value that is another one in each run. Pure.

``${h1}`` is a handle: what the service gives where it stands first, and the same value wherever it stands again;
``${h1#}`` one that JSON has as a number. ``${*}`` is any value, ``${$}`` a dollar sign before a brace.
"""

from collections.abc import Collection, Iterator

from crossfade.parity_tests.standalone.bodies import Json
from crossfade.parity_tests.standalone.handles import leaf_text, may_be_handle
from crossfade.parity_tests.standalone.hidden import Hidden
from crossfade.parity_tests.standalone.left_out import LeftOut
from crossfade.shadow.bindings.messages import rewrite_fields
from crossfade.shadow.bindings.names import ANY, Part, Site
from crossfade.shadow.bindings.texts import rewrite_target, rewrite_words
from crossfade.shadow.compare.diff.paths import Place
from crossfade.shadow.exchange import Headers

ANYTHING = "${*}"
_SAFE = "crossfade0handle{}0"
"""Stands for a mark while a target or a field is taken apart, since these escape what a mark is written with."""


class Marks:
    """The marks of one session."""

    def __init__(self, handles: Collection[str]) -> None:
        self._names = {text: f"h{number}" for number, text in enumerate(sorted(handles), 1)}

    def target(self, text: str) -> str:
        """A path with its query."""
        return self._written(rewrite_target(text, self._safe))

    def fields(self, headers: Headers) -> list[list[str]]:
        """Header fields."""
        return [[name, self._written(value)] for name, value in rewrite_fields(headers, self._safe)]

    def text(self, text: str) -> str:
        """A text of no known structure."""
        return self._written(rewrite_words(text, self._safe))

    def sent(self, value: Json, names: tuple[str, ...] = ()) -> Json:
        """The JSON of a request."""
        match value:
            case dict():
                return {key: self.sent(item, (*names, key)) for key, item in value.items()}
            case list():
                return [self.sent(item, (*names, ANY)) for item in value]
            case _:
                return self._leaf(value, names)

    def expected(self, value: Json, place: Place, left_out: LeftOut, names: tuple[str, ...] = ()) -> Json:
        """The JSON of an answer below a place: what is hidden or left out there may be anything."""
        if left_out.has(place.template):
            return ANYTHING
        match value:
            case Hidden(pseudonym):
                return self._leaf(pseudonym, names) if self._is_handle(pseudonym, names) else ANYTHING
            case dict():
                return {
                    key: self.expected(item, _member(place, key), left_out, (*names, key))
                    for key, item in value.items()
                }
            case list():
                return [
                    self.expected(item, _element(place, at), left_out, (*names, ANY)) for at, item in enumerate(value)
                ]
            case _:
                return self._leaf(value, names)

    def given(self, value: Json, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """The handles in the JSON of an answer: the keys and indices that lead to each, and its mark."""
        match value:
            case dict():
                for key, item in value.items():
                    yield from self.given(item, (*path, key))
            case list():
                for at, item in enumerate(value):
                    yield from self.given(item, (*path, at))
            case _:
                names = tuple(ANY if isinstance(step, int) else step for step in path)
                if self._is_handle(value, names):
                    yield path, self._leaf(value, names)

    def _is_handle(self, value: Json, names: tuple[str, ...]) -> bool:
        text = leaf_text(value)
        return text is not None and self._name(text, Site(Part.BODY, names)) is not None

    def _leaf(self, value: Json, names: tuple[str, ...]) -> Json:
        text = leaf_text(value)
        if text is None:
            return value
        name = self._name(text, Site(Part.BODY, names))
        if isinstance(value, str):
            return self.text(text) if name is None else f"${{{name}}}"
        return value if name is None else f"${{{name}#}}"

    def _name(self, text: str, site: Site) -> str | None:
        return self._names.get(text) if may_be_handle(text, site) else None

    def _safe(self, text: str, site: Site) -> str | None:
        name = self._name(text, site)
        return None if name is None else _SAFE.format(name)

    def _written(self, text: str) -> str:
        text = text.replace("${", "${$}{")
        for name in self._names.values():
            text = text.replace(_SAFE.format(name), f"${{{name}}}")
        return text


def _member(place: Place, key: str) -> Place:
    return place.key(key) if place.path.startswith("body") else place.field(key)


def _element(place: Place, at: int) -> Place:
    return place.element(at) if place.path.startswith("body") else place.item(at)
