"""Breaks the few Java lines that may be too long the way google-java-format does."""

from collections.abc import Sequence

WIDTH = 100


def declaration(head: str, clause: str, end: str) -> str:
    """``public interface X`` and ``extends Y<Z>``, on one line where they fit."""
    line = f"{head} {clause}{end}"
    return line if len(line) <= WIDTH else f"{head}\n    {clause}{end}"


def call(head: str, arguments: Sequence[str], end: str, indent: int) -> str:
    """``head(a, b)end``: the arguments on the same line, else all on the next, else each on its own."""
    pad, inner = " " * indent, " " * (indent + 4)
    together = ", ".join(arguments)
    for text in (f"{pad}{head}({together}){end}", f"{pad}{head}(\n{inner}{together}){end}"):
        if max(map(len, text.split("\n"))) <= WIDTH:
            return text
    return f"{pad}{head}(\n{inner}" + f",\n{inner}".join(arguments) + f"){end}"
