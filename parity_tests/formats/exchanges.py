"""What a file of another tool holds: exchanges, and what can't be taken of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.records import Timing
from crossfade.shadow.exchange import Reply, Request

MAX_FILE_BYTES = 1_000_000_000
MAX_BODY_BYTES = 16_777_216
NOT_TIMED = Timing()


class Omission(StrEnum):
    """Why something was not taken."""

    NO_ANSWER = "no_answer"
    NO_BODY = "no_body"
    ALTERED_BODY = "altered_body"
    TOO_LARGE = "too_large"
    CUT_OFF = "cut_off"
    DAMAGED = "damaged"
    OTHER_PROTOCOL = "other_protocol"
    SEEN_TWICE = "seen_twice"
    OTHER_END = "other_end"


OMISSIONS: dict[Omission, str] = {
    Omission.NO_ANSWER: "without an answer of the server",
    Omission.NO_BODY: "whose body the tool did not keep",
    Omission.ALTERED_BODY: "whose body is not as it was sent",
    Omission.TOO_LARGE: f"with more than {MAX_BODY_BYTES} bytes of a body or a field",
    Omission.CUT_OFF: "cut off by the tool or at the end of the file",
    Omission.DAMAGED: "not as the format has them",
    Omission.OTHER_PROTOCOL: "of a protocol that is not replayed, or that the format can't hold",
    Omission.SEEN_TWICE: "that the file has twice",
    Omission.OTHER_END: "logged by a client, beside those that the server logged",
}
"""Each in words, behind a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and what was answered. ``port`` is that of the server that was called, None where it is not known."""

    request: Request
    reply: Reply
    timing: Timing = NOT_TIMED
    port: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Something that could not be taken. ``place`` and ``found`` say where and what, without a value of the traffic."""

    omission: Omission
    place: str
    found: str = ""


Found = Iterator[Exchange | LeftOut]


class DamagedError(Exception):
    """One part of a file is not as its format has it; the text is what was expected and what was found."""


def check_size(path: Path) -> None:
    """Raises: ParityError: no file, or too large a one."""
    try:
        size = path.stat().st_size
        is_file = path.is_file()
    except OSError as error:
        raise ParityError(f"{path}: expected a file to import, got {error.strerror}") from None
    if not is_file:
        raise ParityError(f"{path}: expected a file to import, got none")
    if size > MAX_FILE_BYTES:
        raise ParityError(f"{path}: expected at most {MAX_FILE_BYTES} bytes, got {size}; import it in parts")
