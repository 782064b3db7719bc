"""Calls the hooks of add-ons without looking for them in every add-on each time.

mitmproxy searches every add-on, and all that are nested in it, for each hook, eight times per request. Works with
11.0.2 and 12.x; it leans on internals, which is why nothing else is in this file.
"""

import inspect
from collections.abc import Callable
from typing import Any

from mitmproxy import addonmanager, exceptions, hooks
from mitmproxy.master import Master


class DirectHooks(addonmanager.AddonManager):
    """An add-on manager that remembers who has a hook; add-ons that come later are seen too."""

    def __init__(self, master: Master) -> None:
        """Takes the place of the manager that ``master`` was made with, before the first add-on is added."""
        super().__init__(master)  # type: ignore[no-untyped-call]
        self._found: dict[str, tuple[Callable[..., Any], ...]] = {}

    async def trigger_event(self, event: hooks.Hook) -> None:
        """Calls a hook of all add-ons in their order; one that raises is logged, and the next ones are called."""
        for call in self._calls(event):
            try:
                with addonmanager.safecall():
                    result = call(*event.args())
                    if inspect.isawaitable(result):
                        await result
            except exceptions.AddonHalt:
                return

    def add(self, *addons: Any) -> None:  # noqa: ANN401 - an add-on is any object
        """Adds add-ons behind the others."""
        self._found = {}
        addonmanager.AddonManager.add(self, *addons)

    def _calls(self, event: hooks.Hook) -> tuple[Callable[..., Any], ...]:
        calls = self._found.get(event.name)
        if calls is None:
            calls = tuple(call for addon in self.chain for _, call in self._iter_hooks(addon, event))
            self._found[event.name] = calls
        return calls
