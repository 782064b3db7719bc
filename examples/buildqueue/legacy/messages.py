"""Builds as messages, and the life of a build as events."""

import texts
from contract import pb2


def status_of(name):
    return pb2.Status.Value(f"STATUS_{name}")


def build_message(build):
    message = pb2.Build(
        id=build["id"],
        project=build["project"],
        branch=build["branch"],
        status=status_of(build["status"]),
        labels=texts.sorted_labels(build["labels"]),
        environment=build["environment"],
        utc_offset_hours=texts.offset_hours(build["offset_min"]),
        log_bytes=build["log_bytes"],
        agents=texts.answered(build["agents"]),
    )
    message.submitted_at.FromSeconds(build["submitted_at_s"])
    if build["duration_s"]:
        message.duration.FromSeconds(build["duration_s"])
        message.duration_text = texts.duration_text(build["duration_s"])
    if build["failure"]:
        message.failure = build["failure"]
    for step in build["steps"]:
        item = message.steps.add(name=step["name"], ok=step["ok"])
        item.took.FromMilliseconds(step["took_ms"])
    _set_trigger(message, build["trigger"])
    return message


def _set_trigger(message, trigger):
    if "push" in trigger:
        message.push.author = trigger["push"]["author"]
        message.push.commit = bytes.fromhex(trigger["push"]["commit"])
    elif "schedule" in trigger:
        message.schedule.cron = trigger["schedule"]["cron"]
    else:
        message.manual_by = trigger["manual_by"]


def build_events(build):
    """What a watcher sees: that it was queued, each step, how it ended; a queued build has only begun."""
    yield "QUEUED", f"queued for {build['queued_s']} s"
    if build["status"] == "QUEUED":
        return
    for step in build["steps"]:
        yield "RUNNING", f"{step['name']}: {texts.seconds(step['took_ms'])} s"
    yield build["status"], build["failure"] or build["status"].lower()
