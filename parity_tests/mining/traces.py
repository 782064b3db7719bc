"""What a session shows of ids: values that another run has otherwise, and values that requests carry. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Session
from crossfade.shadow.bindings.answers import Found, answer_value, found_leaves, site_of
from crossfade.shadow.bindings.edges import Place, endpoint_of
from crossfade.shadow.bindings.exchanges import status_of
from crossfade.shadow.bindings.forms import TOKEN, form_of
from crossfade.shadow.bindings.kinds import is_named
from crossfade.shadow.bindings.messages import CLIENTS_OWN, rewrite_request
from crossfade.shadow.bindings.names import Part, Site
from crossfade.shadow.bindings.pairs import Partner, differing, leaves
from crossfade.shadow.bindings.shapes import is_plain_text, is_time, is_token
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.exchange import Answer, Reply, Request
from crossfade.shadow.exchange.difference import Value

_LEAST_BYTES = 8
"""A shorter answer does not say what the request was about."""
_Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Twice:
    """A session and what another run of its calls got: from legacy, and from the candidate.

    One entry for each call; None where a side was not asked, or its answer is not known.
    """

    session: Session
    again: Sequence[Reply | None]
    candidate: Sequence[Reply | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Produced:
    """A value of an answer that legacy's other run has otherwise, and the candidate's for it, None where it has none.

    ``forms``: how legacy and the candidate write it.
    """

    place: Place
    text: str
    again: str
    candidate: str | None
    forms: tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Consumed:
    """A value that a request carries; ``alike``: whether legacy's two answers say the same, None: they say nothing."""

    place: Place
    text: str
    alike: bool | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """What one session shows, in its order."""

    session: str
    events: tuple[Produced | Consumed, ...]


def trace_of(twice: Twice, contract: Contract | None) -> Trace:
    """What a session shows."""
    calls = zip(twice.session.calls, twice.again, twice.candidate, strict=True)
    found: list[Produced | Consumed] = []
    for call, again, candidate in calls:
        alike = is_alike(call.request, call.reply, again, contract)
        found += (replace(item, alike=alike) for item in consumed(call.request, contract))
        if isinstance(call.reply, Answer) and isinstance(again, Answer):
            found += produced(call.request, call.reply, again, candidate, contract)
    return Trace(twice.session.id, tuple(found))


def consumed(request: Request, contract: Contract | None) -> list[Consumed]:
    """The values that a request carries, with their places; none that a client makes anew for each request."""
    endpoint = endpoint_of(request)
    found: list[Consumed] = []

    def note(text: str, site: Site) -> None:
        if is_plain_text(text) and not (site.part is Part.HEADER and site.name in CLIENTS_OWN):
            found.append(Consumed(Place(endpoint, site), text))

    rewrite_request(request, note, contract)
    return found


def is_alike(request: Request, legacy: Reply, again: Reply | None, contract: Contract | None) -> bool | None:
    """Whether two answers differ in nothing but times and long random values; None where one is missing or empty."""
    if not isinstance(legacy, Answer) or not isinstance(again, Answer):
        return None
    if status_of(legacy, request) != status_of(again, request):
        return False
    if len(legacy.body) < _LEAST_BYTES:
        return None
    ours, other = _value(request, legacy, contract), _value(request, again, contract)
    if ours is None or other is None:
        return legacy.body == again.body
    return all(
        isinstance(found.other, str) and all(is_time(text) or is_token(text) for text in (found.legacy, found.other))
        for found, _ in _pairs(ours, other)
    )


def produced(
    request: Request, legacy: Answer, again: Answer, candidate: Reply | None, contract: Contract | None
) -> Iterator[Produced]:
    """The values in which two answers of legacy's differ, at places that both have."""
    ours = _value(request, legacy, contract)
    other = _value(request, again, contract) if status_of(legacy, request) == status_of(again, request) else None
    if ours is None or other is None:
        return
    endpoint = endpoint_of(request)
    theirs = None
    if isinstance(candidate, Answer) and status_of(candidate, request) == status_of(legacy, request):
        theirs = _value(request, candidate, contract)
    candidates = {} if theirs is None else {found.path: (found, form) for found, form in _pairs(ours, theirs)}
    for found, _ in _pairs(ours, other):
        if not isinstance(found.other, str) or found.other == found.legacy or not is_plain_text(found.legacy):
            continue
        form = TOKEN if is_named(found.site) else _form(ours, found)
        text, candidates_form = _candidates(found, form, candidates, is_known=theirs is not None)
        yield Produced(
            place=Place(endpoint, found.site),
            text=found.legacy,
            again=found.other,
            candidate=text,
            forms=(form, candidates_form),
        )


def _candidates(
    found: Found, form: str, candidates: dict[_Path, tuple[Found, str]], *, is_known: bool
) -> tuple[str | None, str | None]:
    """The candidate's text for a value and its form; legacy's where they do not differ."""
    if not is_known:
        return None, None
    theirs, theirs_form = candidates.get(found.path, (found, form))
    if theirs is found:
        return found.legacy, form
    return (theirs.other, TOKEN if form == TOKEN else theirs_form) if isinstance(theirs.other, str) else (None, None)


def _value(request: Request, answer: Answer, contract: Contract | None) -> Value | None:
    try:
        return answer_value(request, answer, contract)
    except UndecodableError:
        return None


def _pairs(ours: Value, other: Value) -> Iterator[tuple[Found, str]]:
    """The places that differ, and the form of the other's value.

    Elements of lists belong together by their content, or by all of it but its numbers. What is left is paired by its
    place: both were made by the same requests.
    """
    unequal = tuple(differing(ours, other, lambda _: False))
    if any(leaf.other is Partner.UNCLEAR for leaf in unequal):
        unequal = tuple(differing(ours, other, lambda _: False, _names_of_numbers(ours)))
    for leaf in unequal:
        partner = _at(other, leaf.path) if leaf.other is Partner.UNCLEAR else leaf.other
        for found in found_leaves(replace(leaf, other=partner)):
            whole = partner if found.path == leaf.path and not isinstance(partner, Partner) else found.other
            yield found, "" if isinstance(whole, Partner) else form_of(whole)


def _names_of_numbers(value: Value) -> frozenset[str]:
    return frozenset(site_of(names).name for _, names, leaf in leaves(value) if isinstance(leaf, int))


def _form(ours: Value, found: Found) -> str:
    value = _at(ours, found.path)
    return form_of(found.legacy if isinstance(value, Partner) else value)


def _at(value: Value, path: _Path) -> Value | Partner:
    """What stands at a path that is a leaf there, too."""
    for step in path:
        found = _below(value, step)
        if isinstance(found, Partner):
            return found
        value = found
    return Partner.MISSING if isinstance(value, dict | tuple) else value


def _below(value: Value, step: str | int) -> Value | Partner:
    if isinstance(value, dict) and isinstance(step, str):
        return value.get(step, Partner.MISSING)
    if isinstance(value, tuple) and isinstance(step, int) and step < len(value):
        return value[step]
    return Partner.MISSING
