"""Differences in DeepDiff's words, for those who know them; it is loaded when a test has failed."""

import json
import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from crossfade.parity_tests.plugin.side_answer import SideAnswer
from crossfade.shadow.evidence import Redactor
from crossfade.shadow.exchange.difference import Signature

MAX_LINES = 8
MAX_CHARS = 200
_STEP = re.compile(r"\[(?P<index>[^\]]*)\]|[./]?(?P<name>[^./\[]+)")
_ANY_STEP = r"\[[^\]]*\]"


def explained(legacy: SideAnswer, candidate: SideAnswer, differences: Signature, redactor: Redactor) -> list[str]:
    """Lines for the bodies or messages at these places; secrets are pseudonyms. One line where it is not installed."""
    try:
        deepdiff = import_module("deepdiff")
    except ModuleNotFoundError:
        return ["  deepdiff   not installed: pip install 'crossfade[pytest]'"]
    places = [place for item in differences if (place := _pattern(item.template)) is not None]
    if not places:
        return []
    ours, theirs = (_redacted(side, redactor) for side in (legacy, candidate))
    lines = list(_told(deepdiff.DeepDiff(ours, theirs), places))
    more = [f"  deepdiff   {len(lines) - MAX_LINES} more"] if len(lines) > MAX_LINES else []
    return [*lines[:MAX_LINES], *more]


def _told(found: Any, places: list[re.Pattern[str]]) -> Iterator[str]:  # noqa: ANN401 - deepdiff has no types
    """Its lines about what is at, above or below one of the places: all others are noise, or ignored."""
    for line in found.pretty().splitlines():
        about = re.search(r"root(?P<path>(?:\[[^\]]*\])*)", line)
        if about and (not about["path"] or any(place.match(about["path"]) for place in places)):
            yield f"  deepdiff   {line if len(line) <= MAX_CHARS else line[:MAX_CHARS] + '…'}"


def _pattern(template: str) -> re.Pattern[str] | None:
    """What deepdiff's paths at a place begin with: ``['items'][0]`` for ``body/items/*``; None outside of a body."""
    root = re.match(r"(body|message)(?=[/.\[]|$)", template)
    return root and re.compile("".join(map(_step, _STEP.finditer(template, root.end()))))


def _step(match: re.Match[str]) -> str:
    name = match["name"]
    if name is None or name == "*":
        return _ANY_STEP
    plain = name.replace("~1", "/").replace("~0", "~")
    return rf"\[['\"]{re.escape(plain)}['\"]\]"


def _redacted(side: SideAnswer, redactor: Redactor) -> Any:  # noqa: ANN401 - any JSON
    """Equal values stay equal, so that nothing differs that did not."""
    value = side.value
    if isinstance(value, str):
        return redactor.members(value)
    return json.loads(redactor.members(json.dumps(value)))
