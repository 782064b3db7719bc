"""Where values come from and go: a division that is flagged is followed to what a caller sees, or to nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crossfade.codegen.contract import Contract
from crossfade.codegen.hazards import find_handlers

Write = Callable[..., Path]
HEAD = "import logging, threading\nfrom demo.v1 import demo_pb2 as pb2, demo_pb2_grpc\nlog = logging.getLogger()\n"
HALF = "request.size // 2"
SEEN = {
    "returned": f"return {HALF}",
    "field of the answer": f"answer = pb2.Answer()\nanswer.size = {HALF}\nreturn answer",
    "argument of the answer": f"return pb2.Answer(size={HALF})",
    "through a name": f"half = {HALF}\nother = half + 1\nreturn other",
    "through a walrus": f"if (half := {HALF}) > 1: return half",
    "through a list": f"found = []\nfound.append({HALF})\nreturn found",
    "through a dict": f"found = {{}}\nfound['half'] = {HALF}\nreturn found",
    "through a comprehension": f"return [half for half in [{HALF}]]",
    "through a helper": f"def same(n): return n\nreturn same({HALF})",
    "through a helper's keyword": f"def same(*, n): return n\nreturn same(n={HALF})",
    "through an attribute": f"self.half = {HALF}\nreturn self.half",
    "through an unpacking": f"half, _ = {HALF}, 1\nreturn half",
    "through a text": f"return f'{{{HALF}}}'",
    "status": f"context.set_details(str({HALF}))",
    "exception": f"raise ValueError({HALF})",
    "decision": f"if {HALF} > 3: return pb2.Answer()",
    "kept for somebody else": f"self.half = {HALF}",
    "given away": f"self.queue.send({HALF})",
    "yielded": f"yield {HALF}",
}
UNSEEN = {
    "dropped": f"{HALF}",
    "never used": f"half = {HALF}\nreturn pb2.Answer()",
    "logged": f"log.info('half %d', {HALF})",
    "logged through a name": f"half = {HALF}\nlog.warning(f'{{half}}')",
    "decides on a log line": f"if {HALF} > 3:\n    log.info('large')",
    "printed": f"print({HALF})",
    "lost in a helper": f"def lose(n): log.info(n)\nlose({HALF})",
    "metadata of a channel": f"import grpc\ngrpc.insecure_channel('a', options=[('x', {HALF})])",
}


def hazards(write: Write, contract: Contract, body: str) -> dict[str, bool]:
    """The pitfalls of Get, and whether each is minor."""
    lines = "\n".join("        " + line for line in body.split("\n"))
    folder = write(
        service=f"{HEAD}class Demo(demo_pb2_grpc.DemoServicer):\n    def Get(self, request, context):\n{lines}\n"
    )
    found = find_handlers(folder, contract).handlers["demo.v1.Demo/Get"].hazards
    return {hazard.pitfall_id: hazard.is_minor for hazard in found}


@pytest.mark.parametrize("way", SEEN)
def test_follows_a_value_to_where_it_matters(write: Write, contract: Contract, way: str) -> None:
    """An answer, a status, state, a decision."""
    assert "B6" in hazards(write, contract, SEEN[way])


@pytest.mark.parametrize("way", UNSEEN)
def test_leaves_alone_what_reaches_nobody(write: Write, contract: Contract, way: str) -> None:
    """Logs, values that nothing reads."""
    assert "B6" not in hazards(write, contract, UNSEEN[way])


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("request.name", True),
        ("request.name.strip()", True),
        ("dict(context.invocation_metadata())['key']", True),
        ("self.db.execute('select').fetchone()[0]", True),
        ("helped(request)", True),
        ("'a,b'", False),
        ("LIMITS", False),
        ("self.settings.line", False),
    ],
)
def test_knows_what_a_caller_gives(write: Write, contract: Contract, text: str, is_found: bool) -> None:
    """A request, its metadata, a row that was kept of an earlier one; not a constant or a setting."""
    body = f"LIMITS = 'a,b'\ndef helped(message): return f'{{message.name}}'\ntext = {text}\nreturn str.split(text, ',') + text.split(',')"
    assert ("C10" in hazards(write, contract, body)) == is_found


@pytest.mark.parametrize(
    ("use", "is_found"),
    [
        ("return [key for key in table]", True),
        ("found = []\nfor key in table:\n    found.append(key)\nreturn found", True),
        ("found = ''\nfor key in table:\n    found += key\nreturn found", True),
        ("for key in table:\n    yield key", True),
        ("for key, value in table.items():\n    if value:\n        return key", True),
        ("def names(): return list(table)\nreturn names()", True),
        ("raise ValueError(f'none of {list(table)}')", True),
        ("def names(): return list(table)\nreturn sorted(names())", False),
        ("found = {}\nfor key in table:\n    found[key] = 1\nreturn found", False),
        ("for key in list(table):\n    table.pop(key)", False),
        ("for key in table:\n    self.cache.put(key, 1)", False),
        ("found = []\nfor key in table:\n    found.append(key)\nreturn len(found)", False),
        ("found = set()\nfor key in table:\n    found.add(key)\nreturn 'a' in found", False),
    ],
)
def test_follows_an_order(write: Write, contract: Contract, use: str, is_found: bool) -> None:
    """The order of a dict matters where an answer or a status shows it."""
    assert ("E1" in hazards(write, contract, f"table = {{request.name: 1}}\n{use}")) == is_found


def test_follows_what_a_decorator_gives(write: Write, contract: Contract) -> None:
    """The result of the function within it is the handler's."""
    folder = write(
        service=f"""
{HEAD}
def halved(function):
    def run(self, request, context):
        return request.offset // 2
    return run
class Demo(demo_pb2_grpc.DemoServicer):
    @halved
    def Get(self, request, context): ...
"""
    )
    found = find_handlers(folder, contract).handlers["demo.v1.Demo/Get"].hazards
    assert "B6" in {hazard.pitfall_id for hazard in found}
