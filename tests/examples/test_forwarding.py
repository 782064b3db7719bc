"""The generated service with no RPC ported: a client can't tell it from legacy."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.java

CALLS_PER_ROUTE = 40
PLAYER = Path(__file__).with_name("player.py")
SERVED_BY = ["x-crossfade-served-by", "legacy"]
ROUTES = ("GetBuild", "ListBuilds", "SearchBuilds", "SubmitBuild", "CancelBuild", "WatchBuild", "UploadLog", "Console")

Calls = list[dict[str, Any]]


@pytest.fixture(scope="module")
def played(
    env: Mapping[str, str],
    example: Path,
    service: Callable[..., Any],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Calls, Calls]]:
    """All calls of the plan: asked of a frozen legacy, and of the Java service in front of another one like it."""
    frozen = {**env, "BUILDQUEUE_FROZEN": "1"}
    modes = tmp_path_factory.mktemp("modes") / "modes.properties"
    modes.write_text("* = LEGACY\n")
    with ExitStack() as stack:
        direct, behind = (stack.enter_context(service("legacy", frozen)) for _ in range(2))
        java = stack.enter_context(
            service("candidate", {**env, "CROSSFADE_LEGACY": behind.grpc, "CROSSFADE_MODES": str(modes)})
        )
        command = [sys.executable, str(PLAYER), str(example), str(CALLS_PER_ROUTE), direct.grpc, java.grpc]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
        one, other = map(json.loads, done.stdout.splitlines())
        yield one, other


def test_every_call_is_equal(played: tuple[Calls, Calls]) -> None:
    """Message bytes, status, its message, details and metadata, but for the mark of who answered."""
    direct, through = played
    assert len(direct) > 9 * CALLS_PER_ROUTE
    assert len(through) == len(direct)
    for mine, theirs in zip(direct, through, strict=True):
        assert SERVED_BY in [*theirs["initial"], *theirs["trailers"]] or theirs["code"] == "LEFT"
        for part in ("initial", "trailers"):
            theirs[part] = [field for field in theirs[part] if field != SERVED_BY]
        assert theirs == mine


def test_what_was_asked(played: tuple[Calls, Calls]) -> None:
    """All RPCs, errors with details, streams that the client left."""
    asked = Counter((call["route"].rpartition("/")[2], call["code"]) for call in played[0])
    assert {route for route, _ in asked} >= set(ROUTES)
    assert {code for _, code in asked} >= {"OK", "NOT_FOUND", "INVALID_ARGUMENT", "FAILED_PRECONDITION", "LEFT"}
    details = [call for call in played[0] if "grpc-status-details-bin" in dict(call["trailers"])]
    assert len(details) > CALLS_PER_ROUTE / 2


@pytest.fixture
def report(example: Path, service: Callable[..., Any], env: Mapping[str, str], tmp_path: Path) -> dict[str, Any]:
    """What crossfade says of a candidate that only passes on what it is asked."""
    modes = tmp_path / "modes.properties"
    modes.write_text("* = LEGACY\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with service("legacy", env) as legacy:
        forwarding = {**env, "CROSSFADE_LEGACY": legacy.grpc, "CROSSFADE_MODES": str(modes)}
        with service("candidate", forwarding) as java:
            text = (example / "crossfade.toml").read_text().replace('"proto', f'"{example / "proto"}')
            text = re.sub(r'\[\[listen]]\nname = "http".*?\n\n', "", text, flags=re.DOTALL).replace("50050", str(port))
            text = re.sub(r"(?m)^secondary = .*\n", "", text)
            text = text.replace("127.0.0.1:50051", legacy.grpc).replace("127.0.0.1:50061", java.grpc)
            (tmp_path / "crossfade.toml").write_text(text)
            crossfade = [sys.executable, "-P", "-m", "crossfade.tools.cli"]
            run = {"cwd": tmp_path, "env": {**os.environ, "CROSSFADE_REDACTION_KEY": "k" * 32}, "text": True}
            with subprocess.Popen([*crossfade, "shadow"], stdout=subprocess.PIPE, **run) as shadow:
                assert shadow.stdout is not None
                assert any("mirroring" in line for line in shadow.stdout)
                reader = threading.Thread(target=shadow.stdout.read)
                reader.start()
                play = [sys.executable, str(PLAYER), str(example), "10", f"127.0.0.1:{port}"]
                played = subprocess.run(play, capture_output=True, check=True, env=env, text=True)
                shadow.terminate()
                assert shadow.wait(60) == 0
                reader.join()
            done = subprocess.run([*crossfade, "report", "--json"], capture_output=True, check=True, **run)
    return {**json.loads(done.stdout), "played": len(json.loads(played.stdout))}


def test_what_is_not_ported_is_no_evidence(report: dict[str, Any]) -> None:
    """Crossfade counts the answers as skipped(not_ported), the writes among them, and proves nothing by them."""
    assert report["entered"] == report["played"]
    reasons = Counter()
    for route in report["routes"]:
        reasons.update(route["reasons"])
    assert set(reasons) <= {"not_ported", "client_cancelled", "foreign_handle"}
    assert reasons["not_ported"] > 0.9 * report["entered"]
    assert report["verdict"] == "inconclusive"
