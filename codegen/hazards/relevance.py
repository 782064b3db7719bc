"""Whether a pitfall matters where it was found: by where the value comes from and where it goes, as a table."""

import ast
from dataclasses import dataclass

from crossfade.codegen.hazards.detectors import View
from crossfade.codegen.hazards.detectors.arithmetic import LARGE
from crossfade.codegen.hazards.detectors.numbers import may_be_negative
from crossfade.codegen.hazards.detectors.registry import number
from crossfade.codegen.hazards.flow.places import Out
from crossfade.codegen.hazards.kinds import Sort

_SEEN = Out.ANSWER | Out.STATUS
_KEPT = _SEEN | Out.STATE
_ANY = _KEPT | Out.CHOICE


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What must hold for a pitfall to be reported: one of the ways ``outs``; with ``given``, a value of a caller in it.

    ``weight`` is how much a note is worth to who writes the Java, 0 to 3.
    """

    outs: Out = _ANY
    given: bool = False
    weight: int = 2


_ALWAYS = Needs(outs=Out.NONE, weight=2)


def _each(ids: str, needs: Needs) -> dict[str, Needs]:
    return dict.fromkeys(ids.split(), needs)


_NEEDS: dict[str, Needs] = {
    # text that is made of a value: somebody must get it
    **_each("A1 A4 A6 A7 A9 A10 A11 C16 C17 C18 C19 C20 F7 H4 H11", Needs(outs=_KEPT, weight=3)),
    **_each("A5 A8 A12 C31 H2 H6", Needs(outs=_KEPT, weight=2)),
    **_each("H1 H5 H7 H8 H13 H14 H15 H16 H17 H18 H19 H20 H23 I1 I2 I4 I5 I6 C29", Needs(outs=_KEPT, weight=3)),
    **_each("G1 G5 G6 G7 G8 G13", Needs(outs=_KEPT, weight=2)),
    **_each("G2 I11 C28", Needs(outs=_SEEN, weight=1)),
    **_each("E12", Needs(outs=_SEEN, weight=1)),
    # what a caller's text, number or bytes may hold
    **_each("B25 B26 C1 C2 C3 C8 C10 C11 C13 C22 C24 C25 D1 D2 D3 D4 H21 I3 I7 I8 I9 I12", Needs(given=True, weight=2)),
    **_each("B3 B4 C6 C9 C14 C15 D5 D6 D9 D10 G4 G10 H22 I10 K5 C27 E11", Needs(given=True, weight=1)),
    **_each("C4 C7 E5 C26", Needs(outs=_KEPT, given=True, weight=0)),
    **_each("H10", Needs(outs=_KEPT, weight=0)),
    **_each("B2 B18 B20 B21 B22", Needs(outs=_ANY, given=True, weight=1)),
    # numbers
    **_each("B6 B7 B8 B9 B10 B11 B12", Needs(outs=_ANY, weight=3)),
    **_each("A3 B1 B5 B13 B14 B15 B19 B24", Needs(outs=_ANY, weight=2)),
    **_each("B16 B17", Needs(outs=_SEEN, weight=1)),
    # reported wherever they stand: they are statements, or their detectors look themselves
    **_each("J1 J2 J4 J6 E1 F5 F14 F18", Needs(outs=Out.NONE, weight=3)),
    **_each("J3 J7 J11 J12 E2 E3 E4 K2 K3", _ALWAYS),
    **_each("E6 E7 E8 E9 E10 E15 B29", Needs(outs=Out.NONE, weight=1)),
}
_STATEMENTS = frozenset({"E9", "E11", "E6", "E7", "J12", "J10", "I14", "K1"})
_MINOR = frozenset(
    {"B24", "B29", "E5", "E6", "E8", "C7", "C26", "H10", "A12", "D7", "G2", "G4", "G10", "B3", "B4", "D4", "F8", "F9"}
)
_TIMES = frozenset({"H6", "H7", "H8"})
_ARITHMETIC = frozenset({"B6", "B7", "B8", "B9", "B1", "B10", "B11", "B20"})


def needs_of(pitfall_id: str) -> Needs:
    """What a pitfall needs to be reported."""
    return _NEEDS.get(pitfall_id, Needs() if pitfall_id not in _STATEMENTS else _ALWAYS)


def is_relevant(pitfall_id: str, node: ast.AST, view: View) -> bool:
    """Whether the value leaves in a way that counts, and comes from where it can be anything."""
    needs = needs_of(pitfall_id)
    if pitfall_id in _TIMES and isinstance(node, ast.expr) and not view.leaves_as("time", node) & needs.outs:
        return False
    if (
        needs.outs
        and isinstance(node, ast.expr)
        and pitfall_id not in _STATEMENTS
        and not view.leaves(node) & needs.outs
    ):
        return False
    if (
        not needs.given
        or not isinstance(node, ast.expr)
        or isinstance(node, ast.Constant)
        or view.called(node) == "re.compile"
    ):
        return True
    return view.comes_in(node)


def is_minor(pitfall_id: str, node: ast.AST, view: View) -> bool:
    """Whether it may be nothing: the value's type is unknown, or the compiler or the first test shows it."""
    if pitfall_id in _MINOR or (pitfall_id == "E15" and _is_own_text(node, view)):
        return True
    match node:
        case ast.Subscript(slice=index) if pitfall_id == "E10":
            return not isinstance(index, ast.Slice)
        case ast.BinOp() if pitfall_id == "J1":
            return True  # it is a division by zero, too
        case ast.BinOp(left=left, right=right) | ast.AugAssign(target=left, value=right):
            return _is_minor_arithmetic(pitfall_id, left, right, view)
        case ast.Call(args=[value, *_]) if pitfall_id in _ARITHMETIC | {"B25", "B26"}:
            return view.sort(value) is Sort.UNKNOWN
    return False


def _is_own_text(node: ast.AST, view: View) -> bool:
    """A text of the service itself: that an empty one counts as none is mostly meant."""
    is_field = isinstance(node, ast.Attribute) and view.sort(node.value) is Sort.MESSAGE
    return view.sort(node) is Sort.STR and not is_field


def _is_minor_arithmetic(pitfall_id: str, left: ast.expr, right: ast.expr, view: View) -> bool:
    if pitfall_id in {"B6", "B7"} and not may_be_negative(left, view):
        return True
    if pitfall_id == "B1":  # of two numbers of which nobody knows that they are large
        large = any(abs(number(side) or 0) >= LARGE for side in (left, right))
        return not large and not (view.comes_in(left) and view.comes_in(right))
    return pitfall_id in _ARITHMETIC and Sort.UNKNOWN in {view.sort(left), view.sort(right)}


def score(pitfall_id: str, node: ast.AST, view: View) -> int:
    """How much a note is worth: more where a client sees the value."""
    outs = view.leaves(node) if isinstance(node, ast.expr) else _SEEN
    seen = 3 if outs & _SEEN else 2 if outs & Out.STATE else 0
    return needs_of(pitfall_id).weight * 2 + seen
