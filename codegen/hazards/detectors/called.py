"""Functions of the standard library and of frameworks that are a pitfall wherever they are called."""

import ast

from crossfade.codegen.hazards.detectors.registry import DETECTED, Found, View, detector


def _each(ids: str, module: str, names: str) -> dict[str, tuple[str, ...]]:
    return {f"{module}.{name}": tuple(ids.split()) for name in names.split()}


CALLS: dict[str, tuple[str, ...]] = {
    **_each("A8", "locale", "format_string currency str"),
    **_each("B5", "zlib", "crc32 adler32"),
    **_each("B5", "binascii", "crc32"),
    **_each("B16", "math", "fsum"),
    **_each("B16", "statistics", "mean fmean pstdev stdev variance pvariance"),
    **_each("B16", "numpy", "sum mean std var average"),
    **_each("B17", "math", "exp sin cos tan asin acos atan atan2 sinh cosh tanh pow log1p expm1"),
    **_each("B17 B21", "math", "log log2 log10"),
    **_each("C28", "unicodedata", "normalize"),
    **_each("C29", "markupsafe", "escape"),
    **_each("C29", "xml.sax.saxutils", "escape quoteattr"),
    **_each("D5", "re", "split"),
    **_each("E3", "heapq", "nlargest"),
    **_each("E4", "itertools", "groupby"),
    **_each("E7", "heapq", "heappush heappop heapify heappushpop heapreplace"),
    **_each("E7", "queue", "PriorityQueue"),
    **_each("E12", "random", "random randint randrange choice choices sample shuffle uniform gauss Random seed"),
    **_each("E12", "uuid", "uuid1 uuid4"),
    **_each("E12", "secrets", "token_hex token_urlsafe token_bytes choice randbelow"),
    **_each("E13", "builtins", "hash"),
    **_each("F17", "google.protobuf.json_format", "Parse ParseDict"),
    **_each("G4 G10", "json", "loads load"),
    **_each("G4 G10", "orjson", "loads"),
    **_each("G10", "flask", "request.get_json"),
    **_each("H8", "datetime.date", "today fromtimestamp"),
    **_each("H8", "datetime.datetime", "today"),
    **_each("H8", "time", "localtime mktime ctime asctime"),
    **_each("H10", "zoneinfo", "ZoneInfo"),
    **_each("H10", "pytz", "timezone"),
    **_each("H20", "email.utils", "formatdate format_datetime"),
    **_each("H20", "werkzeug.http", "http_date"),
    **_each("H21", "datetime.datetime", "fromisoformat strptime"),
    **_each("H21", "datetime.date", "fromisoformat"),
    **_each("H21", "time", "strptime"),
    **_each("H21", "dateutil.parser", "parse isoparse"),
    **_each("H22", "datetime", "date"),
    **_each("I1", "base64", "b64encode urlsafe_b64encode standard_b64encode"),
    **_each("I2", "base64", "encodebytes"),
    **_each("I2", "binascii", "b2a_base64"),
    **_each("I3", "base64", "b64decode urlsafe_b64decode standard_b64decode decodebytes"),
    **_each("I3", "binascii", "a2b_base64"),
    **_each("I4", "binascii", "hexlify"),
    **_each("I5", "urllib.parse", "quote quote_plus"),
    **_each("I6", "urllib.parse", "urlencode"),
    **_each("I7", "urllib.parse", "parse_qs parse_qsl"),
    **_each("I8", "urllib.parse", "unquote unquote_plus"),
    **_each("I9", "urllib.parse", "urljoin"),
    **_each("I10", "urllib.parse", "urlparse urlsplit"),
    **_each("I11", "gzip", "compress GzipFile open"),
    **_each("I12", "uuid", "UUID"),
    **_each("I13", "uuid", "uuid3 uuid5"),
    **_each("I14", "flask", "Flask abort"),
    **_each("I14", "fastapi", "FastAPI HTTPException"),
    **_each("I15 C30", "csv", "writer DictWriter"),
    **_each("K1", "confluent_kafka", "Producer SerializingProducer"),
    **_each("K2", "pickle", "dumps loads dump load"),
    **_each("K2", "marshal", "dumps loads"),
    **_each("K5", "yaml", "load safe_load full_load load_all safe_load_all"),
}
DETECTED.update(pitfall_id for ids in CALLS.values() for pitfall_id in ids)


@detector(ast.Call)
def called(node: ast.Call, view: View) -> Found:
    """A call of one of the table."""
    for pitfall_id in CALLS.get(view.called(node), ()):
        yield pitfall_id, node
