"""A mode file and the pods that show what they make of it."""

# ruff: noqa: ASYNC240 - small files of the test's own
import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from crossfade.shadow.canary.plane import PlaneError
from crossfade.shadow.canary.planes.mode_file import ModeFile, Place
from crossfade.shadow.canary.planes.mode_lines import Assigned
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.serving.weights import RouteWeight, Weights

GET = "ci.builds.v1.BuildService/GetBuild"


class Pod:
    """Shows what it was told to show, or what the file says as a service would."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.shows: dict[str, Any] | None = None
        self.status = 200

    def shown(self) -> dict[str, Any]:
        """The answer of /v1/modes."""
        if self.shows is not None:
            return self.shows
        parts = [line.partition("#")[0].partition("=") for line in self.file.read_text().splitlines()]
        values = {name.strip(): value.strip() for name, _, value in parts if name.strip()}
        modes = {name: value for name, value in values.items() if "/" in name}
        generation, lease = int(values.get("generation", 0)), float(values.get("lease", 0)) or None
        return {"generation": generation, "lease_s": lease, "lease_held": True, "modes": modes, "epoch": "e", "at": 1.0}

    async def modes(self, _: web.Request) -> web.Response:
        """GET /v1/modes."""
        return web.json_response(self.shown(), status=self.status)

    async def served(self, _: web.Request) -> web.Response:
        """GET /v1/served."""
        side = {"requests": 3, "errors": 1, "latency": [3], "clients": 2, "forced": 0}
        route = {"route": GET, "legacy": side, "candidate": side, "expected_pct": 5.0}
        return web.json_response({"routes": [route], "epoch": "e", "at": 1.5})


Start = Callable[[], Awaitable[tuple[Pod, str]]]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "modes.properties"
    path.write_text("* = LEGACY\n")
    path.chmod(0o640)
    return path


@pytest.fixture
async def start(file: Path) -> AsyncIterator[Start]:
    runners = []

    async def start() -> tuple[Pod, str]:
        pod = Pod(file)
        app = web.Application()
        app.add_routes([web.get("/v1/modes", pod.modes), web.get("/v1/served", pod.served)])
        runners.append(web.AppRunner(app))
        await runners[-1].setup()
        await web.TCPSite(runners[-1], "127.0.0.1", 0).start()
        return pod, f"http://localhost:{runners[-1].addresses[0][1]}"

    yield start
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def plane(file: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[..., ModeFile]]:
    # localhost may stand for ::1 as well, where nobody listens
    real = asyncio.get_running_loop().getaddrinfo

    async def ipv4(*words: Any, **options: Any) -> Any:
        return await real(*words, **options, family=socket.AF_INET)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", ipv4, raising=False)
    opened = []

    def plane(*read_back: str, timeout_s: float = 5.0) -> ModeFile:
        place = Place(file=file, read_back=read_back, timeout_s=timeout_s)
        assigned = Assigned(keys=("header:x-user",), salt="builds")
        opened.append(ModeFile("java", ["*"], place, assigned, clock=lambda: 1234.5))
        return opened[-1]

    yield plane
    for one in opened:
        await one.close()


def canary(pct: float = 5.0, generation: int = 1) -> Weights:
    """A canary of one RPC, with the port in front."""
    route = RouteWeight(route=f"grpc {GET}", stage=Stage.CANARY, candidate_pct=pct, mirror_pct=20.0)
    return Weights(generation=generation, lease_s=10.0, routes=(route,))


async def test_what_was_set_is_read_back(start: Start, plane: Any, file: Path) -> None:
    """From all pods; the file keeps its rights, and the lease stands beside it."""
    urls = [(await start())[1] for _ in range(2)]
    one = plane(*urls)
    await one.set(canary())
    assert await one.read() == canary()
    assert file.stat().st_mode & 0o777 == 0o640
    assert file.with_name("modes.properties.lease").read_text() == "1234.500000\n"
    assert sorted(path.name for path in file.parent.iterdir()) == ["modes.properties", "modes.properties.lease"]


async def test_nothing_was_set_yet(start: Start, plane: Any) -> None:
    """Then it leads nothing, whatever a person has written."""
    assert await plane((await start())[1]).read() == Weights(generation=0, lease_s=0.0)


async def test_pods_that_do_not_agree(start: Start, plane: Any) -> None:
    """Clients of the one are not served as those of the other."""
    (_, first), (other, second) = await start(), await start()
    one = plane(first, second, timeout_s=0.3)
    await one.set(canary())
    other.shows = other.shown() | {"modes": {GET: "COMPARE"}}
    with pytest.raises(PlaneError, match=r"^java: expected the same modes of all pods"):
        await one.read()
    other.shows = other.shows | {"generation": 0}
    with pytest.raises(PlaneError, match="expected the same modes"):
        await one.read()
    with pytest.raises(PlaneError, match="expected its pods to show generation 2"):
        await one.set(canary(generation=2))


async def test_pods_that_lost_their_lease(start: Start, plane: Any) -> None:
    """What they show counts, not what was written."""
    pod, url = await start()
    one = plane(url)
    await one.set(canary())
    pod.shows = pod.shown() | {"lease_held": False, "modes": {GET: "COMPARE"}}
    (found,) = (await one.read()).routes
    assert (found.route, found.stage, found.candidate_pct) == (f"grpc {GET}", Stage.SHADOW, 0.0)


@pytest.mark.parametrize(
    ("shows", "status", "message"),
    [
        (None, 500, "got status 500"),
        ({"modes": 1}, 200, "expected the answer of a generated service"),
        ({"generation": 1, "lease_s": 1.0, "lease_held": True, "modes": {}}, 200, "expected a mode, got ''"),
        ({"generation": 9, "lease_s": 1.0, "lease_held": True, "modes": {GET: "PORTED"}}, 200, "expected generation 1"),
    ],
)
async def test_a_pod_that_shows_something_else(start: Start, plane: Any, shows: Any, status: int, message: str) -> None:
    """Nothing is made up."""
    pod, url = await start()
    one = plane(url)
    await one.set(canary())
    pod.shows, pod.status = shows, status
    with pytest.raises(PlaneError, match=message):
        await one.read()


async def test_nobody_answers(start: Start, plane: Any) -> None:
    """A pod that is gone, a name that is none."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    _, url = await start()
    for address in (f"http://127.0.0.1:{closed}", "http://pods.invalid:80"):
        with pytest.raises(PlaneError, match="expected"):
            await plane(url, address).read()


