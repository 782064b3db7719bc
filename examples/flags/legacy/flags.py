"""What the services do."""

import threading
import zlib
from datetime import UTC, datetime

import grpc
from contract import messages

BUCKETS = 1000


class Flags:
    """acme.flags.v1.Flags."""

    def __init__(self):
        self._shares = {"new-badge": 12.5, "dark-mode": 100.0}
        self._changed = threading.Condition()
        self._log = []

    def IsOn(self, request, context):
        share = self._shares.get(request.flag)
        if share is None:
            context.abort(grpc.StatusCode.NOT_FOUND, f"no flag {request.flag!r}")
        bucket = zlib.crc32(f"{request.flag}/{request.user}".encode()) % BUCKETS
        return messages.Decision(on=bucket < share * 10, why=f"bucket {bucket} of {share}%")

    def SetShare(self, request, context):
        if not 0 <= request.share_pct <= 100:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"bad share: {request.share_pct}")
        name = request.flag.strip().lower()
        flag = messages.Flag(name=name, share_pct=round(request.share_pct, 1), changed_at=datetime.now(UTC).isoformat())
        with self._changed:
            self._shares[name] = flag.share_pct
            self._log.append(flag)
            self._changed.notify_all()
        return flag

    def Follow(self, request, context):
        for name in sorted(self._shares):
            yield messages.Flag(name=name, share_pct=self._shares[name])
        seen = 0
        while seen < request.changes and context.is_active():
            with self._changed:
                self._changed.wait(timeout=1)
                new = self._log[seen : request.changes]
            yield from new
            seen += len(new)


class Usage:
    """acme.flags.v1.Usage."""

    def Count(self, request_iterator, context):
        total = messages.Total()
        for seen in request_iterator:
            total.users[seen.flag] += seen.users
        return total
