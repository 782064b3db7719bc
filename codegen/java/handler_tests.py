"""The initial text of a handler's test: written once, with the handler; after that it belongs to the user."""

from collections.abc import Callable

from crossfade.codegen.java.imports import Imports
from crossfade.codegen.java.layout import WIDTH, assignment, call
from crossfade.codegen.java.model import CallType, JavaClass, RpcModel, ServiceModel

_TESTING = "dev.crossfade.testing"
_STREAMED_REQUESTS = frozenset({CallType.CLIENT_STREAM, CallType.BIDI})
_STREAMED_ANSWERS = frozenset({CallType.SERVER_STREAM, CallType.BIDI})


def name_of_test(rpc: RpcModel) -> str:
    """The class of an RPC's test."""
    return f"{rpc.handler_name}Test"


def view_of_test(service: ServiceModel, rpc: RpcModel, base: str) -> dict[str, object]:
    """What the template of a test shows; ``base`` is the project's package."""
    imports = Imports(service.rpc_package, (rpc.handler_name, name_of_test(rpc)))

    def use(name: str) -> str:
        package, _, simple = name.rpartition(".")
        return imports.use(JavaClass(package=package, path=(simple,)))

    # what the template writes, before the messages: where one of these is called Test, it is written in full
    names = {name: use(f"org.junit.jupiter.api.{name}") for name in ("Test", "Disabled")}
    names |= {name: use(f"{_TESTING}.{name}") for name in ("InProcessService", "FakeContext")}
    names["List"], handlers = use("java.util.List"), use(f"{base}.{service.handlers_name}")
    alone = _alone(rpc, imports, use)
    request, response = imports.use(rpc.request_class), imports.use(rpc.response_class)
    getter = f"{imports.use(service.grpc)}.{rpc.method_getter}()"
    return {
        "package": service.rpc_package,
        "handler": rpc.handler_name,
        "names": names,
        "suppressed": rpc.deprecated or service.deprecated,
        "opened": _opened(names["InProcessService"], handlers),
        "request": assignment(f"{request} request", f"{request}.getDefaultInstance()", None, 4),
        "expected": assignment(f"{response} expected", f"{response}.getDefaultInstance()", None, 4),
        "answers": assignment(f"{names['List']}<{response}> answers", "service.ask", (getter, "request"), 6),
        "alone": alone,
        "imports": imports.lines,
    }


def _opened(service: str, handlers: str) -> str:
    left, right = f"    try ({service} service =", f"{service}.start({handlers}.rpcs())) {{"
    line = f"{left} {right}"
    return line if len(line) <= WIDTH else f"{left}\n        {right}"


def _alone(rpc: RpcModel, imports: Imports, use: Callable[[str], str]) -> list[str]:
    """The handler is called directly, and its answer is compared with ``expected``."""
    listed = use("java.util.List")
    lines = []
    given = "request"
    if rpc.call_type in _STREAMED_REQUESTS:
        reader = use("dev.crossfade.runtime.In")
        left = f"{reader}<{imports.use(rpc.request_class)}> in"
        lines.append(assignment(left, f"{listed}.of(request)::iterator", None, 4))
        given = "in"
    run = f"new {rpc.handler_name}().handle"
    if rpc.call_type not in _STREAMED_ANSWERS:
        return [*lines, call("assertEquals", ("expected", f"{run}({given}, context)"), ";", 4)]
    made = f"new {use('java.util.ArrayList')}<>()"
    return [
        *lines,
        assignment(f"{listed}<{imports.use(rpc.response_class)}> answers", made, None, 4),
        call(run, (given, "answers::add", "context"), ";", 4),
        f"    assertEquals({listed}.of(expected), answers);",
    ]
