"""Breaks the few Java lines that may be too long the way google-java-format does."""

from collections.abc import Sequence

WIDTH = 100


def declaration(head: str, clause: str, end: str) -> str:
    """``public interface X`` and ``extends Y<A, B>``, on one line where they fit; else the types break off last."""
    for text in (f"{head} {clause}{end}", f"{head}\n    {clause}{end}"):
        if _fits(text) or ("<" not in clause and "\n" in text):
            return text
    kind, _, types = clause.removesuffix(">").partition("<")
    together = f"{head}\n    {kind}<\n        {types}>{end}"
    return together if _fits(together) else together.replace(types, types.replace(", ", ",\n        "))


def _fits(text: str) -> bool:
    return max(map(len, text.split("\n"))) <= WIDTH


def call(head: str, arguments: Sequence[str], end: str, indent: int) -> str:
    """``head(a, b)end``: the arguments on the same line, else all on the next, else each on its own."""
    pad, inner = " " * indent, " " * (indent + 4)
    together = ", ".join(arguments)
    for text in (f"{pad}{head}({together}){end}", f"{pad}{head}(\n{inner}{together}){end}"):
        if _fits(text):
            return text
    return f"{pad}{head}(\n{inner}" + f",\n{inner}".join(arguments) + f"){end}"


def assignment(left: str, head: str, arguments: Sequence[str] | None, indent: int) -> str:
    """``left = head(a, b);``, or ``left = head;`` without arguments: what does not fit stands on the next line."""
    pad, right = " " * indent, f"{head};" if arguments is None else f"{head}({', '.join(arguments)});"
    line = f"{pad}{left} = {right}"
    if len(line) <= WIDTH:
        return line
    below = f"{pad}    {right}" if arguments is None else call(head, arguments, ";", indent + 4)
    return f"{pad}{left} =\n{below}"
