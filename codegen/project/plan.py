"""From what is rendered and what is found to what has to be done. Reads and writes nothing."""

from crossfade.codegen.project.manifest import to_bytes
from crossfade.codegen.project.merge import Merge
from crossfade.codegen.project.records import MANIFEST_PATH, Changed, Found, Manifest, Op, Plan, Rendering
from crossfade.codegen.project.scaffold import plan_scaffold
from crossfade.codegen.project.steps import Step, write
from crossfade.codegen.project.text import digest, same_text
from crossfade.codegen.project.zones import plan_gen, plan_handlers


def make_plan(rendering: Rendering, found: Found, merge: Merge, *, force: bool) -> Plan:
    """What a run does, in the order in which it is done; the manifest comes last.

    Raises: what ``merge`` raises.
    """
    gen = tuple(plan_gen(rendering, found, force=force))
    handlers = tuple(plan_handlers(rendering, found))
    scaffold = tuple(plan_scaffold(rendering, found, merge))
    steps = [*(step for step in gen if isinstance(step, Step)), *handlers, *scaffold]
    manifest = Manifest(
        gen={path: digest(content) for path, content in rendering.gen.items()},
        handlers=frozenset(step.path for step in handlers if step.known),
        scaffold=frozenset(step.path for step in scaffold if step.known),
        rpcs=rendering.rpcs,
        final=rendering.final,
        source=rendering.source,
    )
    return Plan(
        ops=(*(step.op for step in steps if step.op is not None), *_manifest_op(manifest, found.manifest_file)),
        notes=tuple(step.note for step in steps if step.note is not None),
        stops=tuple(step for step in gen if isinstance(step, Changed)),
    )


def _manifest_op(manifest: Manifest, old: bytes | None) -> tuple[Op, ...]:
    new = to_bytes(manifest)
    return () if old is not None and same_text(old, new) else (write(MANIFEST_PATH, old, new),)
