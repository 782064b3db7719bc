"""What a finding is called, in plain words. Pure."""

from collections.abc import Iterable, Sequence

from crossfade.codegen.pitfalls import find_pitfall
from crossfade.reports.figures import count
from crossfade.reports.findings.alike import Bundle
from crossfade.reports.findings.following import Link
from crossfade.reports.findings.places import field_words, is_status, leaf, without_indexes
from crossfade.reports.place_names import some_of
from crossfade.shadow.exchange.difference import Kind, parted

_SAID: dict[str, str] = {
    Kind.VALUE: "differs",
    Kind.FORMAT: "has another format",
    Kind.TYPE: "has another type",
    Kind.MISSING: "missing",
    Kind.ADDED: "added",
    Kind.ORDER: "in another order",
}
_NAMED = 3  # fields or transitions that a title names
_ARROW = " -> "


def title(bundles: Sequence[Bundle], routes: Sequence[str]) -> str:
    """``404 becomes 500 on GET /x``, ``Header expires added on 13 routes``; for a cause its title, and where."""
    return f"{_what(bundles)} on {_where(routes)}"


def _what(bundles: Sequence[Bundle]) -> str:
    first = bundles[0]
    if len(bundles) == 1 and is_status(first.root) and _ARROW in first.root.transition:
        return _becomes(first.root.transition)
    pitfall = find_pitfall(first.cause or "")
    if pitfall is not None:
        return f"{pitfall.title}: {_places(bundles)}"
    if first.root.kind == Kind.FAILED:
        return "No complete answer"
    if len({bundle.root.path for bundle in bundles}) > 1 or (len(bundles) > 1 and first.root.transition):
        said = f"{leaf(first.root.path)} {_SAID.get(first.root.kind, 'differs')}"
        return f"{said} alike in {count(_number_of_places(bundles))} places"
    return _of_root(bundles)


def _of_root(bundles: Sequence[Bundle]) -> str:
    """What a root is called, with what follows from it on each of its routes."""
    root = bundles[0].root
    followers = set.intersection(*({(cluster.path, link) for cluster, link in one.followers} for one in bundles))
    name = field_words(root.path) or root.path
    if renamed := _paths(followers, Link.RENAMED):
        return f"{name} has become {some_of(renamed, _NAMED)}"
    if _paths(followers, Link.EDIT):
        return f"{without_indexes(root.path)} differs alike in {count(len(bundles[0].clusters))} places"
    if others := _paths(followers, Link.NEIGHBOUR):
        return f"{some_of([name, *others], _NAMED)} {_SAID.get(root.kind, 'differs')}"
    at_place = (cluster for cluster in bundles[0].clusters if cluster.path == root.path)
    if transitions := sorted({parted(cluster.transition)[0] for cluster in at_place} - {""}):
        return f"{name}: {some_of([_becomes(text) for text in transitions], _NAMED)}"
    return f"{name} {_SAID.get(root.kind, 'differs')}"


def _becomes(transition: str) -> str:
    """A transition in words; one past the bound names no values."""
    return transition.replace(_ARROW, " becomes ") if _ARROW in transition else "other transitions"


def _paths(followers: Iterable[tuple[str, Link]], why: Link) -> list[str]:
    return sorted(path for path, link in followers if link is why)


def _places(bundles: Sequence[Bundle]) -> str:
    """The one path at which a cause shows, or how many places there are."""
    paths = {bundle.root.path for bundle in bundles}
    number = _number_of_places(bundles)
    return next(iter(paths)) if len(paths) == 1 else f"{count(number)} places"


def _number_of_places(bundles: Iterable[Bundle]) -> int:
    return len({(bundle.root.route, bundle.root.path) for bundle in bundles})


def _where(routes: Sequence[str]) -> str:
    return routes[0] if len(routes) == 1 else f"{count(len(routes))} routes"
