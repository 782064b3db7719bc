"""What Python answers: per function of PySemantics the columns it takes and the built-in it is a twin of."""

import base64
import html
import json
import math
import re
import sys
import urllib.parse
import uuid
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple

from protocols import at, at_offset


class Colour(Enum):
    """An enum as a handler has it; Java's has the same names."""

    RED = 1
    GREEN = 2


class Twin(NamedTuple):
    """The built-in, and the names of the columns of its arguments."""

    builtin: Callable[..., Any]
    columns: tuple[str, ...]


def _each(is_member: Callable[[str], bool]) -> Callable[[str], str]:
    return lambda text: "".join("1" if is_member(c) else "0" for c in text)


def _delta(micros: int) -> timedelta:
    return timedelta(microseconds=micros)


def _json(value: Any, options: int) -> str:
    return json.dumps(value, sort_keys=bool(options & 1), ensure_ascii=not options & 2, indent=options // 4 or None)


def _pattern(regex: str, bits: int) -> re.Pattern[str]:
    flags = (re.IGNORECASE, re.MULTILINE, re.DOTALL, re.VERBOSE)
    return re.compile(regex, sum(flag for place, flag in enumerate(flags) if bits >> place & 1))


def _matches(regex: str, bits: int, subject: str) -> str:
    pattern = _pattern(regex, bits)
    found = [f"{m.start()}-{m.end()}" for m in pattern.finditer(subject)]
    return f"{pattern.match(subject) is not None} {pattern.fullmatch(subject) is not None} {' '.join(found)}".lower()


def _findall(regex: str, bits: int, subject: str) -> list[str]:
    pattern = _pattern(regex, bits)
    if pattern.groups > 1:
        raise ValueError(pattern.groups)
    return pattern.findall(subject)


def _sub(regex: str, bits: int, replacement: str, subject: str) -> str:
    end = "\n)" if bits & 8 else ")"  # behind a comment
    return _pattern(f"({regex}{end}", bits).sub(replacement, subject)  # group 1 is there whatever was drawn


def _uuid(number: int) -> uuid.UUID:
    return uuid.UUID(int=number)


NUMBERS = {
    "repr.double": Twin(repr, ("double",)),
    "fixed": Twin(lambda x, n: f"{x:.{n}f}", ("double", "digits")),
    "grouped": Twin(lambda x, n: f"{x:,.{n}f}", ("double", "digits")),
    "percent": Twin(lambda x, n: f"{x:.{n}%}", ("double", "digits")),
    "general": Twin(lambda x, n: f"%.{n}g" % x, ("double", "digits")),
    "exponential": Twin(lambda x, n: f"%.{n}e" % x, ("double", "digits")),
    "hex": Twin(hex, ("big",)),
    "oct": Twin(oct, ("big",)),
    "bin": Twin(bin, ("big",)),
    "hex.long": Twin(lambda n: f"{n:#x} {n:#o} {n:#b}", ("long",)),
    "floorDiv.long": Twin(lambda a, b: a // b, ("long", "long2")),
    "floorDiv.big": Twin(lambda a, b: a // b, ("big", "big2")),
    "floorDiv.double": Twin(lambda a, b: a // b, ("double", "double2")),
    "mod.long": Twin(lambda a, b: a % b, ("long", "long2")),
    "mod.big": Twin(lambda a, b: a % b, ("big", "big2")),
    "mod.double": Twin(lambda a, b: a % b, ("double", "double2")),
    "divmod.long": Twin(lambda a, b: list(divmod(a, b)), ("long", "long2")),
    "divmod.double": Twin(lambda a, b: list(divmod(a, b)), ("double", "double2")),
    "trueDiv": Twin(lambda a, b: a / b, ("long", "long2")),
    "pow": Twin(lambda a, b: a**b, ("double", "double2")),
    "round.int": Twin(round, ("double",)),
    "round.double": Twin(round, ("double", "places")),
    "round.big": Twin(round, ("big", "near")),
    "toInt": Twin(int, ("double",)),
    "floor": Twin(math.floor, ("double",)),
    "ceil": Twin(math.ceil, ("double",)),
    "sum": Twin(sum, ("doubles",)),
    "max": Twin(max, ("doubles",)),
    "min": Twin(min, ("doubles",)),
    "equal": Twin(lambda n, x: n == x, ("long", "double")),
    "equal.near": Twin(lambda n: n == float(n), ("long",)),
    "parseInt": Twin(int, ("int.text",)),
    "parseInt.base": Twin(int, ("int.text", "base")),
    "parseFloat": Twin(float, ("float.text",)),
    "truthy": Twin(bool, ("value",)),
}
TEXT = {
    "order": Twin(lambda a, b: (a > b) - (a < b), ("text", "text2")),
    "order.near": Twin(lambda a, b: ((a + b) > a) - ((a + b) < a), ("text", "part")),
    "len": Twin(len, ("text",)),
    "at": Twin(lambda s, i: s[i], ("text", "near")),
    "at.list": Twin(lambda s, i: list(s)[i], ("text", "near")),
    "slice.from": Twin(lambda s, a: s[a:], ("text", "near")),
    "slice": Twin(lambda s, a, b: s[a:b], ("text", "near", "near2")),
    "slice.step": Twin(lambda s, a, b, n: s[a:b:n], ("text", "bound", "bound2", "step")),
    "slice.list": Twin(lambda s, a, b: list(s)[a:b], ("text", "near", "near2")),
    "slice.list.from": Twin(lambda s, a: list(s)[a:], ("text", "near")),
    "slice.list.step": Twin(lambda s, a, b, n: list(s)[a:b:n], ("text", "bound", "bound2", "step")),
    "find": Twin(str.find, ("text", "part")),
    "rfind": Twin(str.rfind, ("text", "part")),
    "strip": Twin(str.strip, ("text",)),
    "lstrip": Twin(str.lstrip, ("text",)),
    "rstrip": Twin(str.rstrip, ("text",)),
    "strip.chars": Twin(str.strip, ("text", "chars")),
    "lstrip.chars": Twin(str.lstrip, ("text", "chars")),
    "rstrip.chars": Twin(str.rstrip, ("text", "chars")),
    "split": Twin(str.split, ("text",)),
    "split.max": Twin(lambda s, n: s.split(None, n), ("text", "limit")),
    "split.sep": Twin(str.split, ("text", "part")),
    "split.sep.max": Twin(str.split, ("text", "part", "limit")),
    "rsplit.max": Twin(lambda s, n: s.rsplit(None, n), ("text", "limit")),
    "rsplit.sep.max": Twin(str.rsplit, ("text", "part", "limit")),
    "splitlines": Twin(str.splitlines, ("text",)),
    "splitlinesKeepEnds": Twin(lambda s: s.splitlines(keepends=True), ("text",)),
    "zfill": Twin(str.zfill, ("text", "width")),
    "ljust": Twin(str.ljust, ("text", "width", "fill")),
    "rjust": Twin(str.rjust, ("text", "width", "fill")),
    "center": Twin(str.center, ("text", "width", "fill")),
    "htmlEscape": Twin(html.escape, ("text",)),
    "repr.text": Twin(repr, ("text",)),
    "repr.runs": Twin(repr, ("runs",)),
    "repr.value": Twin(repr, ("value",)),
    "repr.query": Twin(repr, ("query",)),
    "repr.bytes": Twin(repr, ("bytes",)),
    "str.value": Twin(str, ("value",)),
    "str.enum": Twin(lambda place: str(list(Colour)[place]), ("place",)),
    "str.decimal": Twin(lambda text: f"{Decimal(text)} {Decimal(text)!r}", ("decimal.text",)),
    "str.uuid": Twin(lambda number: f"{_uuid(number)} {_uuid(number)!r}", ("uuid",)),
    "tuple": Twin(lambda a, b: str((a, b)) + str((a,)), ("text", "double")),
    **{
        f"{name}{suffix}": Twin(getattr(str, name), (column,))
        for name in ("upper", "lower", "title", "capitalize", "casefold", "swapcase", "isupper", "islower")
        for suffix, column in (("", "text"), (".runs", "runs"))
    },
    **{
        f"{name}{suffix}": Twin(_each(getattr(str, name)) if suffix else getattr(str, name), (column,))
        for name in ("isalpha", "isalnum", "isdecimal", "isdigit", "isnumeric", "isspace")
        for suffix, column in (("", "text"), (".runs", "runs"))
    },
}
PROTOCOLS = {
    "jsonString": Twin(json.dumps, ("text",)),
    "jsonDumps": Twin(json.dumps, ("value",)),
    "jsonDumps.odd": Twin(json.dumps, ("query",)),
    "json.options": Twin(_json, ("value", "options")),
    "isoformat": Twin(lambda m: at(m).isoformat(), ("moment",)),
    "isoformat.offset": Twin(lambda m, o: at_offset(m, o).isoformat(), ("moment", "offset")),
    "isoformat.instant": Twin(lambda m: at_offset(m, 0).isoformat() * 2, ("moment",)),
    "isoformat.date": Twin(lambda m: at(m).date().isoformat(), ("moment",)),
    "isoformat.time": Twin(lambda m: at(m).time().isoformat(), ("moment",)),
    "str.datetime": Twin(lambda m: str(at(m)), ("moment",)),
    "str.datetime.offset": Twin(lambda m, o: str(at_offset(m, o)), ("moment", "offset")),
    "fromisoformat": Twin(lambda s: datetime.fromisoformat(s).isoformat(), ("iso.text",)),
    "strftime": Twin(lambda m, f: at(m).strftime(f), ("moment", "format")),
    "strftime.offset": Twin(lambda m, o, f: at_offset(m, o).strftime(f), ("moment", "offset", "format")),
    "timestamp": Twin(lambda m: at_offset(m, 0).timestamp(), ("moment",)),
    "fromTimestamp": Twin(lambda s: datetime.fromtimestamp(s, UTC).isoformat(), ("seconds",)),
    "totalSeconds": Twin(lambda d: _delta(d).total_seconds(), ("delta",)),
    "str.delta": Twin(lambda d: str(_delta(d)), ("delta",)),
    "delta.parts": Twin(lambda d: [_delta(d).days, _delta(d).seconds, _delta(d).microseconds], ("delta",)),
    "decodeUtf8": Twin(bytes.decode, ("utf8",)),
    "decodeUtf8Replace": Twin(lambda b: b.decode(errors="replace"), ("utf8",)),
    "decodeUtf8Ignore": Twin(lambda b: b.decode(errors="ignore"), ("utf8",)),
    "encodeUtf8": Twin(str.encode, ("text",)),
    "encode.latin": Twin(lambda s: s.encode("latin-1"), ("text",)),
    "encodeUtf16": Twin(lambda s: s.encode("utf-16"), ("text",)),
    "truncateUtf8": Twin(lambda s, n: s.encode()[: max(n, 0)].decode(errors="ignore"), ("text", "width")),
    "intFromBytes": Twin(lambda b: int.from_bytes(b, "big"), ("bytes",)),
    "intFromBytes.little": Twin(lambda b: int.from_bytes(b, "little", signed=True), ("bytes",)),
    "crc32": Twin(zlib.crc32, ("bytes",)),
    "encodebytes": Twin(base64.encodebytes, ("bytes",)),
    "b64decode": Twin(base64.b64decode, ("base64.text",)),
    "urlsafeB64decode": Twin(base64.urlsafe_b64decode, ("base64.text",)),
    "uuid": Twin(lambda s: str(uuid.UUID(s)), ("uuid.text",)),
    "uuid3": Twin(lambda u, s: str(uuid.uuid3(_uuid(u), s)), ("uuid", "text")),
    "uuid5": Twin(lambda u, s: str(uuid.uuid5(_uuid(u), s)), ("uuid", "text")),
    "quote": Twin(urllib.parse.quote, ("text",)),
    "quote.safe": Twin(urllib.parse.quote, ("text", "chars")),
    "quotePlus": Twin(urllib.parse.quote_plus, ("text",)),
    "quotePlus.safe": Twin(urllib.parse.quote_plus, ("text", "chars")),
    "unquote": Twin(urllib.parse.unquote, ("query.text",)),
    "unquotePlus": Twin(urllib.parse.unquote_plus, ("query.text",)),
    "urlencode": Twin(urllib.parse.urlencode, ("query",)),
    "urlencodeEach": Twin(lambda q: urllib.parse.urlencode(q, doseq=True), ("query",)),
    "parseQs": Twin(lambda s: repr(urllib.parse.parse_qs(s)), ("query.text",)),
    "parseQsKeepBlank": Twin(lambda s: repr(urllib.parse.parse_qs(s, keep_blank_values=True)), ("query.text",)),
    "urljoin": Twin(urllib.parse.urljoin, ("url", "url2")),
    "pattern": Twin(_matches, ("regex.pattern", "regex.flags", "regex.subject")),
    "reSplit": Twin(lambda p, f, s: _pattern(p, f).split(s), ("regex.pattern", "regex.flags", "regex.subject")),
    "reFindall": Twin(_findall, ("regex.pattern", "regex.flags", "regex.subject")),
    "reSub": Twin(_sub, ("regex.pattern", "regex.flags", "replacement", "regex.subject")),
}
LATER = {"sumCompensated": Twin(sum, ("doubles",))} if sys.version_info >= (3, 12) else {}
TWINS: dict[str, Twin] = NUMBERS | LATER | TEXT | PROTOCOLS
