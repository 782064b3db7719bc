"""What the attributes and methods of Python's own values give."""

from collections.abc import Callable

from crossfade.codegen.hazards.kinds import (
    BOOL,
    BYTES,
    DATE,
    DATETIME,
    DECIMAL,
    FLOAT,
    INT,
    MIXED,
    NATURAL,
    NONE,
    STR,
    TIMEDELTA,
    UNKNOWN,
    Kind,
    Sort,
    dict_of,
    iter_of,
    list_of,
    tuple_of,
)

NAIVE = Kind(sort=Sort.DATETIME, ref="naive")
AWARE = Kind(sort=Sort.DATETIME, ref="aware")
MATCHED = Kind(sort=Sort.STR, ref="matched", optional=True)  # what a pattern has looked at
STRS = list_of(STR)
MESSAGE_TIME = {"google.protobuf.Timestamp": NAIVE, "google.protobuf.Duration": TIMEDELTA}

_STR_TO_STR = [
    "capitalize",
    "casefold",
    "center",
    "expandtabs",
    "format",
    "format_map",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "removeprefix",
    "removesuffix",
    "replace",
    "rjust",
    "rstrip",
    "strip",
    "swapcase",
    "title",
    "translate",
    "upper",
    "zfill",
]
_STR_TO_BOOL = [
    "endswith",
    "isalnum",
    "isalpha",
    "isascii",
    "isdecimal",
    "isdigit",
    "isidentifier",
    "islower",
    "isnumeric",
    "isprintable",
    "isspace",
    "istitle",
    "isupper",
    "startswith",
]
_BYTES_TO_BYTES = [
    "strip",
    "lstrip",
    "rstrip",
    "replace",
    "join",
    "lower",
    "upper",
    "title",
    "capitalize",
    "ljust",
    "rjust",
    "center",
    "zfill",
]

_METHODS: dict[Sort, dict[str, Kind]] = {
    Sort.STR: {
        **dict.fromkeys(_STR_TO_STR, STR),
        **dict.fromkeys(_STR_TO_BOOL, BOOL),
        **dict.fromkeys(("split", "rsplit", "splitlines"), STRS),
        **dict.fromkeys(("partition", "rpartition"), tuple_of(STR, STR, STR)),
        **dict.fromkeys(("find", "rfind"), INT),
        **dict.fromkeys(("index", "rindex", "count"), NATURAL),
        "encode": BYTES,
    },
    Sort.BYTES: {
        **dict.fromkeys(_BYTES_TO_BYTES, BYTES),
        **dict.fromkeys(_STR_TO_BOOL, BOOL),
        **dict.fromkeys(("split", "rsplit", "splitlines"), list_of(BYTES)),
        **dict.fromkeys(("partition", "rpartition"), tuple_of(BYTES, BYTES, BYTES)),
        "find": INT,
        "decode": STR,
        "hex": STR,
    },
    Sort.UNKNOWN: {
        **dict.fromkeys(("lower", "upper", "title", "capitalize", "casefold", "isoformat", "decode", "hexdigest"), STR),
        **dict.fromkeys(("strftime", "getvalue", "format", "zfill"), STR),
        **dict.fromkeys(("splitlines", "readlines"), list_of(UNKNOWN)),
        **dict.fromkeys(_STR_TO_BOOL, BOOL),
        "encode": BYTES,
        "get": UNKNOWN.maybe(),
        "total_seconds": FLOAT,
        "timestamp": FLOAT,
        "timetuple": tuple_of(),
        "fetchall": list_of(Kind(sort=Sort.THING, ref="row")),
        "fetchone": Kind(sort=Sort.THING, ref="row", optional=True),
        "is_integer": BOOL,
    },
    Sort.INT: {"bit_length": NATURAL, "to_bytes": BYTES, "bit_count": NATURAL},
    Sort.FLOAT: {"is_integer": BOOL, "hex": STR},
    Sort.DECIMAL: {
        **dict.fromkeys(("quantize", "normalize", "copy_abs", "sqrt", "to_integral_value"), DECIMAL),
        "is_nan": BOOL,
    },
    Sort.DATETIME: {
        **dict.fromkeys(("isoformat", "strftime", "ctime"), STR),
        **dict.fromkeys(("weekday", "isoweekday", "toordinal"), NATURAL),
        "timestamp": FLOAT,
        "date": DATE,
        "utcoffset": TIMEDELTA,
        "isocalendar": tuple_of(NATURAL, NATURAL, NATURAL),
    },
    Sort.DATE: {
        **dict.fromkeys(("isoformat", "strftime", "ctime"), STR),
        **dict.fromkeys(("weekday", "isoweekday", "toordinal"), NATURAL),
        "replace": DATE,
    },
    Sort.TIMEDELTA: {"total_seconds": FLOAT},
    Sort.MATCH: {
        "group": MATCHED,
        "groups": Kind(sort=Sort.TUPLE, of=MATCHED),
        "groupdict": dict_of(STR, MATCHED),
        **dict.fromkeys(("start", "end"), NATURAL),
        "span": tuple_of(NATURAL, NATURAL),
    },
    Sort.PATTERN: {
        **dict.fromkeys(("match", "search", "fullmatch"), Kind(sort=Sort.MATCH, optional=True)),
        **dict.fromkeys(("split", "findall"), STRS),
        "finditer": iter_of(Kind(sort=Sort.MATCH)),
        "sub": STR,
    },
    Sort.MESSAGE: {
        **dict.fromkeys(("SerializeToString", "SerializePartialToString"), BYTES),
        **dict.fromkeys(("HasField", "IsInitialized", "Unpack", "Is"), BOOL),
        **dict.fromkeys(("ToJsonString",), STR),
        **dict.fromkeys(("ByteSize", "ToSeconds", "ToMilliseconds", "ToMicroseconds", "ToNanoseconds"), INT),
        "WhichOneof": STR.maybe(),
    },
    Sort.CONTEXT: {
        **dict.fromkeys(("peer",), STR),
        "is_active": BOOL,
        "time_remaining": FLOAT.maybe(),
    },
    Sort.SET: {"pop": UNKNOWN},
    Sort.DICT: {"clear": NONE},
}
_ATTRIBUTES: dict[Sort, dict[str, Kind]] = {
    Sort.DATETIME: dict.fromkeys(("year", "month", "day", "hour", "minute", "second", "microsecond"), NATURAL),
    Sort.DATE: dict.fromkeys(("year", "month", "day"), NATURAL),
    Sort.TIMEDELTA: {"days": INT, "seconds": NATURAL, "microseconds": NATURAL},
    Sort.UUID: {"hex": STR, "bytes": BYTES, "int": NATURAL},
    Sort.PATTERN: {"pattern": STR},
    Sort.MATCH: {"string": STR, "lastindex": NATURAL.maybe()},
    Sort.CONTEXT: {},
}
_THINGS: dict[str, Kind] = {
    "hashlib.hexdigest": STR,
    "hashlib.digest": BYTES,
    "flask.upload.read": BYTES,
    "flask.upload.filename": STR.maybe(),
    "flask.upload.mimetype": STR,
    "csv.reader.element": STRS,
    "subprocess.run.returncode": INT,
}
_CONSTANTS: dict[str, Kind] = {
    **dict.fromkeys(("math.pi", "math.e", "math.inf", "math.nan", "math.tau"), FLOAT),
    **dict.fromkeys(("os.linesep", "os.sep", "string.ascii_letters", "string.digits", "string.ascii_lowercase"), STR),
    "sys.maxsize": NATURAL,
    "sys.argv": STRS,
    "flask.request.data": BYTES,
    "flask.request.path": STR,
    "flask.request.method": STR,
    "flask.request.mimetype": STR,
}


