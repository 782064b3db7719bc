"""Base64, hex, percent-encoding and compressed bytes (groups C and I)."""

import re
import uuid

from crossfade.shadow.compare.causes.rule import Rule

_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{2,}={0,2}")
_MIME_LINES = re.compile(
    r"(?:[A-Za-z0-9+/]{76}\r?\n)+[A-Za-z0-9+/]{1,76}={0,2}(?:\r?\n)?|[A-Za-z0-9+/]{1,76}={0,2}\r?\n"
)
_DIGEST = re.compile(r"0[0-9a-f]{31}|0[0-9a-f]{39}|0[0-9a-f]{55}|0[0-9a-f]{63}|0[0-9a-f]{95}|0[0-9a-f]{127}")
_GZIP_MAGIC = b"\x1f\x8b"
_GZIP_HEADER = 10  # RFC 1952: bytes 4 to 9 are the time, the level and the system
_GZIP_FIXED = 4
_LITTLE_ENDIAN = b"\xff\xfe"
_NAME_SHA1, _NAME_MD5 = 5, 3


def _padding_dropped(ours: str, theirs: str) -> bool:
    if len(ours) % 4 or not ours.endswith("=") or theirs != ours.rstrip("="):
        return False
    return bool(_BASE64.fullmatch(ours))


def _other_lines(ours: str, theirs: str) -> bool:
    """The same base64 in lines of 76 characters, which in legacy end as Python ends them."""
    if "\n" not in ours or "\r" in ours or not _MIME_LINES.fullmatch(ours):
        return False
    return ours != theirs and _without_line_ends(ours) == _without_line_ends(theirs)


def _without_line_ends(text: str) -> str:
    return text.replace("\r", "").replace("\n", "")


def _zeros_dropped(ours: str, theirs: str) -> bool:
    """A digest of a usual length without its leading zeros."""
    return bool(_DIGEST.fullmatch(ours)) and theirs == ours.lstrip("0") != ""


def _form_encoding(ours: str, theirs: str) -> bool:
    """Legacy's percent-encoding as ``URLEncoder`` writes it."""
    if ours == theirs or ("%" not in ours and "~" not in ours):
        return False
    java = ours.replace("%20", "+").replace("%2A", "*").replace("~", "%7E")
    return theirs in {java, java.replace("/", "%2F")}


def _other_namespace(ours: str, theirs: str) -> bool:
    """Version 5 is what Python writes and Java's library can't; version 3 is the only one that it can."""
    one, two = _uuid(ours), _uuid(theirs)
    return one is not None and two is not None and (one.version, two.version) == (_NAME_SHA1, _NAME_MD5)


def _uuid(text: str) -> uuid.UUID | None:
    if not re.fullmatch(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", text):
        return None
    return uuid.UUID(text)


def _gzip_header(ours: bytes, theirs: bytes) -> bool:
    """Compressed alike, but for the header's bytes for time, method and system."""
    if not (ours.startswith(_GZIP_MAGIC) and ours[:_GZIP_FIXED] == theirs[:_GZIP_FIXED]):
        return False
    return ours != theirs and len(ours) > _GZIP_HEADER and ours[_GZIP_HEADER:] == theirs[_GZIP_HEADER:]


def _swapped(ours: bytes, theirs: bytes) -> bool:
    """Text of two bytes each, with the mark that Python writes, in the other order."""
    if ours == theirs or len(ours) != len(theirs) or len(ours) % 2 or not ours.startswith(_LITTLE_ENDIAN):
        return False
    return ours[::2] == theirs[1::2] and ours[1::2] == theirs[::2]


ENCODING_RULES: tuple[Rule[str, str], ...] = (
    Rule(cause="I1", fits=_padding_dropped),
    Rule(cause="I2", fits=_other_lines),
    Rule(cause="I4", fits=_zeros_dropped),
    Rule(cause="I5", fits=_form_encoding),
    Rule(cause="I13", fits=_other_namespace),
)

BYTE_RULES: tuple[Rule[bytes, bytes], ...] = (
    Rule(cause="I11", fits=_gzip_header),
    Rule(cause="C27", fits=_swapped),
)
