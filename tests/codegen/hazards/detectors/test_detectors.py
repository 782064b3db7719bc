"""Every detector, by tables: code that it flags, and code beside it that it leaves alone."""

import textwrap
import tomllib
from pathlib import Path

import pytest

from crossfade.codegen.contract import Contract
from crossfade.codegen.hazards import find_handlers, scan_tree
from crossfade.codegen.hazards.detectors import DETECTED, UNSEEN
from crossfade.codegen.pitfalls import all_pitfalls

CASES = {
    pitfall_id: table
    for path in sorted((Path(__file__).parent / "cases").glob("*.toml"))
    for pitfall_id, table in tomllib.loads(path.read_text(encoding="utf-8")).items()
}
ROWS = [
    pytest.param(pitfall_id, key, code, id=f"{pitfall_id}-{key}-{number}")
    for pitfall_id, table in CASES.items()
    for key in sorted(table)
    for number, code in enumerate(table[key])
]
IMPORTS = """
import base64, csv, functools, gzip, hashlib, heapq, html, itertools, json, logging, math, os, pickle, random, re
import time, unicodedata, urllib.parse, uuid, zlib
import flask, grpc
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo
log = logging.getLogger()
"""
FUNCTION = """
def function(self, a, b, p, xs, d: dict, s: str, t: str, n: int, m: int, x: float, data: bytes, ints: list[int],
             floats: list[float], texts: list[str], pattern: re.Pattern, cache, parser, total):
"""
RPC = """
from demo.v1 import demo_pb2 as pb2
from demo.v1 import demo_pb2_grpc
class Demo(demo_pb2_grpc.DemoServicer):
    def Get(self, request, context):
        answer = pb2.Answer()
"""


@pytest.mark.parametrize(("pitfall_id", "key", "code"), ROWS)
def test_flags_what_it_should(tmp_path: Path, contract: Contract, pitfall_id: str, key: str, code: str) -> None:
    """Code of ``flagged`` has the hazard, code of ``quiet`` has not; ``_rpc`` is the body of an RPC."""
    if key.endswith("_rpc"):
        source = IMPORTS + RPC + textwrap.indent(code, " " * 8)
    else:
        source = IMPORTS + FUNCTION + textwrap.indent(code, " " * 4)
    (tmp_path / "service.py").write_text(source + "\n", encoding="utf-8")
    if key.endswith("_rpc"):
        found = find_handlers(tmp_path, contract)
        assert not found.warnings
        hazards = found.handlers["demo.v1.Demo/Get"].hazards
    else:
        hazards = scan_tree(tmp_path)
    assert (pitfall_id in {hazard.pitfall_id for hazard in hazards}) == key.startswith("flagged")


def test_each_detector_has_both_sorts_of_rows() -> None:
    """Each pitfall that can be found is flagged in one row at least, and left alone in another."""
    assert set(CASES) == DETECTED
    for pitfall_id, table in CASES.items():
        assert any(key.startswith("flagged") and rows for key, rows in table.items()), pitfall_id
        assert any(key.startswith("quiet") and rows for key, rows in table.items()), pitfall_id


def test_takes_the_whole_catalogue_through() -> None:
    """Each pitfall has a detector, or a reason why the source does not tell it; none has both."""
    assert DETECTED | set(UNSEEN) == set(all_pitfalls())
    assert not DETECTED & set(UNSEEN)
    assert all(UNSEEN.values())
