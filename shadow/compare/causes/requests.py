"""What is wrong with a request itself, for causes that lie in it."""

from google.protobuf.message import DecodeError

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.causes.rule import Flaw
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.grpc import split_frames
from crossfade.shadow.exchange import Protocol, Request

_BAD_TEXT = "bad UTF-8"  # upb's words


def request_flaw(request: Request | None, contract: Contract | None) -> Flaw:
    """The flaw of the first message that can't be read; NONE without a contract, and for what is no call."""
    if request is None or contract is None or request.protocol is not Protocol.GRPC or request.truncated:
        return Flaw.NONE
    method = contract.methods.get(request.target.partition("?")[0].lstrip("/"))
    if method is None:
        return Flaw.NONE
    try:
        kind = contract.message_class(method.input_type)
        for message in split_frames(request.body, request.headers):
            kind.FromString(message)
    except DecodeError as error:
        return Flaw.TEXT if _BAD_TEXT in str(error) else Flaw.BYTES
    except (UndecodableError, KeyError):
        return Flaw.NONE
    return Flaw.NONE
