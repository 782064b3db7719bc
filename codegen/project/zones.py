"""Two of the three zones: ``gen``, which crossfade owns, and the handlers, which a person owns from the first day."""

from collections.abc import Collection, Iterator

from crossfade.codegen.project.records import Changed, Fate, Found, Op, Rendering, Verb
from crossfade.codegen.project.steps import Step, delete, done, reported, write
from crossfade.codegen.project.text import digest, same_text, to_lf, unified_diff

_FORCED = "changes made by hand are discarded (--force)"
_ORPHAN = "the contract no longer has this RPC, but the handler is kept; delete it if you do not need it"
_KEPT_DELETED = "created once and deleted by hand; restore it from version control if the RPC needs it"


def plan_gen(rendering: Rendering, found: Found, *, force: bool) -> Iterator[Step | Changed]:
    """Every file as it is rendered; one that a person changed comes as Changed, unless ``force``."""
    recorded = found.manifest.gen
    elsewhere = {*rendering.handlers, *rendering.beside, *rendering.scaffold}
    for path in sorted({*rendering.gen, *recorded} - elsewhere):
        old, new = found.files.get(path), rendering.gen.get(path)
        executable = path in rendering.executable
        if old is None:
            if new is not None:
                yield done(write(path, None, new, executable=executable), Fate.CREATED)
        elif new is not None and same_text(old, new):
            continue
        elif not (force or _is_as_recorded(old, recorded.get(path))):
            yield Changed(path=path, diff=unified_diff(path, old, new))
        else:
            detail = "" if _is_as_recorded(old, recorded.get(path)) else _FORCED
            if new is None:
                yield done(delete(path, old), Fate.DELETED, detail)
            else:
                yield done(write(path, old, new, executable=executable), Fate.UPDATED, detail)


def _is_as_recorded(old: bytes, recorded: str | None) -> bool:
    return recorded in {digest(old), digest(to_lf(old))}


def plan_handlers(rendering: Rendering, found: Found) -> Iterator[Step]:
    """Created where there was never one; what is there is not even read. A handler's test comes with it."""
    known = found.manifest.handlers
    new = {path for path in rendering.handlers if path not in found.handlers and path not in known}
    for path in sorted({*rendering.handlers, *rendering.beside, *known}):
        if path in rendering.beside:
            yield from _plan_beside(path, rendering, found, new)
        elif path in found.handlers:
            yield Step(path=path, known=True) if path in rendering.handlers else reported(path, Fate.ORPHAN, _ORPHAN)
        elif path in new:
            yield done(Op(verb=Verb.CREATE, path=path, content=rendering.handlers[path]), Fate.CREATED)
        elif path in rendering.handlers:
            yield reported(path, Fate.KEPT_DELETED, _KEPT_DELETED)


def _plan_beside(path: str, rendering: Rendering, found: Found, new: Collection[str]) -> Iterator[Step]:
    """A handler that was written before gets no test: it would know nothing of the handler's constructor."""
    handler, content = rendering.beside[path]
    if path in found.manifest.handlers:
        yield Step(path=path, known=True)
    elif path not in found.handlers and handler in new:
        yield done(Op(verb=Verb.CREATE, path=path, content=content), Fate.CREATED)
