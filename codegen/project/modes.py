"""Reads a modes file as the generated service does: one RPC and its mode on a line, ``*`` for the rest.

The lines that a controller of a canary adds for the service (generation, lease, key, salt, tester) are not modes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from crossfade.codegen.project.errors import ProjectError

_NAME = re.compile(r"\*|[\w.]+/\w+", re.ASCII)
_CANARY = re.compile(r"CANARY\s+(\d{1,3}(?:\.\d{1,6})?)\s*%", re.ASCII)
_COMPARED = re.compile(r"(.*\S)\s+compare\s+(\d{1,3}(?:\.\d{1,6})?)\s*%", re.ASCII)
_LEASED = re.compile(r"\s+leased$", re.ASCII)
_OF_A_CONTROLLER = frozenset(("generation", "lease", "key", "salt", "tester"))


class ModeKind(StrEnum):
    """The five steps of a port."""

    LEGACY = "LEGACY"
    COMPARE = "COMPARE"
    CANARY = "CANARY"
    PORTED_COMPARE = "PORTED_COMPARE"
    PORTED = "PORTED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """Who answers an RPC; ``share_pct`` is that of a canary, else 0.

    ``compare_pct`` of its calls are compared, where it compares. ``leased``: it holds while a controller is there.
    """

    kind: ModeKind
    share_pct: float = 0.0
    compare_pct: float = 100.0
    leased: bool = False

    def __str__(self) -> str:
        """As it stands in the file."""
        word = f"CANARY {self.share_pct:g}%" if self.kind is ModeKind.CANARY else self.kind.value
        compared = "" if self.compare_pct == 100 else f" compare {self.compare_pct:g}%"  # noqa: PLR2004 - per cent
        return f"{word}{compared}{' leased' if self.leased else ''}"


LEGACY = Mode(kind=ModeKind.LEGACY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Modes:
    """The modes of a file: by RPC, and for all that it does not name."""

    by_rpc: Mapping[str, Mode] = field(default_factory=dict)
    rest: Mode = LEGACY

    def of(self, rpc: str) -> Mode:
        """The mode of ``pkg.Service/Method``."""
        return self.by_rpc.get(rpc, self.rest)


def parse_modes(text: str, where: str) -> Modes:
    """The modes in a text. Raises: ProjectError: a line is wrong, or an RPC stands there twice."""
    modes: dict[str, Mode] = {}
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.partition("#")[0].strip()
        if not line:
            continue
        name, equals, mode = (part.strip() for part in line.partition("="))
        if equals and name in _OF_A_CONTROLLER:
            continue
        if not equals or not _NAME.fullmatch(name):
            raise ProjectError(f"{where}:{number}: expected package.Service/Method = MODE, got {line[:200]!r}")
        if name in modes:
            raise ProjectError(f"{where}:{number}: expected each RPC once, got {name} again")
        modes[name] = _mode(mode, f"{where}:{number}")
    return Modes(rest=modes.pop("*", LEGACY), by_rpc=modes)


def _mode(text: str, where: str) -> Mode:
    word = _LEASED.sub("", text)
    leased = word != text
    compared = _COMPARED.fullmatch(word)
    word, compare_pct = (compared[1], float(compared[2])) if compared else (word, 100.0)
    canary = _CANARY.fullmatch(word)
    share_pct = float(canary[1]) if canary else 0.0
    name = "CANARY" if canary else word
    if name in {*ModeKind} and (canary or name != ModeKind.CANARY) and max(share_pct, compare_pct) <= 100:  # noqa: PLR2004 - per cent
        return Mode(kind=ModeKind(name), share_pct=share_pct, compare_pct=compare_pct, leased=leased)
    expected = "LEGACY, COMPARE, CANARY p%, PORTED_COMPARE or PORTED"
    raise ProjectError(f"{where}: expected {expected}, got {text[:200]!r}")
