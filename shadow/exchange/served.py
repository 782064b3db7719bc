"""Which side answered a client."""

from enum import StrEnum


class Served(StrEnum):
    """``LEGACY`` unless the weight of the route, or a header of the request, gave it to the candidate."""

    LEGACY = "legacy"
    CANDIDATE = "candidate"
