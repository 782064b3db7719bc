"""What was mined against what a person reviewed: the file as it is to be, and what fails a check. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from crossfade.parity_tests.mining.bindings_file import Kept
from crossfade.parity_tests.mining.mine import Mined
from crossfade.shadow.bindings.edges import Edge, Place, place_text

FALL = 0.1
"""By so much may the support of an edge fall."""


def merged(kept: Sequence[Kept], mined: Iterable[Mined]) -> tuple[Kept, ...]:
    """The file with the figures of now: what a person said stays, what nobody reviewed is as it was mined.

    New producers of a reviewed edge make another one for the same consumer; once that is reviewed, both become one.
    """
    found: list[Kept] = []
    left = {place_text(item.edge.consumer): item for item in kept if item.reviewed}
    for item in mined:
        said = _together([old for old in kept if old.edge.consumer == item.edge.consumer and old.reviewed])
        left.pop(place_text(item.edge.consumer), None)
        found += [_fresh(item, kept)] if said is None else _both(said, item)
    gone = [replace(_one(kept, consumer), support=0.0, sessions=0) for consumer in left]
    return (*found, *gone)


def failures(kept: Sequence[Kept], mined: Sequence[Mined]) -> Iterator[str]:
    """One line for each edge that nobody reviewed, that is seen less than it was, or whose ids look otherwise."""
    now = {item.edge.consumer: item for item in mined}
    for item in merged(kept, mined):
        edge = item.edge
        if not item.reviewed:
            yield f"{edge_text(edge)}: nobody reviewed this edge (support {item.support:.2f}, {item.sessions} sessions)"
            continue
        before = _one(kept, place_text(edge.consumer))
        if edge.plain:
            continue
        if item.support < before.support - FALL:
            yield f"{edge_text(edge)}: support fell from {before.support:.2f} to {item.support:.2f}"
        seen = now.get(edge.consumer)
        if seen is not None and (line := _form_failure(edge, seen)):
            yield line


def accepted_changes(kept: Iterable[Kept]) -> list[str]:
    """One line for each kind whose ids the candidate may write otherwise."""
    found = {item.edge.kind: item.edge.forms for item in kept if item.reviewed and item.edge.forms}
    return [f"{kind}: {forms[0]} -> {forms[1]}" for kind, forms in sorted(found.items()) if forms]


def edge_text(edge: Edge) -> str:
    """An edge on one line."""
    producers = ", ".join(map(place_text, edge.producers)) or "(nothing)"
    return f"{edge.kind}: {producers} -> {place_text(edge.consumer)}"


def _form_failure(edge: Edge, seen: Mined) -> str | None:
    if not seen.candidate or seen.legacy == seen.candidate or (seen.legacy, seen.candidate) == edge.forms:
        return None
    declared = "none" if edge.forms is None else f"{edge.forms[0]} -> {edge.forms[1]}"
    return f"{edge_text(edge)}: ids are {seen.legacy} -> {seen.candidate}, declared is {declared}"


def _fresh(item: Mined, kept: Iterable[Kept]) -> Kept:
    """An edge that nobody reviewed, of the kind that a person gave others with the same producers."""
    kind = _kind_of(item.edge.producers, kept) or item.edge.kind
    old = next((one for one in kept if one.edge.consumer == item.edge.consumer), None)
    note = "" if old is None else old.note
    return _with_figures(
        Kept(edge=replace(item.edge, kind=kind), support=0, sessions=0, legacy="", candidate="", note=note), item
    )


def _both(said: Kept, item: Mined) -> list[Kept]:
    """The reviewed edge with the figures of now, and one of the producers that nobody reviewed."""
    new = tuple(place for place in item.edge.producers if place not in said.edge.producers)
    found = [_with_figures(said, item)]
    if new and not said.edge.plain:
        found.append(replace(found[0], edge=replace(said.edge, producers=new), reviewed=False, note=""))
    return found


def _with_figures(item: Kept, mined: Mined) -> Kept:
    return replace(item, support=mined.support, sessions=mined.sessions, legacy=mined.legacy, candidate=mined.candidate)


def _together(kept: Sequence[Kept]) -> Kept | None:
    """The reviewed edges of one consumer as one."""
    if not kept:
        return None
    producers = sorted({place for item in kept for place in item.edge.producers}, key=place_text)
    forms = next((item.edge.forms for item in kept if item.edge.forms), None)
    note = " ".join(dict.fromkeys(item.note for item in kept if item.note))
    return replace(kept[0], edge=replace(kept[0].edge, producers=tuple(producers), forms=forms), note=note)


def _kind_of(producers: Iterable[Place], kept: Iterable[Kept]) -> str | None:
    wanted = set(producers)
    return next((item.edge.kind for item in kept if item.reviewed and wanted & set(item.edge.producers)), None)


def _one(kept: Sequence[Kept], consumer: str) -> Kept:
    found = _together([item for item in kept if item.reviewed and place_text(item.edge.consumer) == consumer])
    if found is None:
        raise KeyError(consumer)
    return found
