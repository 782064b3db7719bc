"""Every bad value of every key is one line: file, line, key, what was expected, what was found."""

import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from crossfade.shadow.config import Config, parse_config
from crossfade.shadow.errors import ShadowError

PATH = Path("crossfade.toml")
LISTEN = {"name": "web", "address": "a:1", "legacy": "http://a:2", "candidate": "http://a:3"}
GOOD: dict[str, Any] = {"service": {"name": "builds"}, "listen": [LISTEN]}
RULE = {"route": "a", "action": "skip", "reason": "r"}
ACCEPT = {"route": "a", "path": "b", "reason": "r"}
LISTS: dict[str, dict[str, Any]] = {
    "listen": LISTEN,
    "mirror.rule": RULE,
    "mirror.header": {"name": "a", "action": "drop"},
    "replay.header": {"name": "a", "action": "drop"},
    "replay.login": {"route": "POST /login", "token": "token"},
    "accept": ACCEPT,
    "compare.ignore": {"path": "a", "reason": "r"},
    "compare.list": {"path": "a", "key": "id"},
    "canary.route": {"name": "a", "routes": ["*"], "stateless_reason": "r"},
    "canary.route.steps": {},
    "canary.route.gate": {},
    "canary.freeze": {"reason": "r"},
    "canary.plane": {"name": "a"},
    "canary.notify": {"url": "http://a:1/"},
}
"""Lists of tables, with what each needs; a config has one of each that a test sets a key of."""
WHOLE = {"canary.route.steps.setHeaderRoute": {"name": "a", "value": "b"}}
"""Tables within those that lack nothing."""


