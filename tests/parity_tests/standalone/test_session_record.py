"""A session becomes what its client sends again, and what the service is to answer."""

from dataclasses import replace
from typing import Any

from crossfade.parity_tests.standalone.session_record import session_record
from crossfade.shadow.exchange.events import Side

UUID = "0b4cd4d4-2f0b-4a8f-9c5e-8f3f6ad3f9b1"


def test_what_the_service_makes_is_a_mark(http: Any, session: Any, setting: Any) -> None:
    """The id of what is written, wherever it stands again: as text, as number, in a target and in a header."""
    made = {"id": UUID, "text": "a", "nr": 3}
    record = session_record(
        session(
            http("POST", "/notes", {"text": "a"}, status=201, answer=made, headers=(("Location", f"/notes/{UUID}"),)),
            http("GET", f"/notes/{UUID}?x=1", route="/notes/{id}", answer=made),
            http("POST", "/tags", {"note_id": UUID}, answer={"id": 7}),
            http("GET", "/tags/7", answer={"id": 7, "count": 7}),
        ),
        setting(),
    )
    assert record.notes == ()
    posted, read, tag, tagged = record.calls
    assert posted["expected"]["json"] == {"id": "${h1}", "text": "a", "nr": 3} | {
        "id": posted["expected"]["json"]["id"]
    }
    mark = posted["expected"]["json"]["id"]
    assert mark in {"${h1}", "${h2}"}
    assert posted["expected"]["headers"] == {"location": f"/notes/{mark}"}
    assert posted["request"]["headers"] == [["Content-Type", "application/json"], ["X-Tenant", "a"]]
    assert read["request"]["target"] == f"/notes/{mark}?x=1"
    assert tag["request"]["json"] == {"note_id": mark}
    number = tag["expected"]["json"]["id"]
    assert number.endswith("#}")
    assert tagged["request"]["target"] == f"/tags/{number.replace('#', '')}"
    assert tagged["expected"]["json"] == {"id": number, "count": 7}


def test_what_the_client_names_is_its_own(http: Any, session: Any, setting: Any) -> None:
    """It is checked as any other value."""
    calls = (http("GET", "/notes/7", answer={"id": 7}), http("GET", "/notes/7", answer={"id": 7}))
    record = session_record(session(*calls), setting())
    assert [call["expected"]["json"] for call in record.calls] == [{"id": 7}, {"id": 7}]


def test_noise_may_be_anything(http: Any, session: Any, setting: Any) -> None:
    """So may lists in chance order; of a text without structure nothing is left to check."""
    answer = {"at": 1, "items": [{"by": "a", "n": 1}], "tags": ["x", "y"]}
    record = session_record(
        session(http("GET", "/a", answer=answer)), setting("body/at", "body/items/*/by", "body/tags")
    )
    assert record.calls[0]["expected"]["json"] == {"at": "${*}", "items": [{"by": "${*}", "n": 1}], "tags": "${*}"}
    record = session_record(
        session(http("GET", "/a", answer="x 1", kind="text/plain")), setting("body/line[1]/word[2]")
    )
    assert record.calls[0]["expected"] == {"status": 200, "type": "text/plain"}


def test_streams_of_json_are_read_as_such(http: Any, session: Any, setting: Any) -> None:
    """Blanks do not count in them; ${ stays what it is."""
    lines = http("GET", "/l", answer='{"a": 1}\n{"a": "${x}"}\n', kind="application/x-ndjson")
    events = http(
        "GET", "/e", answer='id: 1\ndata: {"a": 1}\n\n: beat\n\ndata: b\ndata: c\n\n', kind="text/event-stream"
    )
    record = session_record(session(lines, events), setting())
    assert record.calls[0]["expected"]["lines"] == [{"a": 1}, {"a": "${$}{x}"}]
    assert record.calls[1]["expected"]["events"] == [{"id": "1", "data": {"a": 1}}, {"data": "b\nc"}]


