"""The comments in a new handler about the Python code that it will replace."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from crossfade.codegen.java.comments import line_comment, paragraphs_of
from crossfade.codegen.java.model import RpcModel

_SHADOW = "Safe RPC: for comparison, it may also run on requests that the legacy service answers."

_MORE = (
    "{count} more, less important or possibly harmless: crossfade status --project . --legacy-source <the Python"
    " service> --hazards {rpc}"
)


class Hazard(Protocol):
    """One line of Python that behaves differently when translated to Java in the obvious way."""

    @property
    def pitfall_id(self) -> str:
        """The catalogue's id, such as ``B3``."""

    @property
    def path(self) -> str:
        """The Python file, relative to the folder that was scanned."""

    @property
    def line(self) -> int:
        """The line in it."""

    @property
    def code(self) -> str:
        """The line's text."""

    @property
    def advice(self) -> str:
        """What to write in Java."""

    @property
    def also(self) -> tuple[int, ...]:
        """Further lines of the same function with the same pitfall."""


class HandlerSource(Protocol):
    """The Python function behind an RPC, with all that it reaches."""

    @property
    def path(self) -> str:
        """The Python file, relative to the folder that was scanned."""

    @property
    def line(self) -> int:
        """The line of its ``def``."""

    @property
    def docstring(self) -> str:
        """The function's docstring; "" where it has none."""

    @property
    def status_codes(self) -> Sequence[str]:
        """The gRPC codes that it sets."""

    @property
    def exceptions(self) -> Sequence[str]:
        """The exceptions that it raises."""

    @property
    def caught(self) -> Sequence[str]:
        """The exceptions that it catches."""

    @property
    def hazards(self) -> Sequence[Hazard]:
        """Its lines that behave differently in Java."""

    @property
    def shown(self) -> Sequence[Hazard]:
        """Those that are listed in the stub."""


def handler_doc(rpc: RpcModel, source: HandlerSource | None) -> list[str]:
    """The paragraphs of a handler's Javadoc: the proto's comment, then the Python code."""
    paragraphs = paragraphs_of(rpc.doc) or [f"Answers {rpc.full_name}."]
    if rpc.safe:
        paragraphs.append(_SHADOW)
    if source is None:
        return paragraphs
    paragraphs.append(f"In Python: {source.path}:{source.line}.")
    paragraphs += paragraphs_of(source.docstring)
    found = [
        f"{what} {', '.join(names)}."
        for what, names in (
            ("Statuses set:", source.status_codes),
            ("Exceptions raised:", source.exceptions),
            ("Exceptions caught:", source.caught),
        )
        if names
    ]
    return [*paragraphs, *filter(None, (" ".join(found),))]


def hazard_notes(rpc: RpcModel, source: HandlerSource | None, indent: int) -> list[str]:
    """``//`` lines for the body: the Python line, and below it what to write in Java.

    A line that starts with ``// B11 path.py:7: `` is one hazard: delete its lines once it is dealt with; the
    burn-down counts what is left (codegen/project/progress.py).
    """
    if source is None or not source.hazards:
        return []
    shown = [line for hazard in source.shown for line in _note(hazard, indent)]
    more = len(source.hazards) - len(source.shown)
    return [
        *(line_comment("These lines behave differently if translated literally to Java:", indent) if shown else ()),
        *shown,
        *(line_comment(_MORE.format(count=more, rpc=rpc.full_name), indent, hang="  ") if more else ()),
    ]


def _note(hazard: Hazard, indent: int) -> Iterable[str]:
    yield from line_comment(f"{hazard.pitfall_id} {hazard.path}:{hazard.line}: {hazard.code}", indent, hang="    ")
    more = f" (also {_lines(hazard.also)})" if hazard.also else ""
    yield from line_comment("  " + " ".join(hazard.advice.split()) + more, indent, hang="  ")


def _lines(numbers: tuple[int, ...]) -> str:
    return ("line " if len(numbers) == 1 else "lines ") + ", ".join(map(str, numbers))