def _toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {_toml(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{value}'"
    return str(value)


def _text(key: str, value: Any) -> str:
    """A config that is good but for one key; tables of lists are written inline."""
    table, _, name = key.rpartition(".")
    if table == "service":
        values = {**GOOD, "service": {**GOOD["service"], name: value}}
    else:
        values = {**GOOD, **({"canary.key": ["peer"]} if table.startswith("canary.route") else {}), **_set(key, value)}
    return "".join(f"{name} = {_toml(item)}\n" for name, item in values.items())


def _set(key: str, value: Any) -> dict[str, Any]:
    """The dotted name of the outermost list, or of the key itself, and what stands there."""
    parts = key.split(".")
    for end in range(1, len(parts)):
        table = ".".join(parts[:end])
        if table in LISTS:
            return {table: [_put(LISTS[table], table, parts[end:], value)]}
    return {key: value}


def _put(content: dict[str, Any], table: str, parts: list[str], value: Any) -> dict[str, Any]:
    """The content of a table with one key set, in a table below it or in the only one of a list there."""
    name, *below = parts
    if not below:
        return {**content, name: value}
    path = f"{table}.{name}"
    if path in LISTS:
        return {**content, name: [_put(LISTS[path], path, below, value)]}
    return {**content, name: _put(WHOLE.get(path, {}), path, below, value)}


def _message(key: str, value: Any) -> str:
    with pytest.raises(ShadowError) as raised:
        parse_config(_text(key, value), PATH)
    assert raised.value.exit_code == 2
    return str(raised.value)


def _keys(model: type[BaseModel], prefix: str = "") -> list[str]:
    """The dotted names of all keys that hold a plain value."""
    found = []
    for name, info in model.model_fields.items():
        types = [info.annotation, *getattr(info.annotation, "__args__", ())]
        section = next((item for item in types if isinstance(item, type) and issubclass(item, BaseModel)), None)
        found += [prefix + name] if section is None else _keys(section, f"{prefix}{name}.")
    return found


@pytest.mark.parametrize("key", _keys(Config))
@pytest.mark.parametrize("value", [{"a": 1}, [[1]], datetime.time(1, 2)])
def test_a_value_of_the_wrong_type(key: str, value: Any) -> None:
    """For each key there is."""
    message = _message(key, value)
    assert message.startswith("crossfade.toml:")
    assert f": {key}: expected " in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("service.name", "", "a text that is not empty, got ''"),
        ("service.state", "both", "'shared', 'sister' or 'snapshot', got 'both'"),
        ("listen.name", "", "a text that is not empty, got ''"),
        ("listen.address", "8080", "host:port, got '8080'; write for example 127.0.0.1:8080 or [::1]:8080"),
        ("listen.secondary", "a:1", "http://host:port or https://host:port, got 'a:1'; name the port, and no path"),
        ("listen.cert", 5, "a path in quotes, got 5"),
        ("contract.protos", "a.proto", "a list in [ ], got 'a.proto'"),
        ("contract.reflection", "http://a:1", "host:port, got 'http://a:1'; write for example"),
        ("routes.http", ["/a"], "METHOD /path/{name}, got '/a'; write for example GET /builds/{id}"),
        (
            "ingest.address",
            "x",
            "host:port or unix:PATH, got 'x'; write for example 127.0.0.1:7431 or unix:crossfade.sock",
        ),
        ("ingest.max_line_bytes", 1023, "at least 1024, got 1023"),
        ("ingest.max_connections", 0, "at least 1, got 0"),
        ("routes.max_inferred", 1001, "at most 1000, got 1001"),
        ("mirror.sample_pct", -1, "at least 0, got -1"),
        ("mirror.secondary_pct", 100.5, "at most 100, got 100.5"),
        ("mirror.sample_pct", float("nan"), "at most 100, got nan"),
        ("mirror.sample_pct", True, "a number, got True"),
        ("mirror.deadline_ms", 0, "at least 1, got 0"),
        ("mirror.deadline_ms", 1.5, "a whole number, got 1.5"),
        ("mirror.max_in_flight", 0, "at least 1, got 0"),
        ("mirror.max_waiting", -1, "at least 0, got -1"),
        ("mirror.max_wait_ms", 600_001, "at most 600000, got 600001"),
        ("mirror.buffer_bytes", 65_535, "at least 65536, got 65535"),
        ("mirror.body_limit_bytes", 67_108_865, "at most 67108864, got 67108865"),
        ("mirror.rule.route", "", "a text that is not empty, got ''"),
        ("mirror.rule.action", "send", "'mirror' or 'skip', got 'send'"),
        ("mirror.rule.sample_pct", 101, "at most 100, got 101"),
        ("mirror.rule.reason", "", "a text that is not empty, got ''"),
        ("mirror.header.name", "a b", "the name of a header field, got 'a b'; write for example authorization"),
        ("mirror.header.action", "hide", "'pass', 'drop' or 'replace', got 'hide'"),
        (
            "mirror.header.value",
            "\xe9",
            "printable ASCII on one line, got a value with '\xe9'; write only such characters",
        ),
        (
            "mirror.header.value_env",
            "A-B",
            "the name of an environment variable, got 'A-B'; write for example SHADOW_TOKEN",
        ),
        ("mirror.header.route", "", "a text that is not empty, got ''"),
        ("replay.reset_legacy", [""], "a text that is not empty, got ''"),
        ("replay.reset_timeout_s", 0, "at least 1, got 0"),
        ("listen.client_cert", "yes", "'ignore', 'refuse' or 'forward', got 'yes'"),
        ("compare.ignore.path", "", "a text that is not empty, got ''"),
        ("compare.ignore.reason", "", "a text that is not empty, got ''"),
        ("compare.list.path", "", "a text that is not empty, got ''"),
        ("compare.list.key", "", "a text that is not empty, got ''"),
        ("compare.list.key", ["a", ""], "a text that is not empty, got ''"),
        ("compare.list.key", [], "at least one, got none"),
        ("compare.list.key", 5, "a list in [ ], got 5"),
        ("accept.expires", "2026-12-31", "a date without quotes, such as 2026-12-31, got '2026-12-31'"),
        ("redact.names", [""], "a text that is not empty, got ''"),
        ("redact.patterns", ["("], "a regular expression, got '(' (missing ), unterminated subpattern)"),
        ("evidence.flush_ms", 49, "at least 50, got 49"),
        ("record.sample_pct", 101, "at most 100, got 101"),
        ("record.max_mb", 0, "at least 1, got 0"),
        ("gate.budget_pct", 0, "more than 0, got 0"),
        ("gate.budget_pct", 100, "less than 100, got 100"),
        ("gate.budget_pct", float("nan"), "less than 100, got nan"),
        ("gate.confidence_pct", 50, "more than 50, got 50"),
        ("gate.min_compared_pct", float("inf"), "at most 100, got inf"),
        ("canary.key", ["user"], "header:NAME, cookie:NAME or peer, got 'user'; write for example header:x-user"),
        ("canary.lease_s", 0.5, "at least 1, got 0.5"),
        ("canary.tick_ms", 49, "at least 50, got 49"),
        ("canary.false_rollback_pct", 0, "more than 0, got 0"),
        ("canary.route.routes", [], "at least one, got none"),
        ("canary.route.steps", [], "at least one, got none"),
        ("canary.route.steps", [{}], "exactly one key, got none; make a step of each"),
        ("canary.route.steps", [{"pause": {}, "setWeight": 1.0}], "exactly one key, got pause and setWeight"),
        ("canary.route.steps.setWeight", 0, "more than 0, got 0"),
        ("canary.route.latency_ratio", 1, "more than 1, got 1"),
        ("canary.route.gate.kind", "person", "'manual' or 'webhook', got 'person'"),
        ("canary.freeze.days", ["monday"], "'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun', got 'monday'"),
        ("canary.freeze.start", "25:00", "HH:MM, got '25:00'; write for example 09:00"),
        ("listen", [], "at least one, got none"),
        ("mirror", 5, "a table, got 5"),
    ],
)
def test_a_value_out_of_bounds(key: str, value: Any, expected: str) -> None:
    """What was expected, in the words of the file."""
    message = _message(key, value)
    assert f": {key}: expected {expected}" in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("key", "names"),
    [
        (
            "servcie",
            "accept, admin, canary, capture, compare, contract, evidence, gate, ingest, listen, mirror, record, redact, replay, routes, service",
        ),
        ("mirror.samplepct", "body_limit_bytes, buffer_bytes, deadline_ms, header, max_in_flight"),
        ("mirror.rule.routes", "action, reason, route, sample_pct"),
        ("compare.ignore.kind", "path, reason, route"),
        ("compare.list.keys", "key, path, route"),
        ("mirror.header.rout", "action, name, route, value, value_env"),
        (
            "listen.tls",
            "address, candidate, candidate_ca, candidate_cert, cert, client_ca, client_cert, legacy, legacy_ca",
        ),
    ],
)
def test_an_unknown_key(key: str, names: str) -> None:
    """The keys that are known in that table."""
    assert f": {key}: expected a known key, got {key.rpartition('.')[2]!r}; known here: {names}" in _message(key, 1)


