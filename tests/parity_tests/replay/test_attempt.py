"""A recorded session at services that name what they make in other ways."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from crossfade.parity_tests.corpus.records import Session, Timing
from crossfade.parity_tests.replay.pair import open_pair
from crossfade.parity_tests.replay.played import PlayedSession
from crossfade.parity_tests.replay.player import play_session
from crossfade.shadow.apart.job_queue import Budget, JobQueue
from crossfade.shadow.apart.jobs import Setup
from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.bindings.edges import Edge, edges_among, read_place
from crossfade.shadow.config.settings import State
from crossfade.shadow.exchange import Answer
from crossfade.shadow.exchange.events import Side
from crossfade.shadow.exchange.observations import Settled
from crossfade.shadow.exchange.shadow_headers import SERVED_BY_HEADER
from crossfade.shadow.judging.judge import Judge

NOTE = Edge(
    kind="note",
    consumer=read_place("GET /notes/* path/notes/*"),
    producers=(read_place("POST /notes body/id"), read_place("GET /notes body/notes/*/id")),
)
REVIEWED = edges_among((NOTE,))


def _ends(done: PlayedSession) -> list[str]:
    """How each call ended: what differs, or why it was not compared."""
    found = []
    for played in done.played:
        observation = played.observation
        if isinstance(observation, Settled):
            found.append(f"{observation.outcome}({observation.reason})")
        else:
            found.append(" ".join(sorted({item.template for item in observation.signature})) or "same")
    return found


@pytest.fixture
def play(serve: Any, numbered: Any, renumbered: Any, config_of: Callable[..., Any]) -> Any:
    """Plays a session against legacy (1, 2, ...) and a candidate (501, ...) with a bug, perhaps with a secondary."""

    async def run(
        session: Session, bug: str = "", *, legacy_bug: str = "", secondary: bool = False, is_recorded: bool = False
    ) -> PlayedSession:
        config = config_of(serve(numbered(legacy_bug)), serve(renumbered(bug)))
        if secondary:
            (listen,) = config.listen
            twin = listen.model_copy(update={"secondary": serve(numbered(start=71))})
            config = config.model_copy(update={"listen": (twin,)})
        async with open_pair(config, None, is_recorded=is_recorded) as pair:
            return await play_session(pair, session)

    return run


@pytest.fixture
def served_by() -> Iterator[Callable[[str], str]]:
    """Serves an empty list, and says who answered where that is given; gives its URL."""
    with ExitStack() as ended:

        def start(name: str) -> str:
            class Handler(BaseHTTPRequestHandler):
                def do_GET(self) -> None:
                    self.send_response(200)
                    if name:
                        self.send_header(SERVED_BY_HEADER, name)
                    self.end_headers()
                    self.wfile.write(b"[]")

                def log_message(self, *_: Any) -> None:
                    """Keeps quiet."""

            server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
            thread.start()
            ended.callback(thread.join)
            ended.callback(server.server_close)
            ended.callback(server.shutdown)
            return f"http://127.0.0.1:{server.server_address[1]}"

        yield start


@pytest.mark.parametrize("secondary", [False, True])
async def test_a_life_with_other_ids_everywhere(play: Any, life_of: Any, numbered: Any, secondary: bool) -> None:
    """Recorded with 9001 and 9002, played where legacy makes 1 and 2, the candidate 501 and 502: nothing differs."""
    done = await play(life_of("s", numbered(start=9001)), secondary=secondary)
    assert _ends(done) == ["same"] * 7
    assert [played.as_recorded for played in done.played] == [True] * 7


@pytest.mark.parametrize("start", [71, 1])
async def test_a_secondary_gets_every_write(
    serve: Any, numbered: Any, renumbered: Any, config_of: Any, life_of: Any, start: int
) -> None:
    """Also where it names things as legacy does."""
    config = config_of(serve(numbered()), serve(renumbered()))
    (listen,) = config.listen
    twin = listen.model_copy(update={"secondary": serve(numbered(start=start))})
    async with open_pair(config.model_copy(update={"listen": (twin,)}), None, edges=REVIEWED) as pair:
        done = await play_session(pair, life_of("s", numbered(start=9001)))
    assert [played.lacks_write for played in done.played] == [False] * 7
    assert _ends(done) == ["same"] * 7


async def test_another_record(play: Any, life_of: Any, numbered: Any) -> None:
    """Its id is another handle, and its text another text."""
    done = await play(life_of("s", numbered(start=9001)), "another")
    assert _ends(done)[3] == "body/id body/text"


async def test_one_id_for_two(play: Any, life_of: Any, numbered: Any) -> None:
    """The second note that the candidate makes is no note of its own."""
    done = await play(life_of("s", numbered(start=9001)), "one id")
    assert "body/id" in _ends(done)[1]


async def test_what_the_candidate_did_not_make_is_blocked(play: Any, life_of: Any, numbered: Any) -> None:
    """Its failure is a difference once; what needs the note is skipped, and never the same."""
    done = await play(life_of("s", numbered(start=9001)), "fails")
    ends = _ends(done)
    assert "status" in ends[0]
    assert ends[3:] == ["skipped(blocked)"] * 4
    assert [played.as_recorded for played in done.played] == [True] * 7


async def test_what_legacy_no_longer_makes_is_blocked_and_told(play: Any, life_of: Any, numbered: Any) -> None:
    """Both fail alike, which shows nothing of the candidate; legacy does not answer as it did."""
    done = await play(life_of("s", numbered(start=9001)), "fails", legacy_bug="fails")
    assert _ends(done) == [*["skipped(not_as_recorded)"] * 2, "same", *["skipped(blocked)"] * 4]
    assert [played.as_recorded for played in done.played[:3]] == [False, False, True]


async def test_a_state_that_is_gone(play: Any, numbered: Any, life_of: Any) -> None:
    """A note that was there when it was recorded: that both say that there is none is not counted as alike."""
    (read,) = (life_of("s", numbered(start=9001)).calls[3],)
    done = await play(Session(id="s", calls=(read,)))
    assert _ends(done) == ["skipped(not_as_recorded)"]
    assert done.played[0].as_recorded is False


async def test_a_refusal_that_the_candidate_does_not_share(play: Any, life_of: Any, numbered: Any) -> None:
    """Is a difference, whatever was recorded."""
    done = await play(life_of("s", numbered(start=9001)), legacy_bug="fails")
    assert "status" in _ends(done)[0]


async def test_a_refusal_that_was_recorded(play: Any, life_of: Any, numbered: Any) -> None:
    """Both refuse as legacy did then, which is the same."""
    (read,) = (life_of("s", numbered(start=9001)).calls[3],)
    refused = replace(read.reply, status=404, body=b'{"error": "no such note"}')
    done = await play(Session(id="s", calls=(replace(read, reply=refused),)))
    assert _ends(done) == ["same"]


async def test_without_a_recorded_answer_legacy_is_the_reference(play: Any, life_of: Any) -> None:
    """Nothing is known of what legacy answered before."""
    done = await play(life_of("s"))
    assert _ends(done) == ["same"] * 7
    assert [played.as_recorded for played in done.played] == [None] * 7


async def test_legacy_from_its_recording(play: Any, life_of: Any, numbered: Any) -> None:
    """No legacy is needed, and another record is still seen."""
    session = life_of("s", numbered(start=9001))
    assert _ends(await play(session, legacy_bug="fails", is_recorded=True)) == ["same"] * 7
    assert _ends(await play(session, "another", is_recorded=True))[3] == "body/id body/text"


async def test_what_a_recording_cannot_answer(play: Any, life_of: Any, numbered: Any) -> None:
    """A cut answer, one that was hidden, and none: never the same."""
    calls = life_of("s", numbered(start=9001)).calls[:3]
    cut = replace(calls[0], reply=replace(calls[0].reply, truncated=True))
    hidden = replace(calls[1], hidden=frozenset({Side.LEGACY}))
    failed = replace(calls[2], reply=life_of("t").calls[2].reply)
    done = await play(Session(id="s", calls=(cut, hidden, failed)), is_recorded=True)
    assert _ends(done) == ["uncomparable(not_recorded)"] * 3


async def test_what_is_not_whole_is_not_sent(play: Any, life_of: Any, numbered: Any) -> None:
    """A request that was cut, one that was hidden, and those that a client gave up before anything came."""
    calls = life_of("s", numbered(start=9001)).calls
    cut = replace(calls[0], request=replace(calls[0].request, truncated=True))
    hidden = replace(calls[1], hidden=frozenset({Side.CLIENT}))
    left = replace(calls[2], timing=Timing(cancelled_ms=3.0))
    abandoned = replace(calls[4], timing=Timing(cancelled_ms=3.0))
    done = await play(Session(id="s", calls=(cut, hidden, left, abandoned)))
    assert _ends(done) == [
        "uncomparable(truncated)",
        "uncomparable(not_recorded)",
        "skipped(client_cancelled)",
        "skipped(abandoned_write)",
    ]


async def test_an_answer_that_legacy_gave_for_the_candidate(call_of: Any, config_of: Any, served_by: Any) -> None:
    """Its service has not ported the call yet: nothing was compared."""
    call = call_of(0, "GET", "/notes", "GET /notes")
    async with open_pair(config_of(served_by(""), served_by("legacy")), None) as pair:
        done = await play_session(pair, Session(id="s", calls=(call,)))
    assert _ends(done) == ["skipped(not_ported)"]


async def test_a_legacy_that_is_gone(life_of: Any, numbered: Any, config_of: Any, serve: Any) -> None:
    """Legacy failed, whatever the candidate answers."""
    config = config_of("http://127.0.0.1:2", serve(numbered()))
    async with open_pair(config, None) as pair:
        done = await play_session(pair, life_of("s", numbered(start=9001)))
    assert _ends(done)[0] == "legacy_failed(refused)"
    assert _ends(done)[3] == "skipped(blocked)"


async def test_legacy_alone(serve: Any, numbered: Any, config_of: Any, life_of: Any) -> None:
    """Another run of legacy's shows what it makes anew, with its own ids."""
    session = life_of("s", numbered(start=9001))
    async with open_pair(config_of(serve(numbered(start=31)), "http://127.0.0.1:2"), None) as pair:
        handles = pair.new_bindings()
        replies = [await pair.play_legacy(call, handles) for call in session.calls]
    answers = [reply for reply in replies if isinstance(reply, Answer)]
    assert [reply.status for reply in answers] == [201, 201, 200, 200, 200, 200, 204]
    assert b'"id": 32' in answers[3].body


