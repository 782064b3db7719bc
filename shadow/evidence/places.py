"""What a path of a difference says of the value there: the names under which it stands. Pure."""

import re

from crossfade.shadow.compare.headers import COOKIE_ATTRIBUTES

_FIELDS = ("header.", "trailer.")
_COOKIE = re.compile(r"(?:header|trailer)\.set-cookie/[^/]*")


def path_names(path: str) -> list[str]:
    """The names that may say that a value is a secret.

    A list of field names (``header.vary[authorization]``) names other fields; of a cookie's attributes none is secret.
    """
    if path.startswith(_FIELDS):
        if re.fullmatch(r"[a-z]+\.set-cookie/[^/]*/(?:" + "|".join(sorted(COOKIE_ATTRIBUTES)) + ")", path):
            return []
        path = path.partition("[")[0]
    return re.split(r"[/.\[\]]", path)


def is_cookie(path: str) -> bool:
    """Whether a whole cookie stands there."""
    return _COOKIE.fullmatch(path) is not None