async def test_the_lease(start: Start, plane: Any, file: Path) -> None:
    """Renewed without touching the modes; not by who has another generation."""
    one = plane((await start())[1])
    await one.set(canary())
    before, lease = file.stat().st_mtime_ns, file.with_name("modes.properties.lease")
    lease.unlink()
    await one.renew(1)
    assert (lease.exists(), file.stat().st_mtime_ns) == (True, before)
    with pytest.raises(PlaneError, match="expected generation 2, got 1"):
        await one.renew(2)
    with pytest.raises(PlaneError, match="expected a generation of at least 1, got 0"):
        await one.set(canary(generation=0))


async def test_a_file_that_cant_be_written(start: Start, plane: Any, file: Path) -> None:
    """Or that is none."""
    one = plane((await start())[1])
    file.unlink()
    for call in (one.read(), one.set(canary()), one.renew(1)):
        with pytest.raises(PlaneError, match="expected a mode file at"):
            await call
    file.mkdir()
    with pytest.raises(PlaneError):
        await one.set(canary())


async def test_a_weight_that_it_cant_say(start: Start, plane: Any, file: Path) -> None:
    """Nothing is written."""
    one, before = plane((await start())[1]), file.read_text()
    with pytest.raises(PlaneError, match="six decimals"):
        await one.set(canary(pct=1e-7))
    assert (file.read_text(), [*file.parent.iterdir()]) == (before, [file])


async def test_what_was_served(start: Start, plane: Any) -> None:
    """One record for each pod."""
    urls = [(await start())[1] for _ in range(2)]
    counts = await plane(*urls).counts()
    assert [(one.epoch, one.routes[0].candidate.errors) for one in counts] == [("e", 1)] * 2


def test_it_carries_rpcs_alone(file: Path) -> None:
    """Of its globs."""
    place = Place(file=file, read_back=(), timeout_s=1.0)
    one = ModeFile("java", ["ci.*", "grpc ci.*", "GET *"], place, Assigned(keys=(), salt=""))
    assert [one.carries(route) for route in (GET, f"grpc {GET}", "x.Y/Z", "GET /a")] == [True, True, False, False]
