"""Values of [canary] that do not go together are one line each, with the key that is to change."""

from pathlib import Path

import pytest

from crossfade.shadow.config import parse_config
from crossfade.shadow.errors import ShadowError

HEAD = '[service]\nname = "x"\nstate = "shared"\n[ingest]\naddress = "unix:x"\n[canary]\nkey = ["peer"]\n'
GROUP = '[[canary.route]]\nname = "a"\nroutes = ["*"]\n'
PLANE = '[[canary.plane]]\nname = "p"\n'
GATEWAY = 'kind = "gateway"\ngateway = "edge"\nlegacy = "users:80"\ncandidate = "users-java:80"\n'


def _lines(text: str) -> list[str]:
    with pytest.raises(ShadowError) as raised:
        parse_config(text, Path("crossfade.toml"))
    return str(raised.value).splitlines()


def _steps(*steps: str) -> str:
    return f"{GROUP}steps = [{', '.join(steps)}]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GROUP + GROUP, "canary.route.name: expected a different name for each route, got 'a' twice; rename one"),
        (PLANE + PLANE, "canary.plane.name: expected a different name for each plane, got 'p' twice; rename one"),
        (
            _steps("{ setWeight = 5.0 }", "{ setWeight = 5.0 }", "{ setWeight = 100.0 }"),
            "canary.route.steps: expected weights that grow, got 5 after 5; change the order",
        ),
        (_steps("{ setWeight = 50.0 }"), "canary.route.steps: expected 100 as the last weight, got 50; add it"),
        (_steps("{ pause = {} }"), "canary.route.steps: expected 100 as the last weight, got none; add it"),
        (
            GROUP + "gate = [{ before_pct = 30.0 }, { before_pct = 40.0 }]\n",
            "canary.route.gate: expected one gate in front of a weight, got 2 before 50; move or remove one",
        ),
        (PLANE + 'kind = "mode_file"\nfile = "m"\n', "canary.plane.read_back: expected read_back with kind"),
        (PLANE + GATEWAY, "canary.plane.namespace: expected namespace with kind = 'gateway', got none"),
    ],
)
def test_a_clash(text: str, expected: str) -> None:
    """One line."""
    (line,) = _lines(HEAD + text)
    assert expected in line


def test_clients_without_a_key_can_not_be_moved() -> None:
    """They would change sides with each request."""
    (line,) = _lines(HEAD.replace('key = ["peer"]\n', "") + GROUP)
    assert line.startswith("crossfade.toml:6: canary.key: expected a key with [[canary.route]], got none; say")


def test_stores_of_their_own_need_a_reason() -> None:
    """A client that moves would lose its data, unless the routes keep none."""
    sister = HEAD.replace('state = "shared"\n', "")
    (line,) = _lines(sister + GROUP)
    assert (
        "canary.route.stateless_reason: expected service.state = 'shared' or a stateless_reason, got 'sister'" in line
    )
    assert parse_config(sister + GROUP + 'stateless_reason = "a pure function"\n', Path("crossfade.toml"))
