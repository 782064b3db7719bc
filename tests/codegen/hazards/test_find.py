"""The whole way: from a folder and a contract to what is behind each RPC."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crossfade.codegen.contract import Contract
from crossfade.codegen.hazards import SourceError, find_handlers, scan_tree

Write = Callable[..., Path]


def test_tells_all_of_a_handler(write: Write, contract: Contract) -> None:
    """Place, docstring, codes, exceptions, hazards; the other RPCs are missing."""
    folder = write(
        service='''
            import demo_pb2_grpc, grpc
            class Demo(demo_pb2_grpc.DemoServicer):
                def Get(self, request, context):
                    """One thing.

                    More of it.
                    """
                    try:
                        half = request.size // 2
                    except ValueError:
                        context.abort(grpc.StatusCode.NOT_FOUND, "no")
                    raise KeyError(half)
        '''
    )
    found = find_handlers(folder, contract)
    handler = found.handlers["demo.v1.Demo/Get"]
    assert (handler.path, handler.line) == ("service.py", 4)
    assert handler.docstring == "One thing.\n\nMore of it."
    assert (handler.status_codes, handler.exceptions, handler.caught) == (
        ("NOT_FOUND",),
        ("KeyError",),
        ("ValueError",),
    )
    assert [hazard.pitfall_id for hazard in handler.hazards] == ["B6", "J2", "J1"]
    assert found.missing == ("demo.v1.Demo/List", "demo.v1.Demo/Push", "demo.v1.Demo/Talk")


def test_goes_on_where_a_file_is_bad(write: Write, contract: Contract) -> None:
    """A warning with file and line, and the handlers of the others."""
    folder = write(
        old="import os\nprint 'hello'\n",
        service="import demo_pb2_grpc\nclass Demo(demo_pb2_grpc.DemoServicer):\n    def Get(self, request, context): ...\n",
    )
    found = find_handlers(folder, contract)
    assert list(found.handlers) == ["demo.v1.Demo/Get"]
    assert [warning.partition(" ")[0] for warning in found.warnings] == ["old.py:2:"]


def test_takes_an_empty_folder(tmp_path: Path, contract: Contract) -> None:
    """Nothing found, all missing."""
    found = find_handlers(tmp_path, contract)
    assert (found.handlers, found.hazards, found.warnings) == ({}, (), ())
    assert set(found.missing) == set(contract.methods)


def test_refuses_what_is_no_folder(tmp_path: Path, contract: Contract) -> None:
    """With and without a contract."""
    with pytest.raises(SourceError):
        find_handlers(tmp_path / "gone", contract)
    with pytest.raises(SourceError):
        scan_tree(tmp_path / "gone")


def test_scans_http_handlers(write: Write) -> None:
    """Routes are functions like others, with what they close over."""
    folder = write(
        web="""
            from flask import Flask, jsonify, request
            def make(store):
                app = Flask("web")
                @app.get("/x")
                def x():
                    return jsonify(half=int(request.args["n"]) // 2)
                return app
        """
    )
    assert {"B25", "B6", "I14"} <= {hazard.pitfall_id for hazard in scan_tree(folder)}


def test_imports_and_runs_nothing(write: Write, contract: Contract) -> None:
    """Code that would write a file when it is imported does not."""
    folder = write(service="from pathlib import Path\n(Path(__file__).parent / 'ran').touch()\n")
    find_handlers(folder, contract)
    assert not (folder / "ran").exists()


@pytest.mark.parametrize(
    ("head", "around", "is_found"),
    [
        ("", "{}", True),
        ("", "try:\n    {}\nexcept Missing: ...", False),
        ("", "try:\n    {}\nexcept ServiceError: ...", False),
        ("", "try:\n    {}\nexcept LookupError: ...", False),
        ("", "try:\n    {}\nexcept Exception: ...", False),
        ("", "try:\n    {}\nexcept: ...", False),
        ("", "try:\n    {}\nexcept ValueError: ...", True),
        ("@mapped", "{}", False),
        ("@also_mapped('a')", "{}", False),
        ("@other", "{}", True),
    ],
)
def test_knows_what_is_caught_around_a_helper(
    write: Write, contract: Contract, head: str, around: str, is_found: bool
) -> None:
    """In the handler or in its decorator, by the class, a base of it, or all."""
    body = around.format("check(request)").replace("\n", "\n        ")
    folder = write(
        service=f"""
import demo_pb2_grpc
class ServiceError(LookupError): ...
class Missing(ServiceError): ...
def mapped(function):
    def run(self, request, context):
        try:
            return function(self, request, context)
        except ServiceError:
            context.abort(code, "no")
    return run
def also_mapped(name):
    def decorate(function):
        def run(*args):
            try:
                return function(*args)
            except Exception: ...
        return run
    return decorate
def other(function):
    return function
def check(request):
    raise Missing(request.name)
class Demo(demo_pb2_grpc.DemoServicer):
    {head}
    def Get(self, request, context):
        {body}
"""
    )
    handler = find_handlers(folder, contract).handlers["demo.v1.Demo/Get"]
    assert ("J1" in {hazard.pitfall_id for hazard in handler.hazards}) == is_found
    assert "Missing" in handler.exceptions
