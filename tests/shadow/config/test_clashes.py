"""Values that are each right and do not go together are one line: file, line, key, what was expected."""

from pathlib import Path

import pytest

from crossfade.shadow.config import Config, parse_config
from crossfade.shadow.errors import ShadowError

PATH = Path("crossfade.toml")
GOOD = """\
[service]
name = "builds"
state = "sister"

[[listen]]
name = "web"
address = "127.0.0.1:8080"
legacy = "http://127.0.0.1:5000"
candidate = "http://127.0.0.1:5001"
secondary = "http://127.0.0.1:5002"

[[listen]]
name = "admin"
address = "0.0.0.0:8081"
legacy = "http://legacy.internal:6000"
candidate = "http://[::1]:6000"
"""
RULE = """
[[mirror.rule]]
route = "POST /builds"
action = "mirror"
reason = "own database"
"""
READS = RULE.replace("POST /builds", "GET /builds/*")


def _parse(text: str, *changes: tuple[str, str]) -> Config:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse_config(text, PATH)


def _message(text: str, *changes: tuple[str, str]) -> str:
    with pytest.raises(ShadowError) as raised:
        _parse(text, *changes)
    assert raised.value.exit_code == 2
    return str(raised.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:5000", "http://localhost:5000/", "HTTP://LocalHost.:5000", "https://127.0.0.1:5000"]
)
def test_legacy_compared_with_itself(url: str) -> None:
    """However the address is spelt, in whatever table legacy stands."""
    where = "listen.candidate: expected a server other than legacy, got "
    assert _message(GOOD, ("http://127.0.0.1:5001", url)).startswith(f"crossfade.toml:9: {where}")
    assert _message(GOOD, ("http://[::1]:6000", url)).startswith(f"crossfade.toml:16: {where}")


@pytest.mark.parametrize("url", ["http://127.0.0.1:5000", "http://localhost:5000"])
def test_a_write_that_would_run_twice(url: str) -> None:
    """Where a rule mirrors writes, the secondary is no legacy; the line names the rule's route."""
    message = _message(GOOD + RULE, ("http://127.0.0.1:5002", url))
    assert message.startswith("crossfade.toml:10: listen.secondary: expected a separate instance while a rule mirrors")
    assert "'POST /builds' would run twice" in message
    assert "\n" not in message


@pytest.mark.parametrize("rule", ["", READS, RULE.replace('"mirror"', '"skip"')])
def test_reads_may_be_asked_twice(rule: str) -> None:
    """Legacy itself can be the secondary as long as no write is mirrored."""
    config = _parse(GOOD + rule, ("http://127.0.0.1:5002", "http://127.0.0.1:5000"))
    assert config.listen[0].secondary == config.listen[0].legacy


def test_the_candidate_as_secondary() -> None:
    """What differs between the candidate and legacy would be called noise."""
    message = _message(GOOD, ("http://127.0.0.1:5002", "http://localhost:5001"))
    assert message.startswith("crossfade.toml:10: listen.secondary: expected a second instance of legacy, got the cand")


@pytest.mark.parametrize(
    ("old", "line", "key"),
    [
        ("http://127.0.0.1:5000", 8, "legacy"),
        ("http://127.0.0.1:5001", 9, "candidate"),
        ("http://127.0.0.1:5002", 10, "secondary"),
        ("http://legacy.internal:6000", 15, "legacy"),
    ],
)
@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("http://localhost:8080", "127.0.0.1:8080 (web)"),
        ("http://127.0.0.1:8081", "0.0.0.0:8081 (admin)"),
        ("http://[::1]:8081", "0.0.0.0:8081 (admin)"),
    ],
)
def test_the_proxys_own_port(old: str, line: int, key: str, url: str, own: str) -> None:
    """No server is a port of the proxy itself: requests would go round."""
    assert _message(GOOD, (old, url)) == (
        f"crossfade.toml:{line}: listen.{key}: expected a server behind the proxy, got its own port {own}; "
        f"name the address of {key}"
    )


