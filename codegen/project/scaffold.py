"""The shared zone: changes by the generator and by a person are merged."""

from collections.abc import Iterator
from dataclasses import dataclass

from crossfade.codegen.project.merge import Merge, Merged, has_markers
from crossfade.codegen.project.records import Fate, Found, Op, Rendering, Verb
from crossfade.codegen.project.steps import Step, delete, done, reported, write
from crossfade.codegen.project.text import Ends, digest, ends_of, is_binary, same_text, with_ends

_FOREIGN = "crossfade did not write this file; rename or delete it to get the generated one"
_UNKNOWN = "its pristine copy is missing; restore that copy, or delete the file to get the generated one"
_ORPHAN = "no longer generated, but changed by hand, so it was kept; delete it if you do not need it"
_KEPT_DELETED = "deleted by hand; restore it from version control if you want it back"
_OPEN = "has conflict markers from an earlier run; resolve them and run again"
_MARKED = "you and crossfade changed the same lines; resolve the conflict markers"
_BINARY = "you and crossfade changed this binary file; copy what you need by hand"


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """One file of the zone, as it is and as it would be."""

    path: str
    yours: bytes
    base: bytes
    new: bytes


def plan_scaffold(rendering: Rendering, found: Found, merge: Merge) -> Iterator[Step]:
    """Every path that is rendered, or ever was. Raises: what ``merge`` raises."""
    known_paths = found.manifest.scaffold
    elsewhere = {*rendering.gen, *rendering.handlers, *rendering.beside}
    for path in sorted({*rendering.scaffold, *known_paths} - elsewhere):
        known = path in known_paths
        yours, base = found.files.get(path), found.bases.get(path) if known else None
        new = rendering.scaffold.get(path)
        if new is None:
            yield _leaving(path, yours, base)
        elif yours is None:
            yield _absent(path, new, known=known, executable=path in rendering.executable)
        elif base is not None:
            yield _joined(_File(path=path, yours=yours, base=base, new=new), merge)
        elif same_text(yours, new):
            yield Step(path=path, known=True, op=_base_op(path, yours, new))
        else:
            yield reported(path, Fate.FOREIGN, _UNKNOWN if known else _FOREIGN, known=known)


def _leaving(path: str, yours: bytes | None, base: bytes | None) -> Step:
    if yours is None:
        return Step(path=path, known=False, op=Op(verb=Verb.BASE, path=path, drop_base=True) if base else None)
    if base is not None and same_text(yours, base):
        return done(delete(path, yours, drop_base=True), Fate.DELETED, known=False)
    return reported(path, Fate.ORPHAN, _ORPHAN)


def _absent(path: str, new: bytes, *, known: bool, executable: bool) -> Step:
    if known:
        return reported(path, Fate.KEPT_DELETED, _KEPT_DELETED)
    return done(write(path, None, new, base=new, executable=executable), Fate.CREATED)


def _joined(file: _File, merge: Merge) -> Step:
    """A file that both may have changed since the pristine copy."""
    if has_markers(file.yours):
        return reported(file.path, Fate.CONFLICT, _OPEN)
    if same_text(file.base, file.new):
        return Step(path=file.path, known=True)
    if same_text(file.yours, file.base):
        new = file.new if file.yours == file.base else with_ends(file.new, ends_of(file.yours))
        return done(write(file.path, file.yours, new, base=file.new), Fate.UPDATED)
    return _both_changed(file, merge)


def _both_changed(file: _File, merge: Merge) -> Step:
    same = same_text(file.yours, file.new)
    if not same and any(map(is_binary, (file.yours, file.base, file.new))):
        return reported(file.path, Fate.CONFLICT, _BINARY)
    merged = Merged(content=file.yours, conflict=False) if same else _merged(file, merge)
    if merged.content == file.yours:
        return Step(path=file.path, known=True, op=_base_op(file.path, file.yours, file.new))
    op = write(file.path, file.yours, merged.content, base=file.new)
    return done(op, Fate.CONFLICT, _MARKED) if merged.conflict else done(op, Fate.MERGED)


def _merged(file: _File, merge: Merge) -> Merged:
    """The merge with a person's line ends, where these are not the generator's, in the whole file."""
    ends, ours = ends_of(file.yours), ends_of(file.base)
    if Ends.OTHER in {ends, ours} or ends is ours:
        return merge(file.yours, file.base, file.new)
    merged = merge(with_ends(file.yours, ours), file.base, with_ends(file.new, ours))
    return Merged(content=with_ends(merged.content, ends), conflict=merged.conflict)


def _base_op(path: str, yours: bytes, new: bytes) -> Op:
    """The pristine copy alone becomes ``new``: a person has it already."""
    return Op(verb=Verb.BASE, path=path, was=digest(yours), base=new)
