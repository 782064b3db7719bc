"""What a finding is called, in plain words. Pure."""

from collections.abc import Iterable, Sequence

from crossfade.codegen.pitfalls import find_pitfall
from crossfade.reports.figures import count
from crossfade.reports.findings.alike import Bundle
from crossfade.reports.findings.following import Link
from crossfade.reports.findings.places import field_words, is_status, leaf, without_indexes
from crossfade.reports.place_names import some_of
from crossfade.shadow.exchange.difference import Kind

_SAID = {
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
        said = f"{leaf(first.root.path)} {_SAID[Kind(first.root.kind)]}"
        return f"{said} alike in {count(_number_of_places(bundles))} places"
    return _of_one(first)


def _of_one(bundle: Bundle) -> str:
    """What a root and its followers on one route are called."""
    root, links = bundle.root, {link for _, link in bundle.followers}
    name = field_words(root.path) or root.path
    if Link.RENAMED in links:
        return f"{name} has become {_paths(bundle, Link.RENAMED)}"
    if Link.EDIT in links:
        return f"{without_indexes(root.path)} differs alike in {count(len(bundle.clusters))} places"
    if Link.NEIGHBOUR in links:
        return f"{some_of([name, *_followers(bundle, Link.NEIGHBOUR)], _NAMED)} {_SAID[Kind(root.kind)]}"
    transitions = sorted({cluster.transition for cluster in bundle.clusters if cluster.path == root.path} - {""})
    if not transitions:
        return f"{name} {_SAID[Kind(root.kind)]}"
    return f"{name}: {some_of([_becomes(text) for text in transitions], _NAMED)}"


def _becomes(transition: str) -> str:
    """A transition in words; one past the bound names no values."""
    return transition.replace(_ARROW, " becomes ") if _ARROW in transition else "other transitions"


def _followers(bundle: Bundle, why: Link) -> list[str]:
    return sorted({cluster.path for cluster, link in bundle.followers if link is why})


def _paths(bundle: Bundle, why: Link) -> str:
    return some_of(_followers(bundle, why), _NAMED)


def _places(bundles: Sequence[Bundle]) -> str:
    """The one path at which a cause shows, or how many places there are."""
    paths = {bundle.root.path for bundle in bundles}
    number = _number_of_places(bundles)
    return next(iter(paths)) if len(paths) == 1 else f"{count(number)} places"


def _number_of_places(bundles: Iterable[Bundle]) -> int:
    return len({(bundle.root.route, bundle.root.path) for bundle in bundles})


def _where(routes: Sequence[str]) -> str:
    return routes[0] if len(routes) == 1 else f"{count(len(routes))} routes"
