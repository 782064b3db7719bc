"""The Python function behind each RPC, however it is declared, registered and imported."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crossfade.codegen.contract import Contract
from crossfade.codegen.hazards import find_handlers

Write = Callable[..., Path]
BODY = """
    def Get(self, request, context):
        return request.size // 2
"""
SPELLINGS = {
    "module": "from demo.v1 import demo_pb2_grpc\nclass Demo(demo_pb2_grpc.DemoServicer):",
    "plain import": "import demo.v1.demo_pb2_grpc\nclass Demo(demo.v1.demo_pb2_grpc.DemoServicer):",
    "import as": "import demo_pb2_grpc as rpc\nclass Demo(rpc.DemoServicer):",
    "class": "from demo_pb2_grpc import DemoServicer\nclass Any(DemoServicer):",
    "class as": "from .gen.demo_pb2_grpc import DemoServicer as Base\nclass Demo(Base):",
    "two bases": "import demo_pb2_grpc\nclass Mixin: ...\nclass Demo(Mixin, demo_pb2_grpc.DemoServicer):",
    "indirect": "import demo_pb2_grpc\nclass Base(demo_pb2_grpc.DemoServicer): ...\nclass Demo(Base):",
    "not known": "from here import there\nclass Demo(there().demo_pb2_grpc.DemoServicer):",
    "in a function": "import demo_pb2_grpc\nif True:\n  class Demo(demo_pb2_grpc.DemoServicer):",
    "star": "from base import *\nclass Demo(DemoServicer):",
}


@pytest.mark.parametrize("head", SPELLINGS.values(), ids=SPELLINGS)
def test_finds_a_servicer_class(write: Write, contract: Contract, head: str) -> None:
    """By its base class, under any import."""
    body = BODY if not head.endswith("  class Demo(demo_pb2_grpc.DemoServicer):") else BODY.replace("    ", "      ")
    folder = write(base="from demo_pb2_grpc import DemoServicer", service=head + body)
    found = find_handlers(folder, contract)
    handler = found.handlers["demo.v1.Demo/Get"]
    assert (handler.path, handler.line) == ("service.py", head.count("\n") + 2)
    assert "B6" in {hazard.pitfall_id for hazard in handler.hazards}
    assert found.missing == ("demo.v1.Demo/List", "demo.v1.Demo/Push", "demo.v1.Demo/Talk")


def test_finds_a_method_of_a_base_class_in_another_module(write: Write, contract: Contract) -> None:
    """The ``def`` counts, not the class that is registered."""
    folder = write(
        app__base="class Reads:\n    def Get(self, request, context):\n        '''One.'''\n",
        app__service="""
            from app.base import Reads
            import demo_pb2_grpc
            class Demo(Reads, demo_pb2_grpc.DemoServicer):
                async def List(self, request, context):
                    yield request
        """,
    )
    handlers = find_handlers(folder, contract).handlers
    assert (handlers["demo.v1.Demo/Get"].path, handlers["demo.v1.Demo/Get"].docstring) == ("app/base.py", "One.")
    assert handlers["demo.v1.Demo/List"].path == "app/service.py"


def test_finds_what_is_registered(write: Write, contract: Contract) -> None:
    """An object of a class without the generated base, also out of a name or a function."""
    folder = write(
        impl=f"class Impl:{BODY}",
        main="""
            from impl import Impl
            from demo.v1 import demo_pb2_grpc as rpc
            def make():
                return Impl()
            def serve(server):
                servicer = make()
                rpc.add_DemoServicer_to_server(servicer, server)
        """,
    )
    assert find_handlers(folder, contract).handlers["demo.v1.Demo/Get"].path == "impl.py"


@pytest.mark.parametrize(
    "registered",
    [
        'grpc.method_handlers_generic_handler("demo.v1.Demo", {"Get": grpc.unary_unary_rpc_method_handler(self.get)})',
        'server.add_registered_method_handlers("demo.v1.Demo", {"Get": grpc.unary_unary_rpc_method_handler(behavior=self.get)})',
        "grpc.method_handlers_generic_handler(NAME, HANDLERS(self))",
        "grpc.method_handlers_generic_handler(NAME, table)",
    ],
)
def test_finds_generic_handlers(write: Write, contract: Contract, registered: str) -> None:
    """Dictionaries of method handlers, in the call or under a name; not out of another function."""
    folder = write(
        service=f"""
            import grpc
            NAME = "demo.v1.Demo"
            class Service:
                def get(self, request, context):
                    return request.size // 2
                def handlers(self, server):
                    one = grpc.unary_unary_rpc_method_handler(self.get)
                    table = {{"Get": one}}
                    return {registered}
        """
    )
    found = find_handlers(folder, contract)
    if "HANDLERS" in registered:
        assert found.handlers == {}
    else:
        assert found.handlers["demo.v1.Demo/Get"].line == 5
        assert "B6" in {hazard.pitfall_id for hazard in found.handlers["demo.v1.Demo/Get"].hazards}


TWINS = """
syntax = "proto3";
package {package};
message Ask {{ int32 size = 1; }}
service Twin {{ rpc Get(Ask) returns (Ask); rpc Only{name}(Ask) returns (Ask); }}
"""


def two_services(tmp_path: Path, load: Callable[..., Contract]) -> Contract:
    """Services of one name in two packages."""
    for name in ("one", "two"):
        (tmp_path / f"{name}.proto").write_text(TWINS.format(package=name, name=name.title()))
    (tmp_path / "both.proto").write_text('syntax = "proto3"; import public "one.proto"; import public "two.proto";')
    return load(tmp_path / "both.proto")


def test_tells_services_of_one_name_apart(write: Write, tmp_path_factory: pytest.TempPathFactory) -> None:
    """By the package of the generated module, else by the methods that the class has."""
    from crossfade.codegen.contract import ProtoFiles, load_contract  # noqa: PLC0415 - two files, this test alone

    both = two_services(
        tmp_path_factory.mktemp("protos"),
        lambda path: load_contract(ProtoFiles(files=(path,), includes=(path.parent,))),
    )
    folder = write(
        first="""
            from one import one_pb2_grpc
            class Twin(one_pb2_grpc.TwinServicer):
                def Get(self, request, context): ...
        """,
        second="""
            import two_pb2_grpc
            class Twin(two_pb2_grpc.TwinServicer):
                def Get(self, request, context): ...
                def OnlyTwo(self, request, context): ...
        """,
    )
    found = find_handlers(folder, both)
    assert {rpc: handler.path for rpc, handler in found.handlers.items()} == {
        "one.Twin/Get": "first.py",
        "two.Twin/Get": "second.py",
        "two.Twin/OnlyTwo": "second.py",
    }
    assert found.warnings == ()


def test_says_where_two_functions_fit(write: Write, contract: Contract) -> None:
    """What is registered is taken before what is only declared."""
    folder = write(
        a_fake=f"import demo_pb2_grpc\nclass Fake(demo_pb2_grpc.DemoServicer):{BODY}",
        real=f"""
