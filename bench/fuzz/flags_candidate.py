"""The flags example as a careless Java port answers, in Python: python flags_candidate.py PORT [BUG ...].

Every bug of flags.toml is on, or those that are named, or none with "none". What is not a bug answers as legacy does.
"""

import math
import runpy
import sys
import tomllib
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LEGACY = Path(__file__).parents[2] / "examples" / "flags" / "legacy"
LIST = Path(__file__).with_name("flags.toml")
BUGS = frozenset(entry["name"] for entry in tomllib.loads(LIST.read_text(encoding="utf-8"))["divergence"])

sys.path.insert(0, str(LEGACY))

import flags  # noqa: E402 - the legacy's modules stand beside each other
import grpc  # noqa: E402
from contract import messages  # noqa: E402

_BUGS: frozenset[str] = BUGS
_WHOLE_PCT = 100
Proto = Any  # the classes are made at run time, and so is the context


class Flags(flags.Flags):
    """acme.flags.v1.Flags, as ported."""

    def __init__(self) -> None:
        """Begins with legacy's flags and an empty cache."""
        super().__init__()
        self._cached: dict[str, float] = {}

    def IsOn(self, request: Proto, context: Proto) -> Proto:  # noqa: N802
        """Whether a flag is on for a user."""
        share = self._shares.get(request.flag)
        if share is None:
            text = f"'{request.flag}'" if "quoted-text" in _BUGS else repr(request.flag)
            context.abort(grpc.StatusCode.NOT_FOUND, f"no flag {text}")
        if "stale-share" in _BUGS:
            share = self._cached.setdefault(request.flag, share)
        bucket = _bucket(zlib.crc32(f"{request.flag}/{request.user}".encode()))
        return messages.Decision(on=bucket < share * 10, why=f"bucket {bucket} of {share}%")

    def SetShare(self, request: Proto, context: Proto) -> Proto:  # noqa: N802
        """Sets the share of users, in per cent."""
        share = request.share_pct
        if share < 0 or share > _WHOLE_PCT or (math.isnan(share) and "nan-share" not in _BUGS):
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"bad share: {share}")
        flag = messages.Flag(name=_lower(request.flag.strip()), share_pct=_one_decimal(share), changed_at=_now())
        with self._changed:
            self._shares[flag.name] = flag.share_pct
            self._log.append(flag)
            self._changed.notify_all()
        return flag

    def Follow(self, request: Proto, context: Proto) -> Iterator[Proto]:  # noqa: N802
        """All flags, then each change as it comes."""
        order: Callable[[str], bytes] = _utf16_units if "utf16-order" in _BUGS else str.encode
        for name in sorted(self._shares, key=order):
            yield messages.Flag(name=name, share_pct=self._shares[name])
        first = max(0, len(self._log) - request.changes) if "newest-changes" in _BUGS else 0
        seen = 0
        while seen < request.changes and context.is_active():
            with self._changed:
                if len(self._log) <= first + seen:
                    self._changed.wait(timeout=1)
                new = self._log[first + seen : first + request.changes]
            yield from map(_change, new)
            seen += len(new)


class Usage(flags.Usage):
    """acme.flags.v1.Usage, as ported."""

    def Count(self, request_iterator: Iterator[Proto], context: Proto) -> Proto:  # noqa: N802, ARG002
        """Takes what one process counted."""
        total = messages.Total()
        for seen in request_iterator:
            if seen.users or "no-zero-total" not in _BUGS:
                total.users[seen.flag] = _sum(total.users[seen.flag] + seen.users)
        return total


def _bucket(crc: int) -> int:
    """The remainder of ``(int) crc.getValue() % 1000``, which has the sign of its first number."""
    signed = _int(crc)
    return int(math.fmod(signed, flags.BUCKETS)) if "signed-bucket" in _BUGS else crc % flags.BUCKETS


def _one_decimal(share: float) -> float:
    """``Math.round(share * 10) / 10.0``; Math.round of NaN is 0."""
    if "half-up" not in _BUGS:
        return round(share, 1)
    return 0.0 if math.isnan(share) else math.floor(share * 10 + 0.5) / 10


def _lower(name: str) -> str:
    """Guava's ``Ascii.toLowerCase``."""
    if "ascii-lower" not in _BUGS:
        return name.lower()
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


def _now() -> str:
    """``Instant.now().toString()``."""
    now = datetime.now(UTC).isoformat()
    return now.replace("+00:00", "Z") if "zulu-time" in _BUGS else now


def _utf16_units(name: str) -> bytes:
    """What ``String.compareTo`` compares."""
    return name.encode("utf-16-be")


def _change(flag: Proto) -> Proto:
    """A change as Follow sends it."""
    return messages.Flag(name=flag.name, share_pct=flag.share_pct) if "change-without-time" in _BUGS else flag


def _sum(users: int) -> int:
    """The sum in an ``int``."""
    return _int(users) if "int-total" in _BUGS else users


def _int(number: int) -> int:
    return (number + 2**31) % 2**32 - 2**31


if __name__ == "__main__":
    if named := frozenset(sys.argv[2:]):
        _BUGS = named & BUGS
        if unknown := named - BUGS - {"none"}:
            sys.exit(f"no such bug: {', '.join(sorted(unknown))}")
    flags.Flags, flags.Usage = Flags, Usage
    runpy.run_path(str(LEGACY / "__main__.py"), run_name="__main__")
