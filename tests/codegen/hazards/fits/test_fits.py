"""What is to be written fits the line: its code, its separator, its field, its exception."""

from collections.abc import Callable
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2

from crossfade.codegen.contract import Contract
from crossfade.codegen.hazards import find_handlers

Write = Callable[..., Path]
CASES = [
    ("context.abort(grpc.StatusCode.UNAUTHENTICATED, 'no')", "J2", "throw Status.UNAUTHENTICATED.withDescription(text)"),
    ("context.abort(self.code, 'no')", "J2", "throw Status.fromCode(code).withDescription(text)"),
    ("context.abort_with_status(status)", "J2", "StatusProto.toStatusRuntimeException(status)"),
    ("context.set_code(grpc.StatusCode.ABORTED)", "J4", "throw Status.ABORTED.withDescription(text)"),
    ("context.set_code(grpc.StatusCode.OK)", "J4", "leave it out"),
    ("try:\n    self.store.load()\nexcept OSError as e:\n    context.set_details(str(e))", "J6", "a Java exception has a different text"),
    ("try:\n    n = int(request.name)\nexcept ValueError as e:\n    context.set_details(str(e))", "J6", '"invalid literal for int() with base 10: " + PySemantics.repr(text)'),
    ("try:\n    n = {'a': 1}[request.name]\nexcept KeyError as e:\n    context.set_details(str(e))", "C21", "PySemantics.repr(key)"),
    ("raise KeyError(request.name)", "J1", 'KeyError ends the RPC in Python with UNKNOWN and "Exception calling application: "'),
    ("error = LookupError(request.name)\nraise error", "J1", "LookupError ends the RPC"),
    ("assert request.size, 'none'", "J1", "Java's assert is off"),
    ("return request.size // request.total", "B9", "if request.total is 0 Python raises ZeroDivisionError"),
    ("while context.is_active(): pass", "J7", "!io.grpc.Context.current().isCancelled()"),
    ("return request.name.split('.')", "C12", 'PySemantics.split(s, ".")'),
    ("return request.name.split('=', 1)", "C13", 'PySemantics.split(s, "=", 1)'),
    ("return request.name.rsplit('/', 1)", "C13", 'PySemantics.rsplit(s, "/", 1)'),
    ("if request.name: return answer", "E15", "!getName().isEmpty(); it is never null"),
    ("if request.size: return answer", "E15", "getSize() != 0"),
    ("if request.labels: return answer", "E15", "getLabelsCount() > 0"),
    ("if request.at: return answer", "E15", "do not translate it to hasAt()"),
    ("if request.state: return answer", "E15", "getStateValue() != 0"),
    ("return pb2.Answer(name=self.names.get('a'))", "F5", "if (value != null) builder.setName(value)"),
    ("return pb2.Answer(name=None)", "F5", "leave the field unset"),
    ("return f'{request.mask}'", "B5", "Integer.toUnsignedString(n)"),
    ("if request.mask > request.size: return answer", "B5", "Integer.compareUnsigned(a, b)"),
    ("return f'{request.state}'", "F7", "Python writes the number, Java the name: getStateValue()"),
    ("return request.counts[request.name]", "F4", "getCountsOrDefault(key,"),
    ("return f'{request.share:.3f}'", "A10", "PySemantics.fixed(x, 3)"),
    ("return '%f' % request.share", "A10", "PySemantics.fixed(x, 6)"),
    ("return '%d of %.1f' % (1, request.share)", "A10", "PySemantics.fixed(x, 1)"),
    ("answer.at.CopyFrom(request.at)", "F3", "builder.setAt(source.getAt()), even if the source has none"),
    ("answer.at.MergeFrom(request.at)", "F3", "builder.mergeAt(source.getAt())"),
    ("answer.at.SetInParent()", "F3", "builder.getAtBuilder()"),
    ("return request.name.title()", "C8", "PySemantics.title(s)"),
    ("return zlib.crc32(request.data)", "B5", "PySemantics.crc32(bytes)"),
    ("return request.size & 0xFFFFFFFF", "B5", "Integer.toUnsignedLong(n)"),
    ("return request.size / request.total", "B8", "PySemantics.trueDiv(a, b)"),
    ("return round(request.share, 3)", "B11", "PySemantics.round(x, 3)"),
    ("return request.data.decode('utf-8', 'replace')", "C24", "PySemantics.decodeUtf8Replace(bytes)"),
    ("return request.data.decode()", "C24", "PySemantics.decodeUtf8(bytes), which throws"),
    ("if request == self.last: return answer", "F18", "a.equals(b)"),
    ("return request.labels[:request.size]", "E10", "PySemantics.slice(list, 0, request.size)"),
    ("return math.log(request.share)", "B21", "Python raises ValueError for 0 and below"),
    ("return f'{request.size:08x}'", "I4", 'String.format(Locale.ROOT, "%08x", n)'),
]  # fmt: skip


def advice(write: Write, contract: Contract, body: str, pitfall_id: str, define: str = "def") -> str:
    """What is to be written for the only hazard of this pitfall."""
    lines = "\n".join("        " + line for line in body.split("\n"))
    folder = write(
        service=f"import grpc, math, zlib\nfrom demo.v1 import demo_pb2 as pb2, demo_pb2_grpc\n"
        f"class Demo(demo_pb2_grpc.DemoServicer):\n    {define} Get(self, request, context):\n"
        f"        answer = pb2.Answer()\n{lines}\n"
    )
    found = find_handlers(folder, contract).handlers["demo.v1.Demo/Get"].hazards
    (hazard,) = (hazard for hazard in found if hazard.pitfall_id == pitfall_id)
    return hazard.advice


@pytest.mark.parametrize(("body", "pitfall_id", "told"), CASES)
def test_fits_the_line(write: Write, contract: Contract, body: str, pitfall_id: str, told: str) -> None:
    """Of the pitfall's title only the part behind it is of the line."""
    title, _, written = advice(write, contract, body, pitfall_id).partition(": ")
    assert title
    assert told in written


def test_a_status_is_never_another_one(write: Write, contract: Contract) -> None:
    """The catalogue's own example names NOT_FOUND; a line that refuses a caller must not."""
    told = advice(write, contract, "context.abort(grpc.StatusCode.UNAUTHENTICATED, 'who?')", "J2")
    assert "NOT_FOUND" not in told


def test_an_exception_that_no_number_made_names_no_parser(write: Write, contract: Contract) -> None:
    """``parseInt`` would be of another line."""
    body = "try:\n    self.store.load()\nexcept OSError as e:\n    context.set_details(str(e))"
    assert "parseInt" not in advice(write, contract, body, "J6")


def test_tells_the_text_of_the_server_that_is_used(write: Write, contract: Contract) -> None:
    """Grpcio's asynchronous server has other words."""
    told = advice(write, contract, "raise KeyError(request.name)", "J1", define="async def")
    assert "Unexpected <class 'KeyError'>: " in told


def test_copying_a_part_that_is_not_set_sets_it() -> None:
    """What the advice on CopyFrom says of Python is so."""
    one, other = descriptor_pb2.FileDescriptorProto(), descriptor_pb2.FileDescriptorProto()
    one.options.CopyFrom(other.options)
    assert one.HasField("options")
    assert not other.HasField("options")


def test_takes_one_of_several_calls(write: Write, contract: Contract) -> None:
    """What the catalogue has for the other method of the pair is left out."""
    told = advice(write, contract, "return request.name.title()", "C8")
    assert told.partition(": ")[2] == "PySemantics.title(s)"
