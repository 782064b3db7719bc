"""The lines of a recording that are no events: its header, the result of each comparison, its end. Pure."""

import dataclasses
import json
from typing import Any

from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.exchange.difference import Fingerprint, Signature
from crossfade.shadow.exchange.observations import Sighting, Unjudged
from crossfade.shadow.exchange.outcome import Reason
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.recording.records import VERSION, End, Header, Result

Record = dict[str, Any]
JUDGED, END = "judged", "end"
_SIGHTING = tuple(item.name for item in dataclasses.fields(Sighting))


def header_line(header: Header) -> str:
    """The first line of a file."""
    return _line(
        {"crossfade_recording": VERSION, "run": dataclasses.asdict(header.run), "sample_pct": header.sample_pct}
    )


def read_header(record: Record) -> Header:
    """Raises: KeyError, TypeError, ValueError: no header, or one of another version."""
    version = record["crossfade_recording"]
    if version != VERSION:
        raise ValueError(f"expected version {VERSION} of recordings, got {version}")
    return Header(run=RunInfo(**record["run"]), sample_pct=record["sample_pct"])


def result_line(comparison_id: str, route: RouteInfo, result: Result, *, altered: bool) -> str:
    """The last line of a comparison."""
    record: Record = {"id": comparison_id, "event": JUDGED, "route": dataclasses.asdict(route)}
    if result.signature is not None:
        record["signature"] = _fingerprints(result.signature)
    if result.noise is not None:
        record["noise"] = _fingerprints(result.noise)
    named = {"excused": result.excused, "drift": result.drift}
    record |= {name: _fingerprints(signature) for name, signature in named.items() if signature}
    if result.sightings:
        record["sightings"] = [dataclasses.astuple(sighting) for sighting in result.sightings]
    if result.reason is not None:
        record["reason"] = result.reason.value
    if result.cut is not None:
        record["cut"] = result.cut.value
    return _line(record | ({"altered": True} if altered else {}))


def read_result(record: Record) -> tuple[RouteInfo, Result, bool]:
    """The route, the result and whether redaction altered it. Raises: KeyError, TypeError, ValueError."""
    result = Result(
        signature=_signature(record.get("signature")),
        noise=_signature(record.get("noise")),
        reason=Reason(record["reason"]) if "reason" in record else None,
        cut=Reason(record["cut"]) if "cut" in record else None,
        excused=_signature(record.get("excused")) or (),
        drift=_signature(record.get("drift")) or (),
        sightings=tuple(_sighting(seen) for seen in record.get("sightings", ())),
    )
    return RouteInfo(**record["route"]), result, record.get("altered", False)


def end_line(end: End) -> str:
    """The last line of a recording."""
    return _line({"event": END, **dataclasses.asdict(end)})


def read_end(record: Record) -> End:
    """Raises: KeyError."""
    return End(recorded=record["recorded"], left_out=record["left_out"])


def _sighting(values: list[Any]) -> Sighting:
    """Values in the order of the record's fields, of which earlier versions have the first ones."""
    if len(values) > len(_SIGHTING):
        raise ValueError(f"expected at most {len(_SIGHTING)} values of a sighting, got {len(values)}")
    found = dict(zip(_SIGHTING, values, strict=False))
    unjudged = found.get("unjudged")
    return Sighting(**found | {"unjudged": None if unjudged is None else Unjudged(unjudged)})


def _line(record: Record) -> str:
    return json.dumps(record, separators=(",", ":"))


def _fingerprints(signature: Signature) -> list[list[str]]:
    return [[item.template, item.kind, item.cause, *filter(None, [item.transition])] for item in signature]


def _signature(items: list[list[str]] | None) -> Signature | None:
    if items is None:
        return None
    return tuple(_fingerprint(*parts) for parts in items)


def _fingerprint(template: str, kind: str, cause: str, transition: str = "") -> Fingerprint:
    return Fingerprint(template=template, kind=kind, cause=cause, transition=transition)
