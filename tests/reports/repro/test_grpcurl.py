"""grpcurl command lines hold the request as words that bash does not touch."""

import subprocess
from typing import Any

import pytest

from crossfade.reports.repro import command_line
from crossfade.shadow.exchange.observations import RequestSample


def _sample(body: str = "", headers: Any = ()) -> RequestSample:
    return RequestSample(protocol="grpc", method="POST", target="/p.v1.S/Get", headers=tuple(headers), body=body)


def test_a_usual_request_reads_well() -> None:
    """Message, deadline, address and method; the protocol's own headers are left to grpcurl."""
    headers = [
        ("content-type", "application/grpc"),
        ("grpc-timeout", "5S"),
        ("Grpc-Encoding", "gzip"),
        ("x-tenant", "a b"),
    ]
    headers += [("x-crossfade-role", "shadow"), (":authority", "x")]
    line = command_line(_sample('{"id": "1"}', headers))
    assert line == """grpcurl -plaintext -H 'x-tenant: a b' -max-time 5 -d '{"id": "1"}' "$ADDRESS" p.v1.S/Get"""


@pytest.mark.needs("bash")
@pytest.mark.parametrize("text", ["it's", "$(id)", "a\nb", "`id`", '"', "\\", "; rm -rf /", "\x1b[0m"])
def test_words_stay_words(text: str) -> None:
    """Whatever a message or a header holds, bash passes it as one word and expands nothing."""
    body = f'{{"id": "{text}"}}'
    script = f"ADDRESS=host:1; grpcurl() {{ printf '%s\\0' \"$@\"; }}; {command_line(_sample(body, [('x-a', text)]))}"
    done = subprocess.run(["bash", "-c", script], capture_output=True, check=True)
    words = ["-plaintext", "-H", f"x-a: {text}", "-d", body, "host:1", "p.v1.S/Get"]
    assert done.stdout.split(b"\0")[:-1] == [word.encode() for word in words]


def test_an_empty_message_has_no_data() -> None:
    """Without a message nothing is passed as one."""
    assert command_line(_sample()) == 'grpcurl -plaintext "$ADDRESS" p.v1.S/Get'
