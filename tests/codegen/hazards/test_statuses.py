"""Codes and exceptions of a handler, with all that it calls."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crossfade.codegen.contract import Contract
from crossfade.codegen.hazards import HandlerSource, find_handlers

Write = Callable[..., Path]


def handler(folder: Path, contract: Contract) -> HandlerSource:
    """What is behind Get."""
    return find_handlers(folder, contract).handlers["demo.v1.Demo/Get"]


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("context.abort(grpc.StatusCode.NOT_FOUND, 'no')", ("NOT_FOUND",)),
        ("context.set_code(StatusCode.INTERNAL)", ("INTERNAL",)),
        ("fail(context, code_pb2.ABORTED)", ("ABORTED",)),
        ("context.abort_with_status(rpc_status.to_status(status_pb2.Status(code=5)))", ("NOT_FOUND",)),
        ("context.abort(TABLE[request.name], 'no')", ("INVALID_ARGUMENT", "UNAVAILABLE")),
        ("check(context)", ("DATA_LOSS",)),
        ("status_pb2.Status(code=99)", ()),
        ("if error.code() == grpc.StatusCode.UNAVAILABLE: pass", ()),
        ("other.NOT_FOUND", ()),
    ],
)
def test_names_status_codes(write: Write, contract: Contract, line: str, codes: tuple[str, ...]) -> None:
    """As they are written, in order of their numbers; a code that is only compared is none that is sent."""
    folder = write(
        service=f"""
            import grpc
            from grpc import StatusCode
            from google.rpc import code_pb2, status_pb2
            from grpc_status import rpc_status
            import demo_pb2_grpc
            TABLE = {{"a": StatusCode.UNAVAILABLE, "b": StatusCode.INVALID_ARGUMENT}}
            def check(context):
                context.abort(StatusCode.DATA_LOSS, "no")
            def never(context):
                context.abort(StatusCode.OUT_OF_RANGE, "no")
            class Demo(demo_pb2_grpc.DemoServicer):
                def Get(self, request, context):
                    {line}
        """
    )
    assert handler(folder, contract).status_codes == codes


def test_names_what_is_raised_and_caught(write: Write, contract: Contract) -> None:
    """Classes, sorted; raising again names none; also in helpers."""
    folder = write(
        service="""
            import demo_pb2_grpc, errors
            def check(request):
                if not request.name:
                    raise errors.Missing("name")
            class Demo(demo_pb2_grpc.DemoServicer):
                def Get(self, request, context):
                    try:
                        check(request)
                    except (KeyError, errors.Old) as error:
                        raise
                    except:
                        raise ValueError from None
                    raise problem
        """
    )
    found = handler(folder, contract)
    assert (found.exceptions, found.caught) == (("Missing", "ValueError"), ("KeyError", "Old"))
