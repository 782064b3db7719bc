"""Ids in answers to writes that were minted by none of them: two runs of legacy give the same ones, again. Pure.

Who makes an order is told as ``owner_id`` in each of them. A candidate that always names another owner does not mint.
"""

from collections.abc import Callable, Iterator

from crossfade.shadow.bindings.answers import site_of, without_head
from crossfade.shadow.bindings.memory import Seen
from crossfade.shadow.bindings.names import Part, Site
from crossfade.shadow.bindings.pairs import leaves, text_of
from crossfade.shadow.exchange.difference import Value

_MAX_SEEN = 100_000
IdsAt = Callable[[str, Site], bool]
"""Whether a text at a place may be an id, of something else than the answer is about, that no request carried."""


class Steadiness:
    """What one recording and live legacy gave alike, so far."""

    def __init__(self) -> None:
        self._seen = Seen(_MAX_SEEN)

    def steady(self, route: str, then: Value, now: Value, may_be: IdsAt) -> Iterator[tuple[Site, str]]:
        """The places of an answer to a write, with the ids there, that both runs gave alike and gave before.

        What was minted is new each time: so one answer shows nothing, and the same id in a second one does.
        """
        before = {path: text for path, _, text in _ids(then, may_be)}
        for path, site, text in _ids(now, may_be):
            if before.get(path) != text:
                continue
            key = repr((route, site.names, text))
            if key in self._seen:
                yield site, text
            self._seen.add((key,))


def _ids(value: Value, may_be: IdsAt) -> Iterator[tuple[tuple[str | int, ...], Site, str]]:
    for path, names, leaf in leaves(without_head(value)):
        text, site = text_of(leaf), site_of(names)
        if text is not None and site.part is Part.BODY and may_be(text, site):
            yield path, site, text
