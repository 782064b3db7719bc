"""Makes foreign text safe in Java comments: it can't end a comment, form a Unicode escape, or reorder what is shown."""

import re
import textwrap
import unicodedata
from collections.abc import Iterable

WIDTH = 100
# Where a backslash before it is one of an odd number, javac reads an escape, in comments too (JLS 3.3).
_ESCAPE = re.compile(r"(\\+)(?=u)")
# Where Javadoc may read a tag: at the start of a word, which may come to start a line; behind a brace or a star.
_TAG = re.compile(r"(?<![^\s{*])@")
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Control characters, formats (bidi overrides among them), private and unassigned ones, lone surrogates, separators.
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})


def plain(text: str) -> str:
    """The text in lines, each harmless behind ``//``; what can't be seen is ``?``, and a tab two blanks."""
    return "\n".join("".join(map(_shown, line)) for line in text.expandtabs(2).splitlines())


def _shown(char: str) -> str:
    category = unicodedata.category(char)
    return "?" if category in _UNSEEN else " " if category == "Zs" else char


def _no_escape(text: str) -> str:
    """An even number of backslashes before each ``u``."""
    return _ESCAPE.sub(lambda match: match[1] + ("\\" if len(match[1]) % 2 else ""), text)


def line_comment(text: str, indent: int, *, hang: str = "") -> list[str]:
    """``//`` lines of at most 100 columns; lines after the first of each start with ``hang``."""
    lead = " " * indent + "// "
    return [
        (lead + _no_escape(part)).rstrip()
        for line in plain(text).split("\n")
        for part in _wrap(line, WIDTH - len(lead) - 4, hang)
    ]


def javadoc(paragraphs: Iterable[str], indent: int) -> list[str]:
    """A Javadoc comment as google-java-format lays it out: each paragraph filled, ``<p>`` before all but the first."""
    texts = [_escape(" ".join(plain(text).split())) for text in paragraphs]
    texts = [text for text in texts if text]
    if not texts:
        return []
    pad = " " * indent
    if len(texts) == 1 and len(pad) + len(texts[0]) + 7 <= WIDTH:
        return [f"{pad}/** {texts[0]} */"]
    lines = [f"{pad}/**"]
    for i, text in enumerate(texts):
        if i:
            lines.append(f"{pad} *")
        lines += [f"{pad} * {part}" for part in _wrap(("<p>" if i else "") + text, WIDTH - len(pad) - 3, "")]
    return [*lines, f"{pad} */"]


def _escape(text: str) -> str:
    text = _no_escape(text.translate(_ENTITIES))
    return _TAG.sub("&#64;", text.replace("*/", "*&#47;").replace("/*", "&#47;*"))


def _wrap(text: str, width: int, hang: str) -> list[str]:
    wrapped = textwrap.wrap(
        text,
        width,
        subsequent_indent=hang,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
        replace_whitespace=False,
    )
    return wrapped or [""]


def paragraphs_of(text: str) -> list[str]:
    """The parts of a comment between blank lines."""
    return [part for part in re.split(r"\n\s*\n", plain(text)) if part.strip()]
