"""How the queue writes things for people."""

from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import world


def duration_text(seconds):
    return str(timedelta(seconds=seconds))


def seconds(took_ms):
    return f"{took_ms / 1000:.2f}"


def offset_hours(offset_min):
    return offset_min // 60


def sorted_labels(labels):
    return sorted(set(labels))


def now_text():
    now = world.now()
    if not now.microsecond:
        now = now.replace(microsecond=1)
    return now.isoformat()


def event_time(since_epoch_s, after_ms):
    at = datetime.fromtimestamp(since_epoch_s, UTC) + timedelta(milliseconds=after_ms)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def answered(agents):
    """The agents in the order in which they answered the roll call."""
    return world.shuffled(agents)


def artifact_url(build_id, name):
    return f"/artifacts/{build_id}/{quote(name)}"
