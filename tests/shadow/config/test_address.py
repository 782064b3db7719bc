"""Texts that name a place or a pattern: right ones pass unchanged, wrong ones say in one line what was expected."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.config.address import (
    check_address,
    check_http_route,
    check_ingest_address,
    check_pattern,
    check_url,
    split_address,
    split_ingest_address,
    split_url,
)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.0.1:8080", "127.0.0.1", 8080),
        ("localhost:0", "localhost", 0),
        ("my_host.internal:65535", "my_host.internal", 65535),
        ("[::1]:80", "::1", 80),
        ("[fe80::1%eth0]:80", "fe80::1%eth0", 80),
    ],
)
def test_an_address(text: str, host: str, port: int) -> None:
    """Host and port; the brackets of an IPv6 address are not part of it."""
    assert split_address(text) == (host, port)
    assert check_address(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "8080",
        ":80",
        "host",
        "host:",
        "host:65536",
        "host:-1",
        "host: 80",
        "host:8_0",
        "host:٣",
        "host:" + "1" * 5000,
        "a b:80",
        "http://127.0.0.1:8080",
        "host/path:80",
        "user@host:80",
        "::1:80",
        "[::1:80",
        "[]:80",
        "host:80\n",
    ],
)
def test_no_address(text: str) -> None:
    """A URL, an IPv6 address without brackets, a port that is none."""
    with pytest.raises(ValueError, match=r"^expected host:port, got '.*; write for example 127\.0\.0\.1:8080"):
        check_address(text)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("https://api.internal:443/", "https://api.internal:443"),
        ("http://[::1]:1", "http://[::1]:1"),
    ],
)
def test_the_place_in_a_url(text: str, url: str) -> None:
    """Host and port, as one connects to them."""
    host, port = split_url(text)
    assert f"{host}:{port}" == url.partition("://")[2].replace("[", "").replace("]", "")


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("https://api.internal:443/", "https://api.internal:443"),
        ("http://[::1]:1", "http://[::1]:1"),
    ],
)
def test_a_url(text: str, url: str) -> None:
    """Scheme, host and port, without the slash at the end."""
    assert check_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "127.0.0.1:5000",
        "http://host",
        "http://host:0",
        "http://host:99999",
        "http://host:" + "1" * 5000,
        "http://:80",
        "http://host:80/path",
        "http://host:80//",
        "http://host:80?a",
        "http://host:80?",
        "http://host:80#a",
        "http://user:secret@host:80",
        "http://a b:80",
        "http://ho\nst:80",
        "http://[::1",
        "ftp://host:80",
        " http://host:80",
    ],
)
def test_no_url(text: str) -> None:
    """No port, a path, a user: nothing that would be dropped in silence."""
    with pytest.raises(
        ValueError, match=r"^expected http://host:port or https://host:port, got '.*; name the port, and"
    ):
        check_url(text)


@pytest.mark.parametrize(
    "text", ["GET /", "GET /builds", "POST /builds/{id}", "PUT /a/{b}/c/{d-e}", "GET /a:cancel", "GET /a//b", "GET /a/"]
)
def test_an_http_route(text: str) -> None:
    """Method and path; a parameter is a whole segment."""
    assert check_http_route(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/builds",
        "GET",
        "GET builds",
        "get /builds",
        "TRACE /builds",
        "GET  /builds",
        "GET /a b",
        "GET /a?b={c}",
        "GET /a#b",
        "GET /a/{id",
        "GET /a/id}",
        "GET /a/{}",
        "GET /a/{id}.json",
        "GET /a/v{id}",
        "GET /a/{b/c}",
    ],
)
def test_no_http_route(text: str) -> None:
    """A template that could never match is an error, not a route without traffic."""
    with pytest.raises(
        ValueError, match=r"^expected METHOD /path/\{name\}, got '.*; write for example GET /builds/\{id\}$"
    ):
        check_http_route(text)


def test_a_pattern() -> None:
    """A regular expression, or what is wrong with it."""
    assert check_pattern(r"\d+(a|b)") == r"\d+(a|b)"
    with pytest.raises(
        ValueError, match=r"^expected a regular expression, got '\(' \(missing \), unterminated subpattern\)$"
    ):
        check_pattern("(")


@given(st.text(), st.sampled_from([check_address, check_url, check_http_route, check_pattern]))
def test_any_text_passes_or_is_one_line(text: str, check: Callable[[str], str]) -> None:
    """No text breaks a check, and no line break of it gets into the message."""
    try:
        message = ""
        checked = check(text)
    except ValueError as error:
        checked, message = text, str(error)
    assert checked in {text, text.rstrip("/")}
    assert not message or message.startswith("expected ")
    assert "\n" not in message


def test_where_ingest_listens() -> None:
    """A port, or a socket's path."""
    assert split_ingest_address("127.0.0.1:7431") == ("127.0.0.1", 7431)
    assert split_ingest_address("unix:run/a b:1.sock") == Path("run/a b:1.sock")
    assert check_ingest_address("unix:/x") == "unix:/x"


@pytest.mark.parametrize("text", ["", "7431", "unix:", "unix", "/run/x.sock", "http://127.0.0.1:1", "unix:a\0b"])
def test_where_ingest_can_not_listen(text: str) -> None:
    """Both forms are named."""
    with pytest.raises(ValueError, match="expected host:port or unix:PATH, got ") as raised:
        check_ingest_address(text)
    assert "\n" not in str(raised.value)
