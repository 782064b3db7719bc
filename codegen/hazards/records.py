"""The result of a scan: for each RPC its Python function, and the hazards in the code."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Hazard:
    """One line of Python that is not the same when it is written in Java the way one would write it.

    ``path`` is relative to the folder that was scanned. ``code`` is the line, without indentation and cut to 120
    characters: text of a stranger's file, printable, but not escaped for anything. ``advice`` is the title of the
    pitfall and what to write in Java. ``also`` are further lines of the same function with the same pitfall.
    ``score`` is what a note of it is worth, more where a client sees the value; ``is_minor``: it may
    be nothing, since the value's type is unknown, or the compiler or the first test shows it.
    ``taken_by`` are the names under which an exception of the line is caught.
    """

    path: str
    line: int
    pitfall_id: str
    code: str
    advice: str
    also: tuple[int, ...] = ()
    score: int = 0
    is_minor: bool = False
    taken_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerSource:
    """The Python function behind an RPC, with all that it reaches within the folder.

    ``path`` and ``line`` are those of its ``def``. ``status_codes`` are names of gRPC codes (``NOT_FOUND``).
    ``exceptions`` are the classes that are raised, ``caught`` those in ``except`` clauses, all in order of their names.
    ``hazards`` are in order of path and line; ``shown`` are those for who writes the Java first, the most telling
    in front.
    """

    path: str
    line: int
    docstring: str
    status_codes: tuple[str, ...]
    exceptions: tuple[str, ...]
    caught: tuple[str, ...]
    hazards: tuple[Hazard, ...]
    shown: tuple[Hazard, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LegacySource:
    """All that was found in a folder of Python.

    ``handlers`` are by the RPC's full name, ``pkg.Service/Method``. ``missing`` are the RPCs of the contract for which
    no function was found. ``hazards`` are those of the whole folder, reached from an RPC or not, in order of path and
    line. ``warnings`` are lines for a person: what could not be read, and why.
    """

    handlers: Mapping[str, HandlerSource]
    missing: tuple[str, ...]
    hazards: tuple[Hazard, ...]
    warnings: tuple[str, ...]
