"""Which recorded answer a request gets."""

import json
from typing import Any

from crossfade.parity_tests.mock.book import Book, Client, Entry
from crossfade.parity_tests.mock.meaning import body_meaning
from crossfade.shadow.exchange import Failure, FailureReason, Request


def ask(book: Book, request: Request, client: Client | None = None) -> Any:
    """The JSON that a request gets, None without an answer; it counts as given."""
    entry = take(book, request, client or Client())
    return None if entry is None or entry.answer is None else json.loads(entry.answer.body)


def take(book: Book, request: Request, client: Client) -> Entry | None:
    entry = book.choose(request, body_meaning(request, book.contract), client, ended=True)
    if entry is not None:
        entry.uses += 1
        client.session_id = entry.session_id
    return entry


def test_the_next_identical_request_gets_the_next_answer(recorder: Any, book: Any) -> None:
    """A read beyond gets the last one again."""
    made = book([recorder.http("GET /a", n) for n in range(3)])
    assert [ask(made, recorder.request("GET", "/a")) for _ in range(5)] == [0, 1, 2, 2, 2]
    made.rewind()
    assert ask(made, recorder.request("GET", "/a")) == 0


def test_a_write_is_answered_as_often_as_it_was_recorded(recorder: Any, book: Any) -> None:
    """What a further one does is not known."""
    made = book([recorder.http("POST /a", n, {"x": 1}) for n in range(2)])
    request = recorder.request("POST", "/a", b'{ "x": 1.0 }')
    assert [ask(made, request) for _ in range(3)] == [0, 1, None]
    assert ask(made, recorder.request("POST", "/a", b'{"x": 2}')) is None


def test_a_credential_tells_the_session(recorder: Any, book: Any) -> None:
    """Whose answers a person gets does not depend on who asks first."""
    sessions = [
        [recorder.http("GET /me", name, headers=(("cookie", f"sid={name}"),)) for _ in range(2)] for name in "ab"
    ]
    made = book(*sessions)
    asked = [recorder.request("GET", "/me", headers=(("Cookie", f"sid={name}"),)) for name in "bab"]
    assert [ask(made, request) for request in asked] == ["b", "a", "b"]
    assert ask(made, recorder.request("GET", "/me", headers=(("cookie", "sid=c"),))) == "a"


def test_a_connection_stays_in_its_session(recorder: Any, book: Any) -> None:
    """As long as that has an answer; else it gets another session's."""
    made = book(
        [recorder.http("GET /only/1", 10), recorder.http("GET /a", 11)],
        [recorder.http("GET /only/2", 20), recorder.http("GET /a", 21), recorder.http("GET /a", 22)],
    )
    client = Client()
    targets = ("/only/2", "/a", "/a", "/a", "/a")
    assert [ask(made, recorder.request("GET", target), client) for target in targets] == [20, 21, 22, 11, 11]


def test_the_order_is_that_of_the_recording(recorder: Any, book: Any) -> None:
    """Over all sessions, by the time at which calls began."""
    early, late = recorder.http("GET /a", "early"), recorder.http("GET /a", "late")
    made = book([late], [early])
    assert [ask(made, recorder.request("GET", "/a")) for _ in range(2)] == ["early", "late"]


def test_fields_that_choose_a_form(recorder: Any, book: Any) -> None:
    """Decide between answers that were not given yet."""
    forms = ("text/html", "application/json")
    made = book([recorder.http("GET /a", form, headers=(("accept", form),)) for form in forms])
    asked = [recorder.request("GET", "/a", headers=(("Accept", form),)) for form in reversed(forms)]
    assert [ask(made, request) for request in asked] == [*reversed(forms)]


def test_what_was_not_answered_as_a_whole(recorder: Any, book: Any, json_reply: Any) -> None:
    """Is found, in its turn, and has no answer."""
    failed = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
    cut = json_reply("cut")
    object.__setattr__(cut, "truncated", True)
    made = book([recorder.http("GET /a", failed), recorder.http("GET /a", cut), recorder.http("GET /a", 3)])
    assert [ask(made, recorder.request("GET", "/a")) for _ in range(3)] == [None, None, 3]


def test_a_secret_is_known_again(recorder: Any, book: Any) -> None:
    """Where the recording has its pseudonym; what is there as it is stays."""
    sessions = [recorder.http("POST /login", 1, {"password": "xunvai7"}), recorder.http("GET /a", 2)]
    made = book(sessions)
    made.redacted = lambda request: recorder.request(request.method, request.target, b'{"password": "xunvai7"}')
    sent = recorder.request("POST", "/login", b'{"password": "hunter2"}')
    assert ask(made, sent) is None
    assert ask(made, made.as_recorded(sent)) == 1
    for request in (recorder.request("GET", "/a"), recorder.request("POST", "/other", b"{}")):
        assert made.as_recorded(request) is request


def test_a_credential_is_known_again(recorder: Any, book: Any) -> None:
    """So that the session is told by the real one, and by its pseudonym, too."""
    names = {"sid=real-b": "sid=b"}

    def redacted(request: Request) -> Request:
        (cookie,) = (value for _, value in request.headers)
        return recorder.request(request.method, request.target, headers=(("cookie", names.get(cookie, "?")),))

    made = book(*([recorder.http("GET /me", name, headers=(("cookie", f"sid={name}"),))] for name in "ab"))
    made.redacted = redacted
    for cookie in ("sid=real-b", "sid=b"):
        request = recorder.request("GET", "/me", headers=(("cookie", cookie),))
        assert ask(made, made.as_recorded(request)) == "b"
