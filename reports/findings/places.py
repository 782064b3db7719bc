"""What the path of a cluster tells of it. Pure."""

import re

from crossfade.reports.report import Cluster

STATUSES = frozenset({"status", "status.code"})
_OF_STATUS = ("status.",)
_FIELDS = {"header": "Header", "trailer": "Trailer", "metadata": "Metadata"}
_INDEX = re.compile(r"\[(?:\d+|\*)\]|/\*(?=/|$)")
_LAST_INDEX = re.compile(r"(?:\[(?:\d+|\*)\]|/\*)\Z")


def is_status(cluster: Cluster) -> bool:
    """Whether it is another status, HTTP's or gRPC's."""
    return cluster.path in STATUSES


def is_of_status(cluster: Cluster) -> bool:
    """Whether it is the message or the details of a status."""
    return cluster.path.startswith(_OF_STATUS)


def is_field(cluster: Cluster) -> bool:
    """Whether it is a header field, a trailer or a field of the metadata."""
    return bool(field_words(cluster.path))


def field_words(path: str) -> str:
    """``Header expires``; "" where the path is none of a field."""
    part = _part(path)
    return f"{_FIELDS[part]} {path.removeprefix(f'{part}.')}" if part in _FIELDS else ""


def leaf(path: str) -> str:
    """The name at the end of a path into a message or a body: ``price``; "" where it ends at the whole or an element.

    A header field is its whole path, and so is what belongs to a status.
    """
    if _part(path) in {*_FIELDS, "status"}:
        return path
    if _LAST_INDEX.search(path):
        return ""
    separator = "/" if path.startswith("body/") else "."
    return path.rpartition(separator)[2] if separator in path else ""


def without_indexes(path: str) -> str:
    """The path without the places of elements in their lists."""
    return _INDEX.sub("", path)


def _part(path: str) -> str:
    return path.partition(".")[0]
