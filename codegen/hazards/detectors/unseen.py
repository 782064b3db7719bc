"""Pitfalls that no detector looks for, each with the reason: the Python source does not show them."""

_JAVA = "only the Java code causes it: any Python line of this kind may lead to it"
_SAME = "the same Python line as {}; which of the two it becomes depends on the Java code or the JDK"
_EQUAL = "equal once the answer is parsed: a warning at each such line would hide the others"
_CALLER = "it depends on what a client sends, not on the handler"

UNSEEN: dict[str, str] = {
    "A2": _SAME.format("A1"),
    "B28": _JAVA,
    "C23": _SAME.format("C22"),
    "F16": "by definition not a difference in the code",
    "G3": _SAME.format("G2"),
    "G11": _EQUAL,
    "H3": _SAME.format("H1"),
    "J8": _CALLER,
    "J9": _CALLER,
    "K6": _JAVA,
}
