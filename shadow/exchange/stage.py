"""How far the migration of a route has come."""

from enum import StrEnum


class Stage(StrEnum):
    """Until ``CANARY`` clients get legacy's answers only; from ``LIVE`` on the candidate's."""

    OFF = "off"
    RECORD = "record"
    SHADOW = "shadow"
    CANARY = "canary"
    LIVE = "live"
    RAMPDOWN = "rampdown"
    COMPLETE = "complete"
