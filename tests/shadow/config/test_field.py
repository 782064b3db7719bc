"""Texts that name a header field, its value or a variable."""

from collections.abc import Callable

import pytest

from crossfade.shadow.config.field import (
    check_backend,
    check_field_name,
    check_field_value,
    check_session_key,
    check_variable,
)


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (check_field_name, "Authorization"),
        (check_field_name, "x-internal-*"),
        (check_field_value, "Bearer a.b-c=="),
        (check_variable, "SHADOW_TOKEN_2"),
        (check_backend, "users-java:8080"),
        (check_session_key, "header:x-user"),
        (check_session_key, "cookie:sid"),
        (check_session_key, "peer"),
    ],
)
def test_a_right_text(check: Callable[[str], str], text: str) -> None:
    """It comes back as it is."""
    assert check(text) == text


@pytest.mark.parametrize(
    ("check", "text"),
    [
        *((check_field_name, text) for text in ("", ":path", "a b", "a\n", "\xe9")),
        *((check_field_value, text) for text in ("", "a\r\nb: c", "\t", "\xe9")),
        *((check_variable, text) for text in ("", "2A", "A B", "A=B")),
        *(
            (check_backend, text)
            for text in ("", "users", "users:", "users:0", "users:65536", "Users:80", "-u:80", "u-:80")
        ),
        *((check_session_key, text) for text in ("", "x-user", "header:", "header:a b", "cookie:a;b", "peer:1")),
    ],
)
def test_a_wrong_text(check: Callable[[str], str], text: str) -> None:
    """One line says what was expected; nothing can smuggle a second field in."""
    with pytest.raises(ValueError, match=r"^expected [^\n]+; [^\n]+$"):
        check(text)
