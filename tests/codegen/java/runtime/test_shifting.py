"""What a controller of a canary writes into the modes file: sticky shares, a lease, and what it reads back."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import grpc
import pytest

from crossfade.shadow.canary.planes.mode_file import ModeFile, Place
from crossfade.shadow.canary.planes.mode_lines import Assigned
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.serving.assignment import place_of
from crossfade.shadow.serving.weights import RouteWeight, Weights

pytestmark = pytest.mark.java

Said = Callable[..., bytes]
Modes = Callable[[str], None]
GET = "probe.v1.Probe/Get"
STICKY = "key = header:x-user, cookie:sid\nsalt = probe\n"


def test_a_client_stays_on_its_side_as_on_any_engine(
    probe: Any, modes: Modes, through: grpc.Channel, said: Said
) -> None:
    """By the hash of crossfade's own proxy, whoever is in at 20 % is in at 60 % as well."""
    users = [f"u {number}" for number in range(60)]
    places = {user: place_of(f"header:x-user {user}", "probe") for user in users}
    for pct in (20, 60):
        modes(f"{STICKY}* = CANARY {pct}%\n")
        for user, place in places.items():
            served = {probe.ask(through, "Get", [said("x")], metadata=(("x-user", user),)).served_by for _ in range(2)}
            assert served == {"candidate" if place < pct else "legacy"}, user


def test_the_first_key_that_a_call_has(probe: Any, modes: Modes, through: grpc.Channel, said: Said) -> None:
    """A cookie where there is no header; a client without any is legacy's until the share is all."""
    modes(f"{STICKY}* = CANARY 50%\n")
    for number in range(20):
        cookie = (("cookie", f"a=b; sid=c{number}; sid2=x"),)
        wanted = "candidate" if place_of(f"cookie:sid c{number}", "probe") < 50 else "legacy"
        assert probe.ask(through, "Get", [said("x")], metadata=cookie).served_by == wanted
    modes(f"{STICKY}* = CANARY 99.999999%\n")
    assert probe.ask(through, "Get", [said("x")]).served_by == "legacy"
    modes(f"{STICKY}* = CANARY 100%\n")
    assert probe.ask(through, "Get", [said("x")]).served_by == "candidate"


def test_a_tester_chooses(probe: Any, modes: Modes, through: grpc.Channel, said: Said) -> None:
    """While both sides are there; an RPC that is all legacy's or all ported has no choice."""

    def served(word: str) -> str:
        side: str = probe.ask(through, "Get", [said("x")], metadata=(("x-side", word),)).served_by
        return side

    for mode, found in (("COMPARE", "cl"), ("CANARY 0%", "cl"), ("PORTED_COMPARE", "cl"), ("LEGACY", "ll")):
        modes(f"tester = X-Side\n* = {mode}\n")
        assert served("candidate")[0] + served("legacy")[0] == found
    modes("tester = x-side\n* = CANARY 100%\n")
    assert served("other") == "candidate"


def test_a_share_is_compared(probe: Any, modes: Modes, through: grpc.Channel, said: Said, legacy: Any) -> None:
    """Of what the candidate answers, legacy gets that share as a copy; none at 0 %, all without a share."""
    mark = ("x-mark", "share")

    def copies() -> int:
        return sum(mark in seen.metadata for seen in legacy.of("Get"))

    modes("* = PORTED_COMPARE compare 0%\n")
    for _ in range(20):
        probe.ask(through, "Get", [said("x")], metadata=(mark,))
    modes("* = PORTED_COMPARE\n")
    assert copies() == 0
    probe.ask(through, "Get", [said("x")], metadata=(mark,))
    deadline = time.monotonic() + 20
    while not copies() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert copies() == 1