def test_a_key_with_a_line_break() -> None:
    """It does not break the line of the message."""
    with pytest.raises(ShadowError) as raised:
        parse_config(_text("gate.budget_pct", 1) + '"a\\nb" = 1\n', PATH)
    assert "'a\\nb': expected a known key" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_each_mistake_is_a_line() -> None:
    """In the order of the file."""
    with pytest.raises(ShadowError) as raised:
        parse_config("[mirror]\nmax_wait_ms = 0\ndeadline_ms = 0\n[gate]\nbudget_pct = 0\n", PATH)
    wanted = ("crossfade.toml:1: listen", "crossfade.toml:1: service", "crossfade.toml:2: mirror.max_wait_ms")
    lines = str(raised.value).splitlines()
    assert tuple(line.partition(": expected")[0] for line in lines) == (
        *wanted,
        "crossfade.toml:3: mirror.deadline_ms",
        "crossfade.toml:5: gate.budget_pct",
    )


def test_a_list_with_a_bad_item_is_one_mistake() -> None:
    """It is not called too short besides, and an empty list beside another mistake still is."""
    assert "\n" not in _message("listen.legacy", "http://127.0.0.1")
    both = "listen = []\n[service]\nname = ''\n"
    with pytest.raises(ShadowError) as raised:
        parse_config(both, PATH)
    assert [line.split(": ")[1] for line in str(raised.value).splitlines()] == ["listen", "service.name"]


def test_ten_mistakes_are_told() -> None:
    """The rest is counted."""
    lines = _message("redact.names", [0] * 12).splitlines()
    assert len(lines) == 11
    assert lines[0] == lines[9] == "crossfade.toml:3: redact.names: expected text in quotes, got 0"
    assert lines[10] == "crossfade.toml: and 2 more"


def test_nested_too_deep() -> None:
    """A config that no parser gets through is a mistake like any other."""
    with pytest.raises(ShadowError, match=r"^crossfade.toml: expected TOML, got lists or tables nested too deep$"):
        parse_config("a = " + "[" * 10_000, PATH)