def attribute_kind(base: Kind, name: str) -> Kind:
    """``base.name`` where it is no call. Of a thing from elsewhere the dotted name is kept in ``base.ref``."""
    if base.sort is Sort.EXTERNAL:
        return _CONSTANTS.get(base.ref, base)
    if base.sort is Sort.THING:
        return _THINGS.get(f"{base.ref}.{name}", UNKNOWN)
    return _ATTRIBUTES.get(base.sort, {}).get(name, UNKNOWN)


def method_kind(base: Kind, name: str) -> Kind:
    """What ``base.name(...)`` gives, for methods whose result does not hang on their arguments."""
    special = _element_method(base, name)
    if special is not None:
        return special
    if base.sort is Sort.THING:
        return _THINGS.get(f"{base.ref}.{name}", _METHODS[Sort.UNKNOWN].get(name, UNKNOWN))
    if base.sort is Sort.MESSAGE and name in {"ToDatetime", "ToTimedelta"}:
        return MESSAGE_TIME.get(base.ref, UNKNOWN)
    if base.sort is Sort.DATETIME and name in {"replace", "astimezone"}:
        return base if name == "replace" else AWARE
    return _METHODS.get(base.sort, {}).get(name, UNKNOWN)


def _element_method(base: Kind, name: str) -> Kind | None:
    """Methods of dicts, lists and sets: what they give is what was put in."""
    if base.sort is Sort.MIXED:
        return MIXED
    make = _FROM_ELEMENTS.get((base.sort, name))
    return make(base) if make is not None else None


def _value(base: Kind) -> Kind:
    return base.of or UNKNOWN


def _added(base: Kind) -> Kind:
    """``message.steps.add()`` gives the new message, ``set.add`` and the like nothing."""
    return _value(base) if _value(base).sort is Sort.MESSAGE else NONE


def _same(base: Kind) -> Kind:
    return base


_FROM_ELEMENTS: dict[tuple[Sort, str], Callable[[Kind], Kind]] = {
    **dict.fromkeys([(Sort.DICT, "get"), (Sort.DICT, "pop"), (Sort.DICT, "setdefault"), (Sort.LIST, "pop")], _value),
    (Sort.DICT, "items"): lambda base: iter_of(tuple_of(base.key or UNKNOWN, _value(base))),
    (Sort.DICT, "keys"): lambda base: iter_of(base.key or UNKNOWN),
    (Sort.DICT, "values"): lambda base: iter_of(_value(base)),
    (Sort.LIST, "add"): _added,
    **dict.fromkeys([(Sort.LIST, "copy"), (Sort.SET, "copy"), (Sort.DICT, "copy")], _same),
    **dict.fromkeys([(Sort.LIST, "index"), (Sort.LIST, "count")], lambda _: NATURAL),
    **{(Sort.SET, name): _same for name in ("union", "intersection", "difference", "symmetric_difference")},
}

__all__ = ["AWARE", "DATETIME", "MATCHED", "NAIVE", "STRS", "attribute_kind", "method_kind"]
