"""Python's answers as the text that the Java side writes, and how the two are told apart."""

import struct
from collections.abc import Callable, Iterable
from typing import Any

ROW_END = "\U0010ffff"
ITEM_END = "\U0010fffe"
NONE = "\U0010fffd"


def encoded(text: str) -> bytes:
    """UTF-16 as Java holds it, lone surrogates included."""
    return text.encode("utf-16-be", "surrogatepass")


def decoded(data: bytes) -> list[str]:
    """The rows of a file of answers."""
    return data.decode("utf-16-be", "surrogatepass").split(ROW_END)[:-1]


def answered(builtin: Callable[..., Any], rows: Iterable[tuple[Any, ...]], *, message: bool) -> list[str]:
    """The answer of each row; what it raises is a mark, with its message where that is compared too."""
    answers = []
    for row in rows:
        try:
            answers.append(written(builtin(*row)))
        except (ValueError, TypeError) as error:
            answers.append(f"!V{error}" if message else "!V")
        except ArithmeticError:
            answers.append("!A")
        except IndexError:
            answers.append("!I")
    return answers


def written(value: Any) -> str:  # noqa: PLR0911 - one line for each type
    """A float by its bits, a list with a mark behind each item."""
    kind = type(value)
    if kind is str:
        return value
    if kind is float:
        return "nan" if value != value else struct.pack(">d", value).hex()  # noqa: PLR0124 - not a number
    if kind is bool:
        return "true" if value else "false"
    if kind is list:
        return "".join(written(item) + ITEM_END for item in value)
    if kind is bytes:
        return value.decode("latin-1")
    if kind is complex:
        return "!A"
    return NONE if value is None else str(value)