async def test_credentials_that_hold(call_of: Any, config_of: Any, monkeypatch: Any, tcp_heads: Any) -> None:
    """A recorded one is a pseudonym: all services get the one of the environment, the candidate perhaps its own."""
    monkeypatch.setenv("FOR_ALL", "Bearer all")
    rule = 'name = "authorization"\naction = "replace"\n'
    more = f'[[replay.header]]\n{rule}value_env = "FOR_ALL"\n[[mirror.header]]\n{rule}value = "Bearer candidate"\n'
    sides = {name: await tcp_heads() for name in ("legacy", "candidate", "secondary")}
    config = config_of(sides["legacy"].url, sides["candidate"].url, more)
    (listen,) = config.listen
    config = config.model_copy(update={"listen": (listen.model_copy(update={"secondary": sides["secondary"].url}),)})
    call = call_of(0, "GET", "/notes", "GET /notes")
    headers = (*call.request.headers, ("Authorization", "Bearer pseudonym"))
    call = replace(call, request=replace(call.request, headers=headers))
    async with open_pair(config, None) as pair:
        await play_session(pair, Session(id="s", calls=(call,)))
    found = {name: side.fields("authorization") for name, side in sides.items()}
    assert found == {"legacy": ["Bearer all"], "candidate": ["Bearer candidate"], "secondary": ["Bearer all"]}


