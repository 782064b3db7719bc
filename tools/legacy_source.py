"""The Python service behind ``--legacy-source``."""

from collections.abc import Mapping
from pathlib import Path

from crossfade.codegen.contract import Contract
from crossfade.codegen.java import HandlerSource


def read_sources(folder: Path | None, contract: Contract) -> Mapping[str, HandlerSource]:
    """What was found of each RPC in the Python service, by the RPC's full name; nothing without a folder."""
    return {}
