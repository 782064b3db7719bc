"""Which exceptions end an RPC, and which something takes on the way."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crossfade.codegen.contract import Contract
from crossfade.codegen.hazards import find_handlers

Write = Callable[..., Path]
WAYS = {
    "nothing takes it": ("", "check(request)", True),
    "around the call": ("", "try:\n    check(request)\nexcept Missing:\n    pass", False),
    "around it and raised again": ("", "try:\n    check(request)\nexcept Missing:\n    raise", True),
    "around it and raised again by name": ("", "try:\n    check(request)\nexcept Missing as e:\n    raise e", True),
    "around another call": ("", "try:\n    other()\nexcept Missing:\n    pass\ncheck(request)", True),
    "in the else of a try": ("", "try:\n    other()\nexcept Missing:\n    pass\nelse:\n    check(request)", True),
    "on one of two ways": ("", "check(request)\ntry:\n    check(request)\nexcept Missing:\n    pass", True),
    "suppressed": ("import contextlib", "with contextlib.suppress(Missing):\n    check(request)", False),
    "context manager": (
        (
            "import contextlib\n@contextlib.contextmanager\ndef mapped(context):\n    try:\n        yield\n"
            "    except Missing as e:\n        context.abort(5, str(e))"
        ),
        "with mapped(context):\n    check(request)",
        False,
    ),
    "context manager of another": (
        (
            "import contextlib\n@contextlib.contextmanager\ndef mapped(context):\n    try:\n        yield\n"
            "    except KeyError as e:\n        context.abort(5, str(e))"
        ),
        "with mapped(context):\n    check(request)",
        True,
    ),
    "class as context manager": (
        (
            "class Mapped:\n    def __init__(self, context): self.context = context\n    def __enter__(self): ...\n"
            "    def __exit__(self, kind, error, trace):\n        self.context.abort(5, str(error))"
        ),
        "with Mapped(context):\n    check(request)",
        False,
    ),
    "given to a helper that calls it in a try": (
        "def guarded(run, context):\n    try:\n        return run()\n    except Missing as e:\n        context.abort(5, str(e))",
        "return guarded(lambda: check(request), context)",
        False,
    ),
    "given by name to a helper that calls it in a try": (
        (
            "def guarded(run, request, context):\n    try:\n        return run(request)\n    except Missing as e:\n"
            "        context.abort(5, str(e))"
        ),
        "return guarded(check, request, context)",
        False,
    ),
    "given to a helper that just calls it": (
        "def plain(run):\n    return run()",
        "return plain(lambda: check(request))",
        True,
    ),
    "interceptor": (
        (
            "import grpc\ndef guarded(behavior, request, context):\n    try:\n        return behavior(request, context)\n"
            "    except Missing as e:\n        context.abort(5, str(e))\nclass Guard(grpc.ServerInterceptor):\n"
            "    def intercept_service(self, continuation, details):\n        return lambda r, c: guarded(continuation, r, c)"
        ),
        "check(request)",
        False,
    ),
    "interceptor that only logs": (
        (
            "import grpc, logging\nclass Guard(grpc.ServerInterceptor):\n    def intercept_service(self, continuation, details):\n"
            "        try:\n            return continuation(details)\n        except Missing:\n            logging.error('no')"
        ),
        "check(request)",
        True,
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_knows_what_takes_an_exception(write: Write, contract: Contract, way: str) -> None:
    """J1 stands where the exception comes to the RPC's end on some way."""
    before, body, is_found = WAYS[way]
    lines = "\n".join("        " + line for line in body.split("\n"))
    folder = write(
        service=f"""
from demo.v1 import demo_pb2_grpc
class Missing(Exception): ...
def other(): ...
def check(request):
    raise Missing(request.name)
{before}
class Demo(demo_pb2_grpc.DemoServicer):
    def Get(self, request, context):
{lines}
"""
    )
    found = find_handlers(folder, contract).handlers["demo.v1.Demo/Get"].hazards
    assert ("J1" in {hazard.pitfall_id for hazard in found}) == is_found


def test_tells_one_rpc_from_another(write: Write, contract: Contract) -> None:
    """What a decorator of one handler takes still ends the RPC of another that comes to the same line."""
    folder = write(
        service="""
            from demo.v1 import demo_pb2_grpc
            class Missing(Exception): ...
            def mapped(function):
                def run(self, request, context):
                    try:
                        return function(self, request, context)
                    except Missing as e:
                        context.abort(5, str(e))
                return run
            def check(request):
                raise Missing(request.name)
            class Demo(demo_pb2_grpc.DemoServicer):
                @mapped
                def Get(self, request, context):
                    check(request)
                def List(self, request, context):
                    check(request)
        """
    )
    handlers = find_handlers(folder, contract).handlers
    flagged = {rpc: {hazard.pitfall_id for hazard in handlers[rpc].hazards} for rpc in handlers}
    assert "J1" not in flagged["demo.v1.Demo/Get"]
    assert "J1" in flagged["demo.v1.Demo/List"]


def test_ends_in_circles(write: Write, contract: Contract) -> None:
    """A helper that gives itself what it was given, a context manager that enters itself."""
    folder = write(
        service="""
            import contextlib
            from demo.v1 import demo_pb2_grpc
            def again(run):
                return again(lambda: run())
            @contextlib.contextmanager
            def entered():
                with entered():
                    yield
            class Demo(demo_pb2_grpc.DemoServicer):
                def Get(self, request, context):
                    with entered():
                        again(lambda: self.check(request))
                def check(self, request):
                    raise KeyError(request.name)
        """
    )
    found = find_handlers(folder, contract).handlers["demo.v1.Demo/Get"].hazards
    assert "J1" in {hazard.pitfall_id for hazard in found}
