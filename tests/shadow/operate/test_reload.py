"""New rules while a run goes on: what is taken, what is not, and what is said."""

import asyncio
import logging
from collections.abc import AsyncIterator
from logging.handlers import QueueHandler
from pathlib import Path

import pytest

from crossfade.shadow.config import Config, load_config, parse_config
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.operate.reload import ConfigWatch, plan_reload

BASE = """\
[service]
name = "builds"
[[listen]]
name = "web"
address = "127.0.0.1:8080"
legacy = "http://127.0.0.1:5000"
candidate = "http://127.0.0.1:5001"
"""
RULE = '[[mirror.rule]]\nroute = "POST /a"\naction = "mirror"\nreason = "own store"\n'
ACCEPT = '[[accept]]\nroute = "*"\npath = "status"\nreason = "agreed"\n'
IGNORE = '[[compare.ignore]]\npath = "status"\nreason = "agreed"\n'


def _config(text: str) -> Config:
    return parse_config(text, Path("crossfade.toml"))


def test_nothing_changed() -> None:
    """Other words for the same config change nothing."""
    reload = plan_reload(_config(BASE), _config("# a comment\n" + BASE + "[mirror]\nsample_pct = 100\n"))
    assert (reload.applied, reload.at_report, reload.needs_restart) == ((), (), ())
    assert reload.config == _config(BASE)


def test_what_is_taken() -> None:
    """Shares and rules of what is mirrored, and what reports read."""
    wanted = _config(
        BASE + "[mirror]\nsample_pct = 5\nsecondary_pct = 6\n" + RULE + ACCEPT + "[gate]\nbudget_pct = 2\n"
    )
    reload = plan_reload(_config(BASE), wanted)
    assert reload.applied == ("mirror.sample_pct", "mirror.secondary_pct", "mirror.rule")
    assert (reload.at_report, reload.needs_restart) == (("accept", "gate.budget_pct"), ())
    assert reload.config == wanted


def test_what_is_not_taken() -> None:
    """All else stays as it was, beside what is taken."""
    text = BASE.replace("5001", "5009") + IGNORE + "[mirror]\nsample_pct = 5\ndeadline_ms = 7\n"
    reload = plan_reload(_config(BASE), _config(text + "[redact]\nnames = ['x']\n"))
    assert reload.applied == ("mirror.sample_pct",)
    assert reload.needs_restart == ("listen", "mirror.deadline_ms", "compare.ignore", "redact.names")
    assert reload.config == _config(BASE + "[mirror]\nsample_pct = 5\n")


PLAN = '[[canary.route]]\nname = "all"\nroutes = ["*"]\nstateless_reason = "none"\n'


def test_the_plan_of_a_canary_is_its_controllers() -> None:
    """The proxy runs on, whatever changes in it; who is whose, and whether anything may move, is the proxy's."""
    key = '[canary]\nkey = ["peer"]\n'
    running = _config(BASE + key + PLAN)
    other = _config(BASE + key + "tick_ms = 100\nlease_s = 5\n" + PLAN + "error_budget_pct = 1\n")
    assert plan_reload(running, other).needs_restart == ()
    assert plan_reload(running, _config(BASE + key)).needs_restart == ("canary.route",)
    keyed = _config(BASE + '[canary]\nkey = ["header:x-user"]\ncompare_pct = 5\n' + PLAN)
    assert plan_reload(running, keyed).needs_restart == ("canary.key", "canary.compare_pct")


def test_a_rule_that_needs_the_rest() -> None:
    """A write rule that is only good with a new state is not taken without it: both sides would write one store."""
    shared = BASE.replace('"builds"', '"builds"\nstate = "shared"')
    with pytest.raises(ShadowError, match=r"service\.state = 'shared', got 'POST /a'"):
        plan_reload(_config(shared), _config(BASE + RULE))


class Watched:
    """A config file that is watched; ``applied`` gets each config that came to work."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.path.write_text(BASE)
        self.applied: asyncio.Queue[Config] = asyncio.Queue()
        self.watch = ConfigWatch(path, load_config(path))
        self.log: asyncio.Queue[logging.LogRecord] = asyncio.Queue()

    async def said(self, lines: int = 1) -> list[str]:
        """What is said when it reads at once."""
        self.watch.hurry()
        return [(await asyncio.wait_for(self.log.get(), 10)).getMessage() for _ in range(lines)]


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    watched = Watched(tmp_path / "crossfade.toml")
    handler = QueueHandler(watched.log)  # type: ignore[arg-type] # it only puts
    logging.getLogger("crossfade").addHandler(handler)
    task = asyncio.create_task(watched.watch.watch(watched.applied.put))
    yield watched
    task.cancel()
    logging.getLogger("crossfade").removeHandler(handler)


@pytest.mark.slow
async def test_a_change_is_seen(watched: Watched) -> None:
    """Without a signal, within seconds, and it is said."""
    watched.path.write_text(BASE + "[mirror]\nsample_pct = 5\n")
    config = await asyncio.wait_for(watched.applied.get(), 10)
    assert config.mirror.sample_pct == 5
    assert watched.log.get_nowait().getMessage() == "rules.reloaded mirror.sample_pct"


async def test_asked_where_nothing_changed(watched: Watched) -> None:
    """Who asks gets an answer."""
    assert await watched.said() == ["rules.unchanged"]
    assert watched.applied.empty()


@pytest.mark.slow
async def test_a_mistake(watched: Watched) -> None:
    """The old rules stay; the line says file, line, key and what was expected; then the corrected file is taken."""
    watched.path.write_text(BASE + "[mirror]\nsample_pct = 500\n")
    where = f"{watched.path}:9: mirror.sample_pct"
    assert await watched.said() == [f"rules.kept {where}: expected at most 100, got 500"]
    watched.path.unlink()
    (line,) = await watched.said()
    assert line.startswith(f"rules.kept {watched.path}: expected a config file, got none")
    assert watched.applied.empty()
    watched.path.write_text(BASE + "[mirror]\nsample_pct = 50\n")
    assert (await asyncio.wait_for(watched.applied.get(), 10)).mirror.sample_pct == 50


async def test_what_waits_for_a_restart(watched: Watched) -> None:
    """Its keys are named, and nothing is applied."""
    watched.path.write_text(BASE + IGNORE + ACCEPT)
    assert await watched.said(2) == [
        "rules.reloaded accept; from the next report on",
        "rules.kept compare.ignore: can't change during a run; restart",
    ]
    assert watched.applied.empty()
