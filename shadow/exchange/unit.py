"""What a claim counts."""

from enum import StrEnum


class Unit(StrEnum):
    """What a claim counts: requests, or those who share a fate."""

    REQUEST = "request"
    CLIENT = "client"
    SESSION = "session"
    MINUTE = "minute"
