"""crossfade canary plan: each route's steps and hours, and one line where the plan has a mistake."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

Canary = Callable[..., Result]
GROUP = """
[canary]
key = ["peer"]
[[canary.route]]
name = "reads"
routes = ["GET *"]
stateless_reason = "a pure function"
[routes]
http = ["GET /ok"]
"""


def test_before_the_first_run(canary: Canary, config: Path) -> None:
    """No traffic, so nothing is reachable yet."""
    config.write_text(config.read_text() + GROUP)
    result = canary("plan")
    lines = result.output.splitlines()
    assert (result.exit_code, lines[0]) == (0, "web GET /ok (reads, engine): 0 requests/s, not reachable")
    assert lines[1] == "  now: no traffic yet"
    assert lines[2].endswith("315 requests, not reachable: no new requests in the newest run")
    assert lines[3].split() == ["setWeight", "1", "0", "h"]


def test_json(canary: Canary, config: Path) -> None:
    """For a program."""
    config.write_text(config.read_text() + GROUP)
    (route,) = json.loads(canary("plan", "--json").output)
    assert (route["route"], route["is_reachable"], len(route["steps"])) == ("web GET /ok", False, 13)


def test_a_mistake_is_one_line(canary: Canary) -> None:
    """With what is missing."""
    result = canary("plan")
    assert result.exit_code == 2
    assert (
        result.output == "error: canary.route: expected a group of routes to shift, got none; add a [[canary.route]]\n"
    )


def test_hours_at_the_traffic_of_the_newest_run(invoke: Any, service: Any) -> None:
    """A proven route waits for requests at each weight."""
    ingested = '[service]\nname = "builds"\n[ingest]\naddress = "unix:x"\n'
    service.config.write_text(ingested + GROUP)
    service.compared(400)
    result = invoke("canary", "plan", "--config", service.config)
    first, *lines = result.output.splitlines()
    assert result.exit_code == 0
    assert first.startswith("GET /ok (reads, engine): ")
    assert " 0 requests/s" not in first
    assert lines[0].endswith("proven")
