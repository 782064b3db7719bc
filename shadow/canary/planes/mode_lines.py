"""The lines of a generated service's mode file that a controller writes, and what they mean. Pure.

A person's other lines and comments stay as they are. ``codegen/java/runtime/strangler`` reads the file.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.serving.weights import FULL_PCT, LEASELESS, RouteWeight, Weights

RPC = re.compile(r"[\w.]+/\w+", re.ASCII)
_PCT = r"\s+(\d{1,3}(?:\.\d{1,6})?)\s*%"
_MODE = re.compile(rf"([A-Z_]+)(?:{_PCT})?(?:\s+compare{_PCT})?(\s+leased)?", re.ASCII)
_OURS = "crossfade canary: "
_WORDS = {
    Stage.OFF: "LEGACY",
    Stage.RECORD: "LEGACY",
    Stage.SHADOW: "COMPARE",
    Stage.CANARY: "CANARY",
    Stage.LIVE: "PORTED_COMPARE",
    Stage.RAMPDOWN: "PORTED",
    Stage.COMPLETE: "PORTED",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Assigned:
    """Which clients a weight means: ``[canary] key`` and ``tester_header``, and the service's name as salt."""

    keys: tuple[str, ...]
    salt: str
    tester_header: str | None = None

    def lines(self) -> dict[str, str]:
        """Name and value of each line; those without a value are left out."""
        values = {"key": ", ".join(self.keys), "salt": self.salt, "tester": self.tester_header or ""}
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a controller wrote: the generation (0: nothing yet), the lease, and the stage of each RPC that it leads."""

    generation: int = 0
    lease_s: float = 0.0
    stages: Mapping[str, Stage] = field(default_factory=dict)


def rpc_of(route: str) -> str:
    """The RPC of a route, whatever port stands in front of it."""
    return route.rpartition(" ")[2]


def read_written(text: str) -> Written:
    """What a controller wrote into a file."""
    lines = [_parts(line) for line in text.splitlines()]
    values = {name: value for name, value, _ in lines}
    stages = {
        name: Stage(comment.removeprefix(_OURS))
        for name, _, comment in lines
        if comment.startswith(_OURS) and comment.removeprefix(_OURS) in {*Stage}
    }
    generation, lease = values.get("generation", ""), values.get("lease", "")
    return Written(
        generation=int(generation) if generation.isdecimal() else 0,
        lease_s=float(lease) if re.fullmatch(r"\d+(\.\d+)?", lease) else 0.0,
        stages=stages,
    )


def with_weights(text: str, weights: Weights, assigned: Assigned) -> str:
    """The file with these weights: each line of theirs in its place, or at the end where there was none.

    An RPC that the controller led and that has no weight any more is legacy's. Raises: ValueError: see ``mode_of``.
    """
    led = {rpc: RouteWeight(route=rpc, stage=Stage.SHADOW, candidate_pct=0.0) for rpc in read_written(text).stages}
    led |= {rpc_of(weight.route): weight for weight in weights.routes}
    wanted = {"generation": str(weights.generation), "lease": f"{weights.lease_s:g}", **assigned.lines()}
    lines = {name: f"{name} = {value}" for name, value in wanted.items()}
    lines |= {rpc: f"{rpc} = {mode_of(weight)}  # {_OURS}{weight.stage}" for rpc, weight in led.items()}
    dropped = {"key", "salt", "tester"} - lines.keys()
    kept = [_replaced(line, lines) for line in text.splitlines() if _parts(line)[0] not in dropped]
    return "\n".join((*kept, *lines.values())) + "\n"


def mode_of(weight: RouteWeight) -> str:
    """The mode of a weight. Raises: ValueError: a mode file can't say it."""
    if weight.headers:
        raise ValueError("expected no setHeaderRoute, which a mode file can't say; use canary.tester_header")
    word = _WORDS[weight.stage]
    if weight.stage is Stage.CANARY:
        word = f"CANARY {_pct(weight.candidate_pct)}%"
    elif weight.candidate_pct != (FULL_PCT if weight.stage in {Stage.LIVE, *LEASELESS} else 0):
        raise ValueError(f"expected another weight at the stage {weight.stage}, got {weight.candidate_pct:g} %")
    if word.startswith("PORTED") and weight.stage in LEASELESS:
        return word
    compared = "" if weight.mirror_pct == FULL_PCT else f" compare {_pct(weight.mirror_pct)}%"
    return f"{word}{compared}{' leased' if weight.candidate_pct else ''}"


def weight_of(route: str, mode: str, stage: Stage) -> RouteWeight:
    """What a mode means that a service shows; ``stage`` is that of the file, where the mode leaves it open.

    Raises: ValueError: it is no mode.
    """
    written = _MODE.fullmatch(mode)
    if written is None or written[1] not in _WORDS.values():
        raise ValueError(f"expected a mode, got {mode[:100]!r}")
    word = written[1]
    found = stage if _WORDS[stage] == word else next(stage for stage, name in _WORDS.items() if name == word)
    pct = float(written[2] or 0) if word == "CANARY" else FULL_PCT if word.startswith("PORTED") else 0.0
    mirror_pct = float(written[3] or FULL_PCT) if found in {Stage.SHADOW, Stage.CANARY, Stage.LIVE} else 0.0
    return RouteWeight(route=route, stage=found, candidate_pct=pct, mirror_pct=mirror_pct)


def _pct(value: float) -> str:
    """At most six decimals, which is what the service reads. Raises: ValueError."""
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    if float(text) != value:
        raise ValueError(f"expected at most six decimals, got {value!r} %")
    return text


def _parts(line: str) -> tuple[str, str, str]:
    """Name, value and comment of a line."""
    written, _, comment = line.partition("#")
    name, _, value = written.partition("=")
    return name.strip(), value.strip(), comment.strip()


def _replaced(line: str, lines: dict[str, str]) -> str:
    return lines.pop(_parts(line)[0], line)
