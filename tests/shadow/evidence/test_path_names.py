"""Under which names a value stands."""

import pytest

from crossfade.shadow.evidence.path_names import is_cookie, path_names


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("body/a/b", ["body", "a", "b"]),
        ("message.a[0].b", ["message", "a", "0", "", "b"]),
        ("header.vary[authorization]", ["header", "vary"]),
        ("header.link[0].target/query/token", ["header", "link", "target", "query", "token"]),
        ("body/note/{json}/pin", ["body", "note", "{json}", "pin"]),
        ("header.set-cookie/sid/value", ["header", "set-cookie", "sid", "value"]),
        ("header.set-cookie/sid/path", []),
        ("header.set-cookie/path", ["header", "set-cookie", "path"]),
        ("header.set-cookie/sid/custom", ["header", "set-cookie", "sid", "custom"]),
        ("metadata.x-token", ["metadata", "x-token"]),
    ],
)
def test_names(path: str, names: list[str]) -> None:
    """Of lists of field names, and of attributes of cookies, none hides anything."""
    assert path_names(path) == names


def test_a_whole_cookie() -> None:
    """Neither one of its parts nor another field."""
    assert is_cookie("header.set-cookie/sid")
    for path in ("header.set-cookie", "header.set-cookie/sid/value", "body/set-cookie/sid", "header.cookie/sid"):
        assert not is_cookie(path)
