"""What the three zones have in common: what is done to one file, and what is reported of it."""

from dataclasses import dataclass

from crossfade.codegen.project.records import Fate, Note, Op, Verb
from crossfade.codegen.project.text import digest


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One path. ``known``: whether the manifest remembers it."""

    path: str
    known: bool
    op: Op | None = None
    note: Note | None = None


def reported(path: str, fate: Fate, detail: str = "", *, known: bool = True) -> Step:
    """Nothing is done, and the report gives the reason."""
    return Step(path=path, known=known, note=Note(fate=fate, path=path, detail=detail))


def done(op: Op, fate: Fate, detail: str = "", *, known: bool = True) -> Step:
    """Something is done, and the report shows it."""
    return Step(path=op.path, known=known, op=op, note=Note(fate=fate, path=op.path, detail=detail))


def write(path: str, old: bytes | None, new: bytes, *, base: bytes | None = None, executable: bool = False) -> Op:
    """Puts ``new`` where ``old`` is, or where nothing is."""
    was = None if old is None else digest(old)
    return Op(verb=Verb.WRITE, path=path, was=was, content=new, base=base, executable=executable)


def delete(path: str, old: bytes, *, drop_base: bool = False) -> Op:
    """Takes ``old`` away."""
    return Op(verb=Verb.DELETE, path=path, was=digest(old), drop_base=drop_base)
