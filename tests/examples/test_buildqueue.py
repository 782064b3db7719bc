"""The example's legacy service, and the client that plays traffic against it."""

import gzip
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import requests

PLAN = """
import collections, json, random, sys
sys.path[0:0] = [sys.argv[1] + "/client", sys.argv[1]]
import plan, steps
found = collections.defaultdict(set)
for step in plan.make(random.Random(1), 340):
    if isinstance(step, steps.Http):
        found[step.route].add((step.path, str(step.form), str(step.files)))
    else:
        messages = step.request() if isinstance(step, (steps.Upload, steps.Talk)) else [step.request()]
        found[step.route].add(tuple(message.SerializeToString(deterministic=True) for message in messages))
print(json.dumps({name: len(items) for name, items in found.items()}))
"""


def test_the_client_has_enough_distinct_requests_for_every_claim(example: Path, env: Mapping[str, str]) -> None:
    """299 distinct requests without a divergence prove 1 % at 95 %; every claimed route gets more."""
    done = subprocess.run(
        [sys.executable, "-c", PLAN, str(example)], capture_output=True, text=True, check=True, env=env
    )
    distinct = json.loads(done.stdout)
    assert len(distinct) == 19
    assert {name: count for name, count in distinct.items() if count < 320} == {}


def test_the_client_counts_what_it_sends(
    example: Path, env: Mapping[str, str], legacy: tuple[str, str], tmp_path: Path
) -> None:
    """Against legacy alone: every request is answered, and every answer is right: streams, files, what is read back."""
    output = tmp_path / "client.json"
    command = [sys.executable, str(example / "client"), "--grpc", legacy[0], "--http", f"http://{legacy[1]}"]
    subprocess.run([*command, "--requests-per-route", "12", "--json", str(output)], check=True, env=env)
    routes = json.loads(output.read_text())["routes"]
    assert len(routes) == 19
    assert all(counts["sent"] == counts["answered"] > 0 for counts in routes.values())
    assert all(counts["errors"] == 0 for counts in routes.values())


def test_a_badge_is_not_sent_again_when_its_etag_matches(legacy: tuple[str, str]) -> None:
    """304 without a body."""
    url = f"http://{legacy[1]}/projects/team-01/badge.txt"
    first = requests.get(url, timeout=5)
    again = requests.get(url, headers={"If-None-Match": first.headers["ETag"]}, timeout=5)
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_a_log_is_gzip_only_when_asked_for(legacy: tuple[str, str]) -> None:
    """Accept-Encoding decides; the text is the same."""
    url = f"http://{legacy[1]}/builds/b-000012/log"
    plain = requests.get(url, headers={"Accept-Encoding": "identity"}, timeout=5)
    coded = requests.get(url, headers={"Accept-Encoding": "gzip"}, timeout=5, stream=True)
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(coded.raw.read(decode_content=False)) == plain.content


def test_a_file_arrives_as_it_was_sent(legacy: tuple[str, str]) -> None:
    """Size, checksum and type of one part of a multipart body; then the build lists it."""
    build = f"http://{legacy[1]}/builds/b-920699"
    files = {"file": ("trace 1.bin", bytes(range(256)), "application/octet-stream")}
    stored = requests.post(f"{build}/artifacts", data={"tags": "a,b,"}, files=files, timeout=5)
    assert stored.status_code == 201
    wanted = {"bytes": 256, "checksum": 32640, "media_type": "application/octet-stream", "tags": ["a", "b", ""]}
    assert stored.json().items() >= wanted.items()
    assert requests.get(build, timeout=5).json()["artifacts"][-1]["url"] == "/artifacts/b-920699/trace%201.bin"


def test_errors_are_json(legacy: tuple[str, str]) -> None:
    """What is not there, and what is missing from a form."""
    base = f"http://{legacy[1]}"
    gone = requests.get(f"{base}/builds/gone/events", timeout=5)
    assert (gone.status_code, gone.json()) == (404, {"error": "no such build", "id": "gone"})
    bare = requests.post(f"{base}/builds/b-920698/artifacts", data={"tags": "a"}, timeout=5)
    assert (bare.status_code, bare.json()) == (400, {"error": "file is required"})


def test_generated_ids_and_request_ids_are_noise(legacy: tuple[str, str]) -> None:
    """The same form twice gives other ids; every answer has its own request id."""
    url = f"http://{legacy[1]}/projects/sandbox-0/builds"
    one, two = (requests.post(url, data={"branch": "main"}, timeout=5) for _ in range(2))
    assert one.json()["id"] != two.json()["id"]
    assert one.headers["X-Request-Id"] != two.headers["X-Request-Id"]


def test_the_seed_is_the_same_every_time(example: Path, seed: Path, tmp_path: Path) -> None:
    """Both sides start from the same bytes."""
    subprocess.run([sys.executable, str(example / "seed"), str(tmp_path)], check=True)
    assert (tmp_path / "builds.jsonl").read_bytes() == (seed / "builds.jsonl").read_bytes()
