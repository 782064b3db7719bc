"""The controller as it is put together, beside an engine that is not there."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from crossfade.shadow.canary.control.place import last_running
from crossfade.shadow.canary.control.status import Order
from crossfade.shadow.config import Config, load_config
from crossfade.shadow.errors import ShadowError
from crossfade.tools import canary_run
from crossfade.tools.canary_run import abort_alone, run_canary

CONFIG = """
[service]
name = "builds"
state = "shared"
[[listen]]
name = "web"
address = "127.0.0.1:0"
legacy = "http://127.0.0.1:1"
candidate = "http://127.0.0.1:2"
[admin]
address = "127.0.0.1:9"
[routes]
http = ["GET /a", "GET /b"]
[canary]
key = ["peer"]
tick_ms = 50
lease_s = 1
[[canary.route]]
name = "all"
routes = ["GET *"]
"""


@pytest.fixture(autouse=True)
def _token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSFADE_CANARY_TOKEN", "a token")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "crossfade.toml"
    path.write_text(CONFIG)
    return path


@pytest.fixture
def config(path: Path) -> Config:
    return load_config(path)


async def test_it_runs_until_a_signal_and_tells_where_its_api_is(config: Config, path: Path) -> None:
    """Without a plane nothing is shifted, so nothing stays."""
    told: list[str] = []

    async with asyncio.timeout(60):
        running = asyncio.create_task(run_canary(config, path, "a token", actor="jo", announce=told.append))
        folder = config.evidence.dir / "canary"
        while not told:
            assert not running.done() or running.result()
            await asyncio.sleep(0.01)
        last = last_running(folder)
        assert last is not None
        assert told == [f"canary of builds: 2 routes; API on {last.address}"]
        os.kill(os.getpid(), signal.SIGTERM)
        result = await running
    assert (result.interrupted, result.left) == (False, ())
    assert '"actor":"jo"' in (folder / "journal.jsonl").read_text()


async def test_an_abort_that_no_plane_takes_says_so(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """The routes go back, and nobody has read back that they have."""
    monkeypatch.setattr(canary_run, "_ABORT_S", 0.0)
    done = await abort_alone(config, Order(actor="jo", reason="tickets"))
    assert [(route.phase, route.weight_pct) for route in done.routes] == [("RollingBack", None)] * 2


async def test_without_a_controller_all_routes_go_back_or_none(config: Config) -> None:
    """To shift the others again for a moment would be no help."""
    with pytest.raises(ShadowError, match=r"^GET /a: expected all routes while no controller runs, got some"):
        await abort_alone(config, Order(actor="jo", routes="GET /a"))


def test_a_secret_address_that_is_missing_is_one_line(path: Path) -> None:
    """It names the variable."""
    path.write_text(CONFIG + '[[canary.notify]]\nurl_env = "NO_SUCH_HOOK"\n')
    with pytest.raises(ShadowError, match=r"^canary\.notify\.0\.url_env: expected an address in the variable NO_SUCH"):
        asyncio.run(run_canary(load_config(path), path, "a token", actor="jo", announce=print))


def test_a_journal_that_cannot_be_written_is_one_line(config: Config, path: Path) -> None:
    """It names the place."""
    (config.evidence.dir / "canary" / "journal.jsonl").mkdir(parents=True)
    with pytest.raises(ShadowError, match=r"journal.*: expected to write the journal, got Is a directory"):
        asyncio.run(run_canary(config, path, "a token", actor="jo", announce=print))
