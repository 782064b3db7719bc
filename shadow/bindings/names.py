"""What a place in a message is called, and what its name says of the values that stand there. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

ANY = "*"
"""Stands in a site for an element of a list, a key that is data, or a segment of a path that is a value."""

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_IDS = frozenset({"id", "uuid", "guid", "uid", "ids", "uuids", "guids", "uids"})
_TOKENS = frozenset(
    {"token", "tokens", "cursor", "csrf", "xsrf", "session", "sid", "jwt", "etag", "cookie", "continuation"}
)
_AROUND = frozenset({"next", "previous", "prev", "after", "before"})
_PAGES = _AROUND | {"page", "cursor", "continuation", "sync", "resume"}
_MAX_CHARS = 100
_ES = re.compile(r"(?:s|x|z|ch|sh)es")


class Part(StrEnum):
    """Where in a message a value stands."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    COOKIE = "cookie"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Site:
    """A place without its indexes; ``names`` run from the outermost to the value's own."""

    part: Part
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """The innermost name, that of the list for its elements; "" where there is none."""
        return next((name for name in reversed(self.names) if name != ANY), "")

    @property
    def owner(self) -> str:
        """The name around the innermost one, "" where that is the outermost."""
        named = [name for name in self.names if name != ANY]
        return named[-2] if len(named) > 1 else ""


@lru_cache(4096)
def words_of(name: str) -> tuple[str, ...]:
    """The words of a name in snake_case, camelCase or kebab-case, in lower case."""
    return tuple(word.lower() for word in _WORD.findall(name[:_MAX_CHARS]))


@lru_cache(4096)
def is_id_name(name: str) -> bool:
    """Whether a name is that of ids: id, order_id, orderId, order-uuid, order_ids."""
    words = words_of(name)
    return bool(words) and words[-1] in _IDS


@lru_cache(4096)
def is_token_name(name: str) -> bool:
    """Whether values of this name mean nothing to a client, which only sends them back: page tokens, sessions."""
    words = words_of(name)
    return not _TOKENS.isdisjoint(words) or (bool(words) and words[-1] in _AROUND)


@lru_cache(4096)
def is_page_name(name: str) -> bool:
    """Whether a name is that of tokens of pages: cursor, next_page_token, after, continuation."""
    words = words_of(name)
    if not words:
        return False
    if "token" in words or "tokens" in words:
        return not _PAGES.isdisjoint(words)
    return "cursor" in words or "continuation" in words or words[-1] in _AROUND


@lru_cache(4096)
def entity_of(name: str) -> str:
    """What a name says its ids belong to, as one word in the singular: order_id, orders and Order are ``order``.

    "" for a name that says nothing: ``id``.
    """
    words = words_of(name)
    if words and words[-1] in _IDS:
        words = words[:-1]
    return "".join((*words[:-1], _singular(words[-1]))) if words else ""


@lru_cache(4096)
def is_plural(name: str) -> bool:
    """Whether a name looks like that of a collection."""
    return name.endswith("s") and not name.endswith(("ss", "us", "is"))


def _singular(word: str) -> str:
    """One form for singular and plural, not always a word: houses and house are ``hous``."""
    if word.endswith("ies"):
        return word[:-3] + "y"
    if _ES.fullmatch(word) or word.endswith(("sses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    return word.removesuffix("e")
