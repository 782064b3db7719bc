"""A client that gives up on a slow write: what legacy does all the same, the candidate does too."""

import socket
import struct
import threading
from typing import Any

import pytest

pytestmark = pytest.mark.slow

RULES = """
[[mirror.rule]]
route = "POST /items"
action = "mirror"
reason = "own store"
"""
RESETS = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends a reset


@pytest.mark.parametrize("resets", [True, False])
def test_a_write_that_legacy_commits_without_its_client(stage: Any, raw: Any, wait_for: Any, resets: bool) -> None:
    """It is compared like any other; one that no rule mirrors, and a read, end as before."""
    committed, over = threading.Event(), threading.Event()

    def answer(seen: Any) -> bytes:
        assert (committed if seen.line.startswith("POST /items") else over).wait(20)
        return b'{"id": 1}'

    legacy, candidate = raw(answer), raw(lambda _: b'{"id": 1}')
    run = stage(RULES, web=(legacy, candidate))
    for number, line in enumerate(("POST /items", "POST /other", "GET /items"), 1):
        with socket.create_connection(("127.0.0.1", run.ports["web"]), timeout=20) as client:
            client.sendall(f"{line} HTTP/1.1\r\nHost: svc.test\r\nContent-Length: 2\r\n\r\nhi".encode())
            wait_for(lambda number=number: len(legacy.seen) == number)
            if resets:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESETS)
    committed.set()
    wait_for(lambda: any(seen.line.startswith("POST") for seen in candidate.seen))
    over.set()  # the proxy has long seen that the other clients left: it took the answer to the write after that
    run.stop()
    outcomes = {route["route"]: (route["outcomes"], route["reasons"]) for route in run.report()["routes"]}
    assert [seen.line for seen in candidate.seen if seen.line.startswith("POST")] == ["POST /items HTTP/1.1"]
    mirrored, reasons = outcomes["POST /items"]
    assert (mirrored["matched"], reasons) == (1, {})
    assert outcomes["POST /other"][1] == {"policy": 1}
    assert outcomes["GET /items"][1] == {"client_cancelled": 1}