class Led:
    """A JVM of its own whose modes a controller leads."""

    def __init__(self, folder: Path, start: Callable[..., Any], legacy_port: int) -> None:
        self.file = folder / "modes.properties"
        self.lease_file = folder / "modes.properties.lease"
        self._start, self._legacy_port = start, legacy_port

    def run(self, modes: str) -> None:
        """Starts it with these modes."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        self.file.write_text(modes)
        port = self.url.rpartition(":")[2]
        legacy = f"127.0.0.1:{self._legacy_port}"
        self.jvm = self._start(legacy=legacy, modes=self.file, modes_poll_s=0.02, modes_port=port).ready()

    def renew(self, at: float | None = None) -> None:
        """As a controller does at each tick."""
        new = self.lease_file.with_suffix(".new")
        new.write_text(f"{time.time() if at is None else at:.6f}\n")
        new.replace(self.lease_file)

    def read(self, path: str = "/v1/modes") -> Any:
        """What it shows."""
        with urlopen(self.url + path, timeout=10) as answer:
            return json.load(answer)


@pytest.fixture
def led(tmp_path: Path, start: Callable[..., Any], legacy: Any) -> Iterator[Led]:
    led = Led(tmp_path, start, legacy.port)
    yield led
    led.jvm.end()


def test_it_falls_back_when_nobody_renews(
    led: Led, probe: Any, said: Said, connect: Callable[..., grpc.Channel]
) -> None:
    """Leased modes alone: a ported RPC has nothing to fall back to. A new renewal brings them back."""
    led.run("generation = 7\nlease = 1.5\nprobe.v1.Probe/Sum = PORTED\n* = CANARY 100% leased\n")
    channel = connect(led.jvm.port)

    def served(method: str) -> str:
        side: str = probe.ask(channel, method, [said("x")]).served_by
        return side

    led.jvm.named("modes.lease_ended")
    led.renew()
    led.jvm.named("modes.lease_renewed")
    assert served("Get") == "candidate"
    since = len(led.jvm.events)
    led.jvm.named("modes.lease_ended", since=since)
    assert (served("Get"), served("Sum")) == ("legacy", "candidate")
    shown = led.read()
    assert (shown["generation"], shown["lease_s"], shown["lease_held"]) == (7, 1.5, False)
    assert (shown["modes"][GET], shown["modes"]["probe.v1.Probe/Sum"]) == ("COMPARE", "PORTED")
    since = len(led.jvm.events)
    led.renew()
    led.jvm.named("modes.lease_renewed", since=since)
    assert led.read()["modes"][GET] == "CANARY 100.0% leased"


def test_an_old_lease_is_no_new_one_for_a_service_that_starts(
    led: Led, probe: Any, said: Said, connect: Callable[..., grpc.Channel]
) -> None:
    """Nor is none; a clock that is wrong does no harm once the file changes."""
    led.renew(time.time() - 3600)
    led.run("lease = 600\n* = PORTED_COMPARE leased\n")
    led.jvm.named("modes.lease_ended")
    channel = connect(led.jvm.port)
    assert probe.ask(channel, "Get", [said("x")]).served_by == "legacy"
    led.renew(time.time() - 3500)
    led.jvm.named("modes.lease_renewed")
    assert probe.ask(channel, "Get", [said("x")]).served_by == "candidate"


def test_what_was_served_is_counted_by_side(
    led: Led, probe: Any, said: Said, connect: Callable[..., grpc.Channel]
) -> None:
    """Errors of a server, latency, clients; forced and shadow calls are not the clients' share."""
    led.run(f"{STICKY}tester = x-side\n* = CANARY 50%\n")
    channel = connect(led.jvm.port)
    users = [f"u{number}" for number in range(40)]
    for user in (*users, *users[:10]):
        probe.ask(channel, "Get", [said("x")], metadata=(("x-user", user),))
    probe.ask(channel, "Get", [said("x")], metadata=(("x-side", "candidate"),))
    probe.ask(channel, "Get", [said("x")], metadata=(("x-crossfade-role", "shadow"),))
    shown = led.read("/v1/served")
    (route,) = [one for one in shown["routes"] if one["route"] == GET]
    candidates = [user for user in users if place_of(f"header:x-user {user}", "probe") < 50]
    candidate, other = route["candidate"], route["legacy"]
    assert (candidate["clients"], other["clients"]) == (len(candidates), 40 - len(candidates))
    assert candidate["requests"] + other["requests"] == sum(candidate["latency"]) + sum(other["latency"]) == 50
    assert (candidate["forced"], other["forced"], route["expected_pct"]) == (1, 0, 50.0)
    assert (candidate["errors"], other["errors"]) == (0, 0)
    assert shown["epoch"] == led.read()["epoch"]
    for path in ("/", "/v1/modes/x"):
        with pytest.raises(HTTPError, match="404"):
            urlopen(led.url + path, timeout=10)


