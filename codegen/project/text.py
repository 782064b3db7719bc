"""Line ends and digests: a checkout with CRLF is not a change, and a person's line ends are kept."""

import difflib
import hashlib
from enum import Enum, auto


class Ends(Enum):
    """How the lines of a text end."""

    LF = auto()
    CRLF = auto()
    OTHER = auto()


def digest(content: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def is_binary(content: bytes) -> bool:
    """Whether it is no text; the rule is git's own."""
    return b"\0" in content


def ends_of(content: bytes) -> Ends:
    """LF or CRLF where all lines end alike; OTHER for a mixture, a single line or no text."""
    total, crlf = content.count(b"\n"), content.count(b"\r\n")
    if is_binary(content) or not total or 0 < crlf < total:
        return Ends.OTHER
    return Ends.CRLF if crlf else Ends.LF


def with_ends(content: bytes, ends: Ends) -> bytes:
    """The same text with other line ends; OTHER leaves it as it is."""
    match ends:
        case Ends.LF:
            return to_lf(content)
        case Ends.CRLF:
            return to_lf(content).replace(b"\n", b"\r\n")
        case _:
            return content


def to_lf(content: bytes) -> bytes:
    """The same text with LF; bytes that are no text stay."""
    return content if is_binary(content) else content.replace(b"\r\n", b"\n")


def same_text(one: bytes, other: bytes) -> bool:
    """Whether two contents are equal but for their line ends."""
    return one == other or to_lf(one) == to_lf(other)


def unified_diff(path: str, old: bytes, new: bytes | None) -> str:
    """From what is there to what is generated; for bytes that are no text only that they differ."""
    if new is None:
        return f"--- {path} (changed by hand)\n+++ {path} (no longer generated)\n"
    if is_binary(old) or is_binary(new):
        return f"--- {path} (changed by hand)\n+++ {path} (generated)\nbinary files differ\n"
    lines = difflib.unified_diff(
        _lines(old), _lines(new), f"{path} (changed by hand)", f"{path} (generated)", lineterm=""
    )
    return "".join(f"{line}\n" for line in lines)


def _lines(content: bytes) -> list[str]:
    return to_lf(content).decode("utf-8", errors="backslashreplace").split("\n")
