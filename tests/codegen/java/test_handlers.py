"""What a handler says of the Python code behind its RPC."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from crossfade.codegen.hazards import Hazard
from crossfade.codegen.java.handlers import handler_doc, hazard_notes
from crossfade.codegen.java.model import RpcModel


def an_rpc(*, doc: str = "", safe: bool = False) -> RpcModel:
    """As much of an RPC as is read here."""
    rpc: Any = SimpleNamespace(full_name="p.S/Get", doc=doc, safe=safe)
    return rpc


def a_source(**changes: Any) -> Any:
    """A function that does nothing."""
    nothing = {"docstring": "", "status_codes": (), "exceptions": (), "caught": (), "hazards": (), "shown": ()}
    return SimpleNamespace(path="legacy/rpc.py", line=7, **(nothing | changes))


def test_without_python() -> None:
    """The proto's comment, or the RPC's name."""
    assert handler_doc(an_rpc(doc="One.\n\nTwo."), None) == ["One.", "Two."]
    assert handler_doc(an_rpc(), None) == ["Answers p.S/Get."]
    assert hazard_notes(an_rpc(), None, 4) == []


def test_a_safe_rpc_says_that_it_is_shadowed() -> None:
    """Who writes it must know that it runs twice."""
    assert "may also run" in handler_doc(an_rpc(safe=True), None)[-1]


def test_the_python_function() -> None:
    """Its place, its docstring, and what it raises."""
    source = a_source(
        docstring="Finds a build.\n\nSlowly.", status_codes=("ABORTED", "NOT_FOUND"), caught=("KeyError",)
    )
    assert handler_doc(an_rpc(doc="One."), source) == [
        "One.",
        "In Python: legacy/rpc.py:7.",
        "Finds a build.",
        "Slowly.",
        "Statuses set: ABORTED, NOT_FOUND. Exceptions caught: KeyError.",
    ]
    assert handler_doc(an_rpc(doc="One."), a_source()) == ["One.", "In Python: legacy/rpc.py:7."]


def test_hazards() -> None:
    """The line with its place, and below it what to write; both stay in their comment."""
    code, advice = 'round("\\u0022")', "PySemantics.round(x):\nhalf to even."
    hazard = Hazard(path="a.py", line=9, pitfall_id="B3", code=code, advice=advice)
    assert hazard_notes(an_rpc(), a_source(hazards=(hazard,), shown=(hazard,)), 2) == [
        "  // These lines behave differently if translated literally to Java:",
        '  // B3 a.py:9: round("\\\\u0022")',
        "  //   PySemantics.round(x): half to even.",
    ]
    twice = replace(hazard, also=(12, 14))
    assert hazard_notes(an_rpc(), a_source(hazards=(twice,), shown=(twice,)), 2)[-1] == (
        "  //   PySemantics.round(x): half to even. (also lines 12, 14)"
    )


def test_hazards_that_do_not_stand_in_the_stub() -> None:
    """They are counted, with the command that lists them; the line is no note of a hazard itself."""
    hazard = Hazard(path="a.py", line=9, pitfall_id="B3", code="int(x)", advice="Saturating casts: x")
    others = (hazard, replace(hazard, line=10), replace(hazard, line=11))
    lines = hazard_notes(an_rpc(), a_source(hazards=others, shown=(hazard,)), 4)
    assert lines[1] == "    // B3 a.py:9: int(x)"
    assert " ".join(line.removeprefix("    // ").strip() for line in lines[3:]) == (
        "2 more, less important or possibly harmless: crossfade status --project . --legacy-source <the Python"
        " service> --hazards p.S/Get"
    )
    assert hazard_notes(an_rpc(), a_source(hazards=others), 4)[0].startswith("    // 3 more")
