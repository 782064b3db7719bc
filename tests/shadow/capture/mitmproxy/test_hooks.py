"""Hooks are called as mitmproxy's own manager calls them."""

import asyncio
import logging
from typing import Any

import pytest
from mitmproxy import exceptions, options
from mitmproxy.addonmanager import AddonManager
from mitmproxy.addons import core
from mitmproxy.master import Master
from mitmproxy.proxy.layers.http import HttpRequestHook, HttpResponseHook
from mitmproxy.test import tflow

from crossfade.shadow.capture.mitmproxy.hooks import DirectHooks


class AddOn:
    """Writes down its calls; ``ends`` is raised by its hook."""

    def __init__(self, name: str, log: list[str], ends: Exception | None = None, inner: tuple[Any, ...] = ()) -> None:
        self.name = name
        self.addons = inner
        self._log = log
        self._ends = ends

    def request(self, _: Any) -> None:
        self._log.append(self.name)
        if self._ends is not None:
            raise self._ends


class Waiting(AddOn):
    """A hook that waits."""

    async def request(self, flow: Any) -> None:  # type: ignore[override]
        await asyncio.sleep(0)
        super().request(flow)


async def _called(manager: type[AddonManager], ends: Exception | None) -> list[str]:
    """What is called for two requests and an answer, with an add-on that comes between the two."""
    log: list[str] = []
    master = Master(options.Options(), event_loop=asyncio.get_running_loop())
    master.addons = manager(master)
    nested = AddOn("outer", log, inner=(AddOn("inner", log),))
    master.addons.add(core.Core(), nested, Waiting("waiting", log), AddOn("ending", log, ends), AddOn("last", log))
    flow = tflow.tflow(resp=True)
    await master.addons.handle_lifecycle(HttpRequestHook(flow))
    await master.addons.handle_lifecycle(HttpResponseHook(flow))
    master.addons.add(AddOn("late", log))
    await master.addons.handle_lifecycle(HttpRequestHook(flow))
    return log


@pytest.mark.parametrize("ends", [None, ValueError("bug"), exceptions.AddonHalt()], ids=repr)
async def test_the_same_calls_in_the_same_order(caplog: pytest.LogCaptureFixture, ends: Exception | None) -> None:
    """Nested ones, ones that wait, ones that come later; past a bug, and not past a halt."""
    caplog.set_level(logging.ERROR)
    expected = await _called(AddonManager, ends)
    errors = len(caplog.records)
    assert await _called(DirectHooks, ends) == expected
    assert expected[:3] == ["outer", "inner", "waiting"]
    assert ("late" in expected) is not isinstance(ends, exceptions.AddonHalt)
    assert len(caplog.records) == 2 * errors == (4 if isinstance(ends, ValueError) else 0)
