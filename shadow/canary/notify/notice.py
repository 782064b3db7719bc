"""What people are told of a rollout. Pure."""

import datetime
from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct


class NoticeKind(StrEnum):
    """What has happened to a route."""

    STEP = "step"
    ROLLBACK = "rollback"
    GATE = "gate"
    FINDING = "finding"
    TROUBLE = "trouble"


class Notice(Struct, frozen=True, kw_only=True):
    """One thing to tell. ``text`` is a sentence; ``data`` is for programs.

    Notices of one ``key`` are the same news: only the first is sent. ``at`` is in seconds since the epoch.
    """

    key: str
    kind: NoticeKind
    route: str
    at: float
    text: str
    data: Mapping[str, str | float | int | bool] = {}


def moment(at: float) -> str:
    """A time as RFC 3339 writes it, in UTC."""
    return datetime.datetime.fromtimestamp(at, datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
