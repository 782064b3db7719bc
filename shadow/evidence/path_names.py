"""The names in the path of a difference, which show whether the value there is a secret. Pure."""

import re

from crossfade.shadow.compare.headers import COOKIE_ATTRIBUTES

_FIELDS = ("header.", "trailer.")
_LISTED = re.compile(r"\[[^\]]*\]")
_COOKIE = re.compile(r"(?:header|trailer)\.set-cookie/[^/]*")


def path_names(path: str) -> list[str]:
    """The names under which a value stands.

    None for an attribute of a cookie, which is never secret; no name of a list of field names
    (``header.vary[authorization]``), because these name other fields.
    """
    if path.startswith(_FIELDS):
        if re.fullmatch(r"[a-z]+\.set-cookie/[^/]*/(?:" + "|".join(sorted(COOKIE_ATTRIBUTES)) + ")", path):
            return []
        path = _LISTED.sub("", path)
    return re.split(r"[/.\[\]]", path)


def is_cookie(path: str) -> bool:
    """Whether the value there is a whole cookie."""
    return _COOKIE.fullmatch(path) is not None