def test_the_tree_is_frozen() -> None:
    """Nobody changes a setting after it was checked."""
    config = parse_config(_text("gate.budget_pct", 2.0), PATH)
    assert config.gate.budget_pct == 2.0
    with pytest.raises(ValidationError):
        config.gate.budget_pct = 3.0


_values = st.recursive(
    st.one_of(st.integers(-1000, 10**6), st.floats(), st.booleans(), st.text("ab:/{}[ .1", max_size=8)),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2),
    max_leaves=4,
)


@given(st.sampled_from(_keys(Config)), _values)
def test_any_value_is_taken_or_one_line(key: str, value: Any) -> None:
    """No value of any key is a crash."""
    message = ""
    try:
        parse_config(_text(key, value), PATH)
    except ShadowError as error:
        message = str(error)
    for line in message.splitlines():
        assert line.startswith("crossfade.toml:")
        parts = key.split(".")
        tables = [".".join(parts[:end]) for end in range(1, len(parts))]
        assert key in line or any(f" {table}: " in line for table in tables)  # where two keys do not go together
        assert "expected " in line


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"action": "replace"}, "expected value or value_env with action = 'replace', got none; name one"),
        ({"action": "replace", "value": "a", "value_env": "B"}, "got value and value_env; name one"),
        ({"action": "drop", "value": "a"}, "expected no value with action = 'drop', got value; remove it"),
        ({"action": "pass", "value_env": "A"}, "expected no value_env with action = 'pass', got value_env; remove it"),
    ],
)
def test_a_header_rule_has_the_value_that_its_action_needs(table: dict[str, str], expected: str) -> None:
    """One for replace, none for the others."""
    text = "".join(
        f"{name} = {_toml(value)}\n" for name, value in {**GOOD, "mirror.header": [{"name": "a", **table}]}.items()
    )
    with pytest.raises(ShadowError) as raised:
        parse_config(text, PATH)
    assert "mirror.header: " in str(raised.value)
    assert expected in str(raised.value)


@pytest.mark.parametrize(
    "more", [{"client_cert": "forward"}, {"client_ca": "a.pem"}, {"client_cert": "refuse", "client_ca": "a"}]
)
def test_what_is_forwarded_is_verified(more: dict[str, str]) -> None:
    """Forward and client_ca go together."""
    text = "".join(f"{name} = {_toml(value)}\n" for name, value in {**GOOD, "listen": [{**LISTEN, **more}]}.items())
    with pytest.raises(ShadowError, match=r"listen: expected client_c(a|ert = 'forward') with client_c"):
        parse_config(text, PATH)


def test_a_config_without_a_port() -> None:
    """Where ingest has an address there need be none; else one is missing."""
    service = '[service]\nname = "builds"\n'
    assert parse_config(f"{service}[ingest]\naddress = 'unix:x'\n", PATH).listen == ()
    for text in (service, f"{service}[ingest]\n", f"listen = []\n{service}"):
        with pytest.raises(ShadowError, match=r"listen: expected at least one, got none; add a port"):
            parse_config(text, PATH)


def test_room_for_a_line() -> None:
    """A bound of all lines that is below that of one could never be kept."""
    text = "[service]\nname = 'x'\n[ingest]\naddress = 'unix:x'\nbuffer_bytes = 65536\nmax_line_bytes = 65537\n"
    with pytest.raises(
        ShadowError, match=r"ingest: expected buffer_bytes of at least max_line_bytes \(65537\), got 65536"
    ):
        parse_config(text, PATH)
    assert parse_config(text.replace("65537", "65536"), PATH).ingest.max_line_bytes == 65536


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('route = "login"', "replay.login.route: expected METHOD /path or a gRPC method, got 'login'"),
        ('route = "POST /login"\nbody = "a"\nbody_env = "A"', "expected body or body_env, got body and body_env"),
        ('route = "a.v1.Auth/Login"\nvalue = "Bearer"', "expected a value with {token}, got 'Bearer'"),
    ],
)
def test_a_login(line: str, said: str) -> None:
    """It names one call, one body, and where the credential goes."""
    with pytest.raises(ShadowError) as raised:
        parse_config(f'{_text("service.name", "a")}[[replay.login]]\ntoken = "t"\n{line}\n', PATH)
    assert said in str(raised.value)
