"""What values are called: which part of an answer may be sent back in which part of a request. Pure."""

from collections.abc import Iterable
from functools import lru_cache

from crossfade.parity_tests.fuzz.trees import Key
from crossfade.shadow.bindings.names import entity_of, is_id_name, words_of
from crossfade.shadow.routes.templates import is_parameter, split_path

_ID = "id"
_NAMING = frozenset({"name", "key", "code", "slug", "number"})
_AROUND = frozenset({"next", "previous", "prev"})
_WRAPPERS = frozenset({"request", "response", "reply", "result", "req", "resp", "res"})


@lru_cache(4096)
def given_as(entity: str, name: str) -> tuple[Key, ...]:
    """The keys under which an answer gives a value of this name, which stands in something called ``entity``."""
    if is_id_name(name):
        return ((entity_of(name) or entity, _ID),)
    words = _words(name)
    keys = [("", words)]
    if words in _NAMING and entity:
        keys.append((entity, words))
    return tuple(keys)


@lru_cache(4096)
def wanted_as(entity: str, name: str) -> tuple[Key, ...]:
    """The keys of values that a request may carry under this name, the most fitting first."""
    if is_id_name(name):
        return ((entity_of(name) or entity, _ID),)
    words = _words(name)
    if words in _NAMING:
        return ((entity, words),) if entity else ()
    own = entity_of(name)
    return (("", words), *((own, naming) for naming in (_ID, *sorted(_NAMING))))


@lru_cache(4096)
def entity_of_type(name: str) -> str:
    """The entity that a message is or is about: Build, GetBuildRequest and SubmitBuildResponse are ``build``."""
    words = list(words_of(name))
    if words and words[-1] in _WRAPPERS:
        words = words[:-1]
        words = words[1:] if len(words) > 1 else words
    return entity_of("_".join(words))


def entity_of_method(full_name: str) -> str:
    """The entity that an RPC is about, by its name behind the verb; "" where it is a verb alone."""
    words = words_of(full_name.rpartition("/")[2])[1:]
    return entity_of("_".join(words))


def entity_of_template(template: str) -> str:
    """The entity that an HTTP route is about: the last literal segment of which a parameter follows, else the last."""
    literal = [part for part in split_path(template) if part and not is_parameter(part)]
    owners = [before for before, _ in parameters(template) if before]
    last = split_path(template)[-1]
    if is_parameter(last):
        return entity_of(owners[-1]) if owners else ""
    return entity_of(literal[-1]) if literal else ""


def parameters(template: str) -> Iterable[tuple[str, str]]:
    """The parameters of a path, each with the literal segment in front of it, "" where there is none."""
    before = ""
    for part in split_path(template):
        if is_parameter(part):
            yield before, part[1:-1]
        before = "" if is_parameter(part) else part


def _words(name: str) -> str:
    """A name without its way of writing, and without what is only said of the next page's token."""
    words = words_of(name)
    return "_".join(words[1:] if len(words) > 1 and words[0] in _AROUND else words)
