"""What was seen of one client request: the request and each side's answer or failure.

``records`` holds the frozen records that the engines write and everyone else reads, ``outcome`` how a request ended,
``body`` the copy of a body within a limit, ``fields`` how header fields are kept.
"""

from crossfade.shadow.exchange.records import (
    Again,
    Answer,
    Comparison,
    Failure,
    FailureReason,
    Headers,
    Protocol,
    Reply,
    Request,
    header_values,
)

__all__ = [
    "Again",
    "Answer",
    "Comparison",
    "Failure",
    "FailureReason",
    "Headers",
    "Protocol",
    "Reply",
    "Request",
    "header_values",
]
