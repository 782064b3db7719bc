"""Each service gives a credential of its own."""

import json
from itertools import count
from typing import Any

import pytest

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.replay.login import Logins
from crossfade.parity_tests.replay.pair import open_pair
from crossfade.parity_tests.replay.player import play_sessions
from crossfade.shadow.config import LoginSettings
from crossfade.shadow.evidence.remembering import RememberingRedactor
from crossfade.shadow.recording.noticing import Noticing

LOGIN = """
[[replay.login]]
route = "POST /login"
body = '{"user": "demo"}'
token = "session.token"
"""


class Desk:
    """Gives a new token for each login, and lets nobody in without the last one."""

    def __init__(self, first: int, *, closed: bool = False) -> None:
        self._numbers = count(first)
        self._closed = closed
        self.token = ""
        self.authorization: str | None = None
        self.logins: list[bytes] = []

    def answer(self, _method: str, path: str, body: bytes) -> tuple[int, Any]:
        """Status and JSON."""
        if path == "/login":
            self.logins.append(body)
            self.token = f"tk-{next(self._numbers):032x}"
            return (401, {"error": "no"}) if self._closed else (200, {"session": {"token": self.token}})
        if self.authorization != f"Bearer {self.token}":
            return 401, {"error": "who are you?"}
        return 200, {"notes": []}


@pytest.fixture
def desks() -> tuple[Desk, Desk]:
    """Legacy and candidate."""
    return Desk(1), Desk(900)


async def test_each_side_gets_its_own(desks: Any, serve: Any, config_of: Any, call_of: Any) -> None:
    """What the login gave goes with all calls; a second login gives a new one."""
    config = config_of(*map(serve, desks), LOGIN)
    session = Session(id="s", calls=(call_of(1, "GET", "/notes", "GET /notes"),))
    async with open_pair(config, None) as pair:
        (done,) = await play_sessions(pair, [session], at_once=1)
        assert (done.played[0].compared, done.played[0].signature) == (True, ())
        assert done.played[0].legacy.status == 200
        await pair.log_in()
        (again,) = await play_sessions(pair, [session], at_once=1)
        assert again.played[0].legacy.status == 200
    assert [json.loads(body) for desk in desks for body in desk.logins] == [{"user": "demo"}] * 4


async def test_what_a_login_gives_is_known_as_a_credential(desks: Any, serve: Any, config_of: Any) -> None:
    """So it is in nothing that is told or stored; no request that is played carries it itself."""
    redactor = RememberingRedactor(b"k" * 32)
    async with open_pair(config_of(*map(serve, desks), LOGIN), None, noticing=Noticing(redactor, None)):
        tokens = [desk.token for desk in desks]
    assert [token in redactor.members(f"by {token}") for token in tokens] == [False, False]


async def test_a_login_that_is_refused(serve: Any, config_of: Any) -> None:
    """It is one line that names the side and tells nothing of the answer."""
    config = config_of(serve(Desk(1)), serve(Desk(2, closed=True)), LOGIN)
    with pytest.raises(ParityError, match=r"^replay.login: candidate: POST /login: expected .*, got status 401$"):
        async with open_pair(config, None):
            pass


async def test_an_answer_without_a_credential(desks: Any, serve: Any, config_of: Any) -> None:
    """The member is named."""
    config = config_of(*map(serve, desks), LOGIN.replace("session.token", "session.jwt"))
    with pytest.raises(ParityError, match=r"legacy: POST /login: expected a credential at session\.jwt, got none"):
        async with open_pair(config, None):
            pass


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"listen": "other"}, "expected one of web, got other"),
        ({"body_env": "NOT_SET"}, "expected a body in the environment variable NOT_SET, got nothing"),
        ({"route": "a.v1.Auth/Login"}, "expected a method of the contract, got a.v1.Auth/Login"),
    ],
)
def test_what_can_not_be_called(config_of: Any, changed: dict[str, str], said: str) -> None:
    """It is said before anything is sent."""
    login = LoginSettings.model_validate({"route": "POST /login", "token": "token"} | changed)
    config = config_of("http://127.0.0.1:9", "http://127.0.0.1:8")
    with pytest.raises(ParityError, match=said):
        Logins([login], config.listen, None, {})
