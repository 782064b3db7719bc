"""What a run is made of before it serves."""

import json
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from crossfade.shadow.capture.settings import ListenerSettings
from crossfade.shadow.config import load_config
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.runs.run import new_run_id
from crossfade.tools.shadow_run import check_free, listeners


def at(host: str, port: int) -> ListenerSettings:
    """A listener at an address."""
    return ListenerSettings(name="web", host=host, port=port, legacy_url="http://127.0.0.1:1", cert=None, ca=None)


def test_run_ids() -> None:
    """They sort by time, differ within a second, and are names of files."""
    first, second, later = new_run_id(1e9), new_run_id(1e9), new_run_id(1e9 + 1)
    assert re.fullmatch(r"20010909T014640Z-[0-9a-f]{6}", first)
    assert first != second
    assert max(first, second) < later


def test_listeners(service: Any) -> None:
    """Each port of the config, with its certificate found beside the config."""
    service.config.write_text(
        service.config.read_text(encoding="utf-8").replace(
            'address = "127.0.0.1:0"', 'address = "[::1]:8443"\ncert = "c.pem"\nlegacy_ca = "ca.pem"'
        ),
        encoding="utf-8",
    )
    (found,) = listeners(load_config(service.config))
    assert (found.name, found.host, found.port, found.legacy_url) == ("web", "::1", 8443, "http://127.0.0.1:1")
    assert (found.cert, found.ca) == (service.folder / "c.pem", service.folder / "ca.pem")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "::1"])
def test_a_free_port(host: str, service: Any) -> None:
    """It is free afterwards too: nothing keeps it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    check_free([at(host, port), at(host, port)], service.config)


@pytest.mark.parametrize(
    ("host", "why"), [("127.0.0.1", "Address already in use"), ("192.0.2.1", "Cannot assign requested address")]
)
def test_an_address_that_can_not_be(host: str, why: str, service: Any) -> None:
    """In use, or not of this machine (192.0.2.0/24 is TEST-NET-1, RFC 5737): one line with its place, exit 4."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ShadowError) as raised:
            check_free([at(host, port)], service.config)
    assert raised.value.exit_code == 4
    assert str(raised.value).startswith(f"{service.config}:6: listen.address: expected a free address of this machine")
    assert f"got {host}:{port} ({why}); " in str(raised.value)


SECOND_ENGINE = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[1] / "shadow" / "capture" / "scripted")!r})
from crossfade.shadow.capture.engine import ENGINES
ENGINES["scripted"] = "scripted_engine:make_engine"
"""


@pytest.mark.slow
def test_a_second_engine(command: Any, service: Any, upstream: Any, invoke: Any) -> None:
    """A line in the list of engines is all that another one needs for a whole run, up to its name in the report."""
    candidate = upstream()
    text = service.config.read_text(encoding="utf-8").replace("http://127.0.0.1:2", candidate.url)
    service.config.write_text(text + '[capture]\nengine = "scripted"\n[evidence]\nflush_ms = 50\n', encoding="utf-8")
    child = command("shadow", "--config", service.config, code=SECOND_ENGINE)
    output, errors = child.communicate(timeout=60)
    assert child.returncode == 0, errors
    assert "mirroring web on a script" in output
    assert sorted(candidate.paths) == ["/ok", "/ok", "/other"]
    report = json.loads(invoke("report", "--config", service.config, "--json").stdout)
    assert (report["engine"], report["entered"], report["in_flight"]) == ("scripted", 3, 0)
    assert {route["route"]: route["outcomes"]["matched"] for route in report["routes"]} == {
        "GET /ok": 2,
        "GET /other": 1,
    }