async def test_crossfades_own_plane_leads_it(
    led: Led, probe: Any, said: Said, connect: Callable[..., grpc.Channel]
) -> None:
    """What the plane sets is what clients get, what it reads back, and what it counts; its silence ends it."""
    led.run("* = COMPARE\n")
    channel = connect(led.jvm.port)
    place = Place(file=led.file, read_back=(led.url,), timeout_s=10.0)
    plane = ModeFile("java", ["*"], place, Assigned(keys=("header:x-user",), salt="probe"))

    def served(user: str) -> str:
        side: str = probe.ask(channel, "Get", [said("x")], metadata=(("x-user", user),)).served_by
        return side

    for generation, (pct, stage) in enumerate(((30.0, Stage.CANARY), (100.0, Stage.LIVE), (0.0, Stage.SHADOW)), 1):
        one = RouteWeight(route=GET, stage=stage, candidate_pct=pct, mirror_pct=12.5)
        wanted = Weights(generation=generation, lease_s=5.0, routes=(one,))
        await plane.set(wanted)
        assert await plane.read() == wanted
        await plane.renew(generation)
        for number in range(20):
            is_in = place_of(f"header:x-user u{number}", "probe") < pct
            assert served(f"u{number}") == ("candidate" if is_in else "legacy")
    (counts,) = await plane.counts()
    (route,) = [one for one in counts.routes if one.route == GET]
    assert route.legacy.requests + route.candidate.requests == 60
    one = RouteWeight(route=GET, stage=Stage.CANARY, candidate_pct=100.0)
    await plane.set(Weights(generation=4, lease_s=1.0, routes=(one,)))
    led.jvm.named("modes.lease_ended")
    assert (await plane.read()).of(GET).candidate_pct == 0.0
    assert served("u1") == "legacy"
    await plane.close()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("* = CANARY 5% leased\n", "expected lease = SECONDS, because a mode is leased"),
        ("* = COMPARE 5%\n", "line 1: expected LEGACY, COMPARE"),
        ("* = COMPARE compare 101%\n", "line 1: expected LEGACY, COMPARE"),
        ("* = COMPARE leased compare 1%\n", "line 1: expected LEGACY, COMPARE"),
        ("lease = soon\n* = LEGACY\n", "lease: expected seconds"),
        ("lease = 0\n* = LEGACY\n", "lease: expected seconds"),
        ("lease = 3601\n* = LEGACY\n", "lease: expected seconds"),
        ("generation = -1\n* = LEGACY\n", "generation: expected a whole number"),
        ("generation = 1\ngeneration = 2\n* = LEGACY\n", "line 2: expected generation once"),
        ("key = user\n* = LEGACY\n", "key: expected header:NAME, cookie:NAME or peer"),
        ("key = header:x user\n* = LEGACY\n", "key: expected the name of a text metadata field"),
        ("tester = x-side-bin\n* = LEGACY\n", "tester: expected the name of a text metadata field"),
        ("generation = 1\n", "expected at least one line"),
    ],
)
def test_a_line_of_the_controller_that_is_wrong(
    modes: Modes, modes_file: Path, strangler: Any, text: str, complaint: str
) -> None:
    """The last good modes hold on."""
    modes("* = LEGACY # before\n")
    since = len(strangler.events)
    modes_file.write_text(text)
    assert complaint in strangler.named("modes.kept", since=since)["because"]
    modes("* = LEGACY # after\n")
