"""Who asks: the credential of a request, so read that another token of the same person is the same credential.

Nothing is verified here; a token that lies makes a request another one, and no more.
"""

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from crossfade.shadow.compare.decode.jwt import read_jwt
from crossfade.shadow.exchange import Request, header_values

_OF_ONE_TOKEN = frozenset({"iat", "exp", "nbf", "jti", "auth_time", "nonce", "at_hash", "c_hash", "sid"})
"""Claims that differ from one token of a person to the next (RFC 7519 4.1, OpenID Connect Core 2)."""
_MOST_KEPT = 1024
_MOST_KEPT_CHARS = 4096
"""Longer credentials are read each time; so what is kept of them takes some megabytes."""
_FORWARDED_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*("[^"]*"|[^;,]*)', re.IGNORECASE)


def credentials_of(request: Request) -> str:
    """Authorization and cookies, of a JWT with a subject what it says of the person; "" where there is none."""
    authorizations, cookies = _sent(request)
    if not (authorizations or cookies):
        return ""
    is_long = sum(map(len, (*authorizations, *cookies))) > _MOST_KEPT_CHARS
    return (_credentials.__wrapped__ if is_long else _credentials)(authorizations, cookies)


def raw_credentials_of(request: Request) -> str:
    """Authorization, or else the cookies, as they were sent; "" where there is none."""
    values = header_values(request.headers, "authorization") or header_values(request.headers, "cookie")
    return "\n".join(values)


def client_of(request: Request) -> str:
    """Who a client is: by its credential, or else by the first address of those that the request came by.

    Cookies count only where there is no Authorization: some of them change with every answer.
    """
    authorizations, cookies = _sent(request)
    credential = "\n".join(authorization_of(authorizations)) or "\n".join(_cookies(cookies))
    return credential or _first_address(request) or request.peer


def _sent(request: Request) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The fields Authorization and Cookie, as they were sent."""
    return header_values(request.headers, "authorization"), header_values(request.headers, "cookie")


@lru_cache(_MOST_KEPT)
def _credentials(authorizations: tuple[str, ...], cookies: tuple[str, ...]) -> str:
    """Kept, because a person sends the same one with every request."""
    return "\n".join((*authorization_of(authorizations), *_cookies(cookies)))


def authorization_of(lines: Iterable[str]) -> Iterator[str]:
    """What each field Authorization says of the person, whichever token of theirs it carries."""
    for value in lines:
        scheme, _, token = value.strip().partition(" ")
        yield f"{scheme.lower()} {_person(token.strip())}"


def _cookies(lines: Iterable[str]) -> Iterator[str]:
    """Each cookie, in the order of their names."""
    pairs = (pair.strip().partition("=") for line in lines for pair in line.split(";") if pair.strip())
    yield from sorted(f"{name}={_person(value)}" for name, _, value in pairs)


def _person(token: str) -> str:
    """The claims of a JWT with a subject, without those of this token alone; any other token is itself."""
    _, claims = read_jwt(token)
    if claims is None or "sub" not in claims:
        return token
    try:
        return json.dumps({name: value for name, value in claims.items() if name not in _OF_ONE_TOKEN}, sort_keys=True)
    except (ValueError, RecursionError):
        return token


def _first_address(request: Request) -> str:
    """The first hop of X-Forwarded-For, or of Forwarded (RFC 7239)."""
    for value in header_values(request.headers, "x-forwarded-for"):
        if first := value.partition(",")[0].strip():
            return first
    for value in header_values(request.headers, "forwarded"):
        if (match := _FORWARDED_FOR.search(value.partition(",")[0])) and (first := match[1].strip().strip('"')):
            return first
    return ""