def test_calls_are_json_too(rpc: Any, session: Any, setting: Any) -> None:
    """By the names of the contract, with status and metadata of the client."""
    record = session_record(
        session(
            rpc("Make", {"text": "a"}, {"id": 5, "text": "a", "size": 0.5}),
            rpc("Get", {"id": 5}, {"id": 5, "tags": ["x"]}),
        ),
        setting("message.tags"),
    )
    made, read = record.calls
    assert made["request"] == {
        "rpc": "notes.v1.Notes/Make",
        "metadata": [["x-tenant", "a"]],
        "messages": [_note(text="a")],
    }
    assert made["expected"] == {
        "code": "OK",
        "message": "",
        "messages": [_note(id="${h1}", text="a", size=0.5, tags="${*}")],
    }
    assert read["request"]["messages"] == [_note(id="${h1}")]


def test_pseudonyms_are_not_checked(http: Any, session: Any, setting: Any) -> None:
    """Nor is what comes of a write that redaction changed."""
    secret = {"password": "hunter2", "n": 1, "card": 9739819386049}
    record = session_record(session(http("GET", "/a", answer=secret)), setting())
    assert record.calls[0]["expected"]["json"] == {"password": "${*}", "n": 1, "card": "${*}"}
    calls = (
        http("POST", "/users/u-1", {"password": "hunter2"}, answer={"n": 1}),
        http("GET", "/users/u-1", answer={"n": 1}),
        http("GET", "/users/u-2", answer={"n": 1}),
    )
    record = session_record(session(*calls), setting())
    assert [call["expected"].get("json") for call in record.calls] == [None, None, {"n": 1}]
    assert record.notes == (
        "s: call 1, POST /users/u-1: only its status is checked: redaction changed what was sent",
        "s: call 2, GET /users/u-1: only its status is checked: redaction changed what was sent",
    )


TOKEN = "tok_9f8e7d6c5b4a39281706f5e4d3c2b1a0"


def test_a_token_is_taken_though_it_is_a_pseudonym(http: Any, session: Any, setting: Any) -> None:
    """Later calls carry it, also where the answer that gave it is not checked because a password was redacted."""
    me = http("GET", "/me", answer={"n": 1})
    me = replace(me, request=replace(me.request, headers=(("Authorization", f"Bearer {TOKEN}"),)))
    given = {"list": [{"token": TOKEN, "n": 1}]}
    login = http("POST", "/login", {"password": "hunter2"}, answer=given)
    first, second = session_record(session(login, me), setting()).calls
    assert first["expected"] == {"status": 200, "type": "application/json"}
    assert first["gives"] == {"json": [[["list", 0, "token"], "${h1}"]]}
    assert second["request"]["headers"] == [["Authorization", "Bearer ${h1}"]]
    anonymous = http("POST", "/login", {}, answer=given)
    first, second = session_record(session(anonymous, me), setting()).calls
    assert first["expected"]["json"] == {"list": [{"token": "${h1}", "n": 1}]}
    assert "gives" not in first


def test_what_cannot_be_sent_again(http: Any, rpc: Any, session: Any, setting: Any) -> None:
    """Is left out with its reason; the other calls stay."""
    cut = http("GET", "/a", answer={})
    cut = replace(cut, reply=replace(cut.reply, truncated=True))
    hidden = replace(http("POST", "/a", {}, answer={}), hidden=frozenset({Side.CLIENT}))
    gone = rpc("Get", {}, {})
    gone = replace(gone, route=replace(gone.route, route="notes.v1.Notes/Gone"))
    record = session_record(session(cut, hidden, gone, http("GET", "/b", answer={})), setting())
    assert [call["route"] for call in record.calls] == ["GET /b"]
    assert record.notes == (
        "s: call 1, GET /a: left out: its request or its answer was not recorded as a whole",
        "s: call 2, POST /a: left out: redaction replaced its body",
        "s: call 3, notes.v1.Notes/Gone: left out: the contract does not have it",
    )


def test_an_answer_that_was_left(rpc: Any, session: Any, setting: Any) -> None:
    """The client reads as many messages as it had read, and the end is not checked."""
    call = rpc("Get", {}, {"text": "a"})
    call = replace(call, timing=replace(call.timing, cancelled_ms=5.0))
    (found,) = session_record(session(call), setting()).calls
    assert found["expected"] == {"cancelled": 1, "messages": [_note(text="a")]}


def _note(**values: Any) -> dict[str, Any]:
    return {"id": "0", "text": "", "size": 0.0, "tags": []} | values
