"""A notice as the body of a request: for Slack, or as a CloudEvent. Pure."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from crossfade.shadow.canary.notify.notice import Notice, moment
from crossfade.shadow.config.canary_settings import NotifyForm

Form = Callable[[Notice, str], tuple[str, bytes]]
"""From a notice and the service's name to the content type and the body."""

_SLACK_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}  # Slack's rule for text: these three, and no others


def slack(notice: Notice, service: str) -> tuple[str, bytes]:
    """The text of an incoming webhook; also Mattermost, Rocket.Chat and Discord's ``/slack`` take it."""
    text = "".join(_SLACK_ENTITIES.get(letter, letter) for letter in f"[{service}] {notice.text}")
    return "application/json", _json({"text": text})


def cloud_event(notice: Notice, service: str) -> tuple[str, bytes]:
    """A CloudEvent 1.0 in structured mode; source and id together are the same for the same news."""
    event = {
        "specversion": "1.0",
        "id": notice.key,
        "source": f"/crossfade/{quote(service, safe='')}",
        "type": f"crossfade.canary.{notice.kind}",
        "subject": notice.route,
        "time": moment(notice.at),
        "datacontenttype": "application/json",
        "data": {"route": notice.route, "text": notice.text, **notice.data},
    }
    return "application/cloudevents+json; charset=utf-8", _json(event)


FORMS: Mapping[NotifyForm, Form] = {NotifyForm.SLACK: slack, NotifyForm.CLOUDEVENTS: cloud_event}


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode("utf-8", "backslashreplace")
