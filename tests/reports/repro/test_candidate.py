"""The candidate's line carries what the candidate gets, and says what is not the client's."""

import subprocess
from typing import Any

import pytest

from crossfade.reports.repro import Side, as_candidate_gets, command_line
from crossfade.reports.repro.quote import Variable
from crossfade.shadow.exchange import Headers
from crossfade.shadow.exchange.observations import RequestSample

SENT = (("Accept", "*/*"), ("Authorization", "Bearer ~1"), ("Cookie", "a=~2"), ("X-A", "1"))
REDACTED = ("the target", "header Authorization", "header Cookie")
SIDE = Side(url="http://c:1")


def _sample(protocol: str = "http") -> RequestSample:
    return RequestSample(
        protocol=protocol,
        method="GET" if protocol == "http" else "POST",
        target="/p.S/Get",
        headers=SENT,
        body="",
        redacted=REDACTED,
    )


@pytest.mark.parametrize("fields", [None, lambda _: SENT], ids=["no rules", "rules that pass"])
def test_all_of_it(fields: Any) -> None:
    """Without a rule that changes something the request is the client's, and nothing is said."""
    assert as_candidate_gets(_sample(), fields) == (_sample(), "")


@pytest.mark.parametrize(
    ("left", "changed", "redacted"),
    [
        ((SENT[0], SENT[1], SENT[3]), "without Cookie", REDACTED[:2]),
        ((SENT[0],), "without Authorization, Cookie, X-A", REDACTED[:1]),
        ((SENT[0], ("Authorization", "x"), *SENT[2:]), "with another Authorization", (REDACTED[0], REDACTED[2])),
        ((("Accept", "a"), SENT[3]), "without Authorization, Cookie, with another Accept", REDACTED[:1]),
    ],
)
def test_what_is_changed(left: Headers, changed: str, redacted: tuple[str, ...]) -> None:
    """Each field that is dropped or replaced is named, and is no pseudonym any more."""
    request, words = as_candidate_gets(_sample(), lambda _: left)
    assert (request.headers, request.redacted) == (left, redacted)
    assert words == f"for the candidate, by the present config: {changed}"


@pytest.mark.parametrize(
    ("protocol", "program", "expected"),
    [("http", "curl", "Authorization: it's $1"), ("grpc", "grpcurl", "Authorization: it's $1")],
)
def test_a_secret_comes_from_the_shell(protocol: str, program: str, expected: str) -> None:
    """The line holds the name of a variable: it is refused where that is not set, and its value is one word."""
    fields: Headers = (("Authorization", Variable("SHADOW_TOKEN")),)
    request, changed = as_candidate_gets(_sample(protocol), lambda _: fields)
    line = command_line(request, SIDE, changed=changed)
    assert "without Accept, Cookie, X-A, with another Authorization" in line
    assert "~" not in line
    script = f"{program}() {{ printf '%s\\n' \"$@\"; }}; {line}"
    unset, given = (
        subprocess.run(["bash", "-c", script], env=env, capture_output=True, text=True, check=False, timeout=30)
        for env in ({}, {"SHADOW_TOKEN": "it's $1"})
    )
    assert (unset.stdout, "SHADOW_TOKEN: parameter null or not set" in unset.stderr) == ("", True)
    assert expected in given.stdout.splitlines()


def test_a_variable_is_not_its_name() -> None:
    """A field whose text is what a variable is called stays that text."""
    lines = [
        command_line(as_candidate_gets(_sample(), lambda _, value=value: (("A", value),))[0], SIDE)
        for value in ("TOKEN", Variable("TOKEN"), "TOKEN")
    ]
    assert ["${TOKEN:?}" in line for line in lines] == [False, True, False]