class Scripted:
    """Answers by a function of method and path; ``asked`` has what came, in its order."""

    def __init__(self, answer: Callable[[str, str], tuple[int, Any]], asked: list[str], name: str = "") -> None:
        self._answer = answer
        self._asked = asked
        self._name = name

    def answer(self, method: str, path: str, _: bytes) -> tuple[int, Any]:
        """Status and JSON."""
        self._asked.append(f"{self._name} {method}")
        return self._answer(method, path)


@pytest.fixture
def play_scripted(serve: Any, config_of: Callable[..., Any]) -> Any:
    """Plays calls against sides that answer by functions; ``asked`` gets who was asked, in that order."""

    async def run(calls: Any, *, asked: list[str] | None = None, shared: bool = False, **answers: Any) -> PlayedSession:
        came = [] if asked is None else asked
        urls = {name: serve(Scripted(answer, came, name)) for name, answer in answers.items()}
        config = config_of(urls["legacy"], urls["candidate"])
        (listen,) = config.listen
        listen = listen.model_copy(update={"secondary": urls.get("secondary")})
        service = config.service.model_copy(update={"state": State.SHARED if shared else State.SISTER})
        config = config.model_copy(update={"listen": (listen,), "service": service})
        async with open_pair(config, None) as pair:
            return await play_session(pair, Session(id="s", calls=tuple(calls)))

    return run


@pytest.mark.parametrize(
    ("secondary", "end"), [(404, "skipped(state_drift)"), (200, "body status"), (500, "body status")]
)
async def test_another_state_is_no_difference(play_scripted: Any, call_of: Any, secondary: int, end: str) -> None:
    """Where the secondary refuses as the candidate does, the stores have parted; where it does not, the port has."""
    read = call_of(0, "GET", "/notes/7", "GET /notes/{id}")
    done = await play_scripted(
        [read],
        legacy=lambda *_: (200, {"id": "seven"}),
        candidate=lambda *_: (404, []),
        secondary=lambda *_: (secondary, {"id": "seven"} if secondary == 200 else []),
    )
    assert _ends(done) == [end]


