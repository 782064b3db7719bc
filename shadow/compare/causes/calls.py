"""How gRPC calls end in either library, where nobody's handler decides it (group J).

The texts are those of grpcio, its threads and its asyncio, and of grpc-java; ``test_calls_of_servers`` calls the real
servers for each of them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from crossfade.shadow.compare.causes.rule import Flaw, Rule, Siblings
from crossfade.shadow.exchange.difference import UNSEEN_MESSAGE, Difference, Kind, Value

_THROWN = r"Application error processing RPC"  # io.grpc.internal.ServerImpl, of anything that is thrown
_UNCAUGHT = r"Exception calling application: .*|Exception iterating responses: .*|Unexpected <class '.*"
_JAVA_STATUS = rf"(?=.*io\.grpc\.Status)(?:{_UNCAUGHT})"  # a status as the cause of another exception
_NO_MESSAGE = r".* requires exactly one request message\."
_JAVA_NO_MESSAGE = r"Half-closed without a request|Encountered end-of-stream mid-frame"
_UNREADABLE = r"Exception deserializing request!"
_UNREADABLE_AIO = r"Unexpected <class 'google\.protobuf\.message\.DecodeError'>: .*"  # a handler may have raised it too
_JAVA_UNREADABLE = rf"{_THROWN}|Invalid protobuf byte sequence"  # with a request that has such a flaw
_TOO_LARGE = r"(?:\w+: )?(?:Received|Sent) message larger than max \(\d+ vs\. \d+\)"
_TOO_LARGE_METADATA = r"received (?:\w+ )?metadata size exceeds (?:\w+ )?limit.*"
_JAVA_TOO_LARGE = r"(?:Decompressed )?gRPC message exceeds maximum size \d+.*"
_ENCODING = r"Error parsing 'grpc-encoding' metadata.*"
_NOT_THERE = r"(?:Unexpected <class 'NotImplementedError'>: )?Method not (?:implemented|found)!"
_JAVA_NOT_THERE = r"Method not found: \S+|Method \S+ is unimplemented"
_LIBRARY = (
    rf"{_UNREADABLE}|{_NO_MESSAGE}|{_TOO_LARGE}|{_TOO_LARGE_METADATA}|{_ENCODING}|{_NOT_THERE}|Deadline Exceeded"
    r"|Failed to serialize response!|Error in service handler!|Concurrent RPC limit exceeded!"
    r"|Error parsing 'grpc-timeout' metadata.*|Compression bit set.*|Decompression failed.*"
)
"""What grpcio ends a call with by itself: no handler has chosen these, so no handler can throw them."""

_ANY = r".*"
_MAX_TEXT = 2000
_TOO_LATE = frozenset({"DEADLINE_EXCEEDED", "CANCELLED"})
_REFUSED_HEAD = "HTTP 431"  # what grpc-java's Netty answers to metadata of more than 8 KiB


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How one call ended on each side; a code is "" where both sides have the same one, which is then not known."""

    legacy_code: str
    candidate_code: str
    legacy_text: str
    candidate_text: str
    flaw: Callable[[], Flaw]

    @classmethod
    def of(cls, difference: Difference, siblings: Siblings) -> "Ending | None":
        """The ending to which a difference belongs; None where nothing of a status differs, or its text is too long."""
        code, text = (
            difference if difference.template == place else siblings.by_path.get(place)
            for place in ("status.code", "status.message")
        )
        if code is None and text is None:
            return None
        texts = ("", "") if text is None else (text.legacy, text.candidate)
        legacy_text, candidate_text = (value if isinstance(value, str) else "" for value in texts)
        if max(len(legacy_text), len(candidate_text)) > _MAX_TEXT:
            return None
        return cls(
            legacy_code=_name(None if code is None else code.legacy),
            candidate_code=_name(None if code is None else code.candidate),
            legacy_text=legacy_text,
            candidate_text=candidate_text,
            flaw=siblings.flaw,
        )


