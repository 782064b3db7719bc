"""What values are, and which code runs which: through helpers, methods, modules, in circles."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crossfade.codegen.contract import Contract
from crossfade.codegen.hazards import find_handlers, scan_tree

Write = Callable[..., Path]
WAYS = {
    "function of the module": ("def help(n): return n // 2", "return help(request.size)"),
    "method of self": ("", "return self.help(request.size)\n        def help(self, n): return n // 2"),
    "static method": ("", "return self.help(request.size)\n        @staticmethod\n        def help(n): return n // 2"),
    "class method": ("", "return self.help(request.size)\n        @classmethod\n        def help(cls, n): return n // 2"),
    "property": ("", "return self.help\n        @property\n        def help(self): return self.n // 2"),
    "getattr": ("", "return getattr(self, f'help_{request.name}')()\n        def help_a(self): return self.n // 2"),
    "object": ("class Job:\n    def run(self, n): return n // 2", "return Job().run(request.size)"),
    "constructor": ("class Job:\n    def __init__(self, n): self.n = n // 2", "return Job(request.size)"),
    "attribute": ("class Job:\n    def run(self, n): return n // 2", "return self.job.run(size)\n        def __init__(self): self.job = Job()"),
    "super": ("class Base:\n    def help(self, n): return n // 2", "return Other().help(size)\nclass Other(Base):\n    def help(self, n): return super().help(n)"),
    "template method": ("class Base:\n    def run(self): return self.step()\n    def step(self): ...\nclass Job(Base):\n    def step(self): return self.n // 2", "return Job().run()"),
    "callback": ("def help(n): return n // 2", "return list(map(help, request.sizes))"),
    "lambda": ("def help(n): return n // 2", "return sorted(request.sizes, key=lambda n: help(n))"),
    "inner function": ("", "def help(n): return n // 2\n            return help(request.size)"),
    "decorator": ("def halved(f):\n    def run(*args): return f(*args) // 2\n    return run", "return self.help()\n        @halved\n        def help(self): return 4"),
    "decorator with arguments": ("def by(n):\n    def halved(f):\n        def run(*args): return f(*args) // n\n        return run\n    return halved", "return self.help()\n        @by(2)\n        def help(self): return 4"),
    "generator": ("def help(xs):\n    for n in xs: yield n // 2", "return list(help(request.sizes))"),
    "context manager": ("import contextlib\n@contextlib.contextmanager\ndef help(n):\n    yield n // 2", "with help(request.size) as half:\n                return half"),
    "constant of the module": ("HALF = OFFSET // 2", "return HALF"),
    "table of functions": ("def help(n): return n // 2\nTABLE = {'a': help}", "return TABLE[request.name](size)"),
    "match": ("def help(n): return n // 2", "match request.size:\n                case 1: return help(request.size)"),
}  # fmt: skip


def service(before: str, body: str) -> str:
    """A service whose Get has this body."""
    head = "from demo.v1 import demo_pb2 as pb2, demo_pb2_grpc\n"
    return f"{head}{before}\nclass Demo(demo_pb2_grpc.DemoServicer):\n    if True:\n        def Get(self, request, context):\n            {body}\n"


def ids(folder: Path, contract: Contract) -> set[str]:
    """The pitfalls of Get."""
    return {hazard.pitfall_id for hazard in find_handlers(folder, contract).handlers["demo.v1.Demo/Get"].hazards}


@pytest.mark.parametrize("way", WAYS)
def test_follows_calls(write: Write, contract: Contract, way: str) -> None:
    """However the handler comes to the code, its hazards are the RPC's."""
    folder = write(service=service(*WAYS[way]))
    assert "B6" in ids(folder, contract)


@pytest.mark.parametrize(
    ("imports", "call"),
    [
        ("import texts", "texts.help(size)"),
        ("import texts as t", "t.help(size)"),
        ("from texts import help", "help(size)"),
        ("from texts import help as h", "h(size)"),
        ("from texts import *", "help(size)"),
        ("from .texts import help", "help(size)"),
        ("from . import texts", "texts.help(size)"),
        ("from app.texts import help", "help(size)"),
        ("import app.texts", "app.texts.help(size)"),
        ("from app import texts", "texts.help(size)"),
        ("from ..app.texts import help", "help(size)"),
    ],
)
def test_follows_imports(write: Write, contract: Contract, imports: str, call: str) -> None:
    """From a module beside it, under each spelling."""
    folder = write(
        app____init__="", app__texts="def help(n): return n // 2", app__service=service(imports, f"return {call}")
    )
    assert "B6" in ids(folder, contract)


def test_follows_an_imported_constant(write: Write, contract: Contract) -> None:
    """Also through a second module; what nobody names stays out."""
    folder = write(
        base="import re\nWORD = re.compile('(?P<a>x)')\nOTHER = re.split(',', 'a')",
        texts="from base import WORD",
        service=service("from texts import WORD", "return WORD.fullmatch(request.name)"),
    )
    assert {"D7"} == {found for found in ids(folder, contract) if found.startswith("D")}