@pytest.mark.parametrize(
    ("legacy", "token", "end"),
    [
        (200, "Bearer Zk3v9QpLx7RtY2mWc8Ha", "skipped(credential)"),
        (200, "", "status"),
        (401, "Bearer Zk3v9QpLx7RtY2mWc8Ha", "same"),
    ],
)
async def test_a_credential_that_the_candidate_alone_refuses(
    play_scripted: Any, call_of: Any, legacy: int, token: str, end: str
) -> None:
    """Nobody issued it in this run, so the candidate can't know it; without one the refusal is the port's."""
    read = call_of(0, "GET", "/notes", "GET /notes")
    headers = (*read.request.headers, *((("Authorization", token),) if token else ()))
    read = replace(read, request=replace(read.request, headers=headers))
    done = await play_scripted([read], legacy=lambda *_: (legacy, {}), candidate=lambda *_: (401, {}))
    assert _ends(done) == [end]


async def test_what_a_write_made_at_legacy_alone_is_known_as_such(play_scripted: Any, call_of: Any) -> None:
    """A write that the candidate can't get: a later request with the token that it gave is nothing for it either."""
    token = "Zk3v9QpLx7RtY2mWc8Ha"
    calls = [
        call_of(0, "POST", "/notes", "POST /notes", {"text": "one"}),
        call_of(1, "PUT", "/notes/7", "PUT /notes/{id}", {"text": "two"}),
        call_of(2, "GET", f"/drafts/{token}", "GET /drafts/{token}"),
    ]
    asked: list[str] = []

    def legacy(method: str, _: str) -> tuple[int, Any]:
        return (201, {"id": 7}) if method == "POST" else (200, {"draft": token})

    done = await play_scripted(calls, asked=asked, legacy=legacy, candidate=lambda *_: (500, {"error": "no"}))
    assert _ends(done)[1:] == ["skipped(blocked)", "skipped(foreign_handle)"]
    assert sorted(asked) == ["candidate POST", "legacy GET", "legacy POST", "legacy PUT"]


async def test_one_store_takes_a_write_of_one_side_after_the_other(play_scripted: Any, call_of: Any) -> None:
    """Legacy's is done before the candidate's begins, and that before the secondary's; reads go out together."""
    asked: list[str] = []
    at_work = threading.Lock()

    def alone(_: str, __: str) -> tuple[int, Any]:
        assert at_work.acquire(blocking=False), "two sides write at the same time"
        try:
            threading.Event().wait(0.02)
        finally:
            at_work.release()
        return 200, {"text": "one"}

    write = call_of(0, "PUT", "/notes/7", "PUT /notes/{id}", {"text": "one"})
    done = await play_scripted([write], asked=asked, shared=True, secondary=alone, candidate=alone, legacy=alone)
    assert _ends(done) == ["same"]
    assert asked == ["legacy PUT", "candidate PUT", "secondary PUT"]


def _heavy(first: int) -> list[dict[str, Any]]:
    return [{"id": f"n-{first + at:012x}", "text": f"note no {at}", "tags": ["a", "b", "c"]} for at in range(6000)]


async def test_what_is_heavy_is_judged_apart(play_scripted: Any, call_of: Any, monkeypatch: Any) -> None:
    """In a process of its own, with the same verdict: ids are mapped, and what differs is told."""

    def on_loop(*_: Any, **__: Any) -> Any:
        raise AssertionError("expected a heavy answer to be read apart")

    monkeypatch.setattr(Bindings, "resolve", on_loop)
    monkeypatch.setattr(Judge, "observe", on_loop)
    calls = [call_of(0, "POST", "/notes", "POST /notes", {}), call_of(1, "GET", "/notes", "GET /notes")]
    answers = {"legacy": _heavy(7 * 10**9), "candidate": _heavy(9 * 10**9)}
    changed = [*answers["candidate"][:-1], answers["candidate"][-1] | {"text": "other"}]
    second = iter((answers["candidate"], changed))
    done = await play_scripted(
        calls, legacy=lambda *_: (200, answers["legacy"]), candidate=lambda *_: (200, next(second))
    )
    assert _ends(done) == ["same", "body/*/text"]


async def test_what_takes_too_much_is_not_compared(serve: Any, config_of: Any, call_of: Any) -> None:
    """And is never called the same; its session goes on."""
    asked: list[str] = []
    sides = [serve(Scripted(lambda *_: (200, _heavy(7)), asked)), serve(Scripted(lambda *_: (200, _heavy(9)), asked))]
    config = config_of(*sides)
    calls = tuple(call_of(at, "GET", "/notes", "GET /notes") for at in range(2))
    queue = JobQueue(Setup(), Budget(time_s=0.001, memory_bytes=1_000_000_000))
    async with open_pair(config, None) as pair:
        try:
            done = await play_session(replace(pair, queue=queue), Session(id="s", calls=calls))
        finally:
            await queue.close()
    assert _ends(done) == ["uncomparable(too_costly)"] * 2
    assert [played.as_recorded for played in done.played] == [None, None]
