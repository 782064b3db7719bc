"""Which texts may be handles by their looks: ids and tokens, never words, times, decimals or addresses. Pure."""

import re
from typing import Any

from crossfade.shadow.compare.decode.jwt import is_jwt, read_jwt
from crossfade.shadow.compare.shape import shape

MIN_TOKEN_CHARS = 8
MAX_TOKEN_CHARS = 4096
_MAX_SHORT_CHARS = 12
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_HEX = re.compile(r"(?=[0-9a-fA-F]*[0-9])(?=[0-9]*[a-fA-F])(?:[0-9a-f]{8,}|[0-9A-F]{8,})")
_GROUPED = re.compile(r"(?=[-0-9]*[a-fA-F])(?=[-a-fA-F]*[0-9])(?=.{12})[0-9a-fA-F]{4,}(?:-[0-9a-fA-F]{4,})+")
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_LONG_NUMBER = re.compile(r"[0-9]{15,}")
_PREFIXED = re.compile(r"[A-Za-z][A-Za-z0-9]{0,15}(?:[-_:][a-z]{1,12})?[-_:](?=[A-Za-z]*[0-9])[0-9A-Za-z]{4,}")
_OPAQUE = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+")  # no blank, quote, comma, semicolon, backslash
_RANDOM_LETTERS = re.compile(r"(?=[a-z]*[A-Z])(?=[A-Z]*[a-z])[A-Za-z]{16,}")
_RUN = re.compile(r"[A-Za-z0-9]{12,}")
_MIXED = re.compile(r"(?=(?:.*?[0-9]){2})(?=(?:.*?[A-Za-z]){2}).*")
_BASIC_TIME = re.compile(r"\d{8}T\d{4,6}.*")
_NO_TOKEN = ("time", "date", "http-date", "iso-duration", "clock", "decimal", "exponent", "url", "epoch", "empty")
_SHORT = re.compile(r"[0-9]{1,14}|(?=[A-Za-z]*[-_]?[0-9])[A-Za-z]{1,8}[-_]?[0-9]{1,10}")
_MAX_EXACT = 2**53
_LASTING = frozenset({"iat", "exp", "nbf", "jti", "auth_time"})


def is_token(text: str) -> bool:
    """Whether a text is long and hard to guess: a uuid, hex, a ULID, a JWT, a prefixed id, mixed letters and digits."""
    if not MIN_TOKEN_CHARS <= len(text) <= MAX_TOKEN_CHARS or _OPAQUE.fullmatch(text) is None:
        return False
    if "@" in text or "/" in text:
        return False
    if (
        _UUID.fullmatch(text)
        or _GROUPED.fullmatch(text)
        or _HEX.fullmatch(text)
        or _ULID.fullmatch(text)
        or is_jwt(text)
    ):
        return True
    if _LONG_NUMBER.fullmatch(text):
        return not shape(int(text[:25])).startswith("epoch")
    if _PREFIXED.fullmatch(text):
        return True
    run = _RUN.search(text)
    return run is not None and _MIXED.match(run[0]) is not None and not _is_otherwise_known(text)


def is_guessable(text: str) -> bool:
    """Whether another side may give the same text by chance: numbers in sequence, with or without a prefix."""
    return is_short_id(text) or (text.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_:").isdigit())


def is_opaque_token(text: str) -> bool:
    """Whether a text may be a token where its name says that it is one: it has no blank and is no time."""
    if not MIN_TOKEN_CHARS <= len(text) <= MAX_TOKEN_CHARS or _OPAQUE.fullmatch(text) is None:
        return False
    is_word = text.isalpha() and _RANDOM_LETTERS.fullmatch(text) is None
    return not _is_otherwise_known(text) and ("@" not in text) and not is_word


def is_plain_text(text: str) -> bool:
    """Whether a text may be sent anywhere, and has no blank: printable ASCII of bounded length."""
    return 0 < len(text) <= MAX_TOKEN_CHARS and text.isascii() and text.isprintable() and " " not in text


def is_short_id(text: str) -> bool:
    """Whether a text may be an id only where its name says so: 17, 100023, ORD-17."""
    return len(text) <= _MAX_SHORT_CHARS + 2 and _SHORT.fullmatch(text) is not None


def id_form(text: str) -> str:
    """How an id is written, where that is the same for all that one implementation mints: a uuid, hex of a length."""
    found = shape(text)
    return found if found.startswith(("uuid", "hex")) else ""


def is_time(text: str) -> bool:
    """Whether a text is a time, which two answers seldom share."""
    return shape(text).startswith(("time", "http-date", "date")) or _BASIC_TIME.fullmatch(text) is not None


def jwt_claims(text: str) -> dict[str, Any] | None:
    """The claims of a JWT that say who it is for, without its times and its own id; None where they can't be read.

    How long it lasts and its algorithm stand beside them: a client, or who checks it, relies on both.
    """
    header, claims = read_jwt(text)
    if claims is None:
        return None
    kept = {name: value for name, value in claims.items() if name not in _LASTING}
    return kept | {"(lasts)": _lasting_s(claims), "(alg)": None if header is None else header.get("alg")}


def jwt_ends_s(text: str) -> float | None:
    """When a JWT expires, in seconds since the epoch, where it does not say when it was issued."""
    _, claims = read_jwt(text)
    return None if claims is None or "iat" in claims else _seconds(claims.get("exp"))


def _lasting_s(claims: dict[str, Any]) -> int | None:
    begin, end = _seconds(claims.get("iat")), _seconds(claims.get("exp"))
    return None if begin is None or end is None else round(end - begin)


def _seconds(value: object) -> float | None:
    """A number that a clock may show; else None."""
    return float(value) if isinstance(value, int | float) and abs(value) < _MAX_EXACT else None


def _is_otherwise_known(text: str) -> bool:
    return shape(text).startswith(_NO_TOKEN) or _BASIC_TIME.fullmatch(text) is not None
