"""Who asks: the credential of a request, so read that another token of the same person is the same credential.

Nothing is verified here; a token that lies makes a request another one, and no more.
"""

import base64
import json
import re
from collections.abc import Iterator

from crossfade.shadow.exchange import Request, header_values

_OF_ONE_TOKEN = frozenset({"iat", "exp", "nbf", "jti", "auth_time", "nonce", "at_hash", "c_hash", "sid"})
"""Claims that differ from one token of a person to the next (RFC 7519 4.1, OpenID Connect Core 2)."""
_MOST_TOKEN_CHARS = 65_536
_JWT = re.compile(r"[A-Za-z0-9_-]+\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*")
_FORWARDED_FOR = re.compile(r'(?:^|;)\s*for\s*=\s*("[^"]*"|[^;,]*)', re.IGNORECASE)


def credentials_of(request: Request) -> str:
    """Authorization and cookies, of a JWT with a subject what it says of the person; "" where there is none."""
    return "\n".join((*_authorization(request), *_cookies(request)))


def raw_credentials_of(request: Request) -> str:
    """Authorization, or else the cookies, as they were sent; "" where there is none."""
    values = header_values(request.headers, "authorization") or header_values(request.headers, "cookie")
    return "\n".join(values)


def client_of(request: Request) -> str:
    """Who a client is: by its credential, or else by the first address of those that the request came by.

    Cookies count only where there is no Authorization: some of them change with every answer.
    """
    credential = "\n".join(_authorization(request)) or "\n".join(_cookies(request))
    return credential or _first_address(request) or request.peer


def _authorization(request: Request) -> Iterator[str]:
    for value in header_values(request.headers, "authorization"):
        scheme, _, token = value.strip().partition(" ")
        yield f"{scheme.lower()} {_person(token.strip())}"


def _cookies(request: Request) -> Iterator[str]:
    """Each cookie, in the order of their names."""
    lines = header_values(request.headers, "cookie")
    pairs = (pair.strip().partition("=") for line in lines for pair in line.split(";") if pair.strip())
    yield from sorted(f"{name}={_person(value)}" for name, _, value in pairs)


def _person(token: str) -> str:
    """The claims of a JWT with a subject, without those of this token alone; any other token is itself."""
    match = _JWT.fullmatch(token) if len(token) <= _MOST_TOKEN_CHARS else None
    if match is None:
        return token
    try:
        claims = json.loads(base64.urlsafe_b64decode(match[1] + "=" * (-len(match[1]) % 4)))
        if not isinstance(claims, dict) or "sub" not in claims:
            return token
        kept = {name: value for name, value in claims.items() if name not in _OF_ONE_TOKEN}
        return json.dumps(kept, sort_keys=True)
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