import demo_pb2_grpc
class Real(demo_pb2_grpc.DemoServicer):{BODY}
def serve(server):
    demo_pb2_grpc.add_DemoServicer_to_server(Real(), server)
""",
    )
    found = find_handlers(folder, contract)
    assert found.handlers["demo.v1.Demo/Get"].path == "real.py"
    assert found.warnings == (
        "demo.v1.Demo/Get: expected one Python function, got 2: real.py:4, a_fake.py:3; using the first",
    )


def test_tells_what_the_parameters_of_each_call_type_are(write: Write, contract: Contract) -> None:
    """A message, or an iterator of messages; the context wherever it is passed on."""
    folder = write(
        service="""
            import demo_pb2_grpc, grpc
            def stop(ctx):
                ctx.abort(grpc.StatusCode.INTERNAL, "no")
            class Demo(demo_pb2_grpc.DemoServicer):
                def Get(self, request, context):
                    return f"{request.labels}"
                def List(self, request, context):
                    stop(context)
                    yield request.name[:3]
                def Push(self, requests, context):
                    return [f"{item.ratio}" for item in requests]
                async def Talk(self, requests, context):
                    async for item in requests:
                        yield item.size // 3
        """
    )
    found = find_handlers(folder, contract).handlers
    ids = {rpc.rpartition("/")[2]: {hazard.pitfall_id for hazard in handler.hazards} for rpc, handler in found.items()}
    assert "C17" in ids["Get"]
    assert {"J2", "C2"} <= ids["List"]
    assert {"A1", "A3"} <= ids["Push"]
    assert "B6" in ids["Talk"]


ALL_FOUR = """
class {name}:
    def Get(self, request, context): ...
    def List(self, request, context): ...
    def Push(self, requests, context): ...
    def Talk(self, requests, context): ...
"""


def test_takes_the_one_class_that_has_all_methods(write: Write, contract: Contract) -> None:
    """Where nothing is declared or registered within the folder; of two that fit, neither."""
    folder = write(one=ALL_FOUR.format(name="Service"), client="class Stub:\n    def Get(self, request): ...\n")
    assert find_handlers(folder, contract).missing == ()
    write(two=ALL_FOUR.format(name="Another"))
    assert find_handlers(folder, contract).handlers == {}


def test_takes_a_function_that_the_class_names(write: Write, contract: Contract) -> None:
    """``Get = get`` in the class body."""
    folder = write(
        service="""
            import demo_pb2_grpc
            def get(self, request, context):
                return request.size // 2, len(request.name) > 10
            class Demo(demo_pb2_grpc.DemoServicer):
                Get = get
        """
    )
    handler = find_handlers(folder, contract).handlers["demo.v1.Demo/Get"]
    assert handler.line == 3
    assert {hazard.pitfall_id for hazard in handler.hazards} == {"B6", "C1"}


@pytest.mark.parametrize(
    ("imports", "module"),
    [
        ("from app.gen import demo_pb2, demo_pb2_grpc", "demo_pb2"),
        ("from .gen import demo_pb2, demo_pb2_grpc", "demo_pb2"),
        ("import app.gen.demo_pb2, app.gen.demo_pb2_grpc", "app.gen.demo_pb2"),
        ("from app.gen.demo_pb2_grpc import DemoServicer\nfrom app.gen import demo_pb2 as m", "m"),
        (
            "import importlib\nm = importlib.import_module('demo.v1.demo_pb2')\nm_grpc = importlib.import_module('demo_pb2_grpc')",
            "m",
        ),
    ],
)
def test_takes_generated_code_that_lies_in_the_folder(
    write: Write, contract: Contract, imports: str, module: str
) -> None:
    """It is not scanned, but its messages and servicers are known."""
    base = "DemoServicer" if "import DemoServicer" in imports else f"{module}_grpc.DemoServicer"
    folder = write(
        app____init__="",
        app__gen____init__="",
        app__gen__demo_pb2="raise SystemExit(1 // 0)",
        app__gen__demo_pb2_grpc="class DemoServicer:\n    def Get(self, request, context): raise NotImplementedError\n",
        app__service=f"{imports}\nclass Demo({base}):\n    def Get(self, request, context):\n        return len({module}.Answer(name=request.name).name)\n",
    )
    found = find_handlers(folder, contract)
    assert found.handlers["demo.v1.Demo/Get"].path == "app/service.py"
    assert [hazard.pitfall_id for hazard in found.hazards] == ["C1"]
