"""Takes calls out of a session, and makes one of them smaller. Pure."""

from collections.abc import Set as AbstractSet
from dataclasses import replace

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.shrink.links import Links
from crossfade.parity_tests.shrink.requests import call_of, request_tree, unread_tree
from crossfade.parity_tests.shrink.subsets import Items, Reduction, fewest, mapped
from crossfade.parity_tests.shrink.trees import Node, smallest


def fewest_calls(session: Session, links: Links) -> Reduction[Session]:
    """The fewest calls with which the last one fails; it stays, and what it needs.

    A call goes only with all calls that need what it gave.
    """
    last = len(session.calls) - 1
    needed = links.with_producers(last)
    others = tuple(index for index in range(last) if index not in needed)

    def closed(kept: Items) -> Items:
        return tuple(index for index in links.closed(tuple(sorted((*kept, *needed)))) if index not in needed)

    def made(kept: Items) -> Session:
        return replace(session, calls=tuple(session.calls[index] for index in sorted((*kept, *needed))))

    return made((yield from mapped(fewest(others, closed), made)))


def smaller_call(
    session: Session, index: int, contract: Contract | None, handles: AbstractSet[str]
) -> Reduction[Session]:
    """The session with as little in the request of one call as does; ``handles`` are values that stay as they are."""
    call = session.calls[index]

    def made(root: Node) -> Session:
        calls = session.calls
        return replace(session, calls=(*calls[:index], call_of(call, root), *calls[index + 1 :]))

    root = request_tree(call, contract)
    if call_of(call, root).request != call.request and not (yield made(root)):
        root = unread_tree(call)  # how its body is written matters
    return made((yield from mapped(smallest(root, lambda value: str(value) in handles), made)))
