"""One run that only records: the engine, the process that writes the corpus, and no candidate."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crossfade.shadow.capture.engine import MakeEngine
from crossfade.shadow.config import Config
from crossfade.shadow.runs.setup import read_contract
from crossfade.tools.corpus_process import CorpusProcess
from crossfade.tools.reach import check_variables
from crossfade.tools.shadow_run import check_free, listeners, routes_of, serve, settings_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordResult:
    """How it ended; ``recorded`` is the summary of the corpus, None where its process was lost."""

    entered: int
    interrupted: bool
    recorded: Mapping[str, Any] | None


async def run_recording(
    config: Config, config_path: Path, make_engine: MakeEngine, corpus: Path, *, announce: Callable[[str], None]
) -> RecordResult:
    """Passes traffic to legacy and records it, until SIGINT or SIGTERM. Nothing is mirrored, nothing is compared.

    Raises: ShadowError: a port is taken, a contract can't be read, the corpus can't be written.
    """
    check_free(listeners(config), config_path)
    check_variables(config, config_path, os.environ)
    contract = read_contract(config)
    methods = {} if contract is None else contract.methods
    recording = await CorpusProcess.start(
        config, config_path, corpus, routes=routes_of(config, methods), methods=methods
    )
    engine = make_engine(settings_of(config), recording.feed)
    config.evidence.dir.mkdir(parents=True, exist_ok=True)

    def greet(addresses: Mapping[str, str]) -> None:
        ports = ", ".join(f"{name} on {at}" for name, at in addresses.items())
        announce(f"recording {ports} into {corpus}; nothing is mirrored")

    try:
        signalled = await serve(engine, greet, _rest())
    finally:
        await recording.finish()
    return RecordResult(
        entered=recording.feed.entered_total(),
        interrupted=signalled is signal.SIGINT,
        recorded=recording.summary,
    )


async def _rest() -> None:
    """There is nothing to do beside it."""
    await asyncio.Event().wait()
