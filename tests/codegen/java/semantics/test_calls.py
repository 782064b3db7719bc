"""The Java calls of the catalogue, as javac sees them."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from crossfade.codegen import pitfalls
from crossfade.codegen.pitfalls import all_pitfalls

RUNTIME = Path(pitfalls.__file__).parent.parent / "java" / "runtime"
NAMES = {
    "double": "d x y",
    "float": "f",
    "int": "n width maxsplit from to",
    "long": "a b",
    "double[]": "xs",
    "String": "s part sep text key regex replacement base url name line",
    "byte[]": "bytes",
    "List<String>": "list",
    "Map<String, List<String>>": "query map",
    "Object": "value",
    "Pattern": "pattern",
    "Duration": "duration",
    "Instant": "instant",
    "OffsetDateTime": "time",
    "ZonedDateTime": "zoned",
    "UUID": "namespace",
    "Thread.State": "colour",
    "Set<String>": "set",
}
OTHER = {"C6": "String a, String b", "I7": "String query"}  # names that mean something else there
IMPORTS = ("java.time.*", "java.util.*", "java.util.regex.*", "java.nio.charset.*", "java.net.*")
ITEM = "  record Item(int priority, String name) {}\n"


def method(pitfall_id: str, calls: list[str]) -> str:
    """A method whose arguments are what the calls name, and whose body is the calls."""
    parameters = {name: f"{kind} {name}" for kind, names in NAMES.items() for name in names.split()}
    used = {word for call in calls for word in re.findall(r"\b[a-z]\w*\b(?!\()", re.sub(r'"[^"]*"', "", call))}
    arguments = OTHER.get(pitfall_id) or ", ".join(parameters[word] for word in parameters if word in used)
    body = "".join(f"    {call};\n" if call.startswith("list.sort") else f"    sink({call});\n" for call in calls)
    return f"  static void call{pitfall_id}({arguments}) {{\n{body}  }}\n"


@pytest.mark.java
def test_every_call_of_a_twin_compiles(tool: Callable[[str], str], tmp_path: Path) -> None:
    """Names and types of arguments are right: a call can be pasted and the names in it replaced."""
    calls = {
        pitfall.id: [call for call in pitfall.java_call.split("; ") if "PySemantics." in call]
        for pitfall in all_pitfalls().values()
    }
    methods = "".join(method(pitfall_id, found) for pitfall_id, found in calls.items() if found)
    imports = "".join(f"import {name};\n" for name in IMPORTS)
    source = tmp_path / "Calls.java"
    source.write_text(
        f"package dev.crossfade.runtime;\n{imports}\nfinal class Calls {{\n  static void sink(Object value) {{}}\n{ITEM}{methods}}}\n",
        encoding="utf-8",
    )
    javac = tool("javac")
    command = [javac, "--release", "17", "-d", tmp_path, source, *RUNTIME.glob("Py*.java")]
    compiled = subprocess.run(command, capture_output=True, text=True, check=False)
    assert compiled.returncode == 0, compiled.stderr + methods
