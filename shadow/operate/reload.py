"""Rules that change during a run: which may, which wait for a restart, and when the file is read.

The rules of what is mirrored may change: they decide how much evidence there is, not what it means. How answers are
compared (``[[compare.ignore]]``, ``[[compare.list]]``) never changes within a run, so that all its counts count the
same thing.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from crossfade.shadow.config import Config, parse_config, read_config
from crossfade.shadow.config.clashes import find_clashes
from crossfade.shadow.errors import ShadowError

LIVE = frozenset({"mirror.sample_pct", "mirror.secondary_pct", "mirror.rule"})
AT_REPORT = frozenset({"accept", "gate"})
"""Read when a report is made, so a running proxy need not do anything."""
OF_THE_PROXY = frozenset({"canary.key", "canary.tester_header", "canary.compare_pct", "canary.token_env"})
"""Of [canary]; all else there is the plan, which its controller reads, and no run of the proxy depends on it."""
_POLL_S = 1.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reload:
    """What a new file means for a run: the config that applies from now on, and the keys that changed."""

    config: Config
    applied: tuple[str, ...]
    at_report: tuple[str, ...]
    needs_restart: tuple[str, ...]


def plan_reload(running: Config, wanted: Config) -> Reload:
    """Takes from ``wanted`` what may change during a run.

    Raises: ShadowError: the new rules are valid only together with changes that need a restart.
    """
    changed = _changed(running, wanted)
    live = {key.partition(".")[2]: getattr(wanted.mirror, key.partition(".")[2]) for key in changed if key in LIVE}
    parts = {name: getattr(running, name) for name in Config.model_fields}
    parts |= {"mirror": running.mirror.model_copy(update=live), "accept": wanted.accept, "gate": wanted.gate}
    try:
        config = Config.model_validate(parts)
    except ValidationError as error:
        raise ShadowError(str(error.errors()[0].get("ctx", {}).get("error", error))) from None
    if clash := next(find_clashes(config), None):
        raise ShadowError(clash[1])
    return Reload(
        config=config,
        applied=tuple(key for key in changed if key in LIVE),
        at_report=tuple(key for key in changed if key.partition(".")[0] in AT_REPORT),
        needs_restart=tuple(key for key in changed if _needs_restart(key, running, wanted)),
    )


def _needs_restart(key: str, running: Config, wanted: Config) -> bool:
    """A proxy that was started without any route that may move can shift nothing."""
    section = key.partition(".")[0]
    if key == "canary.route":
        return bool(running.canary.route) != bool(wanted.canary.route)
    return key not in LIVE and section not in AT_REPORT and (section != "canary" or key in OF_THE_PROXY)


class ConfigWatch:
    """Reads the file once a second, or at once when told to, and logs one line about each change."""

    def __init__(self, path: Path, config: Config) -> None:
        self._path = path
        self._config = config
        self._seen = ""
        self._refused = ""
        self._now = asyncio.Event()

    def hurry(self) -> None:
        """Reads at once, and logs a line even if nothing changed."""
        self._now.set()

    async def watch(self, apply: Callable[[Config], Awaitable[None]]) -> None:
        """Watches until cancelled; ``apply`` gets the config that applies from now on."""
        while True:
            hurried = await self._pause()
            try:
                text = await asyncio.to_thread(read_config, self._path)
                is_new, self._seen = text != self._seen, text
                if is_new or hurried:
                    await self._take(await asyncio.to_thread(self._plan, text), apply, hurried=hurried)
            except ShadowError as error:
                self._keep(str(error), hurried=hurried)

    async def _pause(self) -> bool:
        """Whether it was told to hurry."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._now.wait(), _POLL_S)
        hurried = self._now.is_set()
        self._now.clear()
        return hurried

    def _plan(self, text: str) -> Reload:
        """Runs in a thread, because a long config takes seconds."""
        return plan_reload(self._config, parse_config(text, self._path))

    async def _take(self, reload: Reload, apply: Callable[[Config], Awaitable[None]], *, hurried: bool) -> None:
        self._refused = ""
        self._config = reload.config
        if reload.applied:
            await apply(reload.config)
            log.warning("rules.reloaded %s", ", ".join(reload.applied))
        if reload.at_report:
            log.warning("rules.reloaded %s; from the next report on", ", ".join(reload.at_report))
        if reload.needs_restart:
            log.warning("rules.kept %s: can't change during a run; restart", ", ".join(reload.needs_restart))
        if hurried and not (reload.applied or reload.at_report or reload.needs_restart):
            log.warning("rules.unchanged")

    def _keep(self, message: str, *, hurried: bool) -> None:
        """Reports an invalid file once, not every second."""
        if hurried or message != self._refused:
            log.error("rules.kept %s", message)
        self._refused = message


def _changed(running: Config, wanted: Config) -> list[str]:
    """The keys that differ, as section.key; a list of tables counts as one key."""
    keys = []
    for name in Config.model_fields:
        before, after = getattr(running, name), getattr(wanted, name)
        if isinstance(before, BaseModel):
            fields = type(before).model_fields
            keys += [f"{name}.{key}" for key in fields if getattr(before, key) != getattr(after, key)]
        elif before != after:
            keys.append(name)
    return keys