def test_another_machine_with_the_same_port() -> None:
    """A proxy on all addresses is not the server of another host."""
    config = _parse(GOOD, ("http://legacy.internal:6000", "http://legacy.internal:8081"))
    assert config.listen[1].legacy.endswith(":8081")


def test_writes_on_a_shared_store() -> None:
    """No write is mirrored where both sides hold one store; a rule for reads may stay."""
    shared = ('"sister"', '"shared"')
    message = _message(GOOD + RULE, shared)
    assert message.startswith(
        "crossfade.toml:20: mirror.rule.action: expected no 'mirror' for a write with service.sta"
    )
    assert "got 'POST /builds'" in message
    assert _parse(GOOD + READS, shared).mirror.rule


def test_two_ports_with_one_name() -> None:
    """Ports are told apart by name."""
    assert _message(GOOD, ('"admin"', '"web"')) == (
        "crossfade.toml:6: listen.name: expected a different name for each port, got 'web' twice; rename one"
    )


def test_two_rules_with_one_id() -> None:
    """A test that names it would expect either; rules without an id are many."""
    rule = '[[accept]]\nroute = "*"\npath = "body/a"\nreason = "r"\n'
    _parse(GOOD + rule + rule)
    where = "accept.id: expected a different id for each rule, got 'a' twice; rename one"
    assert where in _message(GOOD + f'{rule}id = "a"\n{rule}id = "a"\n')


def test_several_clashes() -> None:
    """Each is a line."""
    lines = _message(GOOD, ("http://127.0.0.1:5001", "http://127.0.0.1:5000"), ('"admin"', '"web"')).splitlines()
    assert [line.split(": ")[1] for line in lines] == ["listen.name", "listen.candidate"]


IGNORE = '[[compare.ignore]]\nroute = "ROUTE"\npath = "*"\nreason = "x"\n'


@pytest.mark.parametrize(
    ("table", "key"),
    [
        (RULE.replace("POST /builds", "ROUTE").replace('"mirror"', '"skip"'), "mirror.rule.route"),
        ('[[mirror.header]]\nname = "a"\naction = "drop"\nroute = "ROUTE"\n', "mirror.header.route"),
        (IGNORE, "compare.ignore.route"),
        (IGNORE.replace("compare.ignore", "accept"), "accept.route"),
        (IGNORE.replace("compare.ignore", "compare.list").replace("reason", "key"), "compare.list.route"),
        ('[gate]\nroutes = ["ROUTE"]\n', "gate.routes"),
    ],
)
@pytest.mark.parametrize("route", ["wbe GET /a", "GET jobs/*", "wbe p.S/Get", "web admin GET /a"])
def test_a_rule_that_means_no_route(table: str, key: str, route: str) -> None:
    """A port that is not there, or a path that is none: one line says so before the run, not an empty report after."""
    message = _message(GOOD + table.replace("ROUTE", route))
    assert (
        f": {key}: expected METHOD /path or package.Service/Method, with a port's name in front or without" in message
    )
    assert f"got {route!r}; the ports are web, admin" in message


@pytest.mark.parametrize(
    "route",
    [
        "*",
        "GET *",
        "GET /a",
        "* /a/*",
        "web GET /a",
        "admin p.S/*",
        "p.S/Get",
        "(other)",
        "web *",
        "web *S/Get",
        "G?T /a",
    ],
)
def test_rules_that_may_mean_a_route(route: str) -> None:
    """With and without a port."""
    assert _parse(GOOD + IGNORE.replace("ROUTE", route)).compare.ignore[0].route == route


def test_writes_of_one_port_on_a_shared_store() -> None:
    """The name of a port makes no read of a write, and no write of a read."""
    shared = ('"sister"', '"shared"')
    assert "expected no 'mirror' for a write" in _message(GOOD + RULE.replace("POST", "web POST"), shared)
    assert _parse(GOOD + READS.replace("GET", "web GET"), shared).mirror.rule