def test_ends_in_circles(write: Write, contract: Contract) -> None:
    """Functions that call each other, classes that inherit from each other, modules that import each other."""
    folder = write(
        a="from b import g\ndef f(n): return g(n) // n",
        b="from a import f\ndef g(n): return f(n) % 3\nclass A(B): ...\nclass B(A):\n    def m(self): return self.m()",
        service=service(
            "from a import f\nfrom b import B", "B().m()\n            xs = [xs]\n            return f(request.size)"
        ),
    )
    assert {"B6", "B7"} <= ids(folder, contract)


def test_does_not_follow_what_is_not_called(write: Write, contract: Contract) -> None:
    """Another function of the same class or module is not the RPC's."""
    folder = write(
        service=service(
            "def other(n): return n // 2", "return request.size\n        def another(self): return self.n // 2"
        )
    )
    assert "B6" not in ids(folder, contract)
    assert "B6" in {hazard.pitfall_id for hazard in find_handlers(folder, contract).hazards}


KNOWN = {
    "passed to a helper": ("def help(text): return len(text)", "return help(request.name)"),
    "passed by name": ("def help(text): return len(text)", "return help(text=request.name)"),
    "returned by a helper": ("def help(a): return a.strip()", "return len(f'{help(request)}')"),
    "kept by the constructor": ("class Job:\n    def __init__(self, t): self.t = t\n    def run(self): return len(self.t)", "return Job(request.name).run()"),
    "told by an annotation": ("def help(a: 'str | None'): return len(a)", "return help(unknown(request))"),
    "unpacked": ("", "a, (b, c) = 1, (2, request.name)\n            return len(c)"),
    "out of a loop": ("", "for a in request.labels: return len(a)"),
    "out of a comprehension": ("", "return [len(a) for a in request.labels]\n            "),
    "out of a map": ("", "for k, v in request.counts.items(): return len(k)"),
    "out of enumerate": ("", "for i, a in enumerate(request.labels): return len(a)"),
    "on both branches": ("", "if request.size: a = 'x'\n            else: a = request.name\n            return len(a)"),
    "by a walrus": ("", "return len(a) if (a := request.name) else None"),
    "out of an attribute of a module": ("NAME = 'a'", "return len(NAME + unknown(request))"),
    "out of a closure": ("", "a = request.name\n            def inner(): return len(a)\n            return inner()"),
    "of a nested message": ("", "return len(pb2.Request(name=unknown(request)).name)"),
}  # fmt: skip


@pytest.mark.parametrize("way", KNOWN)
def test_knows_what_a_value_is(write: Write, contract: Contract, way: str) -> None:
    """Wherever the text comes from, its length is flagged."""
    before, body = KNOWN[way]
    folder = write(service=service(before, body.replace("return [len(a)", "return [f'{len(a)}'")))
    assert "C1" in ids(folder, contract)


def test_does_not_follow_a_bare_name(write: Write, contract: Contract) -> None:
    """A method of what is not known is not that of the only class that has one of this name."""
    folder = write(
        service=service(
            "class Job:\n    def very_special(self, n): return n // 2", "return unknown().very_special(request.size)"
        )
    )
    assert "B6" not in ids(folder, contract)


@pytest.mark.parametrize(("made", "is_found"), [("Job()", True), ("None", False)])
def test_runs_methods_of_classes_that_are_made(write: Write, contract: Contract, made: str, is_found: bool) -> None:
    """Of the classes that inherit from the declared one, those of which the folder makes an instance somewhere."""
    before = (
        "import abc\nclass Base(abc.ABC):\n    @abc.abstractmethod\n    def run(self, n): ...\n"
        f"class Job(Base):\n    def run(self, n): return n // 2\nONE = {made}"
    )
    body = "return self.job.run(request.size)\n        def __init__(self, job: Base): self.job = job"
    assert ("B6" in ids(write(service=service(before, body)), contract)) == is_found


def test_does_not_run_a_class_that_is_only_named(write: Write, contract: Contract) -> None:
    """``isinstance`` and annotations make no instance."""
    before = "class Job:\n    def __init__(self, n): self.half = n // 2"
    folder = write(service=service(before, "return isinstance(request.name, Job)"))
    assert "B6" not in ids(folder, contract)


def test_does_not_guess(write: Write) -> None:
    """A name that is one thing here and another there is neither."""
    folder = write(
        a="""
            def f(a, flag):
                b = "x"
                if flag:
                    b = [1]
                return len(b), len(a)
        """
    )
    assert scan_tree(folder) == ()


def test_takes_the_same_time_for_nested_calls(write: Write) -> None:
    """Lambdas within lambdas are looked at once each, not twice for each level."""
    text = "x = " + "map(lambda y: y, " * 40 + "z" + ")" * 40
    assert scan_tree(write(a=text)) == ()
