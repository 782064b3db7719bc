"""Asks PySemantics and Python the same questions and prints per function how often the answers differ.

One JVM answers all of them from files; CPython computes what is expected meanwhile. Needs Python and a JDK alone.
"""

import argparse
import subprocess
import sys
import tempfile
import time
import unicodedata
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from answers import ROW_END, answered, decoded, encoded
from columns import Columns
from listed import LISTED, Mismatch
from twins import TWINS, Twin

HERE = Path(__file__).resolve().parent
RUNTIME = HERE.parents[4] / "codegen" / "java" / "runtime"
UNICODE = {"runs": True, "unknown": False}  # what this Python knows of Unicode, and whether Java may lack it
SHOWN = 3


def main() -> int:
    """Exit code 1 when a difference is not in the list."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000, help="how many inputs each function gets")
    parser.add_argument("--only", help="only functions whose name begins so")
    arguments = parser.parse_args()
    twins = {name: twin for name, twin in TWINS.items() if name.startswith(arguments.only or "")}
    warnings.simplefilter("ignore", FutureWarning)  # [[a] and [a&&b]: what they mean today is compared
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        unexplained = compare(twins, Columns(arguments.inputs), Path(folder))
    say(f"{len(twins)} functions, {unexplained} unexplained, {time.monotonic() - started:.1f} s, Python {sys.version.split()[0]}"
        f" (Unicode {unicodedata.unidata_version})")  # fmt: skip
    return 1 if unexplained else 0


def compare(twins: dict[str, Twin], columns: Columns, folder: Path) -> int:
    """How many differences no entry of the list explains."""
    sources = [*RUNTIME.glob("Py*.java"), *HERE.glob("*.java")]
    with subprocess.Popen(["javac", "-Xlint:all", "-Werror", "--release", "17", "-d", folder, *sources]) as compiler:
        for name in sorted({name for twin in twins.values() for name in twin.columns} | set(UNICODE)):
            text = "".join(value + ROW_END for value in columns[name].written)
            (folder / f"{name}.column").write_bytes(encoded(text))
    if compiler.returncode:
        raise SystemExit(compiler.returncode)
    plan = [f"unassigned.{column} {column}" for column in UNICODE]
    plan += [f"{name} {' '.join(twin.columns)}" for name, twin in twins.items()]
    (folder / "plan").write_text("\n".join(plan), encoding="utf-8")
    unexplained = 0
    unsure: frozenset[str] = frozenset()
    for name in java(folder):
        if name in twins:
            unexplained += judge(name, twins[name], columns, folder, unsure)
        else:
            column = name.removeprefix("unassigned.")
            flags = decoded((folder / f"{name}.answers").read_bytes())
            pairs = zip("".join(columns[column].inputs), "".join(flags), strict=True)
            unsure |= {character for character, flag in pairs if (flag == "1") == UNICODE[column]}
    return unexplained


def java(folder: Path) -> Iterator[str]:
    """The name of each function once its answers are there."""
    options = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]  # half the time of a run as short as this
    command = ["java", *options, "-cp", folder, "dev.crossfade.runtime.Fuzz", folder]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            yield line.strip()
    if process.returncode:
        raise SystemExit(process.returncode)


def judge(name: str, twin: Twin, columns: Columns, folder: Path, unsure: frozenset[str]) -> int:
    """Prints the figures of one function and its first differences; comes back with how many are unexplained."""
    rows = list(zip(*(columns[column].inputs for column in twin.columns), strict=True))
    expected = answered(twin.builtin, rows, message=name.startswith("parse"))
    data = (folder / f"{name}.answers").read_bytes()
    if encoded("".join(answer + ROW_END for answer in expected)) == data:
        say(f"{name:24} {len(rows):7} inputs, all equal")
        return 0
    found = [
        Mismatch(name, row, legacy, candidate)
        for row, legacy, candidate in zip(rows, expected, decoded(data), strict=True)
        if legacy != candidate
    ]
    reasons = Counter(reason(mismatch, unsure) for mismatch in found)
    for text, count in reasons.items():
        say(f"{name:24} {len(rows):7} inputs, {count} differ: {text or 'UNEXPLAINED'}")
    for mismatch in [one for one in found if not reason(one, unsure)][:SHOWN]:
        say(f"    {mismatch.row!a}: Python {mismatch.legacy!a}, Java {mismatch.candidate!a}")
    return reasons[""]


def reason(mismatch: Mismatch, unsure: frozenset[str]) -> str:
    """The entry of the list that explains it, empty where none does."""
    return next((listed.reason for listed in LISTED if listed.is_one(mismatch, unsure)), "")


def say(line: str) -> None:
    """Figures go to standard output, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
