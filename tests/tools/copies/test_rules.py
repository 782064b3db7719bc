"""Rules by route hold for the requests of a real run, however many others came before and however they are written."""

import random
import string
from typing import Any

import pytest

pytestmark = pytest.mark.slow

RULES = """
[routes]
http = ["GET /jobs/{name}/run"]
max_inferred = 5

[[mirror.rule]]
route = "GET /jobs/{name}/run"
action = "skip"
reason = "starts a job"

[[mirror.rule]]
route = "POST /notes/*"
action = "mirror"
reason = "own store"

[[mirror.header]]
name = "cookie"
action = "drop"
route = "GET /reports/*"

[[compare.ignore]]
route = "GET /ticks/*"
path = "body/tick"
reason = "a clock"

[gate]
routes = ["GET /users/*"]
"""
SPELLINGS = (
    "/jobs/nightly/run/",
    "//jobs/nightly/run",
    "/jobs/nightly/run;v=1",
    "/j%6Fbs/nightly/run?x=1",
    "/x/../jobs/nightly/run",
    "/JOBS/nightly/run",
    "http://svc.test/jobs/nightly/run",
)


def test_a_scan_changes_no_rule(stage: Any, raw: Any) -> None:
    """With the table of routes full, what is skipped, dropped, mirrored, ignored and claimed is as before."""
    ticks = iter(range(1000))
    legacy, candidate = (raw(lambda _: b'{"tick": %d}' % next(ticks)) for _ in "ab")
    run = stage(RULES, web=(legacy, candidate))
    rng = random.Random(7)
    for tag in ("alpha", "omega"):
        run.get(f"/jobs/{tag}/run")
        run.get(f"/reports/{tag}", "Cookie: session=secret")
        run.get(f"/notes/{tag}", method="POST", body=b"{}")
        run.get(f"/ticks/{tag}")
        run.get(f"/users/{tag}")
        for _ in range(20):
            run.get(f"/{''.join(rng.choices(string.ascii_lowercase, k=9))}")
    run.stop()
    copies = {seen.line.split()[1]: seen for seen in candidate.seen}
    assert not [target for target in copies if "/jobs/" in target]
    for tag in ("alpha", "omega"):
        assert not [name for name, _ in copies[f"/reports/{tag}"].fields if name.lower() == "cookie"]
        assert copies[f"/notes/{tag}"].line == f"POST /notes/{tag} HTTP/1.1"
    report = run.report()
    outcomes = {route["route"]: route["outcomes"] for route in report["routes"]}
    assert outcomes["GET /ticks/*"]["matched"] == 1
    assert {route["route"] for route in report["routes"] if route["claimed"]} == {"GET /users/alpha", "GET /users/*"}
    assert outcomes["(other)"]["diverged"] > 0


def test_a_skipped_path_in_other_words(stage: Any, raw: Any) -> None:
    """None of its spellings reaches the candidate, and HEAD does not; OPTIONS does, and so does another path."""
    legacy, candidate = raw(), raw()
    run = stage(RULES, web=(legacy, candidate))
    for target in SPELLINGS:
        run.get(target)
    run.get("/jobs/nightly/run", method="HEAD")
    run.get("/notes/../admin", method="POST", body=b"{}")
    run.get("/jobs/nightly/run", method="OPTIONS")
    run.get("/jobs/nightly")
    run.stop()
    assert {seen.line for seen in candidate.seen} == {
        "OPTIONS /jobs/nightly/run HTTP/1.1",
        "GET /jobs/nightly HTTP/1.1",
    }
    assert len(legacy.seen) == len(SPELLINGS) + 4


def test_one_name_on_two_ports(stage: Any, raw: Any) -> None:
    """What is wrong on one port does not pass in the number of the other; a rule may speak of one of them."""
    good, bad, internal = raw(), raw(lambda _: b'{"secret": 6}'), raw(lambda _: b'{"secret": 5}')
    more = """
[routes]
http = ["GET /items/{id}", "GET /health"]
[[mirror.rule]]
route = "internal GET /health"
action = "skip"
reason = "a probe"
[gate]
routes = ["GET /items/{id}"]
budget_pct = 5.0
"""
    run = stage(more, public=(good, raw()), internal=(internal, bad))
    for number in range(100):
        run.get(f"/items/{number}", port="public")
    for number in range(4):
        run.get(f"/items/{number}", port="internal")
    for port in ("public", "internal"):
        run.get("/health", port=port)
    run.stop()
    code, sentences = run.gate()
    assert code == 1
    assert "PASS public GET /items/{id}" in sentences
    assert "FAIL internal GET /items/{id} diverges in more than 5 % of requests" in sentences
    assert "4 of 4 distinct requests diverged" in sentences
    skipped = {route["route"]: route["outcomes"]["skipped"] for route in run.report()["routes"]}
    assert (skipped["internal GET /health"], skipped["public GET /health"]) == (1, 0)