def _name(code: Value) -> str:
    return code if isinstance(code, str) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What a trap makes of one call in either library: regular expressions for codes and texts, whole.

    A code that is the same on both sides matches the empty text.
    """

    cause: str
    legacy_code: str = _ANY
    legacy: str
    candidate_code: str = _ANY
    candidate: str = _ANY
    flaw: Flaw | None = None

    def fits(self, ending: Ending) -> bool:
        """Whether the call ended so, for a request with such a flaw, if it must have one."""
        texts = all(
            re.fullmatch(pattern, text, re.DOTALL)
            for pattern, text in (
                (self.legacy_code, ending.legacy_code),
                (self.candidate_code, ending.candidate_code),
                (self.legacy, ending.legacy_text),
                (self.candidate, ending.candidate_text),
            )
        )
        return texts and (self.flaw is None or self.flaw is ending.flaw())


_ERROR = r"(?!OK$|HTTP ).*"
_OWN = r"(?!OK$)[A-Z_]+"
_OF_A_HANDLER = rf"(?!(?:{_LIBRARY})$).*"

PAIRS = (
    # A request that can't be read comes before what was thrown: grpc-java has one text for both.
    Pair(cause="J9", legacy=rf"{_UNREADABLE}|{_UNREADABLE_AIO}", candidate_code=_ERROR, flaw=Flaw.TEXT),
    Pair(cause="J9", legacy=_ANY, candidate=r".*Protocol message had invalid UTF-8\..*"),
    Pair(cause="J9", legacy=_ANY, candidate=_JAVA_UNREADABLE, flaw=Flaw.TEXT),
    Pair(cause="J8", legacy=_UNREADABLE, candidate_code=_ERROR),
    Pair(cause="J8", legacy=_ANY, candidate=_JAVA_UNREADABLE, flaw=Flaw.BYTES),
    Pair(cause="J8", legacy=_UNREADABLE_AIO, candidate_code=_ERROR, flaw=Flaw.BYTES),
    Pair(cause="J8", legacy=_NO_MESSAGE, candidate=_JAVA_NO_MESSAGE),
    Pair(cause="J8", legacy_code="OK", legacy="", candidate_code="INTERNAL", candidate="Too many requests"),
    Pair(cause="J8", legacy=_ENCODING, candidate=r"Can't find decompressor for .*"),
    Pair(cause="J8", legacy=r"Compression bit set.*", candidate=r"Can't decode compressed gRPC message .*"),
    Pair(cause="J8", legacy=r"Decompression failed.*", candidate_code="UNKNOWN", candidate=r"|" + _THROWN),
    # A limit that only one side has hit, or both with their own texts
    Pair(cause="J10", legacy_code="RESOURCE_EXHAUSTED|", legacy=rf"{_TOO_LARGE}|{_TOO_LARGE_METADATA}"),
    Pair(cause="J10", legacy=_ANY, candidate_code="RESOURCE_EXHAUSTED|", candidate=_JAVA_TOO_LARGE),
    Pair(cause="J12", legacy_code="RESOURCE_EXHAUSTED", legacy=r"Concurrent RPC limit exceeded!"),
    Pair(cause="J3", legacy=_NOT_THERE, candidate=_JAVA_NOT_THERE),
    # Something was thrown: in legacy too, or in the candidate alone, where legacy ended with a status of its handler
    Pair(cause="J1", legacy_code="", legacy=_UNCAUGHT, candidate_code="", candidate=rf"{_THROWN}|"),
    Pair(cause="J2", legacy_code=_OWN, legacy=_OF_A_HANDLER, candidate_code="UNKNOWN", candidate=_THROWN),
    Pair(cause="J2", legacy_code=_OWN, legacy=_OF_A_HANDLER, candidate_code="UNKNOWN", candidate=_JAVA_STATUS),
)


def _rule(pair: Pair) -> Rule[Difference, Siblings]:
    def fits(difference: Difference, siblings: Siblings) -> bool:
        ending = Ending.of(difference, siblings) if _belongs(difference) else None
        return ending is not None and pair.fits(ending)

    return Rule(cause=pair.cause, fits=fits)


def _belongs(difference: Difference) -> bool:
    """Code and text, and details that went lost with them."""
    if difference.template in {"status.code", "status.message"}:
        return True
    return difference.template.startswith("status.details") and difference.kind is Kind.MISSING


def _too_late(difference: Difference, _: Siblings) -> bool:
    return difference.template == "status.code" and {str(difference.legacy), str(difference.candidate)} == _TOO_LATE


def _head_refused(difference: Difference, siblings: Siblings) -> bool:
    """Netty refuses metadata with a status of HTTP, so that no status of gRPC comes."""
    if difference.template not in {"status.code", "status.http", "metadata.content-type"}:
        return False
    code = siblings.by_path.get("status.code", difference)
    return code.template == "status.code" and code.candidate == _REFUSED_HEAD != code.legacy


def _unseen(difference: Difference, _: Siblings) -> bool:
    return difference.template == UNSEEN_MESSAGE


CALL_RULES: tuple[Rule[Difference, Siblings], ...] = (
    Rule(cause="J4", fits=_unseen),
    Rule(cause="J7", fits=_too_late),
    Rule(cause="J10", fits=_head_refused),
    *map(_rule, PAIRS),
)
